import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnexp.core.activation import sigmoid, sigmoid_prime, step


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_sigmoid_takes_the_largest_numbers_without_a_warning(dtype):
    huge = np.finfo(dtype).max
    z = np.array([-huge, -1e4, -89, 0, 89, 1e4, huge], dtype)
    with np.errstate(all="raise", under="ignore"):
        a = sigmoid(z)
    assert a.dtype == dtype
    np.testing.assert_allclose(a, [0, 0, 0, 0.5, 1, 1, 1], atol=1e-38)


@given(st.floats(-700, 700))
def test_sigmoid_is_its_definition_and_symmetric(z):
    a, mirrored = sigmoid(np.array([z, -z]))
    assert a == pytest.approx(1 / (1 + np.exp(-z)), rel=1e-12)
    assert a + mirrored == pytest.approx(1)


def test_sigmoid_prime_is_the_slope():
    z, h = np.linspace(-5, 5, 11), 1e-6
    np.testing.assert_allclose(sigmoid_prime(sigmoid(z)), (sigmoid(z + h) - sigmoid(z - h)) / (2 * h), rtol=1e-7)


def test_a_perceptron_fires_above_zero_only():
    np.testing.assert_array_equal(step(np.array([-2.0, 0.0, 1e-30, 3.0])), [0, 0, 1, 1])
