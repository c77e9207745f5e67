"""Who learns, who validates, who tests: a share of every class, drawn by a seed; rows are moved where they lie.

A draw is the order of PCG64's raw integers, so it is the same under every NumPy.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.content import TRAIN

BLOCK = 1 << 26  # bytes that are moved at a time


def draw(labels: NDArray[np.int64], shares: Mapping[str, float], seed: int) -> dict[str, NDArray[np.int64]]:
    """Give the rows of each part, in an order that was drawn too; what no share takes is to learn from.

    Of a class with three examples or more every part gets one at least.
    """
    drawn = np.argsort(np.random.PCG64(seed).random_raw(len(labels)), kind="stable")
    by_class = drawn[np.argsort(labels[drawn], kind="stable")]
    _, starts, counts = np.unique(labels[by_class], return_index=True, return_counts=True)
    part = np.zeros(len(labels), np.int8)  # 0: to learn from
    for start, count in zip(starts, counts, strict=True):
        taken = 0
        for number, share in enumerate(shares.values(), 1):
            wanted = max(round(share * count), 1 if count > len(shares) else 0)
            part[by_class[start + taken : start + taken + wanted]] = number
            taken += wanted
    return {name: drawn[part[drawn] == number] for number, name in enumerate([TRAIN, *shares])}


def reorder(rows: NDArray[np.generic], order: NDArray[np.int64]) -> None:
    """Put rows (n, …) into another order in place, a few columns at a time."""
    flat = rows.reshape(len(rows), -1)
    assert np.shares_memory(flat, rows)
    width = max(1, BLOCK // max(1, len(flat) * flat.itemsize))
    for start in range(0, flat.shape[1], width):
        block = flat[:, start : start + width]
        block[...] = block[order]
