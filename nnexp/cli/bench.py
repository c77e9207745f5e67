"""`nnexp bench`: seconds per epoch of the notebooks' per-example loop and of nnexp's kernels, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rich.table import Table
from threadpoolctl import threadpool_limits

from nnexp.benchmarks.epoch import LOOP, EpochTimes, measure
from nnexp.cli.console import out, say, write
from nnexp.escape import in_json
from nnexp.measure import count
from nnexp.tasks.network.config import DatasetConfig
from nnexp.tasks.network.setup import dataset_of, examples_of, kernel_here
from nnexp.training.environment import environment

TITLES = {LOOP: "per-example loop", "floor": "dense products"}


def bench(
    hidden: Sequence[int], batch_sizes: Sequence[int], *, rounds: int, limit: int | None, as_json: bool = False
) -> None:
    """Time an epoch of each, in turns, on MNIST with one BLAS thread."""
    dataset = dataset_of(DatasetConfig(limit=limit))
    say(f"{count(rounds, 'round')} of an epoch of {len(dataset.train):,} examples each; the loop takes seconds a round")
    with threadpool_limits(1, user_api="blas"):
        times = measure(examples_of(dataset.train, dataset), hidden, batch_sizes, rounds=rounds)
        here = environment()
    if as_json:
        write(in_json([asdict(one) for one in times]))
        return
    out().print(_table(times))
    out().print("seconds an epoch, and how many times faster than the loop; dense products are what BLAS alone takes")
    out().print(
        f"medians of {count(rounds, 'round')}, one thread; {here['cpu']}, NumPy {here['numpy']}, {kernel_here()}"
    )


def _table(times: Sequence[EpochTimes]) -> Table:
    table = Table(box=None, pad_edge=False)
    contestants = list(times[0].seconds)
    for column in ("network", "batch", *(TITLES.get(name, name) for name in contestants)):
        table.add_column(column, justify="left" if column == "network" else "right")
    for one in times:
        table.add_row(f"784-{one.hidden}-10", str(one.batch_size), *(_cell(one, name) for name in contestants))
    return table


def _cell(one: EpochTimes, name: str) -> str:
    seconds = one.seconds[name]
    return f"{seconds:.2f}" if name == LOOP else f"{seconds:.3f} ({one.ratios[name]:.1f})"
