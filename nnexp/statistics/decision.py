"""Which settings may have the best average over runs, from a few runs of each; every other is ruled out, with a reason.

A run may be lost (a network that never learns a digit): its result lies so far below those of the good runs that the
mean of both describes neither. So a setting has two outcomes: its level, the mean of its good runs, and how often it
loses one. It is ruled out by

    level  if another's level is shown to be better, and that other lost no run (of 5 or more, where any was lost);
    mean   if another's mean over all runs is shown to be better (tested only where any run was lost).

Levels are compared by Hsu's multiple comparisons with the best (1984), one-sided: each of the K - 1 rivals is tested at
alpha / (K - 1); every statement that a setting is out, and every upper bound of what it lacks, is right at once with
probability 1 - alpha. Variances are moderated (Smyth 2004): the pooled one counts as 4 more degrees of freedom, and no
variance is less than the setting's own. Means are compared by Welch's test. Where runs were lost, 3/5 of alpha are
spent on the levels, 2/5 on the means.

A truly best setting is left in so many % (K = 2/6/20; simulated: `python -m tests.benchmarks.decision`):

    runs of each                              3           5          10          20
    all equal                          96/97/99    95/96/98    95/96/98    95/96/97
    all lose 30 % of their runs        98/98/98   99/99/100    98/99/99    98/99/99
    all lose 55 %                      98/94/92    99/99/98    98/98/98    98/98/98
    one varies 3 times as much         94/95/94    95/97/98    95/97/98    94/97/97
    one varies 6 times as much         94/94/97    94/97/98    94/98/99    95/99/99
    one is 0.1 better, loses 10 %         92/96       90/96       91/95       95/95
    one is 0.5 better, loses 10 %         44/59       42/45       65/63       88/87
    the better, the more lost (K = 3)        86          85          98          99

So it does not hold where a better level goes with more lost runs: before the first is lost, nothing shows it. It is a
little short with 3 runs where most are lost, and where the fewest runs vary most (3, 5, 10, 20 of them, sd 0.3 to 0.1:
91 to 93 %). All bounds of the shortfalls, or of a lead, hold at once in 93 % or more, for settings with a good run.

Knows no runs: results are numbers of which more is better, and names are only names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, isnan

import numpy as np

from nnexp.statistics.interval import UNKNOWN, Interval
from nnexp.statistics.rivals import of_levels, of_means

ALPHA = 0.05
LEVEL_SHARE, MEAN_SHARE = 0.6, 0.4  # of alpha, where runs were lost
CLEAN = 5  # runs of which a setting must have lost none before its level rules out others, where runs are lost


class Reason(StrEnum):
    """What ruled a setting out."""

    LEVEL = "level"
    MEAN = "mean"


@dataclass(frozen=True)
class Results:
    """What the runs of one setting reached: those that count for its level, and those that were lost."""

    good: Sequence[float]
    lost: Sequence[float] = ()

    @property
    def all(self) -> list[float]:
        """What all runs reached."""
        return [*self.good, *self.lost]


@dataclass(frozen=True)
class Standing:
    """How one setting stands."""

    runs: int
    lost: int
    level: float  # nan without a run that counts for it
    variance: float  # of one such run, moderated
    behind: Interval  # by how much its level lies behind the best; holds for all settings at once
    reason: Reason | None = None  # why it is out
    rival: str | None = None  # by whom


@dataclass(frozen=True)
class Decision:
    """Every setting by its name, in the order in which they were given."""

    standings: Mapping[str, Standing]
    as_they_are: bool = False  # no level could be compared, so lost runs were counted like any other
    lead: Interval = UNKNOWN  # of the level of the one setting that is left, to the next level

    @property
    def may_be_best(self) -> list[str]:
        """The settings that are left, best level first; one whose level is unknown comes last."""
        return [name for name in self._ranked() if self.standings[name].reason is None]

    @property
    def ruled_out(self) -> list[str]:
        """The others, best level first."""
        return [name for name in self._ranked() if self.standings[name].reason is not None]

    @property
    def loses_runs(self) -> bool:
        """Whether any run was lost."""
        return any(one.lost for one in self.standings.values())

    def is_clean(self, name: str) -> bool:
        """Whether a setting lost no run, of enough to say so where any was lost."""
        one = self.standings[name]
        return not one.lost and (one.runs >= CLEAN or not self.loses_runs)

    def is_within(self, name: str, margin: float) -> bool:
        """Whether a setting's level is shown to lie at most so far behind the best."""
        return self.standings[name].behind.high <= margin

    def is_decided(self, margin: float) -> bool:
        """Whether there is one to take: the only one left, or the first of them, if it is shown as good as the best."""
        left = self.may_be_best
        return len(left) == 1 or (self.is_clean(left[0]) and self.is_within(left[0], margin))

    def _ranked(self) -> list[str]:
        level = {name: -inf if isnan(one.level) else one.level for name, one in self.standings.items()}
        return sorted(level, key=lambda name: (-level[name], name))


def decide(settings: Mapping[str, Results], *, resolution: float, alpha: float = ALPHA, clean: int = CLEAN) -> Decision:
    """Decide which settings may be the best.

    Parameters
    ----------
    settings
        The results of each setting, a run each; more is better.
    resolution
        The least step of a result (of an accuracy on 10,000 examples: 0.0001): no spread is taken for less.
    alpha
        The error that is allowed for all statements together.
    clean
        Of how many runs a setting must have lost none before its level rules out others, where runs are lost.
    """
    as_they_are = all(len(one.good) < 2 for one in settings.values())  # no level has a spread to judge by
    counted = [Results(one.all) if as_they_are else one for one in settings.values()]
    loses, rivals = any(one.lost for one in counted), max(len(counted) - 1, 1)
    levels = of_levels([one.good for one in counted], resolution)
    critical = levels.critical(alpha * (LEVEL_SHARE if loses else 1) / rivals)
    strict = levels.critical(alpha / (rivals * len(counted)))
    better = levels.lead > critical
    unbeaten = np.asarray(~better.any(axis=1))
    reliable = [not one.lost and (len(one.all) >= clean or not loses) for one in counted]
    names = list(settings)
    beaten = {Reason.LEVEL: levels.beaten_by(better & np.array(reliable), names)}
    if loses:
        means = of_means([one.all for one in counted], resolution)
        beaten[Reason.MEAN] = means.beaten_by(means.lead > means.critical(alpha * MEAN_SHARE / rivals), names)
    if all(any(by) for by in zip(*beaten.values(), strict=True)):  # runs called lost are better: the tests contradict
        beaten = {}
    standings, behind = {}, levels.behind(unbeaten, critical, strict)
    for i, (name, one) in enumerate(settings.items()):
        reason, rival = next(((reason, by[i]) for reason, by in beaten.items() if by[i]), (None, None))
        level, variance = float(levels.mean[i]), float(levels.variance[i])
        standings[name] = Standing(len(one.all), len(one.lost), level, variance, behind[i], reason, rival)
    found = Decision(standings, as_they_are and any(one.lost for one in settings.values()))
    left = [names.index(name) for name in found.may_be_best]
    if len(left) > 1:
        return found
    lead = levels.ahead(left[0], critical, strict)
    if not any(one.reason is Reason.MEAN for one in standings.values()):  # so it is shown to have the best level
        lead = replace(lead, low=max(lead.low, 0.0))
    return replace(found, lead=lead)
