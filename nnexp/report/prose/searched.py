"""What a search found, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite

from nnexp.comparison.searched import Searched
from nnexp.measure import count
from nnexp.search.trial import State

STATES = {
    State.COMPLETE: "complete",
    State.PRUNED: "pruned",
    State.CLOSED: "closed by their seeds",
    State.FAILED: "failed",
}


def ask_searched(found: Searched) -> str:
    """Ask what a search answers."""
    *names, last = found.space
    asked = f"{', '.join(names)} and {last}" if names else last
    return f"Which {asked}? A search of {count(found.wanted, 'point')}"


def tell_searched(found: Searched) -> str:
    """Name the best point, and what it is worth."""
    best, measure = found.best, found.measure
    if best is None or best.value is None:
        return f"No point has come to its end yet, of {found.wanted}."
    unit = " %" if measure.is_fraction else ""
    points, seeds = count(len(found.trials) - found.count(None), "point"), count(len(found.seeds), "seed")
    reached = f"{measure.label} {measure.show(best.value)}{unit} over {seeds}"
    return f"Best of {points}: {best.name} ({reached})."


def tell_details(found: Searched) -> Iterator[str]:
    """Say what the best is worth, what became of the points, and what pruning saved."""
    best, measure = found.best, found.measure
    unit = " %" if measure.is_fraction else ""
    if best and best.value is not None and found.fresh:
        worth = found.worth
        bounds = f" [{measure.show(worth.low)}, {measure.show(worth.high)}]" if isfinite(worth.low) else ""
        seeds = count(len(found.fresh), "fresh seed")
        gap = best.value - worth.estimate if not found.minimize else worth.estimate - best.value
        why = "the search's own figure is the best of many, and so too good" if gap > 0 else "it holds"
        yield f"On {seeds}: {measure.show(worth.estimate)}{unit}{bounds}; {why}."
    elif best:
        again = "hydra.sweeper.confirm=10 tries it on fresh seeds"
        yield f"That is the best of many, and so too good: {again}."
    states = [f"{number} {said}" for state, said in STATES.items() if (number := found.count(state))]
    going = found.wanted - sum(found.count(state) for state in STATES)
    states += [f"{going} still to come"] if going > 0 else []
    trained, whole = found.epochs, found.epochs_of_all
    saved = f": {100 * (1 - trained / whole):.0f} % saved" if trained < whole else ""
    of_all = f" of {whole:,}" if whole else ""  # of a task that does not say how many a run has, nobody knows
    yield f"{', '.join(states)}; {trained:,}{of_all} epochs trained{saved}."
