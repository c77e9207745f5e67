"""Which files make up a data set, and whether they are the files they should be. Knows no layout, split or cache."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from nnexp.datasets.content import NAMES, Content, check
from nnexp.datasets.layouts import LAYOUTS, Files, Layout
from nnexp.errors import DataError

SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Source:
    """A data set on disk: how it is laid out, the folder it lies in, its files, and each file's SHA-256."""

    layout: Layout
    folder: Path
    files: Files
    digests: Mapping[Path, str]

    @property
    def key(self) -> str:
        """A SHA-256 that changes with any byte and name of its files, wherever their folder lies."""
        lines = [f"{name} {self._line(file)}" for name in self.files for file in self.files[name]]
        return hashlib.sha256("\n".join([self.layout.NAME, *lines]).encode()).hexdigest()

    def _line(self, file: Path) -> str:
        return f"{self.digests[file]} {file.relative_to(self.folder).as_posix()}"

    def where(self, name: str) -> str:
        """Say where an array comes from."""
        files = self.files[name]
        place = files[0] if len(files) == 1 else self.folder
        return f"{place} ({name})" if list(self.files.values()).count(files) > 1 else str(place)

    def content(self) -> Content:
        """Read and check everything."""
        arrays = {name: self.layout.read(files, name) for name, files in self.files.items()}
        for file, digest in self.digests.items():
            if _sha256(file) != digest:
                raise DataError(f"{file}: expected it to stay as it is, but it changed while it was read; try again")
        return check(arrays, {name: self.where(name) for name in NAMES})


def find(path: Path) -> Source:
    """Find the data set at a path: the first layout that knows it says which files it has.

    Raises
    ------
    DataError
        If no layout knows it, or a file is missing, or is not what SHA256SUMS says.
    """
    wanted = " or ".join(layout.WANTED for layout in LAYOUTS)
    if not path.exists():
        raise DataError(f"{path}: expected {wanted}, but nothing is there")
    folder = path if path.is_dir() else path.parent
    for layout in LAYOUTS:
        if files := layout.find(path):
            digests = {file: _sha256(file) for file in dict.fromkeys(chain(*files.values()))}
            _check_sums(folder, digests)
            return Source(layout, folder, files, digests)
    raise DataError(f"{path}: expected {wanted}, but got nothing of the kind")


def _check_sums(folder: Path, digests: Mapping[Path, str]) -> None:
    """Compare files with the list of digests in their folder, if it has one and names them."""
    sums = folder / SUMS
    if not sums.exists():
        return
    lines = [line.partition(" ") for line in sums.read_text(encoding="utf-8", errors="replace").splitlines()]
    expected = {name.lstrip(" *"): digest.lower() for digest, _, name in lines}
    for file, digest in digests.items():
        wanted = expected.get(file.relative_to(folder).as_posix(), digest)
        if wanted != digest:
            remedy = f"restore the file, or mend {SUMS} if the change is meant"
            raise DataError(f"{file}: expected SHA-256 {wanted[:12]}… from {SUMS}, but got {digest[:12]}…; {remedy}")


def _sha256(file: Path) -> str:
    if not file.is_file():
        raise DataError(f"{file}: expected a file, but got a folder, a broken link or a device")
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
