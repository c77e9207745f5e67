"""A function of a notebook: no file holds it, so it is sent to the workers by value, with whatever it uses.

Its code is its text and that of the notebook's functions and classes that it uses; values that it uses count as well.
Nobody can find it again by its name: a run of it cannot be trained again from its record.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any

import cloudpickle

from nnexp.errors import ConfigError
from nnexp.tasks.function.locate import Loaded, Place, place_of
from nnexp.tasks.function.signature import read_signature
from nnexp.tasks.sources import Sources, packages_of

NOTEBOOK = "notebook"


@dataclass(frozen=True)
class Cell:
    """A function by value: its name, what it takes to make it anew, and its code."""

    function: str
    pickled: bytes = field(repr=False)
    texts: tuple[tuple[str, str], ...] = field(repr=False)

    @property
    def name(self) -> str:
        """What the task is called."""
        return f"{NOTEBOOK}:{self.function}"

    def load(self) -> Loaded:
        """Make the function anew, once in a process."""
        if self not in _LOADED:
            function = cloudpickle.loads(self.pickled)
            sources = Sources(dict(self.texts), packages_of(text for _, text in self.texts))
            _LOADED[self] = Loaded(function, read_signature(function, self.name), sources)
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
    if is_written and module and module.__name__ == "__main__" and not hasattr(module, "__file__"):
        return cell_of(function)
    return place_of(function)


def cell_of(function: Callable[..., Any]) -> Cell:
    """Take a function of a notebook as it is now.

    Raises
    ------
    ConfigError
        If its text is not at hand, or it uses what cannot be sent.
    """
    texts: dict[str, str] = {}
    _collect(function.__name__, function, texts)
    try:
        return Cell(function.__name__, cloudpickle.dumps(function), tuple(sorted(texts.items())))
    except Exception as error:
        raise ConfigError(f"{function.__name__} cannot be sent to a worker process: {error}") from error


def _collect(name: str, value: Any, texts: dict[str, str]) -> None:
    """Write down the text of a function or class, of what it uses, and a digest of any other value."""
    if f"{name}.py" in texts or isinstance(value, ModuleType) or _is_of_a_module(value):
        return
    if not isinstance(value, FunctionType | type):
        digest = hashlib.sha256(cloudpickle.dumps(value)).hexdigest()
        texts[f"{name}.py"] = f"{name} = {digest!r}\n"
        return
    try:
        texts[f"{name}.py"] = textwrap.dedent(inspect.getsource(value))
    except (OSError, TypeError):
        raise ConfigError(f"the text of {name} is not at hand; define it in a file: mine.py:{name}") from None
    functions = [value] if isinstance(value, FunctionType) else filter(inspect.isfunction, vars(value).values())
    for function in functions:
        for used in _names(function.__code__):
            if used in function.__globals__:
                _collect(used, function.__globals__[used], texts)


def _is_of_a_module(value: Any) -> bool:
    return isinstance(value, FunctionType | type) and value.__module__ != "__main__"


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
