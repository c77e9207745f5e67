"""The formats of a record that this nnexp reads; the last is the one that it writes."""

from __future__ import annotations

from typing import Any

from nnexp.errors import RecordError
from nnexp.training.checkpoint import FORMAT

FORMATS = (1, FORMAT)


class UnknownFormatError(RecordError):
    """What another version of nnexp has written, and this one cannot read."""


def check_format(what: str, found: Any) -> None:
    """Refuse a format that is not known here, before anything of it is believed."""
    if found not in FORMATS:
        raise UnknownFormatError(
            f"{what} has the format {found!r}, but this nnexp reads {', '.join(map(str, FORMATS))}"
        )
