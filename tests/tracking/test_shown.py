"""Which runs MLflow's page is told to read of a sweep that is larger than it reads at once."""

from __future__ import annotations

from nnexp.measure import CHOOSE, DOWN, Measure
from nnexp.tracking.mlflow.shown import AT_ONCE, Shown, shown
from nnexp.tracking.records import Run, Status

LOSS = Measure("val/loss", better=DOWN, purpose=CHOOSE)


def runs(settings: int, seeds: int) -> list[Run]:
    """Make runs of settings that lose the more, the larger they are."""
    return [
        run(str(size), seed, {"final/val_loss": size + seed / 99}) for size in range(settings) for seed in range(seeds)
    ]


def run(size: str, seed: int, metrics: dict[str, float]) -> Run:
    params = {"size": size, "seed": str(seed)}
    return Run(f"{size}-{seed}", "a run", Status.FINISHED, seed, None, params, metrics, {})


def chosen(settings: int, seeds: int) -> Shown:
    return shown(runs(settings, seeds), ["size"], "seed", [LOSS])


def shape(some: Shown) -> tuple[int, set[int]]:
    return len(some.groups), {len(group) for group in some.groups.values()}


def test_of_a_small_sweep_every_run_is_shown() -> None:
    some = chosen(4, 25)
    assert some.is_all
    assert shape(some) == (4, {25})


def test_of_a_large_one_every_setting_has_as_many_runs_and_the_first_seeds() -> None:
    some = chosen(20, 50)
    assert shape(some) == (20, {5})
    assert {run.params["seed"] for group in some.groups.values() for run in group} == {*"01234"}
    assert str(some).endswith("this sweep has 1,000: shown are its 20 settings, with 5 runs of each")
    assert shape(chosen(3, 300)) == (3, {33})


def test_of_many_settings_the_best_are_shown_whole() -> None:
    some = chosen(200, 5)
    assert shape(some) == (20, {5})
    assert [*some.groups] == [(str(size),) for size in range(20)]
    assert str(some).endswith("shown are the 20 best of its 200 settings, with 5 runs of each")


def test_of_settings_that_were_run_once_the_best_hundred_are_shown() -> None:
    some = chosen(1000, 1)
    assert shape(some) == (AT_ONCE, {1})
    assert not some.repeated
    assert str(some).endswith("shown are the 100 best of its 1,000 settings")


def test_a_setting_without_a_result_comes_last() -> None:
    failed = [run("x", seed, {}) for seed in range(5)]
    some = shown([*failed, *runs(20, 5)], ["size"], "seed", [LOSS])
    assert ("x",) not in some.groups


def test_a_sweep_of_nothing_is_all_there() -> None:
    assert shown([], [], "seed", []).is_all
