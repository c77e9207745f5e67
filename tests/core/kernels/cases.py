"""Cases in which every kernel but NumPy's must give the same bits: a network, examples, and how it learns from them.

`python -m tests.core.kernels.cases 1000` compares the compiled kernel with the reference in that many cases drawn by
chance, at every level of vectors that this CPU has. It says in which they part, and ends with 1 if there are any.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from random import Random
from typing import Any
from unittest import mock

import numpy as np
from numpy.typing import NDArray

from nnexp.core import DTYPES, INITS, KERNELS, Examples, Learning, Network
from nnexp.core.kernels import library
from nnexp.core.kernels.library import ACTIVATIONS, COSTS, OPTIMISERS
from nnexp.core.schedule import eta_at
from nnexp.core.sgd import Descent

WIDTHS = (1, 3, 4, 5, 7, 10, 13, 16, 17, 30, 33, 64, 105, 120)
TYPES = ("|u1", "|u1", "|u1", "<f4", "<f8", "<f2", ">f4", ">f8")
DENSITIES = (0.0, 0.02, 0.2, 0.2, 1.0)
LAYOUTS = ("plain", "plain", "fortran", "strided", "reversed", "read-only", "mapped")
LABELS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "int64", "uint64", ">i4")
SCALES = (1 / 256, 1 / 255, 1.0)


@dataclass(frozen=True)
class Case:
    """What is computed; by itself a small network with a smaller last batch."""

    sizes: tuple[int, ...] = (20, 13, 5)
    n: int = 23
    dtype: str = "float32"
    activation: str = "sigmoid"  # `step` cannot learn: what such a network gives is all that is compared
    init: str = "normal"
    learning: Learning = field(default_factory=lambda: Learning(eta=3.0, batch_size=10, epochs=2))
    pixels: str = "|u1"
    density: float = 0.2  # how many pixels are not zero
    size: float = 1.0  # what pixels that are no bytes are multiplied with besides
    layout: str = "plain"
    labels: str = "int64"
    scale: float = 1 / 256
    seed: int = 0


def case(**changes: Any) -> Case:
    """Change some fields of a case, or of how it learns."""
    own = {each.name: changes.pop(each.name) for each in fields(Case) if each.name in changes}
    return replace(Case(learning=replace(Case().learning, **changes)), **own)


def random_case(random: Random) -> Case:
    """Draw a case."""
    first = random.choice([*range(1, 41), 300])
    sizes = (first, *random.choices(WIDTHS, k=random.choice([0, 1, 1, 1, 2, 2, 3])), random.randint(1, 20))
    layers = range(len(sizes) - 1)
    n = random.randint(1, 45)
    learning = Learning(
        eta=random.choice([0.5, 3.0, 3.0, 20.0, 1e4, [[1, 2.0], [1, 0.3]]]),
        batch_size=min(n, random.choice([1, 3, 4, 5, 7, 10, 10, 45])),
        epochs=random.randint(1, 3),
        cost=random.choice(COSTS),
        lmbda=random.choice([0.0, 0.0, 0.1, 5.0]),
        freeze=tuple(random.sample(layers, random.choice([0, 0, len(layers) - 1]))),
        shuffle=random.random() < 0.9,
        optimiser=random.choice(OPTIMISERS),
        mu=random.choice([0.0, 0.5, 0.9]),
    )
    return Case(
        sizes=sizes,
        n=n,
        dtype=random.choice(list(DTYPES)),
        activation=random.choice(ACTIVATIONS),
        init=random.choice(list(INITS)),
        learning=learning,
        pixels=random.choice(TYPES),
        density=random.choice(DENSITIES),
        size=random.choice([1.0, 1.0, 1.0, 1e-40]),
        layout=random.choice(LAYOUTS),
        labels=random.choice(LABELS),
        scale=random.choice(SCALES),
        seed=random.randrange(2**32),
    )


def network_of(case: Case) -> Network:
    rng = np.random.default_rng(case.seed)
    return Network(case.sizes, rng=rng, init=case.init, dtype=case.dtype, activation=case.activation)


@contextmanager
def examples_of(case: Case) -> Iterator[Examples]:
    """Make the examples; a file that they are mapped from is there as long as they are."""
    rng = np.random.default_rng(case.seed + 1)
    shape = (case.n, case.sizes[0])
    plain = rng.integers(1, 256, shape).astype(case.pixels) if case.pixels == "|u1" else rng.standard_normal(shape)
    plain = np.where(rng.random(shape) < case.density, plain * (1 if case.pixels == "|u1" else case.size), 0)
    labels = rng.integers(case.sizes[-1], size=case.n).astype(case.labels)
    with tempfile.TemporaryFile() as file:
        yield Examples(laid_out(plain.astype(case.pixels), case.layout, file), labels, case.scale)


def laid_out(plain: NDArray[Any], layout: str, file: Any) -> NDArray[Any]:
    """Give the same images as they may lie in memory, or in a file."""
    if layout == "fortran":
        return np.asfortranarray(plain)
    if layout == "strided":
        return np.repeat(np.repeat(plain, 2, axis=0), 3, axis=1)[::2, ::3]
    if layout == "reversed":
        return np.ascontiguousarray(plain[::-1, ::-1])[::-1, ::-1]
    if layout == "read-only":
        plain.flags.writeable = False
    if layout == "mapped":
        file.write(plain.tobytes())
        file.flush()
        return np.memmap(file, plain.dtype, "r", shape=plain.shape)
    return plain


def results(case: Case, kernel: str) -> dict[str, bytes]:
    """Compute all that a kernel gives, by names in the order in which it comes."""
    network, learning, found = network_of(case), case.learning, {}
    with examples_of(case) as examples, np.errstate(all="ignore"):
        if case.activation != "step":
            descent, rng = Descent(network, examples, learning, kernel), np.random.default_rng(case.seed + 2)
            for epoch in range(1, learning.epochs + 1):
                found[f"cost of epoch {epoch}"] = np.float64(descent.epoch(eta_at(learning.eta, epoch), rng))
                found |= {f"{name} of epoch {epoch}": array for name, array in network.parameters().items()}
        predictor = KERNELS[kernel].predictor(network, examples)
        found["outputs"] = outputs = predictor.outputs().copy()
        found["cost"] = np.float64(predictor.cost(outputs, learning.cost))
    return {name: bits(value) for name, value in found.items()}


def bits(value: Any) -> bytes:
    """Give a value's bytes. There are many NaNs, and which of them it is nobody promises."""
    return np.where(np.isnan(value), np.nan, value).astype(value.dtype).tobytes()


def levels() -> tuple[str, ...]:
    """Name the levels of vectors that this CPU has; none, where the kernel was not built."""
    with mock.patch.dict(os.environ, {library.SIMD: ""}):
        try:
            return library.LEVELS[: library.LEVELS.index(library.level()) + 1]
        except library.NotBuiltError:
            return ()


LEVELS = levels()


def difference(case: Case) -> str:
    """Name the first thing in which the compiled kernel parts from the reference, and the level; or nothing."""
    expected = results(case, "reference")
    for level in LEVELS:
        with mock.patch.dict(os.environ, {library.SIMD: level}):
            found = results(case, "compiled")
        assert found.keys() == expected.keys()
        apart = [name for name in expected if found[name] != expected[name]]
        if apart:
            return f"{apart[0]} at the level {level}"
    return ""


def main(count: int) -> int:
    assert LEVELS, "the compiled kernel was not built"
    parted = 0
    for number in range(count):
        case = random_case(Random(number))
        if apart := difference(case):
            parted += 1
            print(f"{number}: {apart}: {case}")
    print(f"{count} cases at {', '.join(LEVELS)}: {parted} differ")
    return int(parted > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
