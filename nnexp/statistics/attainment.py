"""What the levels of settings are shown to reach, at the least: one-sided bounds that hold for all of them at once.

The variances are those of the decision, moderated; each of K settings is bounded at alpha / K (Bonferroni). So if one
is picked among those whose bound is high enough, for whatever reason, it reaches that with probability 1 - alpha.
"""

from __future__ import annotations

from math import isnan, nan, sqrt

from scipy.special import stdtrit

from nnexp.statistics.decision import ALPHA, Decision, Standing
from nnexp.statistics.rivals import PRIOR_DF


def lower_bounds(decision: Decision, alpha: float = ALPHA) -> dict[str, float]:
    """Give the lower bound of each setting's level; nan where no level is known, or none has a spread to judge by.

    Where lost runs were counted like any other there is no level, only a mean of good and lost runs: no bound either.
    """
    standings = decision.standings
    most_df = sum(max(_good(one) - 1, 0) for one in standings.values())
    if not most_df or decision.as_they_are:
        return dict.fromkeys(standings, nan)
    return {name: _bound(one, most_df, alpha / len(standings)) for name, one in standings.items()}


def _bound(one: Standing, most_df: int, alpha: float) -> float:
    if isnan(one.level):
        return nan
    df = min(PRIOR_DF + _good(one) - 1, most_df)
    return one.level - float(stdtrit(df, 1 - alpha)) * sqrt(one.variance / _good(one))


def _good(one: Standing) -> int:
    return one.runs - one.lost
