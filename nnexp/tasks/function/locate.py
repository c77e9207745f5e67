"""Where a function is: in a file, or in a module.

`mine.py:train` is the function `train` of a file; `package.module:train` that of a module, which is looked for in the
current folder first. A place can be sent to another process, and there the function is imported, once: what is edited
later is not what that process computes with.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from nnexp.errors import ConfigError
from nnexp.tasks.function.importing import EXAMPLE, found_first, module_named, module_of_file
from nnexp.tasks.function.signature import Signature, read_signature
from nnexp.tasks.sources import PACKAGE, Sources, read_sources

IN_FILE = re.compile(r"(?P<file>.+\.py):(?P<function>[^\W\d][\w.]*)")
IN_MODULE = re.compile(r"(?P<module>[^\W\d]\w*(\.[^\W\d]\w*)*):(?P<function>[^\W\d][\w.]*)")
MEANT = re.compile(r"[^=:]+\.py(:.*)?")  # as a function, it seems
NOTEBOOK = re.compile(r"[^=:]+\.ipynb(:.*)?")
HYDRA = "hydra.main"  # the module that makes the main function of its applications

Function = Callable[..., Any]


@dataclass(frozen=True)
class Place:
    """A function of a file (an absolute path) or of a module, whose imports are looked for in `root` first."""

    file: str
    module: str
    function: str
    root: str

    @property
    def name(self) -> str:
        """What the task is called: the same wherever its folder lies."""
        return f"{self.module or Path(self.file).name}:{self.function}"

    def load(self) -> Loaded:
        """Import the function; a second time in this process, give what was imported then.

        Raises
        ------
        ConfigError
            If that cannot be.
        """
        if self not in _LOADED:
            with found_first(self.root):
                _LOADED[self] = _load(self)
        return _LOADED[self]


@dataclass(frozen=True)
class Loaded:
    """A function that was imported: itself, what it takes, and the code that it was then."""

    function: Function
    signature: Signature
    sources: Sources
    root: str = ""  # where what it imports when it is called is looked for first; none: where all is


_LOADED: dict[Place, Loaded] = {}


def is_place(text: str) -> bool:
    """Tell whether a text names a function, rather than a setting; one that seems meant to, does not do so silently.

    Raises
    ------
    ConfigError
        For a file without a function, and for a notebook.
    """
    if NOTEBOOK.fullmatch(text):
        raise ConfigError(
            f"a notebook is no module, but got {text}; there: nnexp.sweep(train), or write it into a file"
        )
    if "=" not in text and (IN_FILE.fullmatch(text) or IN_MODULE.fullmatch(text)):
        return True
    if MEANT.fullmatch(text):
        raise _mistyped(text)
    return False


def read_place(text: str, folder: Path) -> Place:
    """Read `FILE.py:FUNCTION` or `MODULE:FUNCTION`; files and modules are looked for in a folder.

    Raises
    ------
    ConfigError
        If it is neither.
    """
    if found := IN_FILE.fullmatch(text):
        file = (folder / found["file"]).resolve()
        if not file.is_file():
            raise ConfigError(f"there is no file {found['file']} here, in {folder.resolve()}; a function is {EXAMPLE}")
        return Place(str(file), "", found["function"], str(file.parent))
    if found := IN_MODULE.fullmatch(text):
        return Place("", found["module"], found["function"], str(folder.resolve()))
    raise _mistyped(text)


def place_of(function: Function) -> Place:
    """Tell where a function that is at hand can be imported from.

    Raises
    ------
    ConfigError
        If no other process can import it.
    """
    name, module = _named(function)
    file = getattr(module, "__file__", None)
    if not file:
        raise ConfigError(f"{name} is of {module.__name__}, which is no file; define it in one: {EXAMPLE}")
    path = Path(file).resolve()
    importable = module.__spec__.name if module.__spec__ else ""  # which `python -m` keeps, though it is __main__
    steps = (*importable.split("."), "__init__") if path.name == PACKAGE else tuple(importable.split("."))
    if path.with_suffix("").parts[-len(steps) :] == steps:
        place = Place("", importable, name, str(path.parents[len(steps) - 1]))
    else:
        place = Place(str(path), "", name, str(path.parent))
    _LOADED.setdefault(place, _taken(place, function, path))  # a script is not run again where it runs
    return place


def _named(function: Function) -> tuple[str, ModuleType]:
    """Find the name of a function in its module, or of an object that can be called."""
    modules = [sys.modules.get(getattr(function, "__module__", None) or ""), sys.modules.get("__main__")]
    name = getattr(function, "__qualname__", "")
    is_bound = inspect.ismethod(function) and not inspect.isclass(function.__self__)
    for module in filter(None, modules):
        if name.replace(".", "").isidentifier() and not is_bound:
            return name, module
        for other, value in vars(module).items():
            if value is function:
                return other, module
    if isinstance(function, partial) or not name:
        raise ConfigError(f"the {type(function).__name__} has no name in a module, so no worker can import it")
    if is_bound:
        raise ConfigError(f"{name} is called on an object that no worker has; wrap it in a function of a module")
    raise ConfigError(
        f"{name} is defined within another function or is a lambda, so no worker can import it; "
        "define it at the top of a module"
    )


def _load(place: Place) -> Loaded:
    module = module_of_file(Path(place.file)) if place.file else module_named(place.module)
    if not str(getattr(module, "__file__", None)).endswith(".py"):
        raise ConfigError(f"{place.module} is no file of Python's; a function is {EXAMPLE}")
    function: Any = module
    for step in place.function.split("."):
        if not hasattr(function, step):
            raise ConfigError(f"{place.name.partition(':')[0]} has no {place.function}; it has {_functions_of(module)}")
        if inspect.isclass(function) and isinstance(inspect.getattr_static(function, step), FunctionType):
            raise ConfigError(f"{place.name} is called on an object; make it a static method, or a function")
        function = getattr(function, step)
    return _taken(place, function, Path(str(module.__file__)).resolve())


def _taken(place: Place, function: Any, file: Path) -> Loaded:
    """Read what was imported."""
    if inspect.isclass(function):
        raise ConfigError(f"{place.name} must be a function, but is a class; make a function of what it does")
    if not callable(function):
        raise ConfigError(f"{place.name} must be a function, but is a {type(function).__name__}")
    if getattr(function, "__globals__", {}).get("__name__") == HYDRA:
        raise ConfigError(
            f"{place.name} is a Hydra application, which its own command trains: add -m hydra/launcher=nnexp, and "
            "hydra.launcher.fresh=true for what is finished"
        )
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise ConfigError(f"{place.name} is asynchronous; expected a function or a generator")
    above = place.module.count(".") + (bool(place.module) and file.name == PACKAGE)  # a module may lie anywhere
    sources = read_sources(file, file.parents[above])
    return Loaded(function, read_signature(function, place.name), sources, place.root)


def _functions_of(module: ModuleType) -> str:
    named = {name: value for name, value in vars(module).items() if inspect.isfunction(value) and name[0] != "_"}
    own = [name for name, value in named.items() if value.__module__ == module.__name__]
    return ", ".join(name for name in own[:10] if not inspect.iscoroutinefunction(named[name])) or "no function"


def _mistyped(text: str) -> ConfigError:
    script = f"; a script is a command: -- python {text}" if text.endswith(".py") else ""
    return ConfigError(f"a function must be written like {EXAMPLE}, but got {text}{script}")
