"""Sweeps whose truth is known: what the decision holds is measured on them. In points of accuracy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from nnexp.statistics.decision import Decision, Results, decide
from nnexp.statistics.looks import LOOKS, PATIENCE, Look, look

RESOLUTION = 0.01
LOSS, LOSS_SD = 9.5, 1.0  # what a lost run lacks
SLACK = 1e-9


@dataclass(frozen=True)
class Kind:
    """Settings that are alike."""

    level: float = 0.0
    sd: float = 0.2
    p: float = 0.0  # the share of runs that are lost
    many: int = 1
    seeds: int | None = None  # its own number of them
    skewed: bool = False

    @property
    def mean(self) -> float:
        return self.level - LOSS * self.p

    def draw(self, seeds: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        noise = 1 - rng.exponential(size=seeds) if self.skewed else rng.normal(size=seeds)
        lost = rng.random(seeds) < self.p
        return self.level + self.sd * noise - lost * rng.normal(LOSS, LOSS_SD, seeds), lost


Case = Sequence[Kind]


def equal(k: int, **of: float) -> Case:
    return [Kind(many=k, **of)]


def ladder(*levels: float, **of: float) -> Case:
    return [Kind(level, **of) for level in levels]


def winner(k: int, by: float) -> Case:
    return [Kind(), Kind(-by, many=k - 1)]


def tied(k: int, top: int, behind: float) -> Case:
    return [Kind(many=top), Kind(-behind, many=k - top)]


def one_wide(k: int, wide: float, narrow: float) -> Case:
    return [Kind(sd=wide), Kind(sd=narrow, many=k - 1)]


def unequal_seeds(k: int) -> Case:
    sds = [(3, 0.3), (5, 0.2), (10, 0.15), (20, 0.1)]
    return [Kind(sd=sd, seeds=n, many=len(range(i, k, 4))) for i, (n, sd) in enumerate(sds) if i < k]


def failing(k: int, by: float) -> Case:
    """One setting has the better level, and loses one run in ten."""
    return [Kind(by, p=0.1), Kind(many=k - 1)]


# as the sweeps of these names come out: over 30 epochs, over 8, and with the book's weights
INIT = [*ladder(0, -0.6, -1.8, sd=0.15), Kind(-0.9, 0.1, 0.5), Kind(-1.6, 0.1, 0.35), Kind(-2.4, 0.15, 0.25)]
INIT_8 = [*ladder(0, -0.5, -1.8, sd=0.16), Kind(-1.4, 0.1, 0.85), Kind(-2.0, 0.1, 0.75), Kind(-2.8, 0.17, 0.1)]
HIDDEN_SIZES = [Kind(0, 0.15, 0.5), Kind(-0.7, 0.15, 0.35), Kind(-1.5, 0.15, 0.25)]
LADDER = ladder(0, -0.2, -0.5, -1, -3, -0.2)

# the cases of a fixed number of seeds, and the numbers of settings they are tried with
CASES: dict[str, tuple[Callable[[int], Case], Sequence[int]]] = {
    "equal": (equal, (2, 6, 20)),
    "ties at the top": (lambda k: tied(k, max(2, k // 3), 0.5), (3, 6, 20)),
    "all lose 30 %": (lambda k: equal(k, p=0.3), (2, 6, 20)),
    "all lose 55 %": (lambda k: equal(k, p=0.55), (2, 6, 20)),
    "half sd 0.3, half 0.1": (lambda k: [Kind(sd=0.3, many=k // 2), Kind(sd=0.1, many=k - k // 2)], (2, 6, 20)),
    "one sd 3 times": (lambda k: one_wide(k, 0.6, 0.2), (2, 6, 20)),
    "one sd 6 times": (lambda k: one_wide(k, 0.6, 0.1), (2, 6, 20)),
    "skewed": (lambda k: [Kind(many=k, skewed=True)], (2, 6)),
    "init": (lambda _: INIT, (6,)),
    "init, 8 epochs": (lambda _: INIT_8, (6,)),
    "hidden_sizes": (lambda _: HIDDEN_SIZES, (3,)),
    "rare: +0.1, loses 10 %": (lambda k: failing(k, 0.1), (2, 6)),
    "trade: +0.5, loses 10 %": (lambda k: failing(k, 0.5), (2, 6)),
}


@dataclass
class Sweep:
    """One drawing of a case, up to the last look."""

    case: Case
    rng: np.random.Generator
    kinds: list[Kind] = field(init=False)

    def __post_init__(self) -> None:
        self.kinds = [kind for kind in self.case for _ in range(kind.many)]
        self.runs = {str(i): kind.draw(LOOKS[-1], self.rng) for i, kind in enumerate(self.kinds)}

    def results(self, name: str, seeds: int) -> Results:
        values, lost = (x[:seeds] for x in self.runs[name])
        return Results(values[~lost].tolist(), values[lost].tolist())

    def decide(self, seeds: int) -> Decision:
        of = {name: self.results(name, kind.seeds or seeds) for name, kind in zip(self.runs, self.kinds, strict=True)}
        return decide(of, resolution=RESOLUTION)

    def follow(self, margin: float, patience: float = PATIENCE) -> tuple[Look, int]:
        """Add seeds until it is over; give the last look and the runs that it took."""
        seeds = dict.fromkeys(self.runs, LOOKS[0])
        for present in LOOKS:
            of = {name: self.results(name, n) for name, n in seeds.items()}
            seen = look(of, present, resolution=RESOLUTION, margin=margin, patience=patience)
            seeds.update(dict.fromkeys(seen.more, seen.up_to))
            if seen.ending:
                break
        return seen, sum(seeds.values())


@dataclass
class Tally:
    """Counts what decisions on sweeps of one case got right."""

    case: Case
    sizes: list[int] = field(default_factory=list)
    upper: list[bool] = field(default_factory=list)  # whether every upper bound that is printed was right; and so on
    lower: list[bool] = field(default_factory=list)
    lead: list[bool] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kinds = [kind for kind in self.case for _ in range(kind.many)]
        self.kept = dict.fromkeys(self.case, 0)

    def add(self, found: Decision) -> None:
        left = found.may_be_best
        self.sizes.append(len(left))
        for name in left:
            self.kept[self.kinds[int(name)]] += 1
        truth = {name: self._true(name, found) for name, one in found.standings.items() if one.level == one.level}
        best = max(truth.values())
        behind = [(found.standings[name].behind, best - value) for name, value in truth.items()]
        self.upper.append(not any(one.high < true - SLACK for one, true in behind))
        self.lower.append(not any(one.low > true + SLACK for one, true in behind))
        self.lead.append(self._leads(found, truth))

    def share(self, kind: Kind) -> float:
        """Give how often a setting of a kind was left."""
        return self.kept[kind] / len(self.sizes) / kind.many

    @property
    def best_kept(self) -> float:
        """How often a truly best setting was left; of several kinds of them, the one that is left least."""
        top = max(kind.mean for kind in self.case)
        return min(self.share(kind) for kind in self.case if kind.mean > top - SLACK)

    @property
    def size(self) -> float:
        return float(np.mean(self.sizes))

    @property
    def single(self) -> float:
        return float(np.mean(np.equal(self.sizes, 1)))

    def _true(self, name: str, found: Decision) -> float:
        kind = self.kinds[int(name)]
        return kind.mean if found.as_they_are else kind.level

    def _leads(self, found: Decision, truth: dict[str, float]) -> bool:
        [first, *more] = found.may_be_best
        others = [value for name, value in truth.items() if name != first]
        if more or first not in truth or not others:
            return True  # there is none to print
        lead = truth[first] - max(others)
        return not (found.lead.low > lead + SLACK or found.lead.high < lead - SLACK)


def simulate(case: Case, seeds: int, replicates: int, rng: np.random.Generator) -> Tally:
    """Decide on so many sweeps of a case."""
    tally = Tally(case)
    for _ in range(replicates):
        tally.add(Sweep(case, rng).decide(seeds))
    return tally
