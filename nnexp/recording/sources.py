"""The code of a task of others, as it is kept with each of its runs: sources.json."""

from __future__ import annotations

from nnexp.errors import RecordError
from nnexp.recording.files import SOURCES, read_json, write_json
from nnexp.tasks.sources import Sources


def write_sources(sources: Sources) -> bytes:
    """Write texts by the names of their files, and versions by the names of packages."""
    return write_json({"texts": dict(sources.texts), "packages": dict(sources.packages)})


def read_sources(content: bytes) -> Sources:
    """Read them back.

    Raises
    ------
    RecordError
        For what is no such file.
    """
    found = read_json(SOURCES, content)
    texts, packages = found.get("texts"), found.get("packages")
    if not (isinstance(texts, dict) and isinstance(packages, dict)):
        raise RecordError(f"{SOURCES} is not what nnexp writes")
    return Sources(
        {name: str(text) for name, text in texts.items()}, {name: str(one) for name, one in packages.items()}
    )
