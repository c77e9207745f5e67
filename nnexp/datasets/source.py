"""Which files make up a data set, and whether they are the files they should be. Knows no split and no cache."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain
from pathlib import Path
from typing import Any

from nnexp.datasets import foreign
from nnexp.datasets.content import Content
from nnexp.datasets.layouts import LAYOUTS, Files, Found, Layout
from nnexp.datasets.options import Options, some
from nnexp.datasets.prepare import prepare
from nnexp.errors import DataError

SUMS = "SHA256SUMS"
DEEPEST = 4  # folders in folders that hold nothing else, as MNIST/raw


@dataclass(frozen=True)
class Source:
    """A data set on disk: how it is laid out, the folder it lies in, its files, and what tells each from another.

    That is a file's SHA-256; of a folder of many, the names, sizes and times of what lies in it.
    """

    layout: Layout
    folder: Path
    found: Found
    marks: Mapping[Path, str]

    @property
    def files(self) -> Files:
        """The files of each array."""
        return self.found.files

    def key(self, options: Mapping[str, Any]) -> str:
        """A SHA-256 that changes with any byte and name of its files, wherever their folder lies, and any option."""
        shared: dict[tuple[Path, ...], list[str]] = defaultdict(list)  # the arrays that are read from the same files
        for name, files in self.files.items():
            shared[files].append(name)
        lines = [f"{' '.join(names)} {self._listed(files)}" for files, names in shared.items()]
        told = json.dumps(options, sort_keys=True)
        return hashlib.sha256("\n".join([self.layout.NAME, told, *lines]).encode(errors="surrogateescape")).hexdigest()

    def _listed(self, files: tuple[Path, ...]) -> str:
        beneath = len(str(self.folder)) + 1
        return "\n".join(f"{self.marks[file]} {str(file)[beneath:]}" for file in files)

    def where(self, name: str) -> str:
        """Say where an array comes from."""
        files = self.files[name]
        place = files[0] if len(files) == 1 else self.folder
        return f"{place} ({name})" if list(self.files.values()).count(files) > 1 else str(place)

    def content(self, options: Options) -> Content:
        """Read and check everything."""
        arrays = {name: self.layout.read(files, name, options) for name, files in self.files.items()}
        for file, mark in _marks(self.found).items():
            if mark != self.marks[file]:
                raise DataError(f"{file}: expected it to stay as it is, but it changed while it was read; try again")
        where = {name: self.where(name) for name in self.files}
        return prepare(arrays, where, self.found, self.layout.NAME, options)


def find(path: Path, options: Options) -> Source:
    """Find the data set at a path: the first layout that knows it says which files it has.

    Raises
    ------
    DataError
        If no layout knows it, or a file is missing, or is not what SHA256SUMS says.
    """
    if not path.exists():
        raise DataError(f"{path}: expected a folder or a file of data, but nothing is there{_nearest(path)}")
    for place in (path, *_within(path)):
        for layout in LAYOUTS:
            if found := layout.find(place, options):
                folder = place if place.is_dir() else place.parent
                return Source(layout, folder, found, _checked(folder, found))
    if other := foreign.told(path):
        raise DataError(f"{path}: expected data in a form that is read, but got {other}")
    wanted = " or ".join(layout.WANTED for layout in LAYOUTS)
    raise DataError(f"{path}: expected {wanted}, but got {_got(path)}")


def _within(path: Path) -> list[Path]:
    """List the folders that a folder leads to, each the one thing in the one before: MNIST, MNIST/raw."""
    found: list[Path] = []
    while path.is_dir() and len(found) < DEEPEST:
        inside = [one for one in path.iterdir() if not one.name.startswith(".")]
        if len(inside) != 1 or not inside[0].is_dir():
            break
        (path,) = inside
        found.append(path)
    return found


def _nearest(path: Path) -> str:
    """Say what is there that may have been meant, or how far the path leads."""
    if not path.parent.exists():
        return f"; {next(parent for parent in path.absolute().parents if parent.exists())} is there"
    near = get_close_matches(path.name, os.listdir(path.parent), n=1)
    return f"; did you mean {path.with_name(near[0])}?" if near else ""


def _got(path: Path) -> str:
    if not path.is_dir():
        return f"a file {path.suffix or 'without an ending'}"
    names = sorted(one.name for one in path.iterdir())
    return f"nothing of the kind: it {f'holds {some(names, 5)}' if names else 'is empty'}"


def _checked(folder: Path, found: Found) -> dict[Path, str]:
    """Mark the files, and compare them with the list of digests in their folder, if it has one and names them."""
    marks, sums = _marks(found), folder / SUMS
    if found.folders or not sums.exists():
        return marks
    lines = [line.partition(" ") for line in sums.read_text(encoding="utf-8", errors="replace").splitlines()]
    expected = {name.lstrip(" *"): digest.lower() for digest, _, name in lines}
    for file in marks:
        wanted = expected.get(file.relative_to(folder).as_posix())
        if wanted and wanted != (digest := marks[file]):
            remedy = f"restore the file, or mend {SUMS} if the change is meant"
            raise DataError(f"{file}: expected SHA-256 {wanted[:12]}… from {SUMS}, but got {digest[:12]}…; {remedy}")
    return marks


def _marks(found: Found) -> dict[Path, str]:
    mark = _listing if found.folders else _sha256
    return {file: mark(file) for file in dict.fromkeys(chain(*found.files.values()))}


def _listing(folder: Path) -> str:
    with os.scandir(folder) as entries:
        states = [(entry.name, entry.stat()) for entry in entries]
    lines = sorted(f"{name} {state.st_size} {state.st_mtime_ns}" for name, state in states)
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()


def _sha256(file: Path) -> str:
    if not file.is_file():
        raise DataError(f"{file}: expected a file, but got a folder, a broken link or a device")
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
