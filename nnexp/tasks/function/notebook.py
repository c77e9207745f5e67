"""A function of a notebook: no file holds it, so it is sent to the workers by value, with whatever it uses.

Its code is its text and that of the notebook's functions and classes that it uses; values that it uses count as well,
and modules as those of any function. Nobody can find it again by its name: a run of it cannot be trained again from
its record.
"""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any

from nnexp.errors import ConfigError
from nnexp.tasks.function.locate import Loaded, Place, place_of
from nnexp.tasks.function.signature import read_signature
from nnexp.tasks.function.used import MAIN, Used
from nnexp.tasks.packed import pack, unpack
from nnexp.tasks.sources import sources_of

NOTEBOOK = "notebook"


@dataclass(frozen=True)
class Cell:
    """A function by value: its name, what it takes to make it anew, its texts, and the cells that these stand in."""

    function: str
    packed: bytes = field(repr=False)
    texts: tuple[tuple[str, str], ...] = field(repr=False)
    cells: tuple[tuple[str, str], ...] = field(repr=False)
    root: str
    code: str  # the digest of all of it, and of the modules as they were then

    @property
    def name(self) -> str:
        """What the task is called."""
        return f"{NOTEBOOK}:{self.function}"

    def load(self) -> Loaded:
        """Make the function anew, once in a process; where it was taken from, give what was taken."""
        if self not in _LOADED:
            for file, text in self.cells:  # for tracebacks
                linecache.cache.setdefault(file, (len(text), None, text.splitlines(keepends=True), file))
            _LOADED[self] = _loaded(self, unpack(self.packed))
        return _LOADED[self]


_LOADED: dict[Cell, Loaded] = {}


def at_hand(function: Callable[..., Any]) -> Place | Cell:
    """Take a function that a script or a notebook hands over.

    Raises
    ------
    ConfigError
        If no other process can have it.
    """
    module = sys.modules.get(getattr(function, "__module__", ""))
    is_written = isinstance(function, FunctionType) and function.__qualname__.isidentifier()
    if is_written and module and module.__name__ == MAIN and not hasattr(module, "__file__"):
        return cell_of(function)
    return place_of(function)


def cell_of(function: Callable[..., Any]) -> Cell:
    """Take a function of a notebook as it is now.

    Raises
    ------
    ConfigError
        If its text is not at hand, or it uses what cannot be sent.
    """
    used, name, root = Used(), function.__name__, str(Path.cwd())
    used.add(name, function)
    texts = {f"{NOTEBOOK}/{each}.py": text for each, text in used.texts.items()}
    texts[f"{NOTEBOOK}/{NOTEBOOK}.py"] = "".join(f"import {module}\n" for module in sorted(used.modules))
    try:
        packed = pack(function)
    except Exception as error:
        raise ConfigError(f"{name} cannot be sent to a worker process: {error}") from error
    code = sources_of(texts, Path(root)).digest
    cell = Cell(name, packed, tuple(sorted(texts.items())), tuple(sorted(used.cells.items())), root, code)
    _LOADED[cell] = _loaded(cell, function)  # to make it anew would change the notebook's classes
    return cell


def _loaded(cell: Cell, function: Callable[..., Any]) -> Loaded:
    sources = sources_of(dict(cell.texts), Path(cell.root))
    return Loaded(function, read_signature(function, cell.name), sources, cell.root)
