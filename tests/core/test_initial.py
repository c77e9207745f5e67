import numpy as np
import pytest

from nnexp.core import Network
from nnexp.core.initial import draw

SIZES = [400, 300, 200]


def test_normal_is_standard_normal():
    weights, biases = draw(SIZES, "normal", np.random.default_rng(0))
    assert [w.shape for w in weights] == [(300, 400), (200, 300)]
    assert [b.shape for b in biases] == [(300,), (200,)]
    for array in weights + biases:
        assert array.mean() == pytest.approx(0, abs=0.15)
        assert array.std() == pytest.approx(1, abs=0.1)


def test_uniform_bias_draws_biases_from_zero_to_one():
    weights, biases = draw(SIZES, "uniform_bias", np.random.default_rng(0))
    assert weights[0].std() == pytest.approx(1, abs=0.02)
    assert all(b.min() >= 0 and 0.9 < b.max() < 1 for b in biases)


def test_scaled_divides_weights_by_the_root_of_their_number_of_inputs():
    normal, normal_biases = draw(SIZES, "normal", np.random.default_rng(0))
    scaled, scaled_biases = draw(SIZES, "scaled", np.random.default_rng(0))
    for w, v, n_in in zip(scaled, normal, SIZES, strict=False):
        np.testing.assert_allclose(w * np.sqrt(n_in), v)
    np.testing.assert_array_equal(np.concatenate(scaled_biases), np.concatenate(normal_biases))


@pytest.mark.parametrize("init", ["normal", "uniform_bias", "scaled"])
def test_both_precisions_start_alike(init):
    single, double = (
        Network([5, 4, 3], rng=np.random.default_rng(1), init=init, dtype=dtype) for dtype in ("float32", "float64")
    )
    for name, array in single.parameters().items():
        np.testing.assert_array_equal(array, double.parameters()[name].astype("float32"))
