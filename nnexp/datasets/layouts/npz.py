"""One .npz file of NumPy's with Keras's array names, or a folder that holds it. Never unpickles."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO, Any

from numpy.typing import NDArray

from nnexp.arrays import read_npy
from nnexp.datasets.content import NAMES
from nnexp.datasets.layouts.layout import Files, check_not_empty, the_one
from nnexp.errors import DataError

NAME = "npz"
WANTED = "one .npz file"
ZIP_MAGIC = b"PK"


def find(path: Path) -> Files | None:
    """Find the one file, which may have any name if it is named itself and is a zip archive."""
    if path.is_dir():
        archives = sorted(file for file in path.iterdir() if file.suffix == ".npz")
        return dict.fromkeys(NAMES, (the_one(archives, WANTED, path),)) if archives else None
    return dict.fromkeys(NAMES, (path,)) if path.suffix == ".npz" or _is_zip(path) else None


def _is_zip(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(ZIP_MAGIC)) == ZIP_MAGIC


def read(files: tuple[Path, ...], name: str) -> NDArray[Any]:
    """Read one array by its name."""
    (path,) = files
    with path.open("rb") as file:
        try:
            return _read(file, path, name)
        except (DataError, MemoryError):
            raise
        except Exception as problem:  # zipfile, its decompressors and NumPy's parser raise a dozen kinds on damage
            reason = str(problem).partition("\n")[0]
            damage = f"expected an .npz file that holds {name}, but it is damaged or no .npz ({reason})"
            remedy = "write it again with np.savez, or name a folder of IDX files"
            raise DataError(f"{path}: {damage}; {remedy}") from problem


def _read(file: IO[bytes], path: Path, name: str) -> NDArray[Any]:
    with zipfile.ZipFile(file) as archive:
        held = [member.removesuffix(".npy") for member in archive.namelist()]
        if name not in held:
            found = ", ".join(sorted(held)) or "nothing"
            raise DataError(f"{path}: expected the arrays x_train, y_train, x_test, y_test, but it holds {found}")
        with archive.open(f"{name}.npy") as stream:
            array = read_npy(stream, f"{path} ({name})")
            check_not_empty(array.shape, f"{path} ({name})")
            return array
