"""Folders of picture files: PART/CLASS/FILE, or CLASS/FILE for one part, as torchvision's ImageFolder has them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.content import TRAIN
from nnexp.datasets.layouts.layout import Found, check_room
from nnexp.datasets.layouts.naming import part_of
from nnexp.datasets.options import Options, some
from nnexp.errors import DataError

NAME = "pictures"
WANTED = "folders of pictures, one for each class"
ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm")
ASKED = "put the pictures of each class into a folder of its own, and name the folder above these"
MOST_PIXELS = 1 << 22  # of one picture: more is no input of such a network
DIGITS = re.compile(r"(\d+)")


def find(path: Path, options: Options) -> Found | None:  # noqa: ARG001
    """Find the folders of each part, one for each class."""
    if not path.is_dir():
        return None
    folders = _folders(path)
    parts = {part: folder for folder in folders if (part := part_of(folder.name)) and _folders(folder)}
    classes = {
        part: tuple(filter(_has_pictures, _folders(folder))) for part, folder in (parts or {TRAIN: path}).items()
    }
    files = {f"{kind}_{part}": of_part for part, of_part in classes.items() if of_part for kind in "xy"}
    if not files or (len(classes.get(TRAIN, ())) < 2 and any(one.is_file() for one in path.iterdir())):
        return None  # one folder of pictures beside a file is no class, but what the file speaks of
    others = [folder.name for folder in folders if parts and folder not in parts.values()]
    told = f"the folders {some(others)} are of no part (train, val, test), and are left out"
    return Found(files, folders=True, notes=(told,) if others else ())


def _folders(path: Path) -> list[Path]:
    with os.scandir(path) as entries:
        names = [entry.name for entry in entries if entry.is_dir() and not entry.name.startswith((".", "__"))]
    return [path / name for name in sorted(names, key=_natural)]


def _has_pictures(folder: Path) -> bool:
    with os.scandir(folder) as entries:
        return any(map(_is_picture, entries))


def _is_picture(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and os.path.splitext(entry.name)[1].lower() in ENDINGS


def _pictures(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        names = [entry.name for entry in entries if _is_picture(entry)]
    return [folder / name for name in sorted(names, key=_natural)]


def _natural(name: str) -> list[tuple[bool, int, str]]:
    """Give what sorts 2.png before 10.png."""
    return [(place % 2 == 0, int(piece) if place % 2 else 0, piece) for place, piece in enumerate(DIGITS.split(name))]


def read(files: tuple[Path, ...], name: str, options: Options) -> NDArray[Any]:  # noqa: ARG001
    """Read the pictures in the folders, or the names of these."""
    by_class = {folder.name: _pictures(folder) for folder in files}
    if name.startswith("y"):
        return np.repeat(list(by_class), list(map(len, by_class.values())))
    every = [picture for pictures in by_class.values() for picture in pictures]
    return decode_all(every, len(every), str(files[0].parent))


def decode_all(pictures: Iterable[Path | bytes], n: int, where: str) -> NDArray[Any]:
    """Decode pictures in files or in memory, all of the first one's size, into one array.

    Raises
    ------
    DataError
        For one that is of another size, too large, damaged, or none.
    """
    read: NDArray[Any] | None = None
    for at, picture in enumerate(pictures):
        name = str(picture) if isinstance(picture, Path) else f"{where}, row {at + 1}"
        decoded = _decode(picture, name)
        if read is None:
            check_room((n, *decoded.shape), decoded.dtype, where)
            read = np.empty((n, *decoded.shape), decoded.dtype)
        read, decoded = _of_one_kind(read, decoded)
        if decoded.shape != read.shape[1:]:
            expected = f"{_size(read[0])} pixels as in the first picture"
            raise DataError(f"{name}: expected {expected}, but got {_size(decoded)}; resize the pictures to one size")
        read[at] = decoded
    if read is None:
        raise DataError(f"{where}: expected pictures, but got none")
    return read


def _of_one_kind(read: NDArray[Any], decoded: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Bring grey pictures among coloured ones into colours, and the other way about."""
    if decoded.dtype != read.dtype:
        wider = np.promote_types(decoded.dtype, read.dtype)
        return _of_one_kind(read.astype(wider), decoded.astype(wider))
    if decoded.ndim < read.ndim - 1:
        decoded = np.repeat(decoded[..., None], 3, axis=2)
    elif decoded.ndim > read.ndim - 1:
        read = np.repeat(read[..., None], 3, axis=3)
    return read, decoded


def _size(picture: NDArray[Any]) -> str:
    return f"{picture.shape[1]} x {picture.shape[0]}"


def _decode(picture: Path | bytes, name: str) -> NDArray[Any]:
    """Decode a picture, (h, w) or, of colours, (h, w, 3); what is transparent lies on white."""
    from nnexp.datasets.picture_file import opened  # which imports Pillow

    with opened(picture, name, most_pixels=MOST_PIXELS) as image:
        if image.mode in ("1", "L"):
            return np.asarray(image.convert("L"))
        if image.mode.startswith(("I", "F")):
            return np.asarray(image)
        if "A" in image.getbands() or "transparency" in image.info:
            from PIL import Image

            paper = Image.new("RGBA", image.size, "white")
            paper.alpha_composite(image.convert("RGBA"))
            return np.asarray(paper.convert("RGB"))
        return np.asarray(image.convert("RGB"))
