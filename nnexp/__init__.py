"""nnexp: which settings of a small neural network are better, and is the difference real?

`nnexp.train`, `nnexp.sweep`, `nnexp.compare` and `nnexp.judge` are those of api.py. It is imported on their first use:
most commands need nothing of it.
"""

from types import ModuleType
from typing import Any

__version__ = "0.1.0"

API = ("compare", "judge", "sweep", "train")


class SweepPackage(ModuleType):
    """The package nnexp.sweep, which can be called too: Python sets `nnexp.sweep` to it as soon as it is imported."""

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        """Run a sweep."""
        from nnexp.api import sweep

        return sweep(*arguments, **settings)


def __getattr__(name: str) -> Any:
    if name not in API:
        raise AttributeError(f"module 'nnexp' has no attribute {name!r}")
    from nnexp import api

    return getattr(api, name)
