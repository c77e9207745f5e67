"""The command line that a person typed, quoted so that it can be typed again."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

LONGEST = 4000  # characters, of 8000 that a tag of MLflow's holds


def quoted(words: Sequence[str]) -> str:
    """Write a command line as a shell reads it."""
    text = shlex.join(words).encode(errors="backslashreplace").decode()
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def of_this_script() -> str:
    """Give what started the script that runs; empty at a prompt and in a notebook, where nobody typed a command."""
    main = sys.modules["__main__"]
    if not getattr(main, "__file__", None):
        return ""
    program, *arguments = sys.argv
    if spec := getattr(main, "__spec__", None):
        return quoted(["python", "-m", spec.name.removesuffix(".__main__"), *arguments])
    start = ["python", program] if program.endswith(".py") else [Path(program).name]
    return quoted([*start, *arguments])
