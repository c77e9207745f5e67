import numpy as np
import pytest

from nnexp.core.cost import COSTS
from nnexp.errors import ConfigError

A = np.array([[0.8, 0.1], [0.5, 0.5]])
Y = np.array([[1.0, 0.0], [0.0, 1.0]])


def test_quadratic_by_hand():
    # (0.2^2 + 0.1^2) / 2 = 0.025 and (0.5^2 + 0.5^2) / 2 = 0.25
    assert COSTS["quadratic"].mean(A, Y) == pytest.approx((0.025 + 0.25) / 2)
    np.testing.assert_allclose(COSTS["quadratic"].delta(A, Y)[0], [-0.2 * 0.8 * 0.2, 0.1 * 0.1 * 0.9])


def test_cross_entropy_by_hand():
    # -ln 0.8 - ln 0.9 and -2 ln 0.5
    assert COSTS["cross_entropy"].mean(A, Y) == pytest.approx((0.2231436 + 0.1053605 + 1.3862944) / 2)
    np.testing.assert_allclose(COSTS["cross_entropy"].delta(A, Y)[0], [-0.2, 0.1])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_cross_entropy_of_certain_outputs_is_finite(dtype):
    a, y = np.array([[0, 1]], dtype), np.array([[0, 1]], dtype)
    assert COSTS["cross_entropy"].mean(a, y) == pytest.approx(0, abs=1e-6)
    assert 30 < COSTS["cross_entropy"].mean(a, 1 - y) < 80  # both outputs wrong


def test_an_unknown_cost_is_refused():
    with pytest.raises(ConfigError, match="cost must be one of quadratic, cross_entropy, but got 'hinge'"):
        cost_named("hinge")
