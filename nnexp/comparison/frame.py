"""Runs and comparisons as pandas data frames, for notebooks and for the formats that are read by machines."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan

import pandas as pd

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import typed
from nnexp.comparison.summary import Summary
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
        "n": len(one.seeds),
        "metric": comparison.measure.name,
        "level": one.level.mean,
        "level_sd": one.level.sd,
        "median": one.median,
        "worst": one.worst,
        **(_loss(comparison, one) if comparison.tells_lost_runs else {}),
        **_standing(comparison, one.label),
        **({"test_level": one.reported.mean, "test_sd": one.reported.sd} if comparison.reported else {}),
        **_besides(comparison, one),
        "best_epoch_mean": one.best_epoch_mean,
        "best_epoch_median": one.best_epoch_median,
        "epoch_seconds": one.epoch_seconds,
        "run_seconds": one.run_seconds,
        **_reach(one.reach),
    }


def _reach(found: TimeToTarget | None) -> dict[str, object]:
    if found is None:
        return {}
    return {"reach_epochs": found.epochs, "reach_seconds": found.seconds, "reach_runs": found.reached}


def _loss(comparison: Comparison, one: Summary) -> dict[str, object]:
    low, high = one.loss.interval if one.loss else (nan, nan)
    return {
        "lost": one.loss.count if one.loss else 0,
        "lost_low": low,
        "lost_high": high,
        "lost_what": " ".join(one.lost),
        "lost_more_p": comparison.verdict.loses_more.get(one.label, nan) if comparison.verdict else nan,
    }


def _besides(comparison: Comparison, one: Summary) -> dict[str, object]:
    columns: dict[str, object] = {}
    for measure, found in zip(comparison.besides, one.besides, strict=True):
        columns |= {measure.history: found.mean, f"{measure.history}_sd": found.sd}
    return columns


def _standing(comparison: Comparison, label: str) -> dict[str, object]:
    if comparison.verdict is None:
        return {}
    one = comparison.verdict.decision.standings[label]
    return {
        "may_be_best": one.reason is None,
        "out_by": one.reason.value if one.reason else "",
        "rival": one.rival or "",
        "behind": one.behind.estimate,
        "behind_low": one.behind.low,
        "behind_high": one.behind.high,
    }
