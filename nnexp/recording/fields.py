"""What the fields of a run's files may hold. A file may have been damaged, or be another's."""

from __future__ import annotations

import re

from nnexp.names import are_names

DIGEST = re.compile(r"[0-9a-f]{64}")
UID = re.compile(r"[0-9A-Za-z-]{1,64}")  # it names a file


def is_mapping(found: object) -> bool:
    """Tell whether this gives texts to names."""
    return isinstance(found, dict) and are_names(found) and all(isinstance(text, str) for text in found.values())
