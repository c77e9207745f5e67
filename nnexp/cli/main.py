"""The `nnexp` command: all of its commands. How it ends is ending.py's."""

from __future__ import annotations

from functools import partial

from nnexp.cli import launching, reading, sharing, tidying  # noqa: F401 - their commands, in the order of the help
from nnexp.cli.app import app
from nnexp.cli.complete.shells import NAME
from nnexp.cli.ending import run_to_its_end


def main() -> None:
    """Run the command line."""
    run_to_its_end(partial(app, prog_name=NAME))  # however it was started
