"""The code of a task that is somebody else's: the text of its module and of all that belongs to it, and its packages.

What belongs to it are the modules that it imports, wherever in its text, and that lie beside it or are installed
editable; so do those that they import. Of every other module the version of its package counts. The text is read, never
run; what is imported by a computed name is not seen. nnexp itself counts for nothing: it decides no number here.
"""

from __future__ import annotations

import ast
import hashlib
import json
import site
import sys
import sysconfig
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from importlib import metadata
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import decode_source, find_spec
from pathlib import Path

from nnexp.tasks.code import digest_code

OURS = "nnexp"
PACKAGE = "__init__.py"


@dataclass(frozen=True)
class Sources:
    """The text of each file by its path within its root, and the version of each package by its name."""

    texts: Mapping[str, str]
    packages: Mapping[str, str] = field(default_factory=dict)
    root: Path = field(default=Path(), compare=False)  # the folder that imports are looked for in first

    @cached_property
    def digest(self) -> str:
        """The SHA-256 (hex) of the code and the versions: comments and layout count for nothing."""
        packages = json.dumps(dict(self.packages), sort_keys=True)
        return hashlib.sha256(f"{digest_code(self.texts)}\n{packages}".encode()).hexdigest()


def read_sources(file: Path, root: Path) -> Sources:
    """Read a module and what belongs to it; `root` is the folder that its imports are looked for in first."""
    return _follow({}, [(file.resolve(), root.resolve())], root)


def sources_of(texts: Mapping[str, str], root: Path) -> Sources:
    """Take texts that lie in no file, and read what belongs to them, likewise."""
    return _follow(texts, [], root)


def _follow(known: Mapping[str, str], files: Iterable[tuple[Path, Path]], root: Path) -> Sources:
    """Take texts by their names, and files with the folders that they are named from; read all that they import."""
    texts: dict[str, str] = dict(known)
    packages: dict[str, str] = {}
    waiting, unseen = deque(files), deque(known)
    while unseen or waiting:
        if not unseen:
            path, base = waiting.popleft()
            name = path.relative_to(base).as_posix()
            if name in texts:
                continue
            texts[name] = _read(path)
            unseen.append(name)
        name = unseen.popleft()
        for module in _imported(texts[name], name):
            top = module.partition(".")[0]
            found = None if top == OURS else _spec(top, root)
            if found and (home := _home(found)) is not None:
                waiting.extend((each, home) for each in _files(module, home))
            elif found and (version := package_version(top)):
                packages[top] = version
    return Sources(texts, packages, root)


def _imported(text: str, name: str) -> Iterator[str]:
    """Give the dotted name of whatever a module's text imports; a name that it takes from a module may be one too."""
    parents = name.removesuffix(f"/{PACKAGE}").removesuffix(".py").split("/")
    package = parents if name.endswith(f"/{PACKAGE}") else parents[:-1]
    try:
        nodes = ast.walk(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError):  # whoever imports it is told
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from filter(None, [base])
            yield from (f"{base}.{alias.name}" for alias in node.names if base)


def _read(path: Path) -> str:
    """Read a module's text, in the encoding that it says."""
    content = path.read_bytes()
    try:
        return decode_source(content)
    except (SyntaxError, UnicodeDecodeError):
        return content.decode("utf-8", "backslashreplace")


def _spec(top: str, root: Path) -> ModuleSpec | None:
    """Find a top-level module without importing it, as Python would: a folder without code only if there is no other.

    Nothing of Python's own, unless one lies beside that has its name.
    """
    beside = PathFinder.find_spec(top, [str(root)])
    if (beside and beside.loader) or top in sys.stdlib_module_names:
        return beside
    try:
        return find_spec(top) or beside
    except (ImportError, ValueError):  # one that was made by hand has no spec
        return beside


def _home(spec: ModuleSpec) -> Path | None:
    """Give the folder that a first-party module lies in; None for what Python or a package brings."""
    places = [*(spec.submodule_search_locations or ())] or ([spec.origin] if spec.has_location and spec.origin else [])
    paths = [Path(place).resolve() for place in places]
    if not paths or any(is_installed(path) for path in paths):
        return None
    return paths[0].parent


def is_installed(path: Path | str) -> bool:
    """Tell whether a file or folder is Python's own or of an installed package."""
    return any(Path(path).is_relative_to(folder) for folder in installed())


def _files(module: str, home: Path) -> Iterator[Path]:
    """Give the files of a module within its root, those of the packages that it lies in first."""
    folder = home
    for step in module.split("."):
        for file in (folder / f"{step}.py", folder / step / PACKAGE):
            if file.is_file():
                yield file
        folder /= step


@lru_cache(maxsize=1)
def installed() -> tuple[Path, ...]:
    """List the folders in which Python and its packages lie."""
    named = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    return tuple({Path(folder).resolve() for folder in (*named, *site.getsitepackages(), site.getusersitepackages())})


@lru_cache(maxsize=256)
def package_version(top: str) -> str | None:
    """Tell the version of the package that a module is of; None for one that no package brought."""
    try:
        return metadata.version(top)
    except (metadata.PackageNotFoundError, ValueError):
        names = _distributions().get(top)
        return metadata.version(names[0]) if names else None


@lru_cache(maxsize=1)
def _distributions() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()
