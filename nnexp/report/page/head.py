"""What stands in a page's head for whoever comes back to it: its answer, of what it tells, what reads it anew."""

from __future__ import annotations

import re
from html import unescape
from importlib.resources import files
from pathlib import Path

from nnexp.escape import in_html

TOLD, ANSWER = "nnexp-told", "description"
READ = 1 << 15  # bytes at the beginning of a page, within which its head says so


def head(told: str, answer: str, *, goes_on: bool = False) -> str:
    """Write the digest of what a page tells of, its answer, and what reads it anew while its sweep goes on."""
    script = files("nnexp.report.page").joinpath("refresh.js").read_text(encoding="utf-8") if goes_on else ""
    said = [f'<meta name="{name}" content="{in_html(text)}">' for name, text in ((TOLD, told), (ANSWER, answer))]
    return "\n".join([*said, *([f"<script>\n{script}</script>"] if script else [])])


def tells(page: Path, told: str) -> bool:
    """Tell whether a page is there that tells of this: it need not be written again."""
    return bool(told) and _said(page, TOLD) == told


def answer_in(page: Path) -> str:
    """Read the answer that a page gives; empty if there is none."""
    return _said(page, ANSWER)


def _said(page: Path, name: str) -> str:
    try:
        with page.open("rb") as file:
            start = file.read(READ).decode(errors="replace")
    except OSError:
        return ""
    found = re.search(f'<meta name="{name}" content="([^"]*)">', start)
    return unescape(found[1]) if found else ""
