"""What a function of a notebook uses, down to what that uses: texts of the notebook's own, values, and modules.

A name counts where its code looks it up, as it stands now. A value counts by a digest of it; one of a class of the
notebook's, by that class's text as well.
"""

from __future__ import annotations

import ast
import dis
import hashlib
import inspect
import io
import linecache
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any

import cloudpickle

from nnexp.errors import ConfigError

MAIN = "__main__"
LOOKED_UP = {"LOAD_GLOBAL", "LOAD_NAME"}


@dataclass
class Used:
    """What was found, as it is added to."""

    texts: dict[str, str] = field(default_factory=dict)  # of functions and classes, and digests of values, by name
    cells: dict[str, str] = field(default_factory=dict)  # whole, by what their code calls their file
    modules: set[str] = field(default_factory=set)

    def add(self, name: str, value: Any) -> None:
        """Add a value, and what it uses.

        Raises
        ------
        ConfigError
            If its text is not at hand, or it cannot be sent.
        """
        if name in self.texts:
            return
        module = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", MAIN)
        if isinstance(value, ModuleType | FunctionType | type) and module != MAIN:
            self.modules.add(module)
        elif isinstance(value, FunctionType | type):
            self._add_text(name, value)
        else:
            self._add_digest(name, value)

    def _add_text(self, name: str, value: FunctionType | type) -> None:
        text = _text_of_class(value) if isinstance(value, type) else _text_of_function(value)
        if text is None:
            raise ConfigError(f"the text of {name} is not at hand; define it in a file: mine.py:{name}")
        self.texts[name] = text
        for file in _files_of(value):
            self.cells[file] = "".join(linecache.getlines(file))
        known = vars(sys.modules[MAIN])
        for used in _names(_code_of(text, value)):
            if used in known:
                self.add(used, known[used])
        for free, content in _enclosed(value):
            self.add(f"{name}.{free}", content)

    def _add_digest(self, name: str, value: Any) -> None:
        written = io.BytesIO()
        pickler = _ByName(written)
        try:
            pickler.dump(value)
        except Exception as error:  # whatever its objects raise
            raise ConfigError(f"{name} cannot be sent to a worker process: {' '.join(str(error).split())}") from error
        self.texts[name] = f"{name} = {hashlib.sha256(written.getvalue()).hexdigest()!r}\n"
        self.modules.update({type(value).__module__} - {MAIN, "builtins"})
        for each, found in pickler.found.items():
            self.add(each, found)


class _ByName(cloudpickle.Pickler):  # type: ignore[misc]
    """Writes what the notebook defines by its name alone: by value it would be other bytes each time."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file)
        self.found: dict[str, Any] = {}

    def persistent_id(self, value: Any) -> str | None:
        """Give the name of a function or class of the notebook; None for all else."""
        if not (isinstance(value, FunctionType | type) and value.__module__ == MAIN):
            return None
        self.found[value.__qualname__] = value
        return str(value.__qualname__)


def _text_of_function(function: FunctionType) -> str | None:
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        return None


def _text_of_class(found: type) -> str | None:
    """Find the text of a class, which belongs to no file: where its methods stand, or in the last cell that has it."""
    for file in (*_files_of(found), *reversed(linecache.cache)):
        lines = linecache.getlines(file)
        try:
            nodes = ast.parse("".join(lines)).body
        except (SyntaxError, ValueError):
            continue
        for node in reversed(nodes):
            if isinstance(node, ast.ClassDef) and node.name == found.__qualname__:
                first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
                return "".join(lines[first - 1 : node.end_lineno])
    return None


def _files_of(value: FunctionType | type) -> Iterable[str]:
    """Name the files that the code of a function says it is of, or that of a class's methods."""
    members = [value] if isinstance(value, FunctionType) else [*vars(value).values()]
    codes = [getattr(inspect.unwrap(one), "__code__", None) for one in members if callable(one)]
    return dict.fromkeys(code.co_filename for code in codes if code and linecache.getlines(code.co_filename))


def _code_of(text: str, value: FunctionType | type) -> CodeType:
    """Compile a text, decorators and defaults and all; of a lambda in the middle of something, take its code."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return compile(text, MAIN, "exec", dont_inherit=True)
    except SyntaxError:
        return value.__code__ if isinstance(value, FunctionType) else compile("", MAIN, "exec")


def _names(code: CodeType) -> Iterator[str]:
    """Give the names that a code looks up outside of itself."""
    yield from (one.argval for one in dis.get_instructions(code) if one.opname in LOOKED_UP)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _enclosed(value: FunctionType | type) -> Iterator[tuple[str, Any]]:
    """Give the variables of the function that a function was made in, with their values: what it decorates, say."""
    if isinstance(value, FunctionType):
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
            try:
                yield name, cell.cell_contents
            except ValueError:  # it has none yet
                continue
