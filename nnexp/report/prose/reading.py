"""What the words over a comparison's figures mean, for a reader who was only sent them."""

from __future__ import annotations

from collections.abc import Iterator

from nnexp.comparison.comparison import Comparison
from nnexp.measure import LOST_RECALL
from nnexp.report.prose.lost import lost_word
from nnexp.statistics.decision import Reason


def reading(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """Give each word that needs it, and what it means."""
    is_lost = bool(comparison.lost)
    one_of_a_kind = "the mean over the seeds" + (" of which no run was lost" if is_lost else "")
    if comparison.configurations:
        yield "seed", "runs that differ in the seed alone are repetitions of one setting, told apart by chance"
    if is_lost:
        word = lost_word(comparison.stake)
        yield (
            "lost",
            f"a run whose network knows at most {100 * LOST_RECALL:.0f} % of the examples of some {word}; "
            "the share of a setting's runs that are, with a 95 % interval",
        )
    if not comparison.verdict:
        return
    yield "behind", f"how far a setting's level, {one_of_a_kind}, lies behind the best, with a 95 % interval"
    reasons = {one.reason for one in comparison.verdict.decision.standings.values()}
    if comparison.verdict.decision.ruled_out:
        yield "in colour", "the settings that may be best: none of them is ruled out"
    if Reason.LEVEL in reasons:
        yield "ruled out: level", "another setting's level is shown to be better"
    if Reason.MEAN in reasons:
        yield "ruled out: mean", "another setting's mean over all of its runs, the lost ones too, is shown to be better"
    if comparison.verdict.loses_more:
        yield "more often: p", "how likely it is by chance alone to lose so many more runs than the best of the others"
