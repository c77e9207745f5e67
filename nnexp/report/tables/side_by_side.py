"""Comparisons on several data sets in one table: what each setting reaches on each."""

from __future__ import annotations

from collections.abc import Mapping

from nnexp.comparison.comparison import Comparison
from nnexp.measure import NOTHING
from nnexp.report.tables.table import Table, show_sample

BEST = " *"


def side_by_side(comparisons: Mapping[str, Comparison]) -> Table:
    """Make a row for each setting and a column for each data set; what may be the best there has a star."""
    labels = dict.fromkeys(one.label for found in comparisons.values() for one in found.configurations)
    measures = {found.measure.column for found in comparisons.values()}
    what = " / ".join(sorted(measures))
    return Table(
        f"On each data set: {what}, mean ± standard deviation over seeds;{BEST} may be the best there",
        ("setting", *comparisons),
        tuple((label, *(_cell(found, label) for found in comparisons.values())) for label in labels),
        names=1,
    )


def _cell(comparison: Comparison, label: str) -> str:
    for one in comparison.configurations:
        if one.label == label:
            decided = comparison.verdict
            star = BEST if decided and label in decided.decision.may_be_best else ""
            return show_sample(comparison.measure, one.level) + star
    return NOTHING
