"""Sentences about one configuration, and about two single networks."""

from __future__ import annotations

from math import nan

from nnexp.comparison.predictions import McNemar
from nnexp.comparison.summary import Summary
from nnexp.measure import FRACTION, Measure, count, show_p
from nnexp.statistics.decision import ALPHA

PERCENT = Measure("", FRACTION)


def tell_mcnemar(found: McNemar, a: str, b: str) -> str:
    """Say which of two trained networks is better on the same test examples, and what that does not show."""
    ahead, behind, sign = (b, a, 1) if found.difference >= 0 else (a, b, -1)
    low, high = sorted(sign * bound for bound in found.interval)
    gap = PERCENT.gap(abs(found.difference), low, high)
    p = show_p(found.p)
    meaning = "tells these two networks apart, not their settings" if found.p < ALPHA else "does not tell them apart"
    return (
        f"On the same {found.examples:,} test examples the network with {ahead} is right {gap} more often than the one "
        f"with {behind}, McNemar p {p if p.startswith('<') else f'= {p}'}: this {meaning}."
    )


def describe(measure: Measure, one: Summary) -> str:
    """Write a configuration's figure: 95.02 % ± 0.17 over 5 seeds."""
    unit = " %" if measure.is_fraction else ""
    if len(one.seeds) < 2:
        return f"{measure.show(one.median)}{unit} from one seed"
    if not one.level.n:
        return f"in the median {measure.show(one.median)}{unit} over {len(one.seeds)} seeds, each of which lost a run"
    lost = f" that lost no run, of {len(one.seeds)}" if one.level.n < len(one.seeds) else ""
    mean, _, spread = measure.show_mean(one.level.mean, one.level.sd if one.level.n > 1 else nan).partition(" ± ")
    return f"{mean}{unit}{f' ± {spread}' if spread else ''} over {count(one.level.n, 'seed')}{lost}"
