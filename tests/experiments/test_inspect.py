import numpy as np
import pytest
from typer.testing import CliRunner

from nnexp.cli.inspect import inspect
from nnexp.cli.main import app
from nnexp.core import ACTIVATIONS
from nnexp.errors import ConfigError
from nnexp.tasks.network.config import Config
from nnexp.tasks.network.layers import draw_network, layers


def printed(*arguments):
    result = CliRunner().invoke(app, ["inspect", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_last_activations_are_the_networks_outputs(activation):
    network, inputs = draw_network([4, 10, 2], Config(seed=3, activation=activation, dtype="float64"))
    found = layers(network, inputs)
    assert [layer.weights.shape for layer in found] == [(10, 4), (2, 10)]
    np.testing.assert_allclose(found[-1].activations, network.forward(inputs[None])[0])
    np.testing.assert_allclose(found[0].weighted, network.weights[0] @ inputs + network.biases[0])


def test_without_arguments_shows_the_notebooks_network():
    output = printed()
    assert "4-10-2" in output
    assert "layer 1: weights[1] (2, 10), biases[1] (2,), sigmoid neurons" in output


def test_a_perceptron_fires_or_does_not():
    rows = [
        line.split() for line in printed("sizes=[3,5]", "activation=step").splitlines() if line.strip()[:1].isdigit()
    ]
    fired = {line[3] for line in rows[1:]}
    assert fired <= {"0.0000", "1.0000"}


def test_a_wide_layer_is_cut_short():
    assert "and 18 more neurons" in printed("sizes=[6,30,2]")


@pytest.mark.parametrize(
    ("argument", "refusal"),
    [
        ("sizes=[4]", "at least two layers"),
        ("sizes=[4,0]", "at least two layers"),
        ("sizes=[4", r"sizes must list the neurons of at least two layers .* but got \[4$"),
        ("eta=3", "one of sizes, seed"),
        ("init=scald", "did you mean scaled"),
        ("activation", "SETTING=VALUE"),
    ],
)
def test_refuses_what_it_does_not_know(argument, refusal):
    with pytest.raises(ConfigError, match=refusal):
        inspect([argument])
