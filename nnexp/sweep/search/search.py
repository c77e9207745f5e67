"""What is searched, and how: what stands in the place of a plan's runs where these are asked for as it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nnexp.measure import Measure
from nnexp.search.about import About
from nnexp.search.space import Point, Space
from nnexp.search.terms import Terms
from nnexp.training.spec import RunSpec

MakeRuns = Callable[[Point, range, int], tuple[RunSpec, ...]]  # of a point, these seeds, numbered from here on


@dataclass(frozen=True)
class Search:
    """A search for the point of a space that is best by a measure, as the mean of its last epoch over seeds.

    `make_runs` gives the runs of a point with some of the seeds, which are counted from 0; it raises ConfigError or
    DataError for a point that cannot be run.
    """

    key: str
    space: Space
    terms: Terms
    measure: Measure
    epochs: int | None
    make_runs: MakeRuns
    first_seed: int = 0

    @property
    def about(self) -> About:
        """What the store remembers of it."""
        seeds = range(self.first_seed, self.first_seed + self.terms.replicates)
        return About(self.space, self.terms, self.measure.name, self.minimize, seeds, self.epochs)

    @property
    def params(self) -> dict[str, str]:
        """Write as parameters what makes it this search and no other."""
        spaces = {name: dimension.typed for name, dimension in self.space.items()}
        terms = ("sampler", "seed", "pruner", "replicates")
        return spaces | {f"search.{name}": str(getattr(self.terms, name)) for name in terms}

    @property
    def minimize(self) -> bool:
        """Whether less is better."""
        return is_minimized(self.terms, self.measure)

    def better(self, value: float) -> float:
        """Turn a value so that more is better."""
        return -value if self.minimize else value


def is_minimized(terms: Terms, measure: Measure) -> bool:
    """Tell whether less of a measure is better: as its task declares, unless somebody says otherwise."""
    return not measure.higher_is_better if terms.minimize is None else terms.minimize
