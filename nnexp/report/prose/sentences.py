"""The sentences of a comparison: who wins, by how much, whether that is real, and how many seeds would tell.

A winner is called only when chance is ruled out at 5 % for the whole comparison, and never from fewer than three pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from nnexp.comparison.contrast import Contrast
from nnexp.comparison.predictions import McNemar
from nnexp.comparison.summary import NeverPredicted, Sample
from nnexp.measure import FRACTION, Measure, count, show_p
from nnexp.statistics.estimates import ALPHA, FEWEST, MOST_SEEDS, PAIRED

PERCENT = Measure("", FRACTION)


@dataclass(frozen=True)
class Side:
    """A difference told from the side of the configuration that is ahead."""

    ahead: str
    behind: str
    size: float
    low: float
    high: float


def side(contrast: Contrast, measure: Measure) -> Side:
    """Turn a difference so that the configuration that is ahead comes first and its size is positive."""
    one = contrast.estimate
    if one.difference >= 0:
        first, second, low, high = contrast.configuration, contrast.baseline, one.low, one.high
    else:
        first, second, low, high = contrast.baseline, contrast.configuration, -one.high, -one.low
    ahead, behind = (first, second) if measure.higher_is_better else (second, first)
    return Side(ahead, behind, abs(one.difference), low, high)


def tell_contrast(contrast: Contrast, measure: Measure, seconds: Mapping[str, float]) -> str:
    """Say what it comes to: a winner, or what is missing for one. `seconds` are each configuration's a run."""
    told = side(contrast, measure)
    if contrast.is_real:
        gap = measure.gap(told.size, told.low, told.high)
        return f"{told.ahead} beats {told.behind} by {gap}, {_evidence(contrast)}{_cost(told, seconds)}."
    if contrast.is_tested:
        return f"No winner: {_standing(told, measure)}, {_evidence(contrast)}; {_remedy(contrast)}."
    return f"No winner: {_standing(told, measure)} {_too_little(contrast)}."


def tell_lead(contrast: Contrast, measure: Measure) -> str:
    """Say whether the best configuration is also better than the next best."""
    told = side(contrast, measure)
    gap = measure.gap(told.size, told.low, told.high)
    if contrast.is_real:
        return f"{told.ahead} also beats the next best, {told.behind}, by {gap}, {_evidence(contrast)}."
    if contrast.is_tested:
        return f"The next best, {told.behind}, is {gap} behind and not ruled out, {_evidence(contrast)}."
    return f"The next best, {told.behind}, is {gap} behind; too few seeds to rule it out."


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


def tell_never_predicted(label: str, found: NeverPredicted, runs: int) -> str:
    """Say in how many runs of a configuration some digit is never predicted, and which."""
    digits = f": {', '.join(found.classes)}" if found.classes else ""
    return f"{label}: in {found.runs} of {count(runs, 'run')} a digit is never predicted{digits}."


def describe(measure: Measure, sample: Sample) -> str:
    """Write a configuration's figure: 95.02 % ± 0.17 over 5 seeds."""
    unit = " %" if measure.is_fraction else ""
    if sample.n < 2:
        return f"{measure.show(sample.mean)}{unit} from one seed"
    return f"{measure.show(sample.mean)}{unit} ± {measure.show(sample.sd)} over {sample.n} seeds"


def _standing(told: Side, measure: Measure) -> str:
    if told.size == 0:
        return f"{told.ahead} and {told.behind} are level"
    return f"{told.ahead} is {measure.gap(told.size, told.low, told.high)} ahead of {told.behind}"


def _evidence(contrast: Contrast) -> str:
    one = contrast.estimate
    seeds = f"{one.n} paired seeds" if one.method == PAIRED else f"at least {one.n} seeds each, unpaired (Welch)"
    p = show_p(contrast.p)
    corrected = f" corrected for {contrast.tests} tests" if contrast.tests > 1 else ""
    return f"{seeds}, p {p if p.startswith('<') else f'= {p}'}{corrected}"


def _remedy(contrast: Contrast) -> str:
    if contrast.more_seeds is None:
        return f"more than {MOST_SEEDS:,} seeds would be needed to settle so small a difference"
    return f"about {count(contrast.more_seeds, 'more seed')} each would settle a difference of this size (power 0.8)"


def _too_little(contrast: Contrast) -> str:
    n = contrast.estimate.n
    pairs = count(n, "paired seed") if contrast.estimate.method == PAIRED else f"{count(n, 'seed')} each"
    if n >= FEWEST:
        return f"over {pairs}, the same in every one: without a spread there is nothing to test"
    if n == 2 and contrast.more_seeds is not None:
        return f"over {pairs}, and fewer than {FEWEST} cannot tell; {_remedy(contrast)}"
    return f"over {pairs}, and fewer than {FEWEST} cannot tell; run at least {count(FEWEST - n, 'more seed')} of each"


def _cost(told: Side, seconds: Mapping[str, float]) -> str:
    ratio = seconds[told.ahead] / seconds[told.behind] if seconds[told.behind] > 0 else float("nan")
    if not isfinite(ratio):
        return ""
    if 0.95 < ratio < 1.05:
        return "; both take the same time"
    return f"; it costs {ratio:.1f} times the time" if ratio > 1 else f"; it takes {ratio:.2g} of the time"
