"""What a person may set of a search: plain settings, checked once; they come from the command line by way of Hydra."""

from __future__ import annotations

from dataclasses import dataclass

from nnexp.config.checks import flag, integer, one_of, optional, text, whole
from nnexp.config.schema import Schema
from nnexp.config.setting import setting

GRID = "grid"
SAMPLERS = ("tpe", "random", "qmc", "cmaes", GRID)
NO_PRUNER, SEEDS = "none", "seeds"
PRUNERS = (NO_PRUNER, "median", "halving", "hyperband", SEEDS)


@dataclass(frozen=True)
class Terms:
    """How a search goes. A point is a value for each setting that varies; it is tried with so many seeds.

    Those that decide are in the search's key, beside the metric that is meant and its direction.
    """

    n_trials: int = setting(
        20,
        whole(1),
        "points in all: the same command after a kill stops at the same number",
        decides=False,
        example="40",
    )
    replicates: int = setting(1, whole(1), "seeds of each point, whose mean is its value", example="3")
    sampler: str = setting("tpe", one_of(SAMPLERS), "who asks for the next point")
    seed: int = setting(
        0, integer, "of the sampler: with one worker the same search gives the same points", example="1"
    )
    pruner: str = setting(NO_PRUNER, one_of(PRUNERS), "who ends what is not worth going on with")
    metric: str | None = setting(
        None,
        optional(text),
        "what is to be the best; null: what settings are chosen by",
        decides=False,
        example="val/accuracy",
    )
    minimize: bool | None = setting(
        None, optional(flag), "whether less of it is better; null: as the task declares", decides=False
    )
    confirm: int = setting(
        0, whole(0), "fresh seeds on which the best point is tried at the end", decides=False, example="5"
    )


SWEEPER = "hydra.sweeper."
SEARCH = Schema(Terms, prefix=SWEEPER)
