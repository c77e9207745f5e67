import subprocess
import sys

import numpy as np
import pytest

from nnexp.core import ACTIVATIONS, DTYPES, INITS, Network
from nnexp.errors import ConfigError, DataError

PRINT_DIGEST = """
from numpy.random import default_rng
from nnexp.core import Network
print(Network([4, 3, 2], rng=default_rng(0)).digest())
"""


def network(sizes=(4, 3, 2), seed=0, **settings):
    return Network(sizes, rng=np.random.default_rng(seed), **settings)


def test_forward_by_hand():
    net = Network.from_parameters({"weights_0": np.array([[1.0, -1.0]]), "biases_0": np.array([0.5])})
    # z = 2 - 1 + 0.5 = 1.5 and 0 - 0 + 0.5
    np.testing.assert_allclose(net.forward(np.array([[2.0, 1.0], [0.0, 0.0]])), [[0.81757448], [0.62245933]])


@pytest.mark.parametrize(("activation", "hidden"), [("tanh", [0.96402758, -0.76159416]), ("relu", [2, 0])])
def test_tanh_and_relu_neurons_end_in_a_sigmoid_layer(activation, hidden):
    parameters = {
        "weights_0": np.array([[1.0], [-2.0]]),
        "biases_0": np.array([1.0, 1.0]),
        "weights_1": np.array([[1.0, 1.0]]),
        "biases_1": np.array([0.0]),
    }
    net = Network.from_parameters(parameters, activation=activation)
    out = net.buffers(1)
    net.forward(np.array([[1.0]]), out=out)  # z = 2 and -1
    np.testing.assert_allclose(out[0], [hidden], rtol=1e-7)
    np.testing.assert_allclose(out[1], [[1 / (1 + np.exp(-sum(hidden)))]], rtol=1e-7)


def test_forward_gives_every_layers_activations():
    net = network((4, 3, 5, 2), dtype="float64")
    out = net.buffers(6)
    outputs = net.forward(np.ones((6, 4)), out=out)
    assert [a.shape for a in out] == [(6, 3), (6, 5), (6, 2)]
    assert outputs is out[-1]
    assert all(((a > 0) & (a < 1)).all() for a in out)


def test_forward_takes_inputs_in_any_order_and_type():
    net, x = network(), np.arange(20, dtype=np.uint8).reshape(5, 4)
    np.testing.assert_array_equal(net.forward(np.asfortranarray(x)), net.forward(x.astype("float32")))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_huge_inputs_saturate_without_a_warning(dtype):
    outputs = network((4, 2), dtype=dtype).forward(np.full((2, 4), 1e30))
    assert np.isin(outputs, [0, 1]).all()


def test_perceptrons_compute_nand_and_cannot_learn():
    nand = {"weights_0": np.array([[-2.0, -2.0]]), "biases_0": np.array([3.0])}
    net = Network.from_parameters(nand, activation="step")
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    np.testing.assert_array_equal(net.forward(x)[:, 0], [1, 1, 1, 0])
    message = "activation must be one of .*relu.* to learn, but got step: its derivative is zero"
    with pytest.raises(ConfigError, match=message):
        net.backprop(x, np.ones((4, 1)))


def test_digest_is_the_same_in_another_process():
    other = subprocess.run([sys.executable, "-c", PRINT_DIGEST], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == network().digest()


def test_digest_changes_with_every_parameter_and_the_precision():
    digests = {network().digest(), network(dtype="float64").digest()}
    for name, array in network().parameters().items():
        for i in range(array.size):
            parameters = network().parameters()
            parameters[name].flat[i] = np.nextafter(parameters[name].flat[i], np.float32(9))
            digests.add(Network.from_parameters(parameters).digest())
    assert len(digests) == 2 + 4 * 3 + 3 + 3 * 2 + 2


def test_parameters_go_through_a_file(tmp_path):
    net = network((4, 3, 5, 2), dtype="float64")
    np.savez(tmp_path / "parameters.npz", **net.parameters())
    with np.load(tmp_path / "parameters.npz", allow_pickle=False) as file:
        again = Network.from_parameters(file)
    assert again.digest() == net.digest()
    assert again.sizes == [4, 3, 5, 2]


def test_parameters_are_copies_both_ways():
    net = network()
    parameters = net.parameters()
    again = Network.from_parameters(parameters)
    for array in parameters.values():
        array[...] = 0
    assert network().digest() == net.digest() == again.digest()


def test_foreign_byte_order_is_read():
    big = {name: array.astype(">f4") for name, array in network().parameters().items()}
    assert Network.from_parameters(big).digest() == network().digest()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights_2": np.ones((1, 2))}, "expected arrays weights_0, biases_0"),
        (
            {"biases_1": np.ones(2, ">i4")},
            f"every parameter must be {' or '.join(DTYPES)}, all the same, but biases_1",
        ),
        ({"biases_1": np.ones(2, "float64")}, "biases_1 is float64"),
        ({"biases_1": np.array(["a", "b"])}, "biases_1 is <U1"),
        ({"weights_1": np.full((2, 3), np.nan, "float32")}, "weights_1 holds infinity or NaN"),
        ({"weights_1": np.ones((2, 4), "float32")}, r"must have shapes \(n_out, 3\) and \(n_out,\), but have \(2, 4\)"),
        ({"weights_1": np.ones(3, "float32")}, r"but have \(3,\) and \(2,\)"),
        (
            {"biases_0": np.ones((3, 1), "float32")},
            r"weights_0 and biases_0 must have .* but have \(3, 4\) and \(3, 1\)",
        ),
    ],
)
def test_rubbish_is_no_network(change, message):
    with pytest.raises(DataError, match=message):
        Network.from_parameters(network().parameters() | change)


def test_no_parameters_are_no_network():
    with pytest.raises(DataError, match=r"but got \[\]"):
        Network.from_parameters({})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"init": "nonesuch"}, f"init must be one of {', '.join(INITS)}, but got 'nonesuch'"),
        ({"dtype": "nonesuch"}, f"dtype must be one of {', '.join(DTYPES)}, but got 'nonesuch'"),
        ({"activation": "nonesuch"}, f"activation must be one of {', '.join(ACTIVATIONS)}, but got 'nonesuch'"),
        ({"sizes": [4]}, r"sizes must name at least two layers .* but got \[4\]"),
        ({"sizes": [4, 0, 2]}, r"but got \[4, 0, 2\]"),
    ],
)
def test_unknown_settings_are_refused(settings, message):
    with pytest.raises(ConfigError, match=message):
        network(**settings)
