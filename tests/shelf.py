"""Runs as the tracking store would remember them, with plausible numbers, in a store that holds them in memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from nnexp.tracking.records import Kind, Run, Status, Tag

EPOCHS = 30
CONFIG = {
    "hidden": "30",
    "eta": "3.0",
    "batch_size": "10",
    "epochs": str(EPOCHS),
    "init": "normal",
    "dataset.name": "mnist",
    "dataset.split": "held_out",
}


@dataclass
class Shelf:
    """A RunStore of what it is given."""

    records: list[Run] = field(default_factory=list)
    histories: dict[str, dict[str, list[tuple[int, float]]]] = field(default_factory=dict)
    artifacts: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def runs(self, kind: Kind | None = Kind.RUN, tags: Mapping[str, str] | None = None) -> list[Run]:
        return list(self.records)

    def history(self, run_ids: Sequence[str], metric: str) -> dict[str, list[tuple[int, float]]]:
        known = self.histories.get(metric, {})
        return {run_id: known[run_id] for run_id in run_ids if run_id in known}

    def artifact(self, run_id: str, name: str) -> bytes | None:
        return self.artifacts.get((run_id, name))

    def add(self, run: Run, accuracies: Iterable[float], epoch_seconds: float) -> Run:
        curve = list(enumerate(accuracies, start=1))
        columns = {
            "val/accuracy": curve,
            "test/accuracy": [(epoch, accuracy - 0.001) for epoch, accuracy in curve],
            "time/epoch_s": [(epoch, epoch_seconds) for epoch, _ in curve],
            "time/total_s": [(epoch, epoch * epoch_seconds) for epoch, _ in curve],
        }
        for name, pairs in columns.items():
            self.histories.setdefault(name, {})[run.run_id] = pairs
        self.records.append(run)
        return run

    def keep(self, run_id: str, name: str, **arrays: np.ndarray) -> None:
        content = io.BytesIO()
        np.savez_compressed(content, **arrays)
        self.artifacts[run_id, name] = content.getvalue()


def run(
    accuracy: float,
    *,
    seed: int | str | None = 0,
    status: Status = Status.FINISHED,
    seconds: float = 6.0,
    tags: Mapping[str, str] | None = None,
    metrics: Mapping[str, float] | None = None,
    run_id: str | None = None,
    **settings: Any,
) -> Run:
    """Make up a finished run of a validation accuracy; the test accuracy lies a tenth of a point below."""
    params = {**CONFIG, **{name.replace("__", "."): str(value) for name, value in settings.items()}}
    if seed is not None:
        params["seed"] = str(seed)
    name = " ".join(f"{key}={value}" for key, value in sorted(params.items()))
    return Run(
        run_id=run_id or name,
        name=f"784-{params['hidden']}-10",
        status=status,
        started_at=1_000,
        ended_at=2_000,
        params=params,
        metrics={
            "final/val_accuracy": accuracy,
            "final/test_accuracy": accuracy - 0.001,
            "val/accuracy": accuracy,
            "train/cost": 1 - accuracy,
            "best/epoch": 25.0,
            "time/epoch_s": seconds / EPOCHS,
            "time/total_s": seconds,
            **(metrics or {}),
        },
        tags={Tag.KIND: Kind.RUN, Tag.KEY: name, Tag.CODE: "code", Tag.DATA: "data", Tag.ENVIRONMENT: "here"}
        | dict(tags or {}),
    )


def runs(setting: Mapping[str, Any], accuracies: Sequence[float], first_seed: int = 0, **more: Any) -> list[Run]:
    """Make up a run for each accuracy, over the seeds from `first_seed` on."""
    return [run(a, seed=first_seed + i, **more, **setting) for i, a in enumerate(accuracies)]


SMALL = [0.950, 0.952, 0.949, 0.951, 0.953]
LARGE = [0.972, 0.975, 0.970, 0.974, 0.973]


def small_and_large(**more: Any) -> list[Run]:
    """Make up five seeds each of 30 hidden neurons and of 100, which are better and take longer."""
    return runs({"hidden": 30}, SMALL, seconds=6.0, **more) + runs({"hidden": 100}, LARGE, seconds=11.4, **more)


def without(record: Run, *metrics: str) -> Run:
    """Take metrics from a run."""
    return replace(record, metrics={name: value for name, value in record.metrics.items() if name not in metrics})


@pytest.fixture
def shelf() -> Shelf:
    """An empty store."""
    return Shelf()


@pytest.fixture(scope="session")
def sweep() -> Shelf:
    """Three hidden sizes, two initial scales, five seeds; standard normal weights lose digits, as they do."""
    random, shelf = np.random.default_rng(0), Shelf()
    labels = random.integers(0, 10, 2000).astype(np.uint8)
    for init in ("normal", "scaled"):
        for hidden, height, cost in (("30", 0.955, 0.2), ("60", 0.97, 0.27), ("100", 0.978, 0.38)):
            for seed in range(5):
                _add_run(shelf, random, labels, init, hidden, seed, height, cost)
    return shelf


def _add_run(
    shelf: Shelf,
    random: np.random.Generator,
    labels: np.ndarray,
    init: str,
    hidden: str,
    seed: int,
    height: float,
    cost: float,
) -> None:
    dead = (
        sorted(random.choice(10, size=random.integers(0, 2 + (hidden == "100")), replace=False))
        if init == "normal"
        else []
    )
    final = height - 0.006 * (init == "normal") - 0.09 * len(dead) + random.normal(0, 0.001)
    curve = final - 0.25 * np.exp(-np.arange(1, EPOCHS + 1) / 4) + random.normal(0, 0.001, EPOCHS)
    tags = {Tag.NEVER_PREDICTED: " ".join(map(str, dead))}
    metrics = {"best/epoch": float(np.argmax(curve) + 1), "final/digits_never_predicted": float(len(dead))}
    made = run(curve[-1], seed=seed, seconds=cost * EPOCHS, hidden=hidden, init=init, tags=tags, metrics=metrics)
    shelf.add(made, curve, cost)
    wrong = (random.random(labels.size) > curve[-1]) | np.isin(labels, dead)
    predicted = np.where(wrong, (labels + random.integers(1, 10, labels.size)) % 10, labels).astype(np.uint8)
    predicted[np.isin(predicted, dead)] = 8 if 8 not in dead else 5
    confidence = random.random(labels.size).astype(np.float16)
    shelf.keep(made.run_id, "predictions.npz", labels=labels, predicted=predicted, confidence=confidence)
    weights = random.normal(0, 1, (int(hidden), 784)).astype(np.float32)
    shelf.keep(made.run_id, "parameters.npz", weights_0=weights, biases_0=np.zeros(int(hidden), np.float32))
    shelf.artifacts[made.run_id, "environment.json"] = (
        b'{"cpu": "Some CPU", "blas": "OpenBLAS 0.3.30", "blas_threads": 1}'
    )
