"""Which files make up a data set, and whether they are the files they should be. Knows no splits and no cache."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from nnexp.datasets import idx, npz
from nnexp.datasets.content import NAMES, Content, check
from nnexp.errors import DataError

IDX_NAMES = {
    "x_train": ("train-images-idx3-ubyte",),
    "y_train": ("train-labels-idx1-ubyte",),
    "x_test": ("t10k-images-idx3-ubyte", "test-images-idx3-ubyte"),
    "y_test": ("t10k-labels-idx1-ubyte", "test-labels-idx1-ubyte"),
}
SUMS = "SHA256SUMS"


@dataclass(frozen=True)
class Source:
    """The files of a data set: for each array the file that holds it, how to read it, and each file's SHA-256."""

    files: Mapping[str, Path]
    read: Callable[[Path, str], NDArray[Any]]
    digests: Mapping[Path, str]

    @property
    def key(self) -> str:
        """A SHA-256 that changes with any byte of any file, wherever the files lie."""
        return hashlib.sha256("\n".join(self.digests[self.files[name]] for name in NAMES).encode()).hexdigest()

    def where(self, name: str) -> str:
        """Say where an array comes from."""
        path = self.files[name]
        return str(path) if len(self.digests) > 1 else f"{path} ({name})"

    def content(self) -> Content:
        """Read and check everything."""
        arrays = {name: self.read(path, name) for name, path in self.files.items()}
        for path, digest in self.digests.items():
            if _sha256(path) != digest:
                raise DataError(f"{path}: expected it to stay as it is, but it changed while it was read; try again")
        return check(arrays, {name: self.where(name) for name in NAMES})


def find(path: Path) -> Source:
    """Find the data set at a path: a folder of IDX files, an .npz file, or a folder that holds just one .npz file."""
    if not path.exists():
        raise DataError(f"{path}: expected a folder of IDX files or an .npz file, but nothing is there")
    files = _find_in_folder(path) if path.is_dir() else dict.fromkeys(NAMES, path)
    digests = {file: _sha256(file) for file in dict.fromkeys(files.values())}
    _check_sums(digests)
    is_npz = len(digests) == 1  # which holds all four arrays, where an IDX file holds one
    return Source(files, npz.read if is_npz else idx.read, digests)


def _find_in_folder(folder: Path) -> dict[str, Path]:
    present = {path.name for path in folder.iterdir()}
    spellings = {name: [stem + end for stem in IDX_NAMES[name] for end in ("", ".gz")] for name in NAMES}
    found = {name: [folder / file for file in spellings[name] if file in present] for name in NAMES}
    if any(found.values()):
        return {name: _the_one(found[name], f"{IDX_NAMES[name][0]}[.gz]", folder) for name in NAMES}
    archives = sorted(folder / file for file in present if file.endswith(".npz"))
    wanted = f"four IDX files ({', '.join(f'{stem}[.gz]' for stem, *_ in IDX_NAMES.values())}) or one .npz file"
    return dict.fromkeys(NAMES, _the_one(archives, wanted, folder))


def _the_one(candidates: list[Path], wanted: str, folder: Path) -> Path:
    if len(candidates) != 1:
        got = " and ".join(path.name for path in candidates) or "nothing of that name"
        raise DataError(f"{folder}: expected {wanted}, but got {got}")
    return candidates[0]


def _check_sums(digests: Mapping[Path, str]) -> None:
    """Compare files with the list of digests in their folder, if it has one and names them."""
    sums = next(iter(digests)).with_name(SUMS)
    if not sums.exists():
        return
    lines = [line.partition(" ") for line in sums.read_text(encoding="utf-8", errors="replace").splitlines()]
    expected = {name.lstrip(" *"): digest.lower() for digest, _, name in lines}
    for path, digest in digests.items():
        wanted = expected.get(path.name, digest)
        if wanted != digest:
            remedy = f"restore the file, or mend {SUMS} if the change is meant"
            raise DataError(f"{path}: expected SHA-256 {wanted[:12]}… from {SUMS}, but got {digest[:12]}…; {remedy}")


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise DataError(f"{path}: expected a file, but got a folder, a broken link or a device")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
