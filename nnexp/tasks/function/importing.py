"""Importing a module of somebody's, by its name or from its file; and why that cannot be, in one line.

What lies beside it is found first, as when Python runs a script. In the process that launches that holds no longer than
the import: what it needs later, and what it starts, must not find a `random.py` of somebody's in place of Python's.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from nnexp.errors import ConfigError
from nnexp.tasks.sources import is_installed

EXAMPLE = "mine.py:train or package.module:train"


@contextmanager
def found_first(folder: str) -> Iterator[None]:
    """Have imports look into a folder first."""
    is_there = folder in sys.path
    if not is_there:
        sys.path.insert(0, folder)
    try:
        yield
    finally:
        if not is_there:
            with suppress(ValueError):
                sys.path.remove(folder)


def module_named(name: str) -> ModuleType:
    """Import a module by its name.

    Raises
    ------
    ConfigError
        If it is not there or cannot be imported.
    """
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and f"{name}.".startswith(f"{missing}."):
            raise ConfigError(f"there is no module {name} here (no {missing}); a function is {EXAMPLE}") from error
        raise _cannot(name, error) from error


def module_of_file(file: Path) -> ModuleType:
    """Import a file by its stem, unless that is the name of another module already.

    Raises
    ------
    ConfigError
        If it cannot be imported.
    """
    name = file.stem if file.stem.isidentifier() and _is_free(file) else f"nnexp_{file.stem}"
    spec = spec_from_file_location(name, file)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        sys.modules.pop(name, None)
        raise _cannot(file.name, error) from error
    return module


def _is_free(file: Path) -> bool:
    """Tell whether no other module has the name of a file, loaded or to be found."""
    if file.stem in sys.modules or file.stem in sys.stdlib_module_names:
        return False
    elsewhere = [folder for folder in sys.path if Path(folder).resolve() != file.parent]
    if PathFinder.find_spec(file.stem, elsewhere):
        return False
    try:
        spec = find_spec(file.stem)  # one that is installed editable, say
    except (ImportError, ValueError):
        return False
    return spec is None or spec.origin == str(file)


def _cannot(name: str, error: BaseException) -> ConfigError:
    """Say why something cannot be imported, and where it fails: in the last line of somebody's own."""
    if isinstance(error, ConfigError):  # nnexp's own, of what the module asks of it
        return error
    if isinstance(error, ImportError) and "no known parent package" in str(error):
        return ConfigError(f"{name} imports relatively, so it is part of a package: write package.module:function")
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if not is_installed(frame.filename)]
    own = [frame for frame in lines if Path(frame.filename).suffix == ".py" and frame.filename != __file__]
    where = f" ({Path(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
    if isinstance(error, SyntaxError):  # which says it
        where = ""
    told = " ".join(f"{type(error).__name__}: {error}".split())
    return ConfigError(f"{name} cannot be imported: {told}{where}")
