import numpy as np
import pytest

from nnexp.core import Network
from nnexp.core.activation import layer_activations
from nnexp.core.initial import INITS, draw

SIZES = [400, 300, 200]


def drawn(init, activation="sigmoid"):
    return draw(SIZES, INITS[init], layer_activations(activation, 2), np.random.default_rng(0))


def test_normal_is_standard_normal():
    weights, biases = drawn("normal")
    assert [w.shape for w in weights] == [(300, 400), (200, 300)]
    assert [b.shape for b in biases] == [(300,), (200,)]
    for array in weights + biases:
        assert array.mean() == pytest.approx(0, abs=0.15)
        assert array.std() == pytest.approx(1, abs=0.1)


def test_uniform_bias_draws_biases_from_zero_to_one():
    weights, biases = drawn("uniform_bias")
    assert weights[0].std() == pytest.approx(1, abs=0.02)
    assert all(b.min() >= 0 and 0.9 < b.max() < 1 for b in biases)


def test_scaled_divides_weights_by_the_root_of_their_number_of_inputs():
    (normal, normal_biases), (scaled, scaled_biases) = drawn("normal"), drawn("scaled")
    for w, v, n_in in zip(scaled, normal, SIZES, strict=False):
        np.testing.assert_array_equal(w, v / np.sqrt(n_in))  # to the bit
    np.testing.assert_array_equal(np.concatenate(scaled_biases), np.concatenate(normal_biases))


def test_scaled_gives_relu_neurons_larger_weights():
    hidden, last = drawn("scaled", "relu")[0]
    assert hidden.std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert last.std() == pytest.approx(np.sqrt(1 / 300), rel=0.02)  # the output layer is a sigmoid one


@pytest.mark.parametrize("init", INITS)
def test_both_precisions_start_alike(init):
    single, double = (
        Network([5, 4, 3], rng=np.random.default_rng(1), init=init, dtype=dtype) for dtype in ("float32", "float64")
    )
    for name, array in single.parameters().items():
        np.testing.assert_array_equal(array, double.parameters()[name].astype("float32"))
