"""`nnexp bench`: an epoch by the notebooks' loop, by other libraries and by nnexp's kernels; and how cost grows."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.progress import track

from nnexp.benchmarks.contestants import CONTESTANTS, LOOP, entrants
from nnexp.benchmarks.epoch import EpochTimes, measure
from nnexp.benchmarks.growth import SWEEP, Growth, by_examples, by_hidden, by_launches
from nnexp.benchmarks.one_core import one_core
from nnexp.benchmarks.plot import draw
from nnexp.cli.bench_sweep import launcher
from nnexp.cli.console import err, out, say, write
from nnexp.errors import ConfigError
from nnexp.escape import in_json
from nnexp.measure import count, show_seconds
from nnexp.report.tables.fitted import Fitted
from nnexp.report.tables.table import Table
from nnexp.tasks.network.config import DatasetConfig
from nnexp.tasks.network.setup import dataset_of, examples_of, kernel_here
from nnexp.training.environment import environment

QUICK = ((30, 100), (10,))  # hidden sizes and batch sizes
FULL = ((30, 60, 100, 300), (1, 10, 100))
FEWEST = 100  # examples whose growth can be told


def bench(
    hidden: Sequence[int] | None,
    batch_sizes: Sequence[int] | None,
    *,
    rounds: int,
    limit: int | None,
    full: bool = False,
    as_json: bool = False,
    plot: Path | None = None,
) -> None:
    """Time an epoch of each, in turns, on MNIST and on one core; in `full` also how cost grows."""
    usual_hidden, usual_batch_sizes = FULL if full else QUICK
    hidden, batch_sizes = hidden or usual_hidden, batch_sizes or usual_batch_sizes
    dataset = dataset_of(DatasetConfig(limit=limit))
    examples = examples_of(dataset.train, dataset)
    _check(len(examples), batch_sizes, full=full, plot=plot)
    lacking = [one.package for one in CONTESTANTS.values() if one.package and not one.version]
    if lacking:
        say(f"not installed: {', '.join(lacking)}; pip install 'nnexp[bench]'")
    rounds_each = f"{count(rounds, 'round')} of an epoch of {len(examples):,} examples each"
    say(f"{rounds_each}, in turns on one core; the loop takes seconds a round")
    with one_core():
        measured = measure(examples, hidden, batch_sizes, rounds=rounds)
        total = len(hidden) * len(batch_sizes)
        times = [*track(measured, "networks", total, console=err(), transient=True, disable=not err().is_terminal)]
        growth = [*by_hidden(times), *([by_examples(examples, rounds=rounds)] if full else [])]
        here = environment() | {"kernel": kernel_here()}
        here |= {one.package: one.version for one in entrants(examples).values() if one.package}
    if full:
        growth += by_launches(launcher(limit), cores=len(os.sched_getaffinity(0)), rounds=rounds)
    if as_json:
        told = {"epochs": [*map(asdict, times)], "growth": [*map(asdict, growth)]}
        write(in_json({"environment": here, "rounds": rounds, **told}))
    else:
        _show(times, growth, f"medians of {count(rounds, 'round')}, one core of {_described(here)}")
    if plot:
        plot.write_text(draw(times), encoding="utf-8")
        say(f"the plot is in {plot}")


def _check(examples: int, batch_sizes: Sequence[int], *, full: bool, plot: Path | None) -> None:
    enough = max(*batch_sizes, FEWEST if full else 1)
    if examples < enough:
        raise ConfigError(f"--limit must be at least {enough}, with these batches and options, but got {examples}")
    if plot and not plot.absolute().parent.is_dir():
        raise ConfigError(f"--plot must name a file in a folder that there is, but got {plot}")


def _described(here: Mapping[str, str]) -> str:
    named = {"numpy": "NumPy"} | {one.package: one.title for one in CONTESTANTS.values() if one.package in here}
    versions = [f"{title} {here[package]}" for package, title in named.items()]
    return "; ".join([here["cpu"], ", ".join(versions), here["kernel"]])


def _show(times: Sequence[EpochTimes], growth: Sequence[Growth], facts: str) -> None:
    names = [*times[0].seconds]
    rows = [[f"784-{one.hidden}-10", str(one.batch_size), *(_cell(one, name) for name in names)] for one in times]
    out().print(_table(["network", "batch", *names], rows))
    what = "seconds an epoch, and how many times faster than the loop; dense products are what BLAS alone takes"
    out().print(what, soft_wrap=True)
    of_epochs = [one for one in growth if SWEEP not in one.exponents]
    if of_epochs:
        rows = [[one.of, _range(one), *(f"{one.exponents[name]:.2f}" for name in names)] for one in of_epochs]
        out().print()
        out().print(_table(["growth with", "range", *names], rows))
        out().print("b of seconds an epoch ~ size^b, by least squares over the logarithms")
    for one in growth:
        if SWEEP in one.exponents:
            out().print(_sentence(one), soft_wrap=True)
    out().print(facts, soft_wrap=True)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Fitted:
    titles = tuple(CONTESTANTS[name].title if name in CONTESTANTS else name for name in columns)
    return Fitted(Table("", titles, tuple(map(tuple, rows)), names=1))


def _cell(one: EpochTimes, name: str) -> str:
    seconds = show_seconds(one.seconds[name])
    return seconds if name == LOOP else f"{seconds} ({one.ratios[name]:.1f})"


def _range(one: Growth) -> str:
    return f"{one.sizes[0]:,} to {one.sizes[-1]:,}"


def _sentence(one: Growth) -> str:
    seconds = one.seconds[SWEEP]
    first, *_, last = seconds.values()
    sizes, took = ", ".join(map(str, seconds)), ", ".join(map(show_seconds, seconds.values()))
    power = f"seconds ~ {one.of.split()[0]}^{one.exponents[SWEEP]:.2f} ({_range(one)})"
    faster = f", {first / last:.1f} times as fast" if last < first else ""
    return f"a sweep takes {took} s for {sizes} {one.of}: {power}{faster}"
