"""A grid crossed with settings that belong together."""

from __future__ import annotations

from typing import Any

import pytest
from omegaconf import OmegaConf

from nnexp.errors import ConfigError
from nnexp.sweep.hydra.grid import conditions, crossed
from nnexp.tasks.network.config import SCHEMA

GRID = [["hidden=30", "seed=0"], ["hidden=30", "seed=1"]]


@pytest.mark.parametrize("none", [None, []])
def test_without_any_the_grid_is_what_it_was(none: Any) -> None:
    assert crossed(none, GRID) == GRID


def test_each_entry_is_an_alternative_and_the_grid_varies_fastest() -> None:
    entries = OmegaConf.create([{"eta": [[2, 0.5], [1, 0.1]], "dataset": {"limit": 5}}, {"init": "it's", "mu": None}])
    first = ["eta=[[2, 0.5], [1, 0.1]]", "dataset.limit=5"]
    second = ["init='it\\'s'", "mu=null"]
    assert crossed(entries, GRID) == [[*job, *entry] for entry in (first, second) for job in GRID]


@pytest.mark.parametrize("wrong", [3, {"eta": 3}, [3], "eta=3", [{"eta": 3}, None]])
def test_what_is_no_list_of_settings_is_refused(wrong: Any) -> None:
    with pytest.raises(ConfigError, match=r"hydra\.sweeper\.together must be a list of settings like \[{eta: 3"):
        crossed(wrong, GRID)


@pytest.mark.parametrize("typed", ["dataset.limit=5", "+dataset.limit=5"])
def test_what_the_grid_sets_too_is_refused(typed: str) -> None:
    with pytest.raises(
        ConfigError, match=r"dataset\.limit is set in hydra\.sweeper\.together, and again by \+?dataset"
    ):
        crossed([{"eta": 3}, {"dataset": {"limit": 5}}], [["seed=0", typed]])


class TestConditions:
    @pytest.mark.parametrize(("where", "texts"), [(None, []), ("eta < 1", ["eta < 1"]), (["eta < 1", "shuffle"],) * 2])
    def test_one_or_several(self, where: Any, texts: list[str]) -> None:
        ours = OmegaConf.create({"_target_": "x.GridSweeper", "where": where})
        assert [condition.text for condition in conditions(ours, SCHEMA)] == texts

    @pytest.mark.parametrize("where", [True, [3], {"eta": 3}])
    def test_anything_else_is_refused(self, where: Any) -> None:
        ours = OmegaConf.create({"_target_": "x.GridSweeper", "where": where})
        with pytest.raises(ConfigError, match=r"hydra\.sweeper\.where must be a condition like hidden < 100"):
            conditions(ours, SCHEMA)

    def test_another_sweepers_are_not_ours_to_read(self) -> None:
        assert conditions(OmegaConf.create({"_target_": "x.OtherSweeper", "where": 3}), SCHEMA) == []
