"""A trained network as an MLflow model, for whoever serves or loads it without nnexp."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from mlflow import pyfunc
from mlflow.models import ModelSignature
from mlflow.types import Schema, TensorSpec
from numpy.typing import NDArray

from nnexp.tracking.mlflow.inside import NO_BARS


def save_model(
    to: Path, parameters: Mapping[str, NDArray[Any]], *, activations: Sequence[tuple[str, str]], n_in: int, scale: float
) -> None:
    """Write parameters and an MLflow pyfunc model of them into a folder.

    The model's code is a file beside it, not a pickled class, so it loads where nnexp is not installed. `activations`
    gives each layer's by name and formula (NumPy, of z), the first hidden layer's first; the model knows no other.
    """
    os.environ.update(NO_BARS)
    to.mkdir(parents=True)
    np.savez(to / "parameters.npz", **parameters)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's advice for models that are written by hand
        code = Path(folder) / "model.py"
        code.write_text(_code(dict(activations)), encoding="utf-8")
        pyfunc.save_model(
            to / "model",
            python_model=str(code),
            artifacts={"parameters": str(to / "parameters.npz")},
            model_config={"scale": scale, "activations": [name for name, _ in activations]},
            signature=ModelSignature(Schema([_floats(-1, n_in)]), Schema([_floats(-1, -1)])),
            pip_requirements=[f"mlflow=={version('mlflow')}", f"numpy=={version('numpy')}"],
        )


def _code(formulas: Mapping[str, str]) -> str:
    lines = [f'    "{name}": lambda z: {formula},' for name, formula in formulas.items()]
    text = files("nnexp.tracking.mlflow").joinpath("model.py.txt").read_text(encoding="utf-8")
    return Template(text).substitute(activations="\n".join(lines))


def _floats(*shape: int) -> TensorSpec:
    return TensorSpec(np.dtype("float64"), shape)
