"""Functions whose bits are the same everywhere: some of them as committed here, and how near they are to the truth."""

import numpy as np
import pytest

from nnexp.core.activation import ACTIVATIONS
from nnexp.core.functions import BOUND, VALUES, exponential, logarithm, sigmoid, tanh
from nnexp.core.kernels import library

X = [-3.0, -0.3, 0.1, 1.0, 20.0]
KNOWN = {
    (exponential, "float32"): "0x1.97db0cp-5 0x1.7b4c86p-1 0x1.1aec7cp+0 0x1.5bf0a8p+1 0x1.ceb088p+28",
    (exponential, "float64"): "0x1.97db0ccceb0afp-5 0x1.7b4c869c37c05p-1 0x1.1aec7b35a00d4p+0 0x1.5bf0a8b14576ap+1 "
    "0x1.ceb088b68e804p+28",
    (sigmoid, "float32"): "0x1.848344p-5 0x1.b3c558p-2 0x1.0cca12p-1 0x1.764d50p-1 0x1p+0",
    (sigmoid, "float64"): "0x1.848343c905445p-5 0x1.b3c5574372aebp-2 0x1.0cca12729afb8p-1 0x1.764d4f5d5a2bdp-1 "
    "0x1.ffffffee4b79ap-1",
    (tanh, "float32"): "-0x1.fd77d2p-1 -0x1.2a4ddcp-2 0x1.983d78p-4 0x1.85efacp-1 0x1p+0",
    (tanh, "float64"): "-0x1.fd77d111a0b00p-1 -0x1.2a4dda7d914fap-2 0x1.983d7795f413ap-4 0x1.85efab514f394p-1 0x1p+0",
}
FAR = [np.inf, 1e30, 710.0, 100.0]
both_dtypes = pytest.mark.parametrize("dtype", ["float32", "float64"])


@pytest.mark.parametrize(("function", "dtype"), KNOWN)
def test_known_answers(function, dtype):
    expected = [float.fromhex(word) for word in KNOWN[function, dtype].split()]
    assert function(np.array(X, dtype)).tolist() == expected


def test_known_logarithms():
    x = np.array([0.1, 0.5, 0.7, 1.0, 3.0, 1e-300])
    expected = "-0x1.26bb1bbb55515p+1 -0x1.62e42fefa39efp-1 -0x1.6d3c324e13f50p-2 0x0p+0 0x1.193ea7aad030ap+0 "
    assert logarithm(x).tolist() == [float.fromhex(word) for word in (expected + "-0x1.5963447f87fb5p+9").split()]


def off(found, exact):
    """How far numbers are from those of more digits: the worst, in units of the last place."""
    last = np.spacing(np.abs(exact).astype(found.dtype)).astype(np.longdouble)
    return float((np.abs(found - exact) / last).max())


def numbers(dtype):
    rng, bound = np.random.default_rng(0), BOUND[np.dtype(dtype).itemsize]
    x = [rng.uniform(-bound, bound, 100_000), rng.normal(0, 3, 100_000), rng.normal(0, 1e-3, 10_000), [-bound, bound]]
    return np.concatenate(x).astype(dtype)


@both_dtypes
def test_they_are_right_to_a_few_units_of_the_last_place(dtype):
    x = numbers(dtype)
    more = x.astype(np.longdouble)
    assert off(exponential(x), np.exp(more)) < 2
    assert off(sigmoid(x), 1 / (1 + np.exp(-more))) < 3
    assert off(tanh(x), np.tanh(more)) < 2


def test_logarithms_are_right_to_one_unit_of_the_last_place():
    rng = np.random.default_rng(0)
    x = [rng.uniform(0, 1, 100_000), np.exp(rng.uniform(-700, 700, 100_000)), rng.normal(1, 1e-6, 10_000)]
    x = np.concatenate(x)
    assert off(logarithm(x), np.log(x.astype(np.longdouble))) < 1


@both_dtypes
def test_far_out_they_stay_where_they_end(dtype):
    with np.errstate(all="ignore"):
        far = np.array(FAR, dtype)
        assert (sigmoid(far) == 1).all()
        assert ((sigmoid(-far) >= 0) & (sigmoid(-far) < 1e-30)).all()
        assert (tanh(far) == 1).all()
        assert (tanh(-far) == -1).all()
        nan = np.array([np.nan], dtype)
        for function in (exponential, sigmoid, tanh, VALUES["relu"]):
            assert np.isnan(function(nan)).all()


def test_a_number_that_is_none_has_no_logarithm():
    assert np.isnan(logarithm(np.array([np.nan]))).all()


@both_dtypes
def test_tanh_is_odd(dtype):
    x = numbers(dtype)
    np.testing.assert_array_equal(tanh(-x), -tanh(x))


@both_dtypes
@pytest.mark.parametrize("name", VALUES)
def test_activations_are_those_of_the_other_kernel(dtype, name):
    """To a few units of the last place of 1; how they are rounded is each kernel's own."""
    z, eps = numbers(dtype), np.finfo(dtype).eps
    a = VALUES[name](z)
    assert a.dtype == dtype
    np.testing.assert_allclose(a, ACTIVATIONS[name].value(z, None), rtol=4 * eps, atol=4 * eps)


def test_the_reference_has_the_activations_of_the_compiled_kernel():
    assert VALUES.keys() == set(library.ACTIVATIONS)
