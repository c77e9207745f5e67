"""What completes each kind of argument; what finds it is imported when Tab is pressed, and not before."""

from __future__ import annotations

from collections.abc import Sequence

import typer

Found = list[tuple[str, str]]  # values, and what each means


def training(context: typer.Context, incomplete: str) -> Found:
    """Complete what Hydra is given."""
    from nnexp.cli.complete.settings import task_of_sweep, trained

    return trained([*task_of_sweep(context.params.get("name")), *_typed(context)], incomplete)


def sweep_or_setting(context: typer.Context, incomplete: str) -> Found:
    """Complete the name of a sweep's file; around a run, what varies."""
    from nnexp.cli.complete.settings import sweep_files_named, trained

    return trained([], incomplete) if context.params.get("like") else sweep_files_named(incomplete)


def of_data(incomplete: str) -> Found:
    """Complete settings of a data set."""
    from nnexp.cli.complete.settings import of_data

    return of_data(incomplete)


def of_inspected(incomplete: str) -> Found:
    """Complete what can be said of a network to be looked at."""
    from nnexp.cli.complete.settings import of_inspected

    return of_inspected(incomplete)


def settings(incomplete: str) -> Found:
    """Complete names of settings with commas between them."""
    from nnexp.cli.complete.records import settings

    return settings(incomplete)


def runs(incomplete: str) -> Found:
    """Complete a run."""
    from nnexp.cli.complete.records import runs

    return runs(incomplete)


def sweeps(incomplete: str) -> Found:
    """Complete a sweep of the store."""
    from nnexp.cli.complete.records import sweeps

    return sweeps(incomplete)


def runs_and_sweeps(incomplete: str) -> Found:
    """Complete a run or a sweep."""
    from nnexp.cli.complete.records import runs_and_sweeps

    return runs_and_sweeps(incomplete)


def conditions(incomplete: str) -> Found:
    """Complete a filter of runs."""
    from nnexp.cli.complete.records import conditions

    return conditions(incomplete)


def sorted_by(incomplete: str) -> Found:
    """Complete what runs are sorted by."""
    from nnexp.cli.complete.records import sorted_by

    return sorted_by(incomplete)


def metrics(incomplete: str) -> Found:
    """Complete a metric."""
    from nnexp.cli.complete.records import metrics

    return metrics(incomplete)


def fates(incomplete: str) -> Found:  # noqa: ARG001
    """Complete what may have become of a run."""
    return [(fate, "") for fate in ("FINISHED", "FAILED", "KILLED", "PRUNED", "RUNNING")]


def ways(incomplete: str) -> Found:  # noqa: ARG001
    """Complete which way is better."""
    return [("low", "as of a loss"), ("high", "as of an accuracy")]


def _typed(context: typer.Context) -> Sequence[str]:
    """Give what stands before."""
    return [*(context.params.get("overrides") or ()), *context.args]
