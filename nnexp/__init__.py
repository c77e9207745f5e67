"""nnexp: which settings of a small neural network are better, and is the difference real?

`nnexp.train`, `nnexp.sweep`, `nnexp.search`, `nnexp.compare` and `nnexp.judge` are those of api/. It is imported on
their first use: most commands need nothing of it. `nnexp.log` is for a function that is trained: it says an epoch.
"""

from types import ModuleType
from typing import Any

__version__ = "0.1.0"

API = ("compare", "judge", "search", "sweep", "train")


class CallablePackage(ModuleType):
    """A package such as nnexp.sweep, which can be called too: Python sets `nnexp.sweep` to it once it is imported."""

    def __call__(self, *arguments: Any, **settings: Any) -> Any:
        """Do what its name says."""
        from nnexp import api

        return getattr(api, self.__name__.rpartition(".")[2])(*arguments, **settings)


def __getattr__(name: str) -> Any:
    if name == "log":
        from nnexp.tasks.logged import log

        return log
    if name not in API:
        raise AttributeError(f"module 'nnexp' has no attribute {name!r}")
    from nnexp import api

    return getattr(api, name)
