"""What a finished task leaves, as it is taken: arrays and pictures, by names of files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from nnexp.errors import DataError
from nnexp.names import FILE
from nnexp.picture import MOST, MOST_BYTES, check_picture
from nnexp.tasks.task import Files
from nnexp.training.checkpoint import plain

LONGEST = 240  # characters of a name
PICTURES = "pictures"  # the remark on those that were left out


def take_arrays(found: Files) -> Files:
    """Take arrays of numbers or text, by the name of their file."""
    _check_names(found)
    return plain(found)


def take_pictures(found: Mapping[str, bytes]) -> tuple[dict[str, bytes], dict[str, str]]:
    """Take as many pictures as are kept, and remark on those that are left out.

    Raises
    ------
    DataError
        For what is no picture.
    """
    named = {re.sub(r"[^\w.-]", "_", str(name)): picture for name, picture in found.items()}
    _check_names(named)
    small = {name: picture for name, picture in named.items() if len(picture) <= MOST_BYTES}
    kept = dict([*small.items()][:MOST])
    for name, picture in kept.items():
        check_picture(name, picture)
    left = len(found) - len(kept)
    remark = f"{left} of {len(found)} left out: {MOST} are kept, of at most {MOST_BYTES >> 20} MiB each"
    return kept, ({PICTURES: remark} if left else {})


def _check_names(found: Iterable[str]) -> None:
    for name in found:
        if not FILE.fullmatch(str(name)) or len(str(name)) > LONGEST:
            raise DataError(f"a file must be named by letters, digits and _ . - alone, but is named {str(name)!r}")
