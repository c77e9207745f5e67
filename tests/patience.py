"""How long a test waits for what must come: longer than that only what hangs takes, on whatever machine."""

HANGS_S = 240.0
HANGS_MS = 1000 * HANGS_S
