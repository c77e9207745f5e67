"""`nnexp export`: what a run left, for use elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nnexp.archive.network import TrainedNetwork, read_trained
from nnexp.archive.reader import RunReader
from nnexp.cli.console import aside, out, say, write
from nnexp.cli.taken import take_run
from nnexp.errors import DataError, RecordError
from nnexp.escape import in_json
from nnexp.recording import files
from nnexp.recording.store import open_store
from nnexp.sweep.called import file_name
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore

if TYPE_CHECKING:
    from nnexp.tracking.mlflow.model import Model

ABOUT = "run.json"
PATHS = ("dataset.path",)  # of this machine
OF_EVERY_RUN = (files.CONFIG, files.EPOCHS, files.OUTPUT)


def export(wanted: str, to: Path | None, *, as_json: bool = False) -> None:
    """Write what a run left into a new folder: of a network the parameters and a model, of any other task its files."""
    store = open_store(say)
    record = take_run(store, wanted)
    is_network = record.task == NETWORK.name
    trained = read_trained(record, store) if is_network else None
    left = {} if is_network else _left(record, store)
    to = to or Path(file_name(record))
    if to.exists():
        raise DataError(f"{to} exists already; name a new folder with --to")
    try:
        with aside(as_json):
            if trained:
                _export_network(trained, record, to)
            else:
                _export_files(left, to)
    except OSError as error:
        raise DataError(f"{to} cannot be written: {error.strerror}") from error
    if as_json:
        files = sorted(str(file) for file in to.rglob("*") if file.is_file())
        write(in_json({"run_id": record.run_id, "name": record.name, "folder": str(to), "files": files}))


def _export_network(trained: TrainedNetwork, record: Run, to: Path) -> None:
    """Write the parameters (.npz), an MLflow model that `mlflow models` loads, and what it is."""
    from nnexp.tracking.mlflow.model import save_model

    about = _about(trained, record)
    save_model(_model(trained, about), to)
    (to / ABOUT).write_text(in_json(about) + "\n", encoding="utf-8")
    n, classes = trained.network.sizes[0], len(trained.classes)
    out().print(f"{to / 'parameters.npz'}  the parameters: weights_0, biases_0, ...", soft_wrap=True)
    out().print(f"{to / ABOUT}  which run this is: its settings, its results, what its inputs are", soft_wrap=True)
    out().print(f"{to / 'model'}  an MLflow model, (n, {n}) in and (n, {classes}) out; try:", soft_wrap=True)
    example = to / "model" / "serving_input_example.json"
    out().print(f"  mlflow models predict --env-manager local -m {to / 'model'} -i {example}", soft_wrap=True)


def _model(trained: TrainedNetwork, about: Mapping[str, Any]) -> Model:
    from nnexp.tracking.mlflow.model import Model

    prepared = trained.preparation
    return Model(
        trained.network.parameters(),
        activations=[(activation.name, activation.formula) for activation in trained.network.activations],
        shape=prepared.raw_shape,
        classes=trained.classes,
        scale=trained.scale,
        bounds=(prepared.lowest, prepared.highest),
        example=_example(trained).reshape(1, -1),
        transpose=prepared.transpose,
        columns=prepared.columns,
        mean=prepared.mean,
        std=prepared.std,
        about=about,
    )


def _about(trained: TrainedNetwork, record: Run) -> dict[str, Any]:
    """Say which run it is, without a path of this machine, which may stand in its name too."""
    prepared = trained.preparation
    return {
        "run_id": record.run_id,
        "key": record.key,
        "data": trained.data,
        "settings": {name: value for name, value in record.params.items() if name not in PATHS},
        "metrics": dict(record.metrics),
        "inputs": {"shape": prepared.raw_shape, "lowest": prepared.lowest, "highest": prepared.highest},
        "classes": trained.classes,
    }


def _example(trained: TrainedNetwork) -> NDArray[Any]:
    """Give an input as it comes: the first of the test set, or one in the middle of the range if that is gone."""
    prepared = trained.preparation
    try:
        return prepared.undone(trained.dataset.test.images[0])
    except DataError as error:
        say(f"{error}; the example beside the model is made up")
        middle = (prepared.lowest + prepared.highest) / 2
        return np.full(trained.network.sizes[0], middle) if not prepared.mean else np.array(prepared.mean)


def _export_files(left: dict[str, bytes], to: Path) -> None:
    to.mkdir(parents=True)
    for name, content in left.items():
        (to / name).write_bytes(content)
        out().print(str(to / name), soft_wrap=True)


def _left(record: Run, store: RunStore) -> dict[str, bytes]:
    """Read what a run left: its arrays and pictures, its settings, its epochs and what it printed."""
    reader = RunReader(record.run_id, store)
    try:
        if not record.is_finished:
            raise RecordError("it left no result")
        found = {name: reader.checked(name) for name in (*reader.left(record), *OF_EVERY_RUN)}
    except RecordError as error:
        raise RecordError(f"run {record.run_id[:8]} ({record.name}, {record.fate}): {error}") from error
    return {name: content for name, content in found.items() if content}
