"""What a classifier's lost run has lost, in words: a digit of MNIST, a class of any other data."""

from __future__ import annotations

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.losses import Stake
from nnexp.measure import LOST_RECALL
from nnexp.tracking.records import FIRST_TASK


def lost_word(stake: Stake | None) -> str:
    """Name what is lost; where nothing tells, a digit."""
    return "digit" if stake is None or stake.are_digits else "class"


def lost_by(comparison: Comparison) -> str:
    """Name what the lost runs of a comparison have lost; empty where nothing but the run is."""
    classifies = any(run.task == FIRST_TASK for run in comparison.runs)
    return lost_word(comparison.stake) if classifies else ""


def tell_stake(stake: Stake | None) -> str:
    """Say when it is lost, and what that costs."""
    costs = f": about {_points(stake)} each" if stake else ""
    share = f"{100 * LOST_RECALL:.0f} %"
    return f"A network has lost a {lost_word(stake)} if it knows at most {share} of its examples{costs}."


def _points(stake: Stake) -> str:
    shown = list(dict.fromkeys(f"{100 * cost:.{0 if cost >= 0.01 else 1}f}" for cost in (stake.least, stake.most)))
    return f"{' to '.join(shown)} point{'' if shown == ['1'] else 's'}"
