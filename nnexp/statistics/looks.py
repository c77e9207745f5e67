"""A sweep that adds seeds only where they decide: which settings get more at each look, and when it is over, and why.

Every setting begins with the seeds of the first look. At each look it is decided, from all runs so far, which settings
may be the best; those get the seeds up to the next look, the others are parked. They are judged again at every look, so
a parked setting returns when the rival that ruled it out loses a run. Each look spends a third of the error: five
looks at the whole of it would be wrong two to three times as often (Pocock 1977 spends 1/3.2 of it at each of five).

Where runs are lost, a rival with three clean runs parks a setting, but it takes five to end the sweep; and with fewer
than five, hope is not given up.

Simulated (`python -m tests.benchmarks.decision`; sd 0.2), of a grid of 20 seeds of six settings it saves

    init: the others lose digits or are far behind    82 %    two tied, four 1 behind    57 %
    one ahead by 1, by 0.5                        84, 72 %    all equal                   1 % (22 % with margin 0.2)

with a truly best setting left in 98 to 100 %. Of two settings it is left in 94 %; where the better level goes with more
lost runs in fewer still (one of two is 0.1 better and loses 10 %: 86 %), for each look is a chance to be misled.

Knows no runs: whoever runs them hands in all results up to the present look. What it answers does not depend on the
order of the settings, nor on the order in which runs ended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf

from nnexp.statistics.decision import ALPHA, CLEAN, Decision, Results, decide
from nnexp.statistics.seeds import seeds_by_rival

LOOKS = (3, 5, 8, 12, 20)  # seeds of a setting that was never parked; the last is the cap
SHARE = 1 / 3  # of the error, spent at each look
PARKING = 3  # runs of which a rival must have lost none to park a setting, where runs are lost
PATIENCE = 3.0  # caps that a pair may need before there is no hope for it


class Ending(StrEnum):
    """Why a sweep is over."""

    ONE_LEFT = "one left"
    WITHIN = "within the margin"  # the first is shown as good as the best
    CAP = "cap"
    NO_HOPE = "no hope"  # no two that are left would be told apart, or shown alike, by three times the cap


@dataclass(frozen=True)
class Look:
    """What was found at a look, and what it asks for."""

    found: Decision
    ending: Ending | None = None  # None: it goes on
    more: tuple[str, ...] = ()  # the settings that get seeds, best level first
    up_to: int = 0  # seeds that each of them then has


def look(
    settings: Mapping[str, Results],
    seeds: int,
    *,
    resolution: float,
    margin: float,
    alpha: float = ALPHA,
    looks: Sequence[int] = LOOKS,
    patience: float = PATIENCE,
) -> Look:
    """Look at what is there, and say which settings get more seeds, or why it is over.

    Parameters
    ----------
    settings
        All results of each setting so far; a parked one has fewer.
    seeds
        The seeds of this look. A setting whose runs failed may have less.
    resolution, alpha
        As in `decide`; the error is for all looks together.
    margin
        How far behind the best a setting may lie and count as good as it.
    looks
        The seeds at which is looked: at most five times, for the error to hold.
    patience
        There is no hope for two settings that would need more than so many times the last look.
    """
    found = decide(settings, resolution=resolution, alpha=alpha * SHARE)
    later = [one for one in looks if one > seeds]
    if ending := _settled(found, margin) or (None if later else Ending.CAP):
        return Look(found, ending)
    running = decide(settings, resolution=resolution, alpha=alpha * SHARE, clean=PARKING)
    needed = seeds_by_rival(settings, running, margin, alpha * SHARE).values()
    if seeds >= CLEAN and needed and all((inf if n is None else n) > patience * looks[-1] for n in needed):
        return Look(found, Ending.NO_HOPE)
    return Look(found, more=tuple(running.may_be_best), up_to=later[0])


def _settled(found: Decision, margin: float) -> Ending | None:
    """Tell why nothing is left to decide."""
    if len(found.may_be_best) == 1:
        return Ending.ONE_LEFT
    return Ending.WITHIN if found.is_decided(margin) else None
