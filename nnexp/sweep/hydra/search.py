"""A search as Hydra's users write one: a space in its grammar of overrides, and a sweeper that hands it over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hydra.core.config_loader import ConfigLoader
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import (
    IntervalSweep,
    Override,
    RangeSweep,
    Transformer,
)
from hydra.types import TaskFunction
from omegaconf import DictConfig, OmegaConf

from nnexp.config.checks import none_of, refuse
from nnexp.config.schema import EPOCHS, SEED, Schema
from nnexp.errors import ConfigError
from nnexp.measure import CHOOSE, REPORT, Measure, judging
from nnexp.search.space import Choice, Dimension, Interval, Point, Space, Steps, size_of, write_space
from nnexp.search.terms import GRID, SEARCH, SEEDS, Terms
from nnexp.statistics.looks import LOOKS
from nnexp.sweep.hydra.app import HydraApp, read_policy, refuse_unused
from nnexp.sweep.hydra.compose import Composer
from nnexp.sweep.hydra.grid import refuse_lists, typed_params
from nnexp.sweep.hydra.launcher import name_of
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.search.search import Search, is_minimized
from nnexp.tasks.task import Task, is_foreign
from nnexp.training.spec import RunSpec, make_spec
from nnexp.undeclared import measure_named


def search(
    settings: Mapping[str, Any],
    master: DictConfig,
    loader: ConfigLoader,
    app: TaskFunction | HydraApp,
    arguments: Sequence[str],
) -> None:
    """Check the whole of a search, and have it run."""
    if not isinstance(app, HydraApp):
        raise TypeError("hydra/sweeper=search searches nnexp's own task; other Hydra applications need another sweeper")
    folder = Path(str(OmegaConf.select(master, "hydra.sweep.dir")))
    app.folders.append(folder)
    refuse_unused(master.hydra)
    refuse_lists(master.hydra.sweeper)
    policy = read_policy(master.hydra.launcher)
    terms = SEARCH.parse_config({name: value for name, value in settings.items() if name != "params"})
    typed = typed_params(settings.get("params"))
    space, fixed = read_overrides([*typed, *arguments], loader, app.task.schema)
    points = _Points(app.task, Composer(loader, master, app.task.schema), space, fixed, terms)
    points.check()
    measure = _measure(app.task, terms)
    _check_seeds(terms, measure)
    found = Search(points.key(measure), space, terms, measure, points.epochs, points.make_runs, points.first_seed)
    app.sweep(Plan(name_of(master), (), points.varies, search=found), policy)


class SearchApp(HydraApp):
    """Runs searches, and no other sweep."""

    def sweep(self, plan: Plan, policy: Policy) -> Mapping[str, float]:
        """Run a search."""
        if plan.search is None:
            raise ConfigError(f"{plan.name} is no search; nnexp.sweep runs it")
        return super().sweep(plan, policy)


def read_overrides(
    typed: Sequence[str], loader: ConfigLoader, schema: Schema[Any]
) -> tuple[dict[str, Dimension], list[str]]:
    """Divide what was typed into the space that is searched, and what holds for all; the last of a name counts.

    Raises
    ------
    ConfigError
        For what cannot be searched.
    """
    parser = OverridesParser.create(config_loader=loader)
    space: dict[str, Dimension] = {}
    fixed: dict[str, str] = {}
    for text in typed:
        override = parser.parse_override(text)
        name = override.key_or_group
        for known in (space, fixed):
            known.pop(name, None)
        if override.is_sweep_override():
            space[name] = _dimension(name, override, schema)
        else:
            fixed[name] = text
    if not space:
        raise ConfigError("a search needs a setting that varies: eta='interval(0.1,5)', hidden='choice(30,100)'")
    for name in space:
        if name not in schema.settings and "." not in name and not loader.get_group_options(name):
            raise schema.unknown_setting(name)
    return space, list(fixed.values())


def _dimension(name: str, override: Override, schema: Schema[Any]) -> Dimension:
    value = override.value()
    if getattr(value, "shuffle", False):
        raise ConfigError(f"{name} is shuffled, but in a search the sampler decides the order: leave shuffle(...) out")
    match value:
        case IntervalSweep(start=low, end=high):
            assert low is not None
            assert high is not None
            log = "log" in value.tags
            if not low < high or (log and low <= 0):
                wanted = "two numbers above 0, the smaller first" if log else "two numbers, the smaller first"
                raise ConfigError(f"{name} must be an interval of {wanted}, but got {override.input_line}")
            ints = isinstance(low, int) and isinstance(high, int)
            if ints or (low.is_integer() and high.is_integer() and _takes_no_fraction(name, low, schema)):
                return Interval(int(low), int(high), log, whole=True)
            return Interval(low, high, log)
        case RangeSweep(step=step):
            values = list(value.range())
            if not values or step <= 0:
                raise ConfigError(f"{name} must be a range that rises, but got {override.input_line}")
            log = "log" in value.tags
            if log and (values[0] <= 0 or not isinstance(values[0], int) or step != 1):
                raise ConfigError(f"{name}: a logarithmic range must be of whole numbers from 1 on, in steps of 1")
            return Steps(values[0], values[-1], step, log)
        case _:
            return Choice(tuple(dict.fromkeys(map(str, override.sweep_iterator(transformer=Transformer.encode)))))


def _takes_no_fraction(name: str, value: float, schema: Schema[Any]) -> bool:
    """Tell whether a setting takes whole numbers alone: Hydra makes fractions of the ends of an interval."""
    if name not in schema.settings:
        return False
    check = schema.settings[name].check
    try:
        check(name, int(value))
    except ConfigError:
        return False
    try:
        check(name, value + 0.5)
    except ConfigError:
        return True
    return False


class _Points:
    """Makes the runs of points: what is fixed and a point's values, composed by Hydra, with one seed after another."""

    def __init__(self, task: Task, composer: Composer, space: Space, fixed: Sequence[str], terms: Terms) -> None:
        self._task = task
        self._composer = composer
        self._space = space
        self._fixed = fixed
        self.varies = (*space, *([SEED] if terms.replicates + terms.confirm > 1 else []))
        self._terms = terms
        self._first = {name: dimension.ends[0] for name, dimension in space.items()}
        if SEED in space and self.varies != (*space,):
            raise ConfigError(f"{SEED} cannot be searched where each point is tried with several")
        self.first_seed = int(task.schema.flat(self._config(self._first, 0, None)[0]).get(SEED, 0))

    @property
    def epochs(self) -> int | None:
        """How many epochs a run takes, if all take as many."""
        return None if EPOCHS in self._space else self._run(self._first, 0, 0).epochs

    def make_runs(self, point: Point, seeds: range, first: int) -> tuple[RunSpec, ...]:
        """Make the runs of a point with some of the seeds, numbered from `first` on."""
        return tuple(self._run(point, seed, first + place) for place, seed in enumerate(seeds))

    def check(self) -> None:
        """Refuse a space that holds a value which cannot be set, before anything is run.

        Raises
        ------
        ConfigError, DataError
            For the first value that cannot be, beside the first of every other setting.
        """
        if self._terms.sampler == GRID and size_of(self._space) == float("inf"):
            raise ConfigError("hydra.sweeper.sampler=grid needs values that can be counted: choice(...) or range(...)")
        for name, dimension in self._space.items():
            for value in dimension.ends:
                self._run({**self._first, name: value}, 0, 0)

    def key(self, measure: Measure) -> str:
        """Compute the key of the search: of all that decides which points it asks for but their number."""
        run = self._run(self._first, 0, 0)
        deciding = {name: v for name, v in run.task.schema.deciding(run.config).items() if name not in self._space}
        asked = {"metric": measure.name, "minimize": is_minimized(self._terms, measure)}
        parts = {
            "search": SEARCH.deciding(self._terms), "space": write_space(self._space), **asked,
            "task": self._task.name, "settings": deciding, "data": run.basis.data, "code": run.code,
        }  # fmt: skip
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def _run(self, point: Point, seed: int, number: int) -> RunSpec:
        config, folder = self._config(point, number, seed)
        flat = self._task.schema.flat(config)
        chosen = {name: flat[name] for name in self.varies if name in flat}
        return make_spec(self._task, config, chosen, number=number, folder=folder)

    def _config(self, point: Point, number: int, seed: int | None) -> tuple[Any, Path]:
        seeded = [f"{SEED}={self.first_seed + seed}"] if seed is not None and SEED in self.varies else []
        overrides = [*self._fixed, *(f"{name}={value}" for name, value in point.items()), *seeded]
        settings, folder = self._composer.job(overrides, number)
        return self._task.schema.parse_config(settings), folder


def _check_seeds(terms: Terms, measure: Measure) -> None:
    """Refuse to prune by seeds where that would never look, or where it would look the other way."""
    if terms.pruner != SEEDS:
        return
    if terms.replicates <= LOOKS[0]:
        wanted = f"more than {LOOKS[0]}, after which pruner={SEEDS} first looks"
        raise refuse("hydra.sweeper.replicates", wanted, terms.replicates)
    if is_minimized(terms, measure) is measure.higher_is_better:
        raise ConfigError(f"pruner={SEEDS} takes {measure.name} as its task declares it; leave minimize out")


def _measure(task: Task, terms: Terms) -> Measure:
    """Find what is to be the best: what settings are chosen by, unless another is named."""
    known = {measure.name: measure for measure in task.measures}
    chosen = judging(task.measures, (CHOOSE,))
    if terms.metric is None:
        usual = next(iter([*chosen, *judging(task.measures)]), None)
        if usual is None:
            these = f": {', '.join(known)}" if known else "; of a function, --metric NAME --better low says it"
            raise ConfigError(f"hydra.sweeper.metric must name what is to be the best{these}")
        return usual.final
    if is_foreign(task) and not known:
        return measure_named(terms.metric, {}).final
    named = {**known, **{measure.final.name: measure for measure in known.values()}}
    if terms.metric not in named:
        raise none_of(known, "hydra.sweeper.metric", terms.metric)
    measure = named[terms.metric]
    if chosen and (measure.purpose == REPORT or measure.name.startswith("test/")):
        raise ConfigError(f"{terms.metric} is reported, and never chosen by: a search takes {chosen[0].name}")
    return measure.final
