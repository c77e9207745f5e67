"""The compiled kernel as Python calls it: copies a network's parameters in, lets C work, and copies them out.

Everything that C is handed is made or checked here. While it works, other threads run.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.core.blas import Array
from nnexp.core.examples import Examples
from nnexp.core.kernels import library
from nnexp.core.kernels.layers import Layers
from nnexp.core.learning import Learning
from nnexp.core.network import Network
from nnexp.errors import DataError

ROWS = 20  # images that are predicted at a time
BAND = 96 * 1024  # bytes of weights that a cache keeps near, most of them
MOST_BYTES = 2**16  # inputs of an image that is kept as bytes
SAMPLE = 1000  # images that say where the pixels are


class CompiledLearner:
    """Takes one network down the gradient of its cost on one training set."""

    def __init__(self, network: Network, examples: Examples, learning: Learning) -> None:
        self._network, self._learning = network, learning
        self._functions = library.functions(network.dtype.name)
        self._layers = Layers(network, self._functions.lanes, learning.batch_size, learning)
        self._images = images_of(examples, network, self._functions, self._layers.width)
        self._outputs = np.empty((len(examples), network.sizes[-1]), network.dtype)

    @property
    def memory(self) -> dict[str, Array]:
        """The velocities, where there is momentum."""
        return self._layers.velocities

    def learn(self, order: NDArray[np.int64], eta: float) -> float:
        """Learn from the examples in this order, a batch at a time, and give the mean cost as each was learnt from."""
        learning, images = self._learning, self._images
        order = images.checked(order)
        outputs = self._outputs[: len(order)]
        how = library.Learning(
            eta,
            1 - eta * learning.lmbda / len(self._outputs),
            learning.mu,
            learning.batch_size,
            library.COSTS.index(learning.cost),
            library.OPTIMISERS.index(learning.optimiser),
        )
        self._layers.read(self._network)
        passed = (*self._layers.passed, images.passed, order.ctypes.data, len(order))
        self._functions.learn(*passed, how, outputs.ctypes.data)
        self._layers.write(self._network)
        return images.cost(outputs, order, learning.cost)


class CompiledPredictor:
    """Computes a network's outputs for one set of examples, and what they cost."""

    def __init__(self, network: Network, examples: Examples) -> None:
        self._network, self._functions = network, library.functions(network.dtype.name)
        self._layers = Layers(network, self._functions.lanes, min(ROWS, len(examples)))
        self._images = images_of(examples, network, self._functions, self._layers.width)
        self._order = np.arange(len(examples))
        self._outputs = np.empty((len(examples), network.sizes[-1]), network.dtype)

    def outputs(self) -> Array:
        """Compute the outputs (n, n_out); valid until the next call."""
        order, outputs = self._order.ctypes.data, self._outputs.ctypes.data
        self._layers.read(self._network)
        n, rows = len(self._order), self._layers.rows
        self._functions.predict(*self._layers.passed, self._images.passed, order, n, rows, outputs)
        return self._outputs

    def cost(self, outputs: Array, name: str) -> float:
        """Average the cost over the examples."""
        return self._images.cost(outputs, self._order, name)


class Images:
    """Examples as kernel.c has them: the pixels that are not zero, and the labels."""

    def __init__(self, examples: Examples, dtype: np.dtype[Any], functions: library.Functions, width: int) -> None:
        """Write the pixels down; `width` is how long a row of the first layer's weights is."""
        self._dtype = dtype
        images = np.asarray(examples.images)
        n, n_in = images.shape
        are_bytes = images.dtype == np.uint8 and n_in <= MOST_BYTES
        stored = np.ascontiguousarray(images if are_bytes else images.astype(dtype, copy=False))
        values = np.arange(256, dtype=dtype) * dtype.type(examples.scale)
        pixel: Any = [("at", np.uint16), ("value", np.uint16)] if are_bytes else [("at", np.uint32), ("value", dtype)]
        if n_in * width >= 2**32:
            raise MemoryError(f"a layer of {n_in} times {width} weights is more than the compiled kernel can address")
        self._functions = functions
        self._labels = np.array(examples.labels, np.int64, order="C")  # our own, which stay as they were checked
        edges = _bands(stored, width * dtype.itemsize)
        bands = len(edges) - 1
        starts = np.empty((n, bands + 1), np.int64)
        values_at = values.ctypes.data if are_bytes else None
        inputs = (stored.ctypes.data, values_at, None) if are_bytes else (None, None, stored.ctypes.data)

        def pack(starts_at: int | None, pixels_at: int | None, room: int) -> int:
            where = (edges.ctypes.data, bands, starts_at, pixels_at, room)
            return functions.pack(*inputs, n, n_in, examples.scale, width, *where)

        found = pack(None, None, 0)
        pixels = library.aligned((found + 1,), np.dtype(pixel, align=True))
        if pack(starts.ctypes.data, pixels.ctypes.data, len(pixels)) != found:
            raise DataError("the images were changed by somebody else while they were read; begin again")
        self._kept = (starts, pixels, values)
        self.passed = library.Images(bands, starts.ctypes.data, pixels.ctypes.data, values_at, self._labels.ctypes.data)

    def checked(self, order: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give numbers of examples as C wants them.

        Raises
        ------
        IndexError
            There are none, or more than there are examples, or some number no example.
        """
        n, order = len(self._labels), np.array(order, np.int64, order="C")
        if order.ndim != 1 or not 1 <= len(order) <= n or order.min() < 0 or order.max() >= n:
            raise IndexError(f"expected up to {n} numbers from 0 to {n - 1}, but got {order}")
        return order

    def cost(self, outputs: Array, order: NDArray[np.int64], name: str) -> float:
        """Average the cost of outputs (n, n_out), which are those of the examples in this order."""
        outputs = np.ascontiguousarray(outputs, self._dtype)
        n, n_out = outputs.shape
        if n != len(order):
            raise IndexError(f"expected the outputs of {len(order)} examples, but got {n}")
        arrays = (outputs.ctypes.data, self._labels.ctypes.data, order.ctypes.data)
        total = self._functions.cost(*arrays, n, n_out, library.COSTS.index(name))
        return float(total / n)


def images_of(examples: Examples, network: Network, functions: library.Functions, width: int) -> Images:
    """Write examples down for a network; those that nobody can change, once for the runs that follow each other."""
    examples.check_fit(network.sizes[0], network.sizes[-1])
    if not (_is_fixed(examples.images) and _is_fixed(examples.labels)):
        return Images(examples, network.dtype, functions, width)
    images, labels = _Same(examples.images), _Same(examples.labels)
    return _fixed_images(images, labels, examples.scale, network.dtype, width, functions.level)


class _Same:
    """An array that equals itself alone."""

    def __init__(self, array: NDArray[Any]) -> None:
        self.array = array

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.array is other.array

    def __hash__(self) -> int:
        return id(self.array)


@lru_cache(maxsize=3)  # what a run trains, validates and tests with: in a sweep the next has mostly the same
def _fixed_images(images: _Same, labels: _Same, scale: float, dtype: np.dtype[Any], width: int, level: str) -> Images:
    functions = library.functions(dtype.name)
    assert functions.level == level
    return Images(Examples(images.array, labels.array, scale), dtype, functions, width)


def _is_fixed(array: Any) -> bool:
    """Tell whether an array can be written to by nobody: not itself, nor what it is a view of."""
    while isinstance(array, np.ndarray):
        if array.flags.writeable:
            return False
        array = array.base
    return True


def _bands(images: NDArray[Any], row: int) -> NDArray[np.int64]:
    """Divide the pixels into bands of equal load whose weights, rows of so many bytes, a near cache holds."""
    used = np.count_nonzero(images[:SAMPLE], axis=0)
    bands = max(1, round(np.count_nonzero(used) * row / BAND))
    load = np.cumsum(used)
    edges = np.searchsorted(load, load[-1] * np.arange(1, bands) / bands)
    return np.array([0, *edges, images.shape[1]], np.int64)
