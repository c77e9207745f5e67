"""What a shell made of a command line that was not quoted: told behind a refusal, where it can be seen."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence

from nnexp.config.sweeps import sweep_names

MOST_WORDS = 6  # that a blank may have parted
OUTPUT = 1  # standard output's descriptor
COMPARED = re.compile(r"=?-?\.?\d[\d.e+-]*")  # the name of the file that a shell makes of >=60, or >60


def hint(words: Sequence[str]) -> str:
    """Say what of a command line that was refused is to be quoted; empty where nothing looks so."""
    if name := _written_into():
        told = next((word for word in reversed(words) if re.fullmatch(r"[\w./]+", word)), "NAME")
        return f"the shell took >{name} for a file to write into; quote it: '{told}>{name}'"
    if parted := _parted(words):
        return f"quote it: {shlex.quote(parted)}"
    return ""


def _written_into() -> str:
    """Name the file that standard output is, if it lies here and is called like the end of a comparison."""
    try:
        folder, name = os.path.split(os.readlink(f"/proc/self/fd/{OUTPUT}"))
        return name if folder == os.getcwd() and COMPARED.fullmatch(name) else ""
    except OSError:
        return ""


def _parted(words: Sequence[str]) -> str:
    """Find words that a blank parted: a file, a sweep's name, or values that are not whole without the next word."""
    named = {name for name in sweep_names() if " " in name}
    for first, word in enumerate(words):
        for end in range(first + 2, min(len(words), first + MOST_WORDS) + 1):
            joined = " ".join(words[first:end])
            value = joined.partition("=")[2] if "=" in word else joined
            if (
                joined in named
                or os.path.exists(value)
                or (_is_begun(word) and not _is_begun(joined) and "=" not in words[end - 1])
            ):
                return joined
    return ""


def _is_begun(word: str) -> bool:
    """Tell whether values are begun whose end stands elsewhere."""
    return "=" in word and (word.count("[") > word.count("]") or word.endswith(","))
