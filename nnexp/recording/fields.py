"""What the fields of a run's files may hold. A file may have been damaged, or be another's."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable

DIGEST = re.compile(r"[0-9a-f]{64}")
UID = re.compile(r"[0-9A-Za-z-]{1,64}")  # it names a file
NAME = re.compile(r"[\w.\-/ :]{1,250}")  # of a metric, a setting, a tag


def are_names(found: Iterable[str]) -> bool:
    """Tell whether these are names to any store: as of a path that leads neither up nor out."""
    return all(NAME.fullmatch(name) and posixpath.normpath(name) == name and name[0] not in "./" for name in found)


def is_mapping(found: object) -> bool:
    """Tell whether this gives texts to names."""
    return isinstance(found, dict) and are_names(found) and all(isinstance(text, str) for text in found.values())
