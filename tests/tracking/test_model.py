"""The exported model of every kind of network and of every form of inputs, against the network."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from mlflow import pyfunc

from nnexp.core import ACTIVATIONS, Network
from nnexp.tracking.mlflow.model import Model, save_model

pytestmark = pytest.mark.filterwarnings("ignore")  # MLflow's own
CLASSES = ("left", "middle", "right")


def network_of(activation: str = "sigmoid") -> Network:
    return Network([6, 4, 4, 3], rng=np.random.default_rng(0), dtype="float64", activation=activation)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Save a network of pictures (2, 3) of bytes, unless told otherwise, and load it as anybody does."""

    def save(network: Network | None = None, **told: Any) -> Any:
        network = network or network_of()
        to = tmp_path_factory.mktemp("saved") / "exported"
        usual = {"shape": (2, 3), "scale": 1 / 256, "bounds": (0.0, 255.0), "example": np.full((1, 6), 7.0)}
        layers = [(each.name, each.formula) for each in network.activations]
        save_model(Model(network.parameters(), layers, classes=CLASSES, **(usual | told)), to)
        return pyfunc.load_model(str(to / "model"))

    return save


@pytest.fixture(scope="module")
def model(saved: Callable[..., Any]) -> Any:
    return saved(about={"key": "abc"})


@pytest.fixture
def pixels() -> np.ndarray:
    return np.random.default_rng(1).integers(256, size=(20, 6)).astype(np.uint8)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_an_exported_network_computes_what_the_network_does(activation, saved, pixels):
    network = network_of(activation)
    np.testing.assert_allclose(saved(network).predict(pixels), network.forward(pixels / 256), rtol=1e-10)


@pytest.mark.parametrize(
    "form",
    [
        lambda x: x,
        lambda x: x.astype(np.float32),
        lambda x: x.astype(np.int64),
        lambda x: x.reshape(-1, 2, 3),
        lambda x: x.astype(float).reshape(-1, 2, 3, 1),
        pd.DataFrame,
        lambda x: pd.DataFrame(x.astype(np.float32)),
        lambda x: pd.DataFrame({"picture": [row.tolist() for row in x]}),
    ],
)
def test_inputs_are_taken_in_every_form(form, model, pixels):
    np.testing.assert_allclose(model.predict(form(pixels)), network_of().forward(pixels / 256), rtol=1e-12)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.full((2, 6), 0.5), "from 0 to 255, as those that this was trained on, but got none above 0.5; multiply"),
        (pd.DataFrame(np.eye(6)), "multiply them by 255"),
        (np.full((2, 6), -1), "from 0 to 255, as those that this was trained on, but got -1 to -1"),
        (np.full((2, 2, 3), 300.0), "but got 300 to 300"),
        (np.array([[0, 0, 0, 0, 0, np.nan]]), "got nan in row 0, value 5"),
        (np.zeros(6), r"expected inputs \(n, 6\) or \(n, 2, 3\), n at least 1, but got \(6,\)"),
        (np.zeros((2, 3, 2)), r"got \(2, 3, 2\)"),
        (np.zeros((0, 6)), r"got \(0, 6\)"),
        (np.array([["a"] * 6]), "expected inputs that are numbers"),
    ],
)
def test_inputs_that_it_was_not_trained_on_are_refused(inputs, message, model):
    with pytest.raises(ValueError, match=message):
        model.predict(inputs)


def test_black_pictures_and_bytes_of_0_and_1_are_in_its_range(model):
    assert model.predict(np.zeros((1, 6))).shape == model.predict(np.ones((1, 6), np.uint8)).shape == (1, 3)


def test_it_names_its_answers_and_has_an_example_and_what_it_is(model, pixels):
    best = model.predict(pixels).argmax(axis=1)
    assert model.predict(pixels, params={"names": True}).tolist() == [CLASSES[k] for k in best]
    assert model.predict(model.input_example).shape == (1, 3)
    assert model.metadata.metadata == {"key": "abc"}
    assert model.metadata.signature.inputs.inputs[0].shape == (-1, 6)


def test_a_table_is_standardised_as_training_was_and_its_columns_found_by_name(saved):
    mean, std, columns = np.arange(6.0), np.arange(1.0, 7), tuple("abcdef")
    table = {"shape": (1, 6), "scale": 1, "bounds": (-9.0, 9.0), "mean": mean.tolist(), "std": std.tolist()}
    model = saved(columns=columns, **table)
    rows = np.random.default_rng(2).uniform(-1, 1, (5, 6))
    expected = network_of().forward((rows - mean) / std)
    np.testing.assert_allclose(model.predict(rows), expected, rtol=1e-5)  # standardised in float32, as the data are
    frame = pd.DataFrame(rows, columns=list(columns)).assign(label="x")[["label", *"fedcba"]]
    np.testing.assert_allclose(model.predict(frame), expected, rtol=1e-5)


def test_pictures_are_transposed_as_training_was(saved, pixels):
    model = saved(shape=(3, 2), transpose=True)  # as they come
    raw = pixels.reshape(-1, 2, 3).transpose(0, 2, 1)
    np.testing.assert_allclose(model.predict(raw), network_of().forward(pixels / 256), rtol=1e-12)


def test_no_path_of_this_machine_is_in_it(saved, tmp_path_factory):
    saved()
    for file in tmp_path_factory.getbasetemp().glob("saved*/exported/**/*"):
        assert (
            file.is_dir()
            or file.suffix == ".pyc"
            or str(tmp_path_factory.getbasetemp()).encode() not in file.read_bytes()
        )
    [described, *_] = tmp_path_factory.getbasetemp().glob("saved*/exported/model/MLmodel")
    assert "model_code_path: model.py" in described.read_text()
