"""The points of a search as a table of words."""

from __future__ import annotations

from nnexp.comparison.searched import Searched
from nnexp.report.tables.table import Table

MOST_POINTS = 10


def searched_tables(found: Searched) -> list[Table]:
    """Give the best points, and which settings told them from the others."""
    if not found.complete:
        return []
    rows = tuple(
        (str(trial.number + 1), *(trial.point[name] for name in found.space), found.measure.show(trial.value or 0.0))
        for trial in found.complete[:MOST_POINTS]
    )
    more = "; `nnexp compare --csv` lists all" if len(found.complete) > MOST_POINTS else ""
    title = f"The best points, of {len(found.complete)} that came to their end{more}"
    best = Table(title, ("point", *found.space, found.measure.column), rows, 1 + len(found.space))
    if not found.importances:
        return [best]
    shares = tuple((name, f"{100 * share:.0f}") for name, share in found.importances.items())
    mattered = "What mattered: what tells the better points from all (PED-ANOVA)"
    return [best, Table(mattered, ("setting", "share %"), shares, 1)]
