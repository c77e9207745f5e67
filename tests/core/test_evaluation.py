import numpy as np
import pytest

from nnexp.core import Evaluation, Examples, Network, evaluate, predict
from nnexp.core.kernels.dense import CHUNK
from nnexp.errors import DataError


def identity(n):
    """A network whose largest output stands where its largest input does."""
    return Network.from_parameters({"weights_0": np.eye(n), "biases_0": np.zeros(n)})


def test_counts_what_is_right_by_class_and_what_was_never_predicted():
    images = np.array([[9, 0, 0, 0], [0, 0, 9, 0], [0, 0, 9, 0], [9, 0, 0, 0]], np.uint8)
    result = evaluate(identity(4), Examples(images, np.array([0, 2, 1, 0])))
    a9, a0 = 1 / (1 + np.exp(-9)), 0.5
    right, wrong = ((1 - a9) ** 2 + 3 * a0**2) / 2, (a9**2 + (1 - a0) ** 2 + 2 * a0**2) / 2
    assert result == Evaluation(0.75, 3, 4, pytest.approx((3 * right + wrong) / 4), (1, 3), (1.0, 0.0, 1.0, None))
    assert result.balanced_accuracy == pytest.approx(2 / 3)


@pytest.mark.parametrize("n", [1, CHUNK - 1, CHUNK, 2 * CHUNK + 3])
def test_chunks_leave_no_example_out(n):
    rng = np.random.default_rng(n)
    net = Network([6, 5, 3], rng=rng, dtype="float64")
    images = rng.integers(256, size=(n, 6)).astype(np.uint8)
    examples = Examples(images, rng.integers(3, size=n), 1 / 255)
    outputs = predict(net, examples)
    np.testing.assert_allclose(outputs, net.forward(images / 255), rtol=1e-12)
    result = evaluate(net, examples, cost="cross_entropy")
    assert result.total == n
    assert result.correct == (outputs.argmax(axis=1) == examples.labels).sum()
    assert result.accuracy == result.correct / n


def test_perceptrons_can_be_evaluated():
    net = Network.from_parameters({"weights_0": np.eye(2), "biases_0": np.zeros(2)}, activation="step")
    result = evaluate(net, Examples(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0, 1])))
    assert (result.correct, result.cost) == (2, 0)


def test_examples_of_another_network_are_refused():
    with pytest.raises(DataError, match="the network takes 4 inputs, but the images have 3 pixels"):
        evaluate(identity(4), Examples(np.zeros((2, 3)), np.array([0, 1])))
