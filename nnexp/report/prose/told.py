"""A comparison told in words: the answer first, then what else the runs show, then how to read the figures.

>>> tell(comparison).answer  # doctest: +SKIP
'hidden=100 is the best: 96.72 %, 2.2 points [1.9, 2.5] ahead of the next; the other is ruled out (5 seeds, 5 % error).'

Where the runs cannot carry an answer, the sentence says so; it is never left to the reader to notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nnexp.comparison.comparison import Comparison, Nothing
from nnexp.comparison.verdict import Verdict
from nnexp.report.prose.answer import tell_answer, tell_details
from nnexp.report.prose.finding import Finding
from nnexp.report.prose.further import tell_further
from nnexp.report.prose.lost import lost_by
from nnexp.report.prose.notes import notes
from nnexp.report.prose.sentences import describe, tell_mcnemar
from nnexp.report.prose.so_far import tell_so_far
from nnexp.statistics.looks import LOOKS

_NOTHING = {
    Nothing.NO_RUN: "no run",
    Nothing.NONE_FINISHED: "none of the runs has finished",
    Nothing.NO_NUMBER: "no run has a number for {}",
}
ADD_SEEDS = ("nnexp sweep ", "nnexp train ")  # of what launches sweeps


@dataclass(frozen=True)
class Told:
    """What every format shows of a comparison in words, in this order."""

    answer: str
    details: tuple[str, ...]
    notes: tuple[str, ...]


def tell(comparison: Comparison) -> Told:
    """Put a comparison into words."""
    answer, *details = _sentences(comparison)
    if comparison.so_far:
        answer = f"{tell_so_far(comparison.so_far)} {answer}"
    return Told(answer, tuple(details), tuple(notes(comparison)))


def _sentences(comparison: Comparison) -> Iterator[str]:
    if comparison.nothing:
        yield f"Nothing to compare: {_NOTHING[comparison.nothing].format(comparison.measure.label)}."
        return
    if comparison.verdict:
        found = _finding(comparison, comparison.verdict)
        yield tell_answer(found)
        yield from tell_details(found)
        yield from _networks(comparison)
    elif len(comparison.configurations) == 1:
        measure, [only] = comparison.measure, comparison.configurations
        yield f"Nothing to compare: all runs have the same settings; {measure.label} {describe(measure, only)}."
    else:
        yield "Nothing to compare but seeds: they are chance, not a setting."
        yield from _networks(comparison)
    yield from tell_further(comparison)


def _finding(comparison: Comparison, verdict: Verdict) -> Finding:
    return Finding(
        verdict.decision,
        verdict.results,
        verdict.margin,
        comparison.measure,
        verdict.more_seeds,
        verdict.alpha,
        looked=verdict.is_one_of_many,
        so_far=verdict.on_the_way,
        lost=lost_by(comparison),
        remedy=_remedy(comparison, verdict),
    )


def _remedy(comparison: Comparison, verdict: Verdict) -> str:
    """Say what is added to the sweep's own command, if that would come to as many seeds as are needed."""
    most = max(one.runs for one in verdict.decision.standings.values())
    can = comparison.command.startswith(ADD_SEEDS) and not verdict.is_one_of_many
    if not can or most + (verdict.more_seeds or 0) > LOOKS[-1]:
        return ""
    return f"add `--until-decided` to its command{', before --' if ' -- ' in comparison.command else ''}"


def _networks(comparison: Comparison) -> Iterator[str]:
    if comparison.mcnemar:
        a, b = comparison.configurations
        yield tell_mcnemar(comparison.mcnemar, a.label, b.label)
    elif comparison.other_examples:
        yield "The two were tested on different examples, so their answers cannot be compared one by one."
