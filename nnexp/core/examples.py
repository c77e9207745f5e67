"""Labelled images, and the way from their bytes to the network's inputs.

Images stay as they are stored (a byte a pixel, perhaps mapped from disk); only the rows of one batch at a time become
floats, in buffers that are made once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nnexp.core.blas import Array
from nnexp.errors import DataError


@dataclass(frozen=True)
class Examples:
    """Images (n, n_in) of bytes or floats, their classes (n,), and the number that every pixel is multiplied with."""

    images: NDArray[Any]
    labels: NDArray[np.integer[Any]]
    scale: float = 1.0

    def __post_init__(self) -> None:
        """Refuse arrays that are not n >= 1 images and n classes."""
        images, labels = self.images, self.labels
        if images.ndim != 2 or labels.shape != (len(images),) or not len(images):
            raise DataError(
                f"expected images (n, n_in) and labels (n,), n >= 1, but got {images.shape} and {labels.shape}"
            )
        if images.dtype != np.uint8 and images.dtype.kind != "f":
            raise DataError(f"images must hold bytes (uint8) or floats, but got {images.dtype}")
        if labels.dtype.kind not in "iu":
            raise DataError(f"labels must hold whole numbers, but got {labels.dtype}")

    def __len__(self) -> int:
        """Count the examples."""
        return len(self.labels)

    def check_fit(self, n_in: int, n_out: int) -> None:
        """Refuse a network that has another number of inputs, or an output too few.

        Raises
        ------
        DataError
            Images of another size than n_in, or a label outside 0..n_out-1.
        """
        if self.images.shape[1] != n_in:
            raise DataError(f"the network takes {n_in} inputs, but the images have {self.images.shape[1]} pixels")
        if self.labels.min() < 0 or self.labels.max() >= n_out:
            found = f"{self.labels.min()} to {self.labels.max()}"
            raise DataError(f"labels must lie between 0 and {n_out - 1} (the network's outputs), but got {found}")

    def targets(self, n_out: int, dtype: DTypeLike) -> Array:
        """Write each label as the desired outputs (n, n_out): 1 at its class, 0 elsewhere."""
        y = np.zeros((len(self), n_out), dtype)
        y[np.arange(len(self)), self.labels] = 1
        return y


class Gatherer:
    """Turns chosen rows of images into inputs, at most `rows` at a time, always in the same buffer."""

    def __init__(self, examples: Examples, rows: int, dtype: DTypeLike) -> None:
        self._images = np.asarray(examples.images)  # the plain array beneath a memory map: the same bytes, less to do
        self._scale = np.asarray(examples.scale, dtype)
        self._raw = np.empty((rows, self._images.shape[1]), self._images.dtype)
        self._x = np.empty(self._raw.shape, dtype)

    def __call__(self, indices: NDArray[np.intp]) -> Array:
        """Gather the inputs (len(indices), n_in); valid until the next call."""
        raw, x = self._raw[: len(indices)], self._x[: len(indices)]
        # mode="clip" takes straight into `raw`; the default would take into a copy first. The indices are all in range.
        self._images.take(indices, axis=0, out=raw, mode="clip")
        return np.multiply(raw, self._scale, out=x)  # type: ignore[no-any-return]
