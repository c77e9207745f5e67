"""NumPy's files: an .npz with the arrays of Keras, MedMNIST or others, or a file an array (KMNIST). Never unpickles."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from nnexp.arrays import read_npy
from nnexp.datasets.content import NAMES, TRAIN, is_inputs
from nnexp.datasets.layouts.layout import Found, check_not_empty, check_room, the_one
from nnexp.datasets.layouts.naming import role_of
from nnexp.datasets.options import Options
from nnexp.errors import DataError

T = TypeVar("T")

NAME = "npz"
WANTED = "one .npz file (x_train, y_train, x_test, y_test)"
ZIP_MAGIC = b"PK"
COLUMNS = "columns"
MOST_NAMES = 1 << 24  # bytes
ONE_ARRAY = ".npy"
ARCHIVE = ".npz"


def find(path: Path, options: Options) -> Found | None:  # noqa: ARG001
    """Find the one archive, which may have any name if it is named itself, or a file for each array."""
    if not path.is_dir():
        return _of_archive(path) if path.suffix == ARCHIVE or _holds_arrays(path) else None
    archives = sorted(file for file in path.iterdir() if file.suffix in (ARCHIVE, ONE_ARRAY))
    roles = {role: file for file in archives if (role := role_of(file.stem))}
    if len(archives) > 1 and len(roles) == len(archives) and any(role.startswith("x_") for role in roles):
        return Found({name: (roles[name],) for name in _complete(roles, path)})
    if len(archives) > 1 and not roles and all(file.suffix == ONE_ARRAY for file in archives):
        return Found({f"{kind}_{TRAIN}": tuple(archives) for kind in "xy"})
    return _of_archive(the_one(archives, "one .npz file", path)) if archives else None


def _of_archive(path: Path) -> Found:
    roles = _roles(path)
    if f"x_{TRAIN}" not in roles or f"y_{TRAIN}" not in roles:
        found = ", ".join(sorted(_members(path))) or "nothing"
        raise DataError(f"{path}: expected the arrays x_train, y_train, x_test, y_test, but it holds {found}")
    columns = _columns(path) if COLUMNS in _members(path) else ()
    return Found(dict.fromkeys(_complete(roles, path), (path,)), columns=columns)


def _columns(path: Path) -> tuple[str, ...]:
    """Read the names of a table's columns, which `nnexp data import` keeps."""
    with path.open("rb") as file, zipfile.ZipFile(file) as archive, archive.open(f"{COLUMNS}{ONE_ARRAY}") as stream:
        return tuple(map(str, read_npy(stream, str(path), MOST_NAMES).tolist()))


def _complete(roles: Mapping[str, object], where: Path) -> list[str]:
    """List the arrays; inputs and labels come in pairs, but for a test set whose labels are a secret."""
    for name in roles:
        other = f"{'y' if is_inputs(name) else 'x'}{name[1:]}"
        if other not in roles:
            raise DataError(f"{where}: expected {other} beside {name}, but it holds {', '.join(sorted(roles))}")
    return [name for name in NAMES if name in roles]


def _holds_arrays(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(ZIP_MAGIC)) == ZIP_MAGIC and any(
            name.endswith(ONE_ARRAY) for name in _tried(zipfile.ZipFile(file).namelist, path)
        )


def _members(path: Path) -> list[str]:
    with path.open("rb") as file:
        return _tried(lambda: [name.removesuffix(ONE_ARRAY) for name in zipfile.ZipFile(file).namelist()], path)


def _roles(path: Path) -> dict[str, str]:
    """Give the member for each array: by its exact name, or else by what it speaks of."""
    members = _members(path)
    spoken = {role: name for name in members if (role := role_of(name))}
    return {**spoken, **{name: name for name in members if name in NAMES}}


def read(files: tuple[Path, ...], name: str, options: Options) -> NDArray[Any]:  # noqa: ARG001
    """Read one array by its name, or the only one of a file; of several files, each is a class (Quick, Draw!)."""
    if len(files) > 1:
        return _of_classes(files, name)
    (path,) = files
    with path.open("rb") as file:
        return _tried(lambda: _read(file, path, name), path, name)


def _of_classes(files: tuple[Path, ...], name: str) -> NDArray[Any]:
    arrays = [read((file,), name, Options()) for file in files]
    for file, array in zip(files, arrays, strict=True):
        if array.ndim < 2 or array.shape[1:] != arrays[0].shape[1:]:
            expected = f"examples of shape {arrays[0].shape[1:]} as in {files[0].name}, a file for each class"
            raise DataError(f"{file}: expected {expected}, but got {array.shape}")
    return np.concatenate(arrays) if is_inputs(name) else np.repeat([f.stem for f in files], [len(a) for a in arrays])


def _tried(read: Callable[[], T], path: Path, name: str = "arrays") -> T:
    try:
        return read()
    except (DataError, MemoryError):
        raise
    except Exception as problem:  # zipfile, its decompressors and NumPy's parser raise a dozen kinds on damage
        reason = str(problem).partition("\n")[0]
        damage = f"expected an .npz file that holds {name}, but it is damaged or no .npz ({reason})"
        remedy = "write it again with np.savez, or name a folder of IDX files"
        raise DataError(f"{path}: {damage}; {remedy}") from problem


def _read(file: IO[bytes], path: Path, name: str) -> NDArray[Any]:
    if path.suffix == ONE_ARRAY:
        return _read_array(file, str(path))
    with zipfile.ZipFile(file) as archive:
        members = archive.namelist()
        member = members[0] if len(members) == 1 else f"{_roles(path)[name]}{ONE_ARRAY}"
        with archive.open(member) as stream:
            return _read_array(stream, f"{path} ({name})")


def _read_array(stream: IO[bytes], where: str) -> NDArray[Any]:
    array = read_npy(stream, where, check=lambda shape, dtype: check_room(shape, dtype, where))
    check_not_empty(array.shape, where)
    return array
