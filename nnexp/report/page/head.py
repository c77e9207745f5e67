"""What stands in a page's head for whoever comes back to it: of what it tells, and that it is read anew meanwhile."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from nnexp.escape import in_html

TOLD = "nnexp-told"
READ = 1 << 12  # bytes at the beginning of a page, within which it says of what it tells


def head(told: str, *, goes_on: bool = False) -> str:
    """Write the digest of what a page tells, and what reads it anew while its sweep goes on."""
    script = files("nnexp.report.page").joinpath("refresh.js").read_text(encoding="utf-8") if goes_on else ""
    return f'<meta name="{TOLD}" content="{in_html(told)}">' + (f"\n<script>\n{script}</script>" if script else "")


def tells(page: Path, told: str) -> bool:
    """Tell whether a page is there that tells of this: it need not be written again."""
    try:
        with page.open("rb") as file:
            start = file.read(READ).decode(errors="replace")
    except OSError:
        return False
    found = re.search(f'<meta name="{TOLD}" content="([^"]*)">', start)
    return bool(told and found and found[1] == told)
