"""What is asked of an MLflow database: its tables, as far as they are read, and selections from them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, column, select, table

from nnexp.tracking.records import Status

EXPERIMENTS = table("experiments", *map(column, ("experiment_id", "name", "artifact_location", "lifecycle_stage")))
RUNS = table(
    "runs",
    *map(column, ("run_uuid", "name", "status", "start_time", "end_time", "lifecycle_stage", "artifact_uri")),
    column("experiment_id"),
)
PARAMS = table("params", *map(column, ("run_uuid", "key", "value")))
TAGS = table("tags", *map(column, ("run_uuid", "key", "value")))
LATEST = table("latest_metrics", *map(column, ("run_uuid", "key", "value", "is_nan")))
SCHEMA = table("alembic_version", column("version_num"))
METRICS = table("metrics", *map(column, ("run_uuid", "key", "value", "is_nan", "step")))


@lru_cache(maxsize=64)  # whoever launches asks the same for each run, and to put a question costs more than its answer
def select_runs(status: Status | None, tags: tuple[str, ...]) -> Select[Any]:
    """Select the runs whose ids `select_ids` selects, newest first."""
    chosen = RUNS.c.run_uuid.in_(select_ids(status, tags))
    rows = select(RUNS, EXPERIMENTS.c.artifact_location).where(RUNS.c.experiment_id == EXPERIMENTS.c.experiment_id)
    return rows.where(chosen).order_by(RUNS.c.start_time.desc(), RUNS.c.run_uuid)


@lru_cache(maxsize=2)
def select_history(*, few: bool) -> Select[Any]:
    """Select the values of a metric, by step: those of a few runs by their ids, else those of the whole experiment."""
    chosen = METRICS.c.run_uuid.in_(bindparam("ids", expanding=True) if few else select_ids(None, ()))
    columns = METRICS.c.run_uuid, METRICS.c.step, METRICS.c.value, METRICS.c.is_nan
    return select(*columns).where(METRICS.c.key == bindparam("metric"), chosen).order_by(METRICS.c.step)


def select_ids(status: Status | None, tags: tuple[str, ...]) -> Select[Any]:
    """Select the ids of an experiment's runs that have this status and tags of these names, with values to be given."""
    experiment = select(EXPERIMENTS.c.experiment_id).where(EXPERIMENTS.c.name == bindparam("experiment"))
    tagged = [
        RUNS.c.run_uuid.in_(select(TAGS.c.run_uuid).where(TAGS.c.key == name, TAGS.c.value == bindparam(f"tag{n}")))
        for n, name in enumerate(tags)
    ]
    active = RUNS.c.lifecycle_stage == "active"
    return select(RUNS.c.run_uuid).where(
        RUNS.c.experiment_id.in_(experiment), active, *tagged, *([_has(status)] if status else [])
    )


def _has(status: Status) -> ColumnElement[bool]:
    """Ask for a status; whatever is none is read as RUNNING, and so looked after like what was left running."""
    if status is not Status.RUNNING:
        return RUNS.c.status == status.value
    ends = [one.value for one in Status if one is not Status.RUNNING]
    return RUNS.c.status.not_in(ends) | RUNS.c.status.is_(None)


def select_texts(source: Any, chosen: Select[Any]) -> Select[Any]:
    """Select names and texts of the chosen runs, from the table of parameters or that of tags."""
    return select(source.c.run_uuid, source.c.key, source.c.value).where(source.c.run_uuid.in_(chosen))
