import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnexp.core.activation import ACTIVATIONS, RELU, SIGMOID, STEP, TANH, layer_activations, sigmoid

Z = np.linspace(-20, 20, 161) + 0.01  # and no kink


@pytest.fixture(params=ACTIVATIONS)
def activation(request):
    return ACTIVATIONS[request.param]


def test_stands_under_its_own_name(activation):
    assert ACTIVATIONS[activation.name] is activation


def test_writes_over_z_if_asked(activation):
    z = Z.copy()
    assert activation.value(z, z) is z
    np.testing.assert_array_equal(z, activation.value(Z, None))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_keeps_the_precision(activation, dtype):
    a = activation.value(Z.astype(dtype), None)
    assert (a.dtype, activation.prime(a).dtype) == (dtype, dtype)


def test_prime_is_the_slope(activation):
    h = 1e-6
    slope = (activation.value(Z + h, None) - activation.value(Z - h, None)) / (2 * h)
    np.testing.assert_allclose(activation.prime(activation.value(Z, None)), slope, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_exported_formula_is_the_value(activation, dtype):
    z = Z.astype(dtype)
    exported = eval(activation.formula, {"np": np, "z": z})
    assert exported.dtype == dtype
    np.testing.assert_allclose(exported, activation.value(z, None), rtol=1e-6, atol=1e-7)


def test_says_whether_it_gives_fractions(activation):
    a = activation.value(Z, None)
    assert activation.fractions == (a.min() >= 0 and a.max() <= 1)


def test_an_output_layer_gives_fractions(activation):
    *hidden, last = layer_activations(activation.name, 3)
    assert hidden == [activation, activation]
    assert last.fractions


@pytest.mark.parametrize(
    ("activation", "values", "slopes"),
    [
        (SIGMOID, [0.11920292, 0.5, 0.95257413], [0.10499359, 0.25, 0.04517666]),
        (TANH, [-0.96402758, 0, 0.99505475], [0.07065082, 1, 0.00986604]),
        (RELU, [0, 0, 3], [0, 0, 1]),
        (STEP, [0, 0, 1], [0, 0, 0]),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_known_values(activation, values, slopes):
    a = activation.value(np.array([-2.0, 0.0, 3.0]), None)
    np.testing.assert_allclose(a, values, atol=1e-8)
    np.testing.assert_allclose(activation.prime(a), slopes, atol=1e-8)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_largest_numbers_give_no_warning(activation, dtype):
    huge = np.finfo(dtype).max
    with np.errstate(all="raise", under="ignore"):
        a = activation.value(np.array([-huge, -1e4, -89, 89, 1e4, huge], dtype), None)
    assert np.isfinite(a).all()


@given(st.floats(-700, 700))
def test_sigmoid_is_its_definition_and_symmetric(z):
    a, mirrored = sigmoid(np.array([z, -z]))
    assert a == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-12)
    assert a + mirrored == pytest.approx(1)


def test_a_perceptron_fires_above_zero_only():
    np.testing.assert_array_equal(STEP.value(np.array([-2.0, 0.0, 1e-30, 3.0]), None), [0, 0, 1, 1])
