"""The sentences of a comparison: the answer first, then the next best, the clear losers, two networks side by side."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.comparison.contrast import Contrast, lead
from nnexp.comparison.groups import SEED, Group
from nnexp.comparison.predictions import duel, read_predictions
from nnexp.comparison.summary import Summary
from nnexp.measure import Measure, count
from nnexp.report.prose import sentences as verdict
from nnexp.tracking.store import RunStore

MOST_LOSERS = 3
MOST_DEAD = 6


def leading(
    groups: Sequence[Group],
    ranked: Sequence[Summary],
    found: Sequence[Contrast],
    baseline: Group,
    measure: Measure,
) -> Contrast | None:
    """Compare the best with the next best, where it has beaten the baseline and the next best is not the baseline."""
    if len(ranked) < 3 or baseline.label in (ranked[0].label, ranked[1].label):
        return None
    best = next(one for one in found if one.setting == ranked[0].label)
    if not (best.is_real and _ahead(best, measure)):
        return None
    named = {one.label: one for one in groups}
    return lead(named[ranked[0].label], named[ranked[1].label], len(found) - 1)


def sentences(
    ranked: Sequence[Summary],
    found: Sequence[Contrast],
    leading: Contrast | None,
    measure: Measure,
    store: RunStore | None,
) -> list[str]:
    """Say the answer first, then whatever else the runs show of these settings (`ranked` best first)."""
    if len(ranked) == 1:
        shown = verdict.describe(measure, ranked[0].decides)
        return [f"Nothing to compare: all runs have the same settings; {measure.label} {shown}."]
    if ranked[0].label.startswith(f"{SEED}="):
        return ["Nothing to compare but seeds: they are chance, not a setting.", *_duel(ranked, store)]
    told = _headline(ranked, found, measure)
    seconds = {one.label: one.run_seconds for one in ranked}
    said = [verdict.tell(told, measure, seconds)]
    if told.is_real and ranked[0].label not in (told.setting, told.baseline):
        said.append(f"{ranked[0].label} has the best mean, but is not shown to beat {told.baseline}.")
    if leading is not None:
        said.append(verdict.tell_lead(leading, measure))
    worse = [one for one in found if one is not told and one.is_real and not _ahead(one, measure)]
    said += [verdict.tell(one, measure, seconds) for one in worse[:MOST_LOSERS]]
    return said + _duel(ranked, store) + _dead_digits(ranked)


def _headline(ranked: Sequence[Summary], found: Sequence[Contrast], measure: Measure) -> Contrast:
    """Choose the difference that answers: the best to beat the baseline for certain, or else the best as it stands."""
    place = {one.label: rank for rank, one in enumerate(ranked)}
    winners = [one for one in found if one.is_real and _ahead(one, measure)]
    return min(winners or found, key=lambda one: place[one.setting])


def _ahead(difference: Contrast, measure: Measure) -> bool:
    return (difference.estimate.difference > 0) == measure.higher_is_better


def _duel(ranked: Sequence[Summary], store: RunStore | None) -> list[str]:
    if store is None or len(ranked) != 2 or any(len(one.runs) > 1 for one in ranked):
        return []
    answers = [read_predictions(store, one.runs[0].run_id) for one in ranked]
    if answers[0] is None or answers[1] is None:
        return []
    found = duel(answers[0], answers[1])
    if found is None:
        return ["The two were tested on different examples, so their answers cannot be compared one by one."]
    return [verdict.tell_duel(found, ranked[0].label, ranked[1].label)]


def _dead_digits(ranked: Sequence[Summary]) -> list[str]:
    dead = [one for one in ranked if one.never_runs]
    if not dead:
        return []
    said = [verdict.tell_never_predicted(one) for one in dead[:MOST_DEAD]]
    said += [f"{count(len(dead) - MOST_DEAD, 'more setting')} with such runs."] if len(dead) > MOST_DEAD else []
    return [*said, "A digit that is never predicted costs a run about a tenth of all examples."]
