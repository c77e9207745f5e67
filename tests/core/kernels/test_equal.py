"""The compiled kernel gives the reference's bits, at every level of vectors that this CPU has.

A thousand more cases, and as many as you like: `python -m tests.core.kernels.cases 1000`.
"""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from nnexp.core import ACTIVATIONS, DTYPES, INITS, KERNELS, Examples, Learning, Network
from nnexp.core.functions import VALUES
from nnexp.core.kernels import compiled, library
from tests.core.kernels.cases import (
    LABELS,
    LAYOUTS,
    LEVELS,
    TYPES,
    WIDTHS,
    bits,
    case,
    difference,
    random_case,
    results,
)

pytestmark = pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")
both_dtypes = pytest.mark.parametrize("dtype", DTYPES)
every_level = pytest.mark.parametrize("level", LEVELS)


CHANGES = [
    *({"sizes": (20, width, 5)} for width in WIDTHS),
    *({"sizes": (20, width)} for width in WIDTHS),
    *({"sizes": sizes} for sizes in [(1, 1), (1, 1, 1), (9, 33, 7, 3), (9, 17, 120, 105, 16), (300, 33, 1)]),
    *({"batch_size": size, "n": n} for size in (1, 3, 4, 5, 7, 10) for n in (10, 23)),
    *({"n": n, "batch_size": 1} for n in (1, 2)),
    *({"sizes": (20, 13, 17, 5), "freeze": freeze} for freeze in [(0,), (1,), (2,), (0, 2)]),
    *({"sizes": (20, 13, 17, 5), "freeze": freeze, "optimiser": "momentum"} for freeze in [(), (0,), (1, 2)]),
    *({"sizes": (20, 13, 17, 5), "activation": name} for name in library.ACTIVATIONS),
    *(
        {"cost": cost, "lmbda": lmbda, "optimiser": o}
        for cost in library.COSTS
        for lmbda in (0.0, 0.7)
        for o in library.OPTIMISERS
    ),
    *({"optimiser": "momentum", "mu": mu, "epochs": 3} for mu in (0.0, 0.5)),
    {"eta": [[1, 2.0], [1, 0.3]], "epochs": 3},
    {"shuffle": False},
    *({"init": init} for init in INITS),
    *({"pixels": pixels, "density": density} for pixels in dict.fromkeys(TYPES) for density in (0.0, 0.2, 1.0)),
    *({"layout": layout, "pixels": pixels} for layout in dict.fromkeys(LAYOUTS) for pixels in ("|u1", "<f4", ">f8")),
    *({"labels": labels} for labels in dict.fromkeys(LABELS)),
    {"pixels": "<f8", "size": 1e-44},  # some times 1 / 256 are zero in float32
    {"scale": 1 / 255, "sizes": (30, 7, 5)},
]


@both_dtypes
@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_the_kernel_gives_the_references_bits(dtype, changes):
    assert difference(case(dtype=dtype, **changes)) == ""


@pytest.mark.parametrize("changes", CHANGES, ids=str)
def test_numpy_computes_nearly_the_same(changes):
    """So the order of operations that is held to the bit is one of the book's formulas."""
    drawn = case(dtype="float64", **changes)
    expected = results(drawn, "numpy")
    for name, found in results(drawn, "reference").items():
        near = np.frombuffer(expected[name])
        np.testing.assert_allclose(np.frombuffer(found), near, rtol=1e-7, atol=1e-10, err_msg=name)


@given(st.randoms(use_true_random=False))
def test_no_case_is_found_in_which_they_part(random):
    drawn = random_case(random)
    note(str(drawn))
    assert difference(drawn) == ""


@both_dtypes
def test_what_overflows_does_so_in_both(dtype):
    burst = case(dtype=dtype, activation="relu", eta=1e30, lmbda=1.0, epochs=3, batch_size=1)
    last = results(burst, "reference")
    assert not np.isfinite(np.frombuffer(last["weights_0 of epoch 3"], dtype)).all()
    assert difference(burst) == ""


@both_dtypes
@pytest.mark.parametrize("band", [1, 100, 1000, 10**6])
def test_the_bits_are_the_same_however_the_pixels_are_divided(dtype, band, monkeypatch):
    monkeypatch.setattr(compiled, "BAND", band)
    for density in (0.0, 0.05, 1.0):
        assert difference(case(dtype=dtype, sizes=(50, 33, 5), density=density)) == ""


@both_dtypes
def test_pixels_that_the_first_images_do_not_use_are_not_forgotten(dtype, monkeypatch):
    monkeypatch.setattr(compiled, "SAMPLE", 1)
    monkeypatch.setattr(compiled, "BAND", 500)
    assert difference(case(dtype=dtype, sizes=(50, 33, 5), density=0.02, seed=3)) == ""


@both_dtypes
def test_bytes_of_more_inputs_than_a_short_number_counts_are_kept_as_numbers(dtype, monkeypatch):
    monkeypatch.setattr(compiled, "MOST_BYTES", 19)
    assert difference(case(dtype=dtype, sizes=(20, 13, 5))) == ""


@both_dtypes
def test_an_input_that_the_scale_makes_zero_is_passed_over(dtype):
    """Or it would turn weights of -0 to 0: the smallest pixel there is, of which a 256th is none."""
    negative_zeros = {
        "weights_0": np.full((3, 4), -0.0, dtype),
        "biases_0": np.full(3, -0.0, dtype),
        "weights_1": np.array([[1, 1, 1], [-3, -3, -3]], dtype),
        "biases_1": np.zeros(2, dtype),
    }
    examples = Examples(np.full((2, 4), np.finfo(dtype).smallest_subnormal), np.array([0, 0]), 1 / 256)
    for kernel in ("reference", "compiled"):
        network = Network.from_parameters(negative_zeros, activation="tanh")
        KERNELS[kernel].learner(network, examples, Learning(batch_size=2)).learn(np.arange(2), 1.0)
        assert np.signbit(network.weights[0]).all(), kernel


@both_dtypes
@every_level
@pytest.mark.parametrize("activation", library.ACTIVATIONS)
def test_activations_of_any_number(dtype, level, activation, monkeypatch):
    """One layer of very many neurons without inputs, whose outputs are the activation of their biases."""
    monkeypatch.setenv(library.SIMD, level)
    z = some_numbers(dtype)
    network = Network.from_parameters({"weights_0": np.zeros((len(z), 1), dtype), "biases_0": z})
    network.activations = [ACTIVATIONS[activation]]
    nothing = Examples(np.zeros((1, 1), np.uint8), np.array([0]))
    outputs = compiled.CompiledPredictor(network, nothing).outputs()[0]
    with np.errstate(all="ignore"):
        assert outputs.tobytes() == VALUES[activation](z).tobytes()


@both_dtypes
@every_level
@pytest.mark.parametrize("cost", library.COSTS)
def test_costs_of_any_outputs(dtype, level, cost, monkeypatch):
    monkeypatch.setenv(library.SIMD, level)
    a = np.abs(some_numbers(dtype))
    a = np.concatenate([a[a <= 1], [0, 1, np.nextafter(1, 0, dtype=dtype)]]).astype(dtype)[:, None]
    network = Network([1, 1], rng=np.random.default_rng(0), dtype=dtype)
    for output in [*np.array_split(a, 50), np.full((1, 1), np.nan, dtype)]:
        examples = Examples(np.zeros((len(output), 1), np.uint8), np.zeros(len(output), np.int64))
        both = (KERNELS[kernel].predictor(network, examples) for kernel in ("compiled", "reference"))
        assert len({bits(np.float64(predictor.cost(output, cost))) for predictor in both}) == 1


def some_numbers(dtype):
    """Numbers of every size there is, those that activations are steep at, and the ends."""
    rng, unsigned = np.random.default_rng(0), {"float32": np.uint32, "float64": np.uint64}[dtype]
    any_bits = rng.integers(np.iinfo(unsigned).max, size=20_000, dtype=unsigned).view(dtype)
    near = rng.normal(0, [[1], [20], [500]], (3, 10_000)).astype(dtype).ravel()
    ends = np.array([0.0, -0.0, np.finfo(dtype).tiny, np.finfo(dtype).max, 0.625, 87, 88, 708, 709, 1e-44], dtype)
    numbers = np.concatenate([any_bits, near, ends, -ends])
    return numbers[np.isfinite(numbers)]


def test_a_case_is_what_it_says():
    """What is compared above differs from case to case, so that no change is without effect."""
    plain = results(case(), "reference")
    for changes in (
        {"dtype": "float64"}, {"cost": "cross_entropy"}, {"lmbda": 1.0}, {"freeze": (0,)}, {"optimiser": "momentum"},
        {"batch_size": 7}, {"init": "scaled"}, {"activation": "relu"}, {"density": 1.0}, {"scale": 1 / 255},
        {"eta": 2.0}, {"shuffle": False}, {"pixels": "<f4"}, {"seed": 1},
    ):  # fmt: skip
        assert results(case(**changes), "reference") != plain, changes
    for layout in LAYOUTS:
        assert results(replace(case(), layout=layout), "reference") == plain, layout
    assert {random_case(Random(number)).layout for number in range(100)} == set(LAYOUTS)
