"""What is searched, and how, as text: what a search's own record says of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from nnexp.config.schema import EPOCHS, SEED
from nnexp.search.space import Point, Space, read_space, size_of, write_space
from nnexp.search.terms import GRID, SEARCH, Terms

LONGEST = 10  # digits of a number of epochs


@dataclass(frozen=True)
class About:
    """A search, apart from what makes its runs."""

    space: Space
    terms: Terms
    metric: str
    minimize: bool
    seeds: Sequence[int]  # of each point
    epochs: int | None  # of each run, if all take as many

    @property
    def points(self) -> int:
        """How many points there will be: a grid may have fewer than are wanted."""
        wanted = self.terms.n_trials
        return int(min(wanted, size_of(self.space))) if self.terms.sampler == GRID else wanted

    def is_fresh(self, seed: str) -> bool:
        """Tell whether a recorded seed is one that no point was tried with."""
        return SEED not in self.space and seed.lstrip("-").isdecimal() and seed not in map(str, self.seeds)

    def epochs_of(self, point: Point) -> int:
        """Count the epochs of a run of a point; 0 where nobody says."""
        named = point.get(EPOCHS, "")
        return int(named) if named.isdecimal() and len(named) < LONGEST else self.epochs or 0


def write_about(about: About) -> str:
    """Write it as the store remembers it."""
    terms, space = SEARCH.values(about.terms), write_space(about.space)
    found = {"terms": terms, "space": space, "metric": about.metric, "minimize": about.minimize}
    return json.dumps({**found, "seeds": [*about.seeds], "epochs": about.epochs})


def read_about(text: str) -> About | None:
    """Read it back; None for what is none."""
    try:
        found = json.loads(text)
        terms = SEARCH.parse_recorded({name: v for name, v in found["terms"].items() if name in SEARCH.settings})
        seeds, epochs = [int(seed) for seed in found["seeds"]], found["epochs"]
        epochs = None if epochs is None else int(epochs)
        return About(read_space(found["space"]), terms, str(found["metric"]), bool(found["minimize"]), seeds, epochs)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return None
