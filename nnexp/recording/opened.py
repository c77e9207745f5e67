"""The files that a run of somebody else's code was seen to read, with their digests: opened.json."""

from __future__ import annotations

from collections.abc import Mapping

from nnexp.errors import RecordError
from nnexp.recording.fields import DIGEST
from nnexp.recording.files import OPENED, read_json, write_json


def write_opened(digests: Mapping[str, str]) -> bytes:
    """Write the SHA-256 (hex) of each file, by its path."""
    return write_json({"files": dict(digests)})


def read_opened(content: bytes) -> dict[str, str]:
    """Read them back.

    Raises
    ------
    RecordError
        For what is no such file.
    """
    found = read_json(OPENED, content).get("files")
    if not isinstance(found, dict) or not all(isinstance(one, str) and DIGEST.fullmatch(one) for one in found.values()):
        raise RecordError(f"{OPENED} is not what nnexp writes")
    return found
