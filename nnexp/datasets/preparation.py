"""What was done to inputs before a network saw them, so that the same can be done to others, and the names of classes.

A record keeps it as arrays. It keeps none of what every reader of pictures would do: bytes, square, classes 0, 1, ...
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isqrt, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.content import Meta
from nnexp.errors import DataError

BYTES = (0.0, 255.0)


@dataclass(frozen=True)
class Preparation:
    """How raw inputs become a network's, less the scale, which is a setting.

    `lowest` and `highest` bound what training saw; `mean` and `std`, where there are any, are those that each value of
    a table is standardised by: (value - mean) / std.
    """

    shape: tuple[int, int]  # (height, width) of a picture; (1, values) of what is none
    classes: tuple[str, ...]
    lowest: float = BYTES[0]
    highest: float = BYTES[1]
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    transpose: bool = False
    columns: tuple[str, ...] = ()

    @property
    def is_of_bytes(self) -> bool:
        """Whether training saw whole numbers from 0 to 255."""
        return (self.lowest, self.highest) == BYTES

    @property
    def raw_shape(self) -> tuple[int, int]:
        """The shape of a picture as it comes, before it is transposed."""
        height, width = self.shape
        return (width, height) if self.transpose else (height, width)

    def undone(self, inputs: NDArray[Any]) -> NDArray[np.float64]:
        """Give what a network's inputs (values,) were as they came."""
        values = inputs.astype(np.float64)
        if self.std:
            values = values * np.array(self.std) + np.array(self.mean)
        return values.reshape(self.shape).T.ravel() if self.transpose else values

    @classmethod
    def usual(cls, n_in: int, n_out: int) -> Preparation:
        """Give what is done where a record says nothing."""
        side = isqrt(n_in)
        shape = (side, side) if side * side == n_in else (1, n_in)
        return cls(shape, tuple(map(str, range(n_out))))

    @classmethod
    def of(cls, meta: Meta, *, transpose: bool) -> Preparation:
        """Give what was done to a data set."""
        bounds = (
            BYTES
            if meta.scale == "1/256" and meta.lowest >= 0 and meta.highest <= BYTES[1]
            else (meta.lowest, meta.highest)
        )
        return cls(meta.shape, meta.classes, *bounds, meta.mean, meta.std, transpose, meta.columns)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Write it as a record keeps it; empty if it is the usual."""
        if self == Preparation.usual(prod(self.shape), len(self.classes)):
            return {}
        texts = {"classes": np.array(self.classes), "columns": np.array(self.columns, dtype=np.str_)}
        numbers = {"mean": self.mean, "std": self.std, "bounds": (self.lowest, self.highest)}
        wholes = {"shape": np.array(self.shape), "transpose": np.array(self.transpose)}
        return {**texts, **{name: np.array(value, np.float64) for name, value in numbers.items()}, **wholes}

    @classmethod
    def parse(cls, arrays: Mapping[str, NDArray[Any]], n_in: int, n_out: int) -> Preparation:
        """Make it of what a record keeps.

        Raises
        ------
        DataError
            For arrays that do not fit a network of so many inputs and outputs.
        """
        try:
            lists = {
                name: tuple(arrays[name].tolist()) for name in ("shape", "classes", "mean", "std", "columns", "bounds")
            }
            lowest, highest = (float(value) for value in lists.pop("bounds"))
            made = cls(**lists, lowest=lowest, highest=highest, transpose=bool(arrays["transpose"]))
            sizes = {len(made.mean), len(made.std)} | ({len(made.columns)} - {0})
            fits = (
                len(made.shape) == 2 and prod(made.shape) == n_in and len(made.classes) == n_out
                and sizes <= {0, n_in} and len(made.mean) == len(made.std)
                and np.isfinite([lowest, highest, *made.mean, *made.std]).all() and all(one > 0 for one in made.std)
                and all(isinstance(name, str) for name in (*made.classes, *made.columns))
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"expected what inputs were prepared by, but got {', '.join(sorted(arrays))}") from error
        if not fits:
            raise DataError(f"expected what {n_in} inputs and {n_out} classes were prepared by, but got another's")
        return made
