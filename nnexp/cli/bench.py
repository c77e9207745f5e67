"""`nnexp bench`: seconds per epoch of the notebooks' per-example loop and of nnexp.core, side by side."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from threadpoolctl import threadpool_limits

from nnexp.benchmarks.epoch import EpochTimes, measure
from nnexp.cli.console import out, say
from nnexp.measure import count
from nnexp.tasks.network.config import DatasetConfig
from nnexp.tasks.network.setup import dataset_of, examples_of
from nnexp.training.environment import environment


def bench(hidden: Sequence[int], *, rounds: int, limit: int | None) -> None:
    """Time an epoch of both, in turns, on MNIST with one BLAS thread."""
    dataset = dataset_of(DatasetConfig(limit=limit))
    say(f"{count(rounds, 'round')} of an epoch of {len(dataset.train):,} examples each; the loop takes seconds a round")
    with threadpool_limits(1, user_api="blas"):
        times = measure(examples_of(dataset.train, dataset), hidden, rounds=rounds)
        here = environment()
    out().print(_table(times))
    out().print(f"medians of {count(rounds, 'round')}, one BLAS thread; {here['cpu']}, NumPy {here['numpy']}")


def _table(times: Sequence[EpochTimes]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("network", "per-example loop, s an epoch", "nnexp, s an epoch", "times faster"):
        table.add_column(column, justify="left" if column == "network" else "right")
    for one in times:
        table.add_row(f"784-{one.hidden}-10", f"{one.loop_s:.2f}", f"{one.ours_s:.3f}", f"{one.ratio:.1f}")
    return table
