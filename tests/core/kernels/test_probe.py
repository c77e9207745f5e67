"""probe.c, the kernel's own test program: one digest from every compiler and level, on ARM, and under sanitizers.

A sanitizer ends the program where the kernel reads or writes outside an array, or does what C leaves undefined.
"""

import os
import shutil
import subprocess
from dataclasses import astuple, dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from nnexp.core import DTYPES, Examples, Learning, Network
from nnexp.core.kernels import build
from nnexp.core.kernels.library import ACTIVATIONS, COSTS
from nnexp.core.kernels.reference import ReferenceLearner, ReferencePredictor
from tests.core.kernels.cases import LEVELS

SOURCE = Path(__file__).with_name("probe.c")
PREPARE = ["-DNAME(what)=what", f"-I{build.HERE}"]
SANITIZE = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
COMPILERS = [["gcc"], ["clang"]]
ARM = [["aarch64-linux-gnu-gcc"], ["clang", "--target=aarch64-linux-gnu"]]
EMULATOR = "qemu-aarch64"


@dataclass(frozen=True)
class Probe:
    """What one argument of the program says."""

    sizes: tuple[int, ...] = (23, 17, 5)
    n: int = 23
    batch_size: int = 10
    epochs: int = 2
    cost: int = 0
    activation: int = 0
    momentum: int = 0
    frozen: int = 0
    numbers: int = 0
    bands: int = 1

    def __str__(self):
        sizes, *rest = astuple(self)
        return ":".join(["-".join(map(str, sizes)), *map(str, rest)])


PROBES = [
    Probe(),
    Probe((784, 30, 10), n=12, epochs=1, bands=3),
    Probe((1, 1), n=1, batch_size=1),
    Probe((7, 3), n=5, batch_size=1, bands=9),
    Probe((9, 33, 7, 3), n=11, batch_size=7, epochs=3, cost=1, activation=1, numbers=1),
    Probe((9, 105, 120, 16), n=11, batch_size=4, cost=1, activation=2, bands=2),
    Probe((40, 13, 65, 17), n=15, batch_size=5, momentum=1, numbers=1, bands=4),
    Probe((40, 16, 16, 16), n=17, batch_size=6, momentum=1, frozen=0b010, bands=3),
    Probe((31, 1, 2), n=9, batch_size=2, frozen=0b01, activation=2),
    Probe((5, 129, 1), n=9, batch_size=8, epochs=1, cost=1, numbers=1),
]


class Lcg:
    """The program's numbers."""

    def __init__(self):
        self.state = 1

    def whole(self, below):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % below

    def fraction(self, *shape):
        return np.array([(self.whole(65536) - 32768) / 32768 for _ in range(int(np.prod(shape)))]).reshape(shape)

    def pixel(self, numbers):
        if self.whole(5):
            return 0
        return (self.whole(65536) - 32768) / 32768 if numbers else self.whole(256)


def digest(numbers):
    found = 14695981039346656037
    for byte in b"".join(np.ascontiguousarray(each).astype(each.dtype.newbyteorder("<")).tobytes() for each in numbers):
        found = (found ^ byte) * 1099511628211 % 2**64
    return f"{found:016x}"


@cache
def expected(probe, dtype):
    """Do by the reference what the program does."""
    lcg, parameters, n = Lcg(), {}, probe.n
    for k, (n_in, n_out) in enumerate(pairwise(probe.sizes)):
        parameters[f"weights_{k}"] = lcg.fraction(n_out, n_in).astype(dtype)
        parameters[f"biases_{k}"] = lcg.fraction(n_out).astype(dtype)
    network = Network.from_parameters(parameters, activation=ACTIVATIONS[probe.activation])
    pixels = [lcg.pixel(probe.numbers) for _ in range(n * probe.sizes[0])]
    images = np.array(pixels, dtype if probe.numbers else np.uint8).reshape(n, -1)
    labels = np.array([lcg.whole(probe.sizes[-1]) for _ in range(n)])
    examples = Examples(images, labels, 0.75 if probe.numbers else 1 / 256)
    learning = Learning(
        batch_size=probe.batch_size,
        cost=COSTS[probe.cost],
        lmbda=0.5,
        freeze=tuple(k for k in range(len(probe.sizes) - 1) if probe.frozen >> k & 1),
        optimiser="momentum" if probe.momentum else "sgd",
        mu=0.5,
    )
    learner, predictor = ReferenceLearner(network, examples, learning), ReferencePredictor(network, examples)
    costs = [learner.learn((np.arange(n) + 7 * epoch) % n, 3.0) for epoch in range(probe.epochs)]
    outputs = predictor.outputs()
    costs.append(predictor.cost(outputs, learning.cost))
    return digest([np.array(costs), outputs, *network.parameters().values()])


def made(folder, compiler, *flags, dtype):
    """Compile the program, and say where it is."""
    program = folder / "probe"
    real = f"-DREAL={build.REALS[dtype]}"
    command = [*compiler, *build.FLAGS, *PREPARE, real, *flags, str(SOURCE), "-o", str(program)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return program


def said(*program):
    """Run the program on all probes, and give their digests."""
    quiet = {"ASAN_OPTIONS": "detect_leaks=0"}  # it ends without freeing, as a short program may
    done = subprocess.run([*program, *map(str, PROBES)], capture_output=True, text=True, env=os.environ | quiet)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def needs(*tools):
    lacking = [tool for tool in tools if not shutil.which(tool)]
    return pytest.mark.skipif(bool(lacking), reason=f"needs {', '.join(lacking)}")


def for_each(compilers, *tools):
    marked = [pytest.param(compiler, marks=needs(compiler[0], *tools), id=compiler[0]) for compiler in compilers]
    return pytest.mark.parametrize("compiler", marked)


EVERY = LEVELS or ("baseline",)
every_level = pytest.mark.parametrize("level", EVERY)
both_dtypes = pytest.mark.parametrize("dtype", DTYPES)


@every_level
@for_each(COMPILERS)
def test_every_compiler_and_level_gives_the_references_digests(compiler, level, tmp_path):
    program = made(tmp_path, compiler, "-O1", *build.levels()[level], dtype="float32")
    assert said(program) == [expected(probe, "float32") for probe in PROBES]


@both_dtypes
@for_each(ARM, "aarch64-linux-gnu-gcc", EMULATOR)
def test_arm_gives_the_same_digests(compiler, dtype, tmp_path):
    program = made(tmp_path, compiler, "-static", dtype=dtype)
    assert said(EMULATOR, program) == [expected(probe, dtype) for probe in PROBES]


@for_each(ARM[:1], EMULATOR)
def test_multiplications_that_are_fused_with_additions_would_be_noticed(compiler, tmp_path):
    """Every ARM can, and a compiler does unless it is told not to: each probe but the smallest parts."""
    program = made(tmp_path, compiler, "-static", "-ffp-contract=fast", dtype="float32")
    found = said(EMULATOR, program)
    assert sum(one != expected(probe, "float32") for one, probe in zip(found, PROBES, strict=True)) >= len(PROBES) - 2


@pytest.mark.parametrize(("level", "dtype"), [*((level, "float32") for level in EVERY), (EVERY[-1], "float64")])
@for_each(COMPILERS[1:])
def test_nothing_is_read_or_written_outside_an_array(compiler, level, dtype, tmp_path):
    program = made(tmp_path, compiler, *build.levels()[level], *SANITIZE, dtype=dtype)
    assert said(program) == [expected(probe, dtype) for probe in PROBES]
