"""A trained network as an MLflow model, for whoever serves or loads it without nnexp."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from mlflow import pyfunc
from mlflow.models import Model as Saved
from mlflow.models import ModelSignature
from mlflow.types import ParamSchema, ParamSpec, Schema, TensorSpec
from numpy.typing import NDArray

from nnexp.tracking.mlflow.inside import NO_BARS, forget_paths, unenforced

FLOATS = np.dtype("float64")  # what JSON's numbers become for a model that is served
PARAMETERS = "parameters.npz"


@dataclass(frozen=True)
class Model:
    """A network, what is done to its inputs first, and what is told of it.

    `activations` gives each layer's by name and formula (NumPy, of z), the first hidden layer's first; the model knows
    no other. `shape` is that of a raw picture, (1, values) where there are none; `about` is in JSON's types.
    """

    parameters: Mapping[str, NDArray[Any]]
    activations: Sequence[tuple[str, str]]
    shape: tuple[int, int]
    classes: Sequence[str]
    scale: float
    bounds: tuple[float, float]
    example: NDArray[Any]  # a raw input, (1, values)
    transpose: bool = False
    columns: Sequence[str] = ()
    mean: Sequence[float] = ()
    std: Sequence[float] = ()
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def config(self) -> dict[str, Any]:
        """What its code is configured with."""
        return {
            "activations": [name for name, _ in self.activations],
            "shape": list(self.shape),
            "classes": list(self.classes),
            "scale": self.scale,
            "bounds": list(self.bounds),
            "transpose": self.transpose,
            "columns": list(self.columns),
            "mean": list(self.mean),
            "std": list(self.std),
        }


def save_model(model: Model, to: Path) -> None:
    """Write parameters and an MLflow pyfunc model of them into a new folder.

    The model's code is a file beside it, not a pickled class, so it loads where nnexp is not installed.
    """
    os.environ.update(NO_BARS)
    to.mkdir(parents=True)
    np.savez(to / PARAMETERS, **model.parameters)  # type: ignore[arg-type]
    signature = ModelSignature(
        Schema([TensorSpec(FLOATS, (-1, model.example.shape[1]))]),
        Schema([TensorSpec(FLOATS, (-1, len(model.classes)))]),
        ParamSchema([ParamSpec("names", "boolean", False)]),
    )
    saved = Saved()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's advice for models that are written by hand
        code = Path(folder) / "model.py"
        code.write_text(_code(dict(model.activations)), encoding="utf-8")
        pyfunc.save_model(
            to / "model",
            mlflow_model=saved,
            python_model=str(code),
            artifacts={"parameters": str(to / PARAMETERS)},
            model_config=model.config,
            signature=unenforced(signature),
            input_example=model.example,
            metadata=dict(model.about),
            pip_requirements=[f"mlflow=={version('mlflow')}", f"numpy=={version('numpy')}"],
        )
    forget_paths(saved, to / "model")


def _code(formulas: Mapping[str, str]) -> str:
    lines = [f'    "{name}": lambda z: {formula},' for name, formula in formulas.items()]
    text = files("nnexp.tracking.mlflow").joinpath("model.py.txt").read_text(encoding="utf-8")
    return Template(text).substitute(activations="\n".join(lines))
