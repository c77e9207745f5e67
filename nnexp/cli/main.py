"""The `nnexp` command: all of its commands. How it ends is ending.py's."""

from __future__ import annotations

from functools import cache
from typing import Any

from typer.main import get_command

from nnexp.cli import launching, reading, sharing, tidying  # noqa: F401 - their commands, in the order of the help
from nnexp.cli.app import app
from nnexp.cli.complete.shells import NAME
from nnexp.cli.ending import run_to_its_end


def main() -> None:
    """Run the command line."""
    run_to_its_end(lambda **how: commands()(prog_name=NAME, **how))  # however it was started


@cache  # which takes longer than many a command, of which several may be typed in one process
def commands() -> Any:
    """Give all commands, as typer reads them from their functions."""
    return get_command(app)
