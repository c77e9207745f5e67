"""`nnexp export`: a run's network for use elsewhere."""

from __future__ import annotations

from pathlib import Path

from nnexp.archive.network import read_trained
from nnexp.cli.console import out, say
from nnexp.errors import DataError
from nnexp.recording.store import open_store
from nnexp.sweep.find import find_run


def export(wanted: str, to: Path) -> None:
    """Write the parameters (.npz) and an MLflow model that `mlflow models` loads, into a new folder."""
    store = open_store(say)
    record = find_run(store, wanted)
    trained = read_trained(record, store)
    if to.exists():
        raise DataError(f"{to} exists already; name a new folder with --to")
    from nnexp.tracking.mlflow.model import save_model

    try:
        save_model(
            to,
            trained.network.parameters(),
            activations=[(activation.name, activation.formula) for activation in trained.network.activations],
            n_in=trained.network.sizes[0],
            scale=trained.scale,
        )
    except OSError as error:
        raise DataError(f"{to} cannot be written: {error.strerror}") from error
    out().print(f"{to / 'parameters.npz'}  the parameters: weights_0, biases_0, ...", soft_wrap=True)
    out().print(f"{to / 'model'}  an MLflow model; try: mlflow models predict -m {to / 'model'} --help", soft_wrap=True)
