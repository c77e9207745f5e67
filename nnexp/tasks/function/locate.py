"""Where a function is: in a file, in a module, or in a notebook that no other process can import.

`mine.py:train` is the function `train` of a file; `package.module:train` that of a module, which is looked for in the
current folder first. A place can be sent to another process, and there the function is imported, once: what is edited
later is not what that process computes with.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from nnexp.errors import ConfigError
from nnexp.tasks.function.signature import Signature, read_signature
from nnexp.tasks.sources import PACKAGE, Sources, read_sources

IN_FILE = re.compile(r"(?P<file>.+\.py):(?P<function>[A-Za-z_][\w.]*)")
IN_MODULE = re.compile(r"(?P<module>[A-Za-z_]\w*(\.[A-Za-z_]\w*)*):(?P<function>[A-Za-z_][\w.]*)")
EXAMPLE = "mine.py:train or package.module:train"

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
            _LOADED[self] = _load(self)
        return _LOADED[self]


@dataclass(frozen=True)
class Loaded:
    """A function that was imported: itself, what it takes, and the code that it was then."""

    function: Function
    signature: Signature
    sources: Sources


def is_place(text: str) -> bool:
    """Tell whether a text names a function, rather than a setting."""
    return "=" not in text and bool(IN_FILE.fullmatch(text) or IN_MODULE.fullmatch(text))


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
    raise ConfigError(f"a function must be written like {EXAMPLE}, but got {text}")


def place_of(function: Function) -> Place:
    """Tell where a function that is at hand can be imported from.

    Raises
    ------
    ConfigError
        If no other process can import it.
    """
    name = getattr(function, "__qualname__", type(function).__name__)
    module = sys.modules.get(getattr(function, "__module__", ""))
    file = getattr(module, "__file__", None)
    if not name.replace(".", "").isidentifier() or module is None:
        raise ConfigError(
            f"{name} is defined within another function or is a lambda, so no worker can import it; "
            "define it at the top of a module"
        )
    if not file:
        raise ConfigError(f"{name} is of {module.__name__}, which is no file; define it in one: {EXAMPLE}")
    path = Path(file).resolve()
    if module.__name__ == "__main__" or not module.__spec__:
        place = Place(str(path), "", name, str(path.parent))
    else:
        place = Place("", module.__name__, name, str(path.parents[module.__name__.count(".") + (path.name == PACKAGE)]))
    _LOADED.setdefault(place, _taken(place, function, path))  # a script is not run again where it runs
    return place


_LOADED: dict[Place, Loaded] = {}


def _load(place: Place) -> Loaded:
    if place.root not in sys.path:
        sys.path.insert(0, place.root)  # as Python does for a script, and with -m
    module = _import_file(Path(place.file)) if place.file else _import_module(place.module)
    file = Path(str(module.__file__))
    function: Any = module
    for step in place.function.split("."):
        if not hasattr(function, step):
            raise ConfigError(f"{place.name.partition(':')[0]} has no {place.function}; it has {_functions_of(module)}")
        function = getattr(function, step)
    return _taken(place, function, file)


def _taken(place: Place, function: Any, file: Path) -> Loaded:
    """Read what was imported."""
    if not callable(function):
        raise ConfigError(f"{place.name} must be a function, but is a {type(function).__name__}")
    if inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise ConfigError(f"{place.name} is asynchronous; expected a function or a generator")
    return Loaded(function, read_signature(function, place.name), read_sources(file, Path(place.root)))


def _functions_of(module: ModuleType) -> str:
    named = [name for name, value in vars(module).items() if inspect.isfunction(value) and name[0] != "_"]
    own = [name for name in named if getattr(module, name).__module__ == module.__name__]
    return ", ".join(own[:10]) or "no function"


def _import_module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name and (name == error.name or name.startswith(f"{error.name}.")):
            raise ConfigError(f"there is no module {name} here; a function is {EXAMPLE}") from error
        raise _cannot(name, error) from error
    except (Exception, SystemExit) as error:
        raise _cannot(name, error) from error


def _import_file(file: Path) -> ModuleType:
    """Import a file by its stem, unless that is the name of another module already."""
    name = file.stem if file.stem.isidentifier() and _is_free(file) else f"nnexp_{file.stem}"
    spec = spec_from_file_location(name, file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise _cannot(file.name, error) from error
    return module


def _is_free(file: Path) -> bool:
    if file.stem in sys.modules:
        return False
    try:
        spec = find_spec(file.stem)
    except (ImportError, ValueError):
        return False
    return spec is None or spec.origin == str(file)


def _cannot(name: str, error: BaseException) -> ConfigError:
    """Say in one line why something cannot be imported, and where it fails."""
    if isinstance(error, ConfigError):  # nnexp's own, of what the module asks of it
        return error
    if isinstance(error, ImportError) and "relative import" in str(error):
        return ConfigError(f"{name} imports relatively, so it is part of a package: write package.module:function")
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).suffix == ".py"]
    lines = [frame for frame in lines if "importlib" not in frame.filename and "/tasks/function/" not in frame.filename]
    where = f" ({Path(lines[-1].filename).name}, line {lines[-1].lineno})" if lines else ""
    if isinstance(error, SyntaxError):
        where = f" (line {error.lineno})"
    told = " ".join(f"{type(error).__name__}: {error}".split())
    return ConfigError(f"{name} cannot be imported: {told}{where}")
