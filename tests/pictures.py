"""The README's pictures: what a command prints in a terminal, and the plots of a sweep's page in a browser.

    python -m tests.pictures init --to .github

The sweep must be in the store of the working directory. `nnexp compare` runs in a pseudo-terminal, as a person sees it.
"""

from __future__ import annotations

import argparse
import io
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.text import Text

from tests.patience import HANGS_MS

COLUMNS, ROWS = 110, 60
SHOWN = 36  # lines: facts, answer, table and strip
PAGE = {"width": 1280, "height": 1000}
COLOURS = 64  # of the page's picture: a plot has no more
DRAWN = "[...document.querySelectorAll('.drawing')].every(one => one.querySelector('.main-svg'))"
NNEXP = Path(sys.executable).with_name("nnexp")


def terminal(arguments: list[str]) -> str:
    """Run a command in a terminal of so many columns, and give what it printed, its colours included."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"COLUMNS": str(COLUMNS), "LINES": str(ROWS), "TERM": "xterm-256color"}
    with subprocess.Popen([NNEXP, *arguments], stdout=theirs, stderr=subprocess.DEVNULL, env=environment) as process:
        os.close(theirs)
        pieces = []
        with open(ours, "rb", buffering=0) as stream:
            while piece := _some(stream):
                pieces.append(piece)
    assert not process.returncode, arguments
    return b"".join(pieces).decode().replace("\r\n", "\n")


def _some(stream: io.FileIO) -> bytes:
    try:
        return stream.read(1 << 16) or b""
    except OSError:  # which is how a terminal ends
        return b""


def draw_terminal(sweep: str, to: Path) -> None:
    """Draw the answer as it stands in a terminal."""
    arguments = ["compare", sweep]
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ nnexp {' '.join(arguments)}\n", style="bold"))
    lines = terminal(arguments).splitlines()
    console.print(Text.from_ansi("\n".join(lines[:SHOWN])), soft_wrap=True)
    if len(lines) > SHOWN:
        console.print(f"\n… and {len(lines) - SHOWN} lines more")
    console.save_svg(str(to), title="nnexp", unique_id="terminal")


def draw_page(sweep: str, to: Path) -> None:
    """Photograph the first plots of the page."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "page.html"
        subprocess.run([NNEXP, "report", sweep, "--to", page], check=True, stdout=subprocess.DEVNULL)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shown = browser.new_page(viewport=PAGE, color_scheme="light")
        shown.set_default_timeout(HANGS_MS)
        shown.goto(page.as_uri())
        shown.wait_for_function(DRAWN)
        shown.get_by_role("heading", name="Plots").evaluate("heading => heading.scrollIntoView()")
        taken = shown.screenshot()
        browser.close()
    Image.open(io.BytesIO(taken)).quantize(COLOURS).save(to, optimize=True)


def main() -> None:
    """Draw both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sweep")
    parser.add_argument("--to", type=Path, default=Path())
    asked = parser.parse_args()
    draw_terminal(asked.sweep, asked.to / "terminal.svg")
    draw_page(asked.sweep, asked.to / "page.png")


if __name__ == "__main__":
    main()
