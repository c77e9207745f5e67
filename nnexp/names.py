"""What a metric, a setting or a tag may be called: names that any store keeps, as of a path that stays where it is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from functools import lru_cache

NAME = re.compile(r"[\w.\-/ :]{1,250}")  # of a metric, a setting, a tag
LONGEST = 240  # characters of a metric's: final/ comes before it
FILE = re.compile(r"\w[\w.-]*")  # of a file that a run leaves, less its ending


def are_names(found: Iterable[str]) -> bool:
    """Tell whether these are names to any store: as of a path that leads neither up nor out."""
    return all(map(_is_name, found))


@lru_cache(maxsize=1024)  # each epoch measures by the same names
def _is_name(name: str) -> bool:
    return bool(NAME.fullmatch(name)) and posixpath.normpath(name) == name and name[0] not in "./"


@lru_cache(maxsize=1024)
def is_metric(name: str) -> bool:
    """Tell whether a metric may be called so."""
    return len(name) <= LONGEST and are_names([name])
