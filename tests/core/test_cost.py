import numpy as np
import pytest

from nnexp.core.activation import SIGMOID, TANH
from nnexp.core.cost import COSTS

A = np.array([[0.8, 0.1], [0.5, 0.5]])
Y = np.array([[1.0, 0.0], [0.0, 1.0]])


def test_quadratic_by_hand():
    # (0.2^2 + 0.1^2) / 2 = 0.025 and (0.5^2 + 0.5^2) / 2 = 0.25
    assert COSTS["quadratic"].mean(A, Y) == pytest.approx((0.025 + 0.25) / 2)
    np.testing.assert_allclose(COSTS["quadratic"].delta(A, Y, SIGMOID)[0], [-0.2 * 0.8 * 0.2, 0.1 * 0.1 * 0.9])


def test_cross_entropy_by_hand():
    # -ln 0.8 - ln 0.9 and -2 ln 0.5
    assert COSTS["cross_entropy"].mean(A, Y) == pytest.approx((0.2231436 + 0.1053605 + 1.3862944) / 2)
    np.testing.assert_allclose(COSTS["cross_entropy"].delta(A, Y, SIGMOID)[0], [-0.2, 0.1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cross_entropy_of_certain_outputs_is_finite(dtype):
    a, y = np.array([[0, 1]], dtype), np.array([[0, 1]], dtype)
    assert COSTS["cross_entropy"].mean(a, y) == pytest.approx(0, abs=1e-6)
    assert 30 < COSTS["cross_entropy"].mean(a, 1 - y) < 80  # both outputs wrong


@pytest.mark.parametrize("cost", COSTS)
def test_the_derivative_is_the_slope(cost):
    h, slopes = 1e-6, np.empty_like(A)
    for i in np.ndindex(A.shape):
        up, down = A.copy(), A.copy()
        up[i], down[i] = A[i] + h, A[i] - h
        slopes[i] = (COSTS[cost].mean(up, Y) - COSTS[cost].mean(down, Y)) * len(A) / (2 * h)
    np.testing.assert_allclose(COSTS[cost].derivative(A, Y), slopes, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("activation", [SIGMOID, TANH])
def test_delta_is_the_derivative_by_z(cost, activation):
    expected = COSTS[cost].derivative(A, Y) * activation.prime(A)
    np.testing.assert_allclose(COSTS[cost].delta(A, Y, activation), expected, rtol=1e-12)


def test_cross_entropy_of_sigmoid_neurons_does_not_slow_down_where_they_are_saturated():
    certain, y = np.array([[0.0, 1.0]]), np.array([[1.0, 0.0]])
    np.testing.assert_array_equal(COSTS["cross_entropy"].delta(certain, y, SIGMOID), [[-1, 1]])  # to the bit
