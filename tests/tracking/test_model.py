"""The exported model of every kind of network, against the network."""

import numpy as np
import pytest
from mlflow import pyfunc

from nnexp.core import ACTIVATIONS, Network
from nnexp.tracking.mlflow.model import save_model


@pytest.mark.filterwarnings("ignore")  # MLflow's own
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_exported_network_computes_what_the_network_does(activation, tmp_path):
    network = Network([5, 4, 4, 3], rng=np.random.default_rng(0), dtype="float64", activation=activation)
    layers = [(activation.name, activation.formula) for activation in network.activations]
    save_model(tmp_path / "exported", network.parameters(), activations=layers, n_in=5, scale=1 / 256)
    pixels = np.random.default_rng(1).integers(256, size=(20, 5)).astype("float64")
    outputs = pyfunc.load_model(str(tmp_path / "exported" / "model")).predict(pixels)
    np.testing.assert_allclose(outputs, network.forward(pixels / 256), rtol=1e-12)
