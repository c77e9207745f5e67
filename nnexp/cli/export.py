"""`nnexp export`: what a run left, for use elsewhere."""

from __future__ import annotations

from pathlib import Path

from nnexp.archive.network import TrainedNetwork, read_trained
from nnexp.archive.reader import RunReader
from nnexp.cli.console import out, say
from nnexp.errors import DataError, RecordError
from nnexp.recording import files
from nnexp.recording.store import open_store
from nnexp.sweep.find import find_run
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore

OF_EVERY_RUN = (files.CONFIG, files.EPOCHS, files.OUTPUT)


def export(wanted: str, to: Path) -> None:
    """Write what a run left into a new folder: of a network the parameters and a model, of any other task its files."""
    store = open_store(say)
    record = find_run(store, wanted)
    is_network = record.task == NETWORK.name
    trained = read_trained(record, store) if is_network else None
    left = {} if is_network else _left(record, store)
    if to.exists():
        raise DataError(f"{to} exists already; name a new folder with --to")
    try:
        if trained:
            _export_network(trained, to)
        else:
            _export_files(left, to)
    except OSError as error:
        raise DataError(f"{to} cannot be written: {error.strerror}") from error


def _export_network(trained: TrainedNetwork, to: Path) -> None:
    """Write the parameters (.npz) and an MLflow model that `mlflow models` loads."""
    from nnexp.tracking.mlflow.model import save_model

    save_model(
        to,
        trained.network.parameters(),
        activations=[(activation.name, activation.formula) for activation in trained.network.activations],
        n_in=trained.network.sizes[0],
        scale=trained.scale,
    )
    out().print(f"{to / 'parameters.npz'}  the parameters: weights_0, biases_0, ...", soft_wrap=True)
    out().print(f"{to / 'model'}  an MLflow model; try: mlflow models predict -m {to / 'model'} --help", soft_wrap=True)


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
