"""What a data set holds once it was read: arrays with Keras's names, and their digest. Knows no files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

TRAIN, VAL, TEST = "train", "val", "test"
PARTS = (TRAIN, TEST, VAL)
NAMES = tuple(f"{kind}_{part}" for part in PARTS for kind in "xy")
NEEDED = NAMES[:4]

Images = NDArray[np.uint8] | NDArray[np.float32]
Labels = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Content:
    """Inputs are uint8 or float32, (n, height, width) or (n, values); labels are int64, (n,), from 0; all read-only.

    The digest is a SHA-256 over names, shapes and values, so a plain file, its gzip copy and an .npz with the same
    values are the same data. `meta` is what else is known of them.
    """

    arrays: Mapping[str, NDArray[Any]]  # by NAMES; validation may be absent
    digest: str
    meta: Meta

    def x(self, part: str) -> Images:
        """Give the inputs of a part."""
        return self.arrays[f"x_{part}"]

    def y(self, part: str) -> Labels:
        """Give the labels of a part."""
        return self.arrays[f"y_{part}"]

    @property
    def has_val(self) -> bool:
        """Whether there is a part to validate on."""
        return "x_val" in self.arrays


@dataclass(frozen=True)
class Meta:
    """What is known of a content beside its arrays, in JSON's types.

    `split` and `scale` are what `auto` came to; `mean` and `std` are those of the training part, where a table was
    standardised; `odd` says in a line each what its owner may not have meant.
    """

    layout: str
    classes: tuple[str, ...]  # their names, in the order of the labels
    split: str
    scale: str
    shape: tuple[int, int]  # (height, width) of a picture; (1, values) of what is none
    highest: float  # value of an input, before it was standardised
    lowest: float
    columns: tuple[str, ...] = ()  # of a table
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    odd: tuple[str, ...] = field(default=())
    sorted: bool = False  # the training file, by class
    duplicates: int = 0  # test examples that training has too

    @classmethod
    def parse(cls, told: Mapping[str, Any]) -> Meta:
        """Make it of JSON's types."""
        fields: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in told.items()}
        return cls(**fields)


def is_inputs(name: str) -> bool:
    """Tell inputs from labels by the array's name."""
    return name.startswith("x_")


def digest_of(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Compute the digest of the arrays. A byte is what it always was; other numbers say their type."""
    digest = hashlib.sha256()
    for name in NAMES:
        if name in arrays:
            array = arrays[name]
            kind = f" {array.dtype.str}" if array.dtype.kind == "f" else ""
            digest.update(f"{name} {array.shape}{kind}\n".encode())
            digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
