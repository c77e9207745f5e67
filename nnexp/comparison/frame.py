"""Runs and comparisons as pandas data frames, for notebooks and for the formats that are read by machines."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.contrast import Contrast
from nnexp.comparison.groups import typed
from nnexp.comparison.summary import NeverPredicted, Summary
from nnexp.statistics.time_to_target import TimeToTarget
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore


def runs_frame(runs: Sequence[Run]) -> pd.DataFrame:
    """Give a row for each run: its id, name, status and times, its settings (numbers as numbers) and last metrics."""
    return pd.DataFrame([_run_row(run) for run in runs])


def history_frame(store: RunStore, runs: Sequence[Run], metric: str) -> pd.DataFrame:
    """Give a row for each run and epoch, in the columns run_id, epoch and value."""
    history = store.history([run.run_id for run in runs], metric)
    rows = [(run_id, epoch, value) for run_id, pairs in history.items() for epoch, value in pairs]
    return pd.DataFrame(rows, columns=["run_id", "epoch", "value"])


def comparison_frame(comparison: Comparison) -> pd.DataFrame:
    """Give a row for each configuration, best first; accuracies as fractions, times in seconds."""
    return pd.DataFrame([_row(comparison, one) for one in comparison.configurations])


def _run_row(run: Run) -> dict[str, object]:
    return {
        "run_id": run.run_id,
        "name": run.name,
        "status": run.fate,
        "started": _time(run.started_at),
        "ended": None if run.ended_at is None else _time(run.ended_at),
        **{name: typed(text) for name, text in run.params.items()},
        **run.metrics,
    }


def _time(milliseconds: int) -> pd.Timestamp:
    return pd.to_datetime(milliseconds, unit="ms", utc=True)


def _row(comparison: Comparison, one: Summary) -> dict[str, object]:
    return {
        **{name: typed(text) for name, text in zip(comparison.by, one.values, strict=True)},
        "setting": one.label,
        "runs": len(one.runs),
        "n": one.decides.n,
        "metric": comparison.measure.name,
        "mean": one.decides.mean,
        "sd": one.decides.sd,
        "low": one.decides.low,
        "high": one.decides.high,
        **({"test_mean": one.reported.mean, "test_sd": one.reported.sd} if comparison.reported else {}),
        "best_epoch_mean": one.best_epoch_mean,
        "best_epoch_median": one.best_epoch_median,
        "epoch_seconds": one.epoch_seconds,
        "run_seconds": one.run_seconds,
        **_reach(one.reach),
        **(_never_predicted(one.never_predicted) if comparison.tells_never_predicted else {}),
        **_contrast(comparison.contrast(one.label)),
    }


def _reach(found: TimeToTarget | None) -> dict[str, object]:
    if found is None:
        return {}
    return {"reach_epochs": found.epochs, "reach_seconds": found.seconds, "reach_runs": found.reached}


def _never_predicted(found: NeverPredicted | None) -> dict[str, object]:
    return {
        "never_predicted_runs": found.runs if found else 0,
        "never_predicted_digits": " ".join(found.classes) if found else "",
    }


def _contrast(one: Contrast | None) -> dict[str, object]:
    nan = float("nan")
    return {
        "baseline": one.baseline if one else "",
        "difference": one.estimate.difference if one else nan,
        "difference_low": one.estimate.low if one else nan,
        "difference_high": one.estimate.high if one else nan,
        "p": one.p if one else nan,
        "p_uncorrected": one.estimate.p if one else nan,
        "pairs": one.estimate.n if one else 0,
        "test": one.estimate.method if one else "",
        "more_seeds": one.more_seeds if one and one.more_seeds is not None else nan,
    }
