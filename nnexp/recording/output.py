"""How much is kept of what a run prints: its beginning and its end; what lay between is cut out, and a line says so."""

from __future__ import annotations

import re

MOST = 10_000_000  # bytes of a run's output
FIRST, LAST = 4_000_000, 2_000_000  # that are kept where there would be more
CUT = re.compile(rb"\n\[nnexp cut out (\d+) bytes here\]\n")


def shortened(output: bytes) -> bytes:
    """Cut out the middle of an output that is too long; one that was cut before says how much is gone altogether."""
    cut = CUT.search(output, 0, FIRST + 100)
    first, rest = (output[: cut.start()], output[cut.end() :]) if cut else (output[:FIRST], output[FIRST:])
    gone = len(rest) - LAST + (int(cut[1]) if cut else 0)
    return first + b"\n[nnexp cut out %d bytes here]\n" % gone + rest[-LAST:]
