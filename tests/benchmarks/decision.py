"""Measure by simulation what the decision holds: python -m tests.benchmarks.decision [--replicates 1000]

How often a truly best setting is left, how many are; how often one that lies behind is ruled out; how often every
interval that is printed holds the truth; and what adding seeds only where they decide saves, and costs. All in %.
"""

import argparse
import zlib
from collections.abc import Callable, Iterable, Sequence
from math import inf

import numpy as np
from scipy.stats import binom

from nnexp.statistics.loss import Loss, loses_more, loss_interval
from tests.simulated import (
    CASES,
    HIDDEN_SIZES,
    INIT,
    INIT_8,
    LADDER,
    RESOLUTION,
    Case,
    Kind,
    Sweep,
    Tally,
    equal,
    failing,
    ladder,
    one_wide,
    simulate,
    tied,
    unequal_seeds,
    winner,
)

SEED = 20251203
SEEDS = (2, 3, 5, 10, 20)
MARGIN = 0.2
# runs that are saved of 20 seeds of each setting, as a table to compare with says (none: it has no such row)
PLANS: dict[str, tuple[Case, float | None]] = {
    "init": (INIT, 82),
    "init, 8 epochs": (INIT_8, 80),
    "winner by 1": (winner(6, 1), 84),
    "winner by 0.5": (winner(6, 0.5), 71),
    "ladder": (LADDER, 48),
    "two tied, four behind": (tied(6, 2, 1), 55),
    "all equal": (equal(6), 1),
    "hidden_sizes": (HIDDEN_SIZES, 5),
    "all lose 30 %": (equal(6, p=0.3), None),
    "rare": (failing(6, 0.1), None),
    "trade": (failing(6, 0.5), None),
    "one sd 6 times": (one_wide(6, 0.6, 0.1), None),
    "two equal": (equal(2), None),
    "two, rare": (failing(2, 0.1), None),
    "20: exponential levels": (ladder(*1.5 * np.log(np.arange(20, 0, -1) / 20)), 62),
    "20: three tied": (tied(20, 3, 1), 69),
    "20: winner by 1": (winner(20, 1), 83),
    "20: all equal": (equal(20), 1),
}


def rng_of(*what: object) -> np.random.Generator:
    """Give each cell its own random numbers, whatever else is run."""
    return np.random.default_rng([SEED, zlib.crc32(repr(what).encode())])


def percent(share: float) -> str:
    """Write a share in %; less than 95 with a star."""
    return f"{100 * share:.0f}{'*' if share < 0.945 else ''}"


def table(title: str, columns: Sequence[object], rows: Iterable[tuple[str, Sequence[str]]]) -> None:
    print(f"\n{title:44}", *(f"{column!s:>13}" for column in columns), sep="")
    for name, cells in rows:
        print(f"{name:44}", *(f"{cell:>13}" for cell in cells), sep="", flush=True)


def fixed(replicates: int) -> None:
    """Print what is held with a fixed number of seeds."""
    tallies = {
        (name, k, n): simulate(make(k), n, replicates, rng_of(name, k, n))
        for name, (make, sizes) in CASES.items()
        for k in sizes
        for n in SEEDS
    }

    def rows(what: Callable[[Tally], float]) -> Iterable[tuple[str, list[str]]]:
        for name, (_, sizes) in CASES.items():
            cells = ["/".join(percent(what(tallies[name, k, n])) for k in sizes) for n in SEEDS]
            yield f"{name}, K = {'/'.join(map(str, sizes))}", cells

    heads = [f"n = {n}" for n in SEEDS]
    table("A truly best setting is left", heads, rows(lambda one: one.best_kept))
    unequal = [simulate(unequal_seeds(k), 0, replicates, rng_of("unequal", k)) for k in (3, 6, 20)]
    table("", [], [("n = 3, 5, 10, 20, sd 0.3 to 0.1, K = 3/6/20", ["/".join(percent(x.best_kept) for x in unequal)])])
    answers = [tallies["init", 6, n] for n in SEEDS]
    sized = [("settings that are left", [f"{one.size:.2f}" for one in answers])]
    table("init", heads, [*sized, ("exactly one is", [f"{100 * one.single:.0f}" for one in answers])])
    table("Every upper bound of the shortfall holds", heads, rows(lambda one: float(np.mean(one.upper))))
    table("Every lower bound of the shortfall holds", heads, rows(lambda one: float(np.mean(one.lower))))
    table("The lead of the one that is left holds", heads, rows(lambda one: float(np.mean(one.lead))))


def power(replicates: int) -> None:
    """Print how often a setting that lies behind the best is ruled out."""

    def cells(k: int, by: float) -> list[str]:
        out = [1 - simulate(winner(k, by), n, replicates, rng_of(k, by, n)).share(Kind(-by, many=k - 1)) for n in SEEDS]
        return [f"{100 * share:.0f}" for share in out]

    rows = [(f"K = {k}, {by} behind", cells(k, by)) for k in (6, 20) for by in (0.2, 0.5, 1.0, 3.0)]
    table("Is ruled out (sd 0.2)", [f"n = {n}" for n in SEEDS], rows)


def losses(replicates: int) -> None:
    """Print how often the interval of the share of lost runs holds it at the worst share, and the error of the test."""
    shares = np.linspace(0.001, 0.999, 999)

    def cover(n: int) -> float:
        held = [
            np.less_equal(low, shares) & (shares <= high) for low, high in (loss_interval(c, n) for c in range(n + 1))
        ]
        return float(
            min(binom.pmf(np.arange(n + 1)[:, None], n, shares).T[i] @ np.array(held)[:, i] for i in range(999))
        )

    def error(k: int, n: int, p: float) -> float:
        counts = rng_of("loss", k, n, p).binomial(n, p, size=(replicates, k))
        return float(
            np.mean([loses_more({str(i): Loss(int(c), n) for i, c in enumerate(row)}, "0") <= 0.05 for row in counts])
        )

    rows = [("interval of the share lost, least cover", [percent(cover(n)) for n in SEEDS])]
    rows += [
        (f"loses more often: error, K = {k}, p = {p}", [f"{100 * error(k, n, p):.1f}" for n in SEEDS])
        for k in (2, 6)
        for p in (0.1, 0.5)
    ]
    table("Lost runs", [f"n = {n}" for n in SEEDS], rows)


def plans(replicates: int) -> None:
    """Print what adding seeds only where they decide saves; to the end, and with its stops (the margin, no hope)."""

    def follow(name: str, case: Case, margin: float, patience: float) -> tuple[Tally, float]:
        tally, rng, runs = Tally(case), rng_of("plan", name), 0
        for _ in range(replicates):
            seen, took = Sweep(case, rng).follow(margin, patience)
            tally.add(seen.found)
            runs += took
        return tally, 100 - 100 * runs / (replicates * 20 * len(tally.kinds))

    def cells(name: str, case: Case, expected: float | None) -> list[str]:
        (full, saved), (stopped, also) = follow(name, case, 0, inf), follow(name, case, MARGIN, 3)
        said = "" if expected is None else f" ({expected:.0f})"
        covers = "/".join(percent(float(np.mean(x))) for x in (full.upper, full.lower, full.lead))
        kept = percent(full.best_kept), f"{full.size:.2f}", f"{100 * full.single:.0f}"
        return [f"{saved:.0f}{said}", *kept, covers, f"{also:.0f}", percent(stopped.best_kept)]

    heads = ["saved", "best left", "left", "one", "cover", "stops: saved", "best left"]
    table("Looks at 3, 5, 8, 12, 20", heads, ((name, cells(name, *of)) for name, of in PLANS.items()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--replicates", type=int, default=1000, help="sweeps of each case (of the looks: a fifth)")
    replicates = parser.parse_args().replicates
    print(f"{replicates} sweeps a case, resolution {RESOLUTION}; * less than 95 %")
    fixed(replicates)
    power(max(1, replicates // 4))
    losses(replicates)
    plans(max(1, replicates // 5))
