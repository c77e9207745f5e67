"""What a data set holds: four arrays with Keras's names, checked, and their digest. Knows no files and no formats."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.errors import DataError

NAMES = ("x_train", "y_train", "x_test", "y_test")

Images = NDArray[np.uint8]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Content:
    """Images are uint8, (n, height, width) or (n, pixels); labels are int64, (n,), from 0; all are read-only.

    The digest is a SHA-256 over names, shapes and values, so a plain file, its gzip copy and an .npz with the same
    values are the same data.
    """

    x_train: Images
    y_train: Labels
    x_test: Images
    y_test: Labels
    digest: str


def is_images(name: str) -> bool:
    """Tell images from labels by the array's name."""
    return name.startswith("x_")


def check(arrays: Mapping[str, NDArray[Any]], where: Mapping[str, str]) -> Content:
    """Check the four arrays against each other; `where` says for each, by name, where it comes from."""
    checked = {name: _check_one(name, arrays[name], where[name]) for name in NAMES}
    for part in ("train", "test"):
        images, labels = len(checked[f"x_{part}"]), len(checked[f"y_{part}"])
        if images != labels:
            expected = f"{images} labels, one for each image in {where[f'x_{part}']}"
            raise DataError(f"{where[f'y_{part}']}: expected {expected}, but got {labels}")
    train, test = checked["x_train"].shape[1:], checked["x_test"].shape[1:]
    if train != test:
        expected = f"images of shape {train} as in {where['x_train']}"
        raise DataError(f"{where['x_test']}: expected {expected}, but got {test}")
    return Content(**checked, digest=digest_of(checked))


def _check_one(name: str, array: NDArray[Any], where: str) -> NDArray[Any]:
    array = _check_images(array, where) if is_images(name) else _check_labels(array, where)
    array.flags.writeable = False
    return array


def _check_images(images: NDArray[Any], where: str) -> Images:
    if images.dtype != np.uint8:
        remedy = "save grey values from 0 to 255 as uint8 (the setting `scale` divides them)"
        raise DataError(f"{where}: expected pixels in uint8, but got {images.dtype}; {remedy}")
    if images.ndim not in (2, 3):
        expected = "grey images of shape (n, height, width) or (n, pixels)"
        raise DataError(f"{where}: expected {expected}, but got {images.shape}")
    return np.ascontiguousarray(images)


def _check_labels(labels: NDArray[Any], where: str) -> Labels:
    if labels.dtype.kind not in "iu" or labels.ndim != 1:
        got = f"{labels.dtype} of shape {labels.shape}"
        raise DataError(f"{where}: expected labels as integers of shape (n,), but got {got}")
    # Little-endian on every machine, for the digest. A uint64 too large for it turns negative, and is refused too.
    converted = labels.astype("<i8")
    if converted.min() < 0:
        raise DataError(f"{where}: expected labels from 0 on, but got {labels[converted.argmin()]}")
    return converted


def digest_of(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Compute the digest of the four arrays."""
    digest = hashlib.sha256()
    for name in NAMES:
        digest.update(f"{name} {arrays[name].shape}\n".encode())
        digest.update(arrays[name].data)
    return digest.hexdigest()
