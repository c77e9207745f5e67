"""A choice that a setting names: an activation, a cost, an optimiser, a way to begin.

Each registry is a mapping from the name that a person types to what it stands for, in the file that defines them. To
add one is to add its line there. This module knows none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from nnexp.errors import ConfigError

T = TypeVar("T")


def look_up(setting: str, name: str, registry: Mapping[str, T]) -> T:
    """Give what a registry holds by this name.

    Raises
    ------
    ConfigError
        A name that it does not hold.
    """
    if name not in registry:
        raise ConfigError(f"{setting} must be one of {', '.join(registry)}, but got {name!r}")
    return registry[name]
