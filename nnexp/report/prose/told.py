"""A comparison told in words: the answer first, then what else the runs show, then how to read the figures.

>>> tell(comparison).answer  # doctest: +SKIP
'hidden=100 beats hidden=30 by 2.2 points [1.9, 2.5], 5 paired seeds, p = 0.0004; it costs 1.9 times the time.'

Where the runs cannot carry an answer, the sentence says so; it is never left to the reader to notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nnexp.comparison.comparison import Comparison, Nothing
from nnexp.comparison.contrast import Contrast
from nnexp.comparison.groups import SEED
from nnexp.measure import count
from nnexp.report.prose.notes import notes
from nnexp.report.prose.sentences import describe, tell_contrast, tell_lead, tell_mcnemar, tell_never_predicted

MOST_LOSERS = 3
MOST_DEAD = 6

_NOTHING = {
    Nothing.NO_RUN: "no run",
    Nothing.NONE_FINISHED: "none of the runs has finished",
    Nothing.NO_NUMBER: "no run has a number for {}",
}


@dataclass(frozen=True)
class Told:
    """What every format shows of a comparison in words, in this order."""

    answer: str
    details: tuple[str, ...]
    notes: tuple[str, ...]


def tell(comparison: Comparison) -> Told:
    """Put a comparison into words."""
    answer, *details = _sentences(comparison)
    return Told(answer, tuple(details), tuple(notes(comparison)))


def _sentences(comparison: Comparison) -> Iterator[str]:
    if comparison.nothing:
        yield f"Nothing to compare: {_NOTHING[comparison.nothing].format(comparison.measure.label)}."
    elif comparison.headline is None:
        measure, [only] = comparison.measure, comparison.configurations
        shown = describe(measure, only.decides)
        yield f"Nothing to compare: all runs have the same settings; {measure.label} {shown}."
    elif comparison.by[0] == SEED:
        yield "Nothing to compare but seeds: they are chance, not a setting."
        yield from _networks(comparison)
    else:
        yield from _contrasts(comparison, comparison.headline)
        yield from _networks(comparison)
        yield from _never_predicted(comparison)


def _contrasts(comparison: Comparison, told: Contrast) -> Iterator[str]:
    measure, best = comparison.measure, comparison.configurations[0].label
    seconds = {one.label: one.run_seconds for one in comparison.configurations}
    yield tell_contrast(told, measure, seconds)
    if told.is_real and best not in (told.configuration, told.baseline):
        yield f"{best} has the best mean, but is not shown to beat {told.baseline}."
    if comparison.lead:
        yield tell_lead(comparison.lead, measure)
    worse = [one for one in comparison.contrasts if one is not told and one.is_real and not one.is_gain(measure)]
    for one in worse[:MOST_LOSERS]:
        yield tell_contrast(one, measure, seconds)


def _networks(comparison: Comparison) -> Iterator[str]:
    if comparison.mcnemar:
        a, b = comparison.configurations
        yield tell_mcnemar(comparison.mcnemar, a.label, b.label)
    elif comparison.other_examples:
        yield "The two were tested on different examples, so their answers cannot be compared one by one."


def _never_predicted(comparison: Comparison) -> Iterator[str]:
    found = [(one, one.never_predicted) for one in comparison.configurations]
    dead = [(one, never) for one, never in found if never and never.runs]
    for one, never in dead[:MOST_DEAD]:
        yield tell_never_predicted(one.label, never, len(one.runs))
    if len(dead) > MOST_DEAD:
        yield f"{count(len(dead) - MOST_DEAD, 'more setting')} with such runs."
    if dead:
        yield "A digit that is never predicted costs a run about a tenth of all examples."
