"""The settings of a sweep, each a configuration of what varies but the seed, and the run of each with any seed.

The seeds are the sweep's own, in their order, and then the whole numbers after the largest of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from nnexp.config.schema import SEED
from nnexp.config.value import format_value
from nnexp.errors import ConfigError
from nnexp.sweep.plan import Plan
from nnexp.training.spec import RunSpec, make_spec

Runs = Mapping[str, tuple[RunSpec, ...]]  # of each setting by its name, a run a seed


def runs_by_setting(plan: Plan, most: int) -> Runs:
    """Give each setting's runs with the first `most` seeds: those that are planned, and others made like them.

    Raises
    ------
    ConfigError
        If the runs have no seed, if they are all of one setting, or if one of them cannot run.
    """
    settings: dict[str, dict[int, RunSpec]] = defaultdict(dict)
    for run in plan.runs:
        settings[_setting(run)][_seed(run)] = run
    if len(settings) < 2:
        raise ConfigError(f"until_decided needs two settings to decide between, but {plan.name} has {len(settings)}")
    own = dict.fromkeys(_seed(run) for run in plan.runs)
    seeds = [*own, *range(max(own) + 1, max(own) + 1 + most)][:most]
    first = 1 + max(run.number for run in plan.runs)
    found: dict[str, tuple[RunSpec, ...]] = {}
    for place, planned in enumerate(settings.values()):
        like = next(iter(planned.values()))
        numbers = range(first + place * most, first + (place + 1) * most)
        runs = (
            planned.get(seed) or _with_seed(like, seed, number, plan)
            for seed, number in zip(seeds, numbers, strict=True)
        )
        found[_name(like, plan)] = tuple(runs)
    return found


def _setting(run: RunSpec) -> str:
    """Tell a setting from the others, as keys tell runs apart."""
    if SEED not in run.task.schema.settings:
        raise ConfigError(f"until_decided adds seeds, but the task {run.task.name} has no setting {SEED}")
    deciding = run.task.schema.deciding(run.config)
    return json.dumps({name: value for name, value in deciding.items() if name != SEED}, sort_keys=True)


def _seed(run: RunSpec) -> int:
    return int(run.task.schema.flat(run.config)[SEED])


def _name(run: RunSpec, plan: Plan) -> str:
    """Name a setting, as a comparison does."""
    params = run.task.schema.params(run.config)
    return " ".join(f"{name}={params[name]}" for name in sorted(plan.varies) if name != SEED)


def _with_seed(like: RunSpec, seed: int, number: int, plan: Plan) -> RunSpec:
    schema = like.task.schema
    config = schema.parse_config({**like.values, SEED: seed})
    flat = schema.flat(config)
    chosen = {name: flat[name] for name in dict.fromkeys([*plan.varies, SEED])}
    folder = like.folder.with_name(f"{like.folder.name}-{SEED}={format_value(seed)}") if like.folder.name else Path()
    return make_spec(like.task, config, chosen, number=number, folder=folder)
