"""`nnexp train --help`: every setting, as its field declares it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from nnexp.config.schema import Schema
from nnexp.search.terms import SEARCH
from nnexp.sweep.policy import RAY_POLICY
from nnexp.tasks.network.config import SCHEMA

Nnexp = Callable[..., tuple[int, str, str]]

SCHEMAS = {"": SCHEMA, "hydra.launcher.": RAY_POLICY, "hydra.sweeper.": SEARCH}


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def told(nnexp: Nnexp) -> Callable[..., str]:
    def told(*typed: str) -> str:
        status, out, err = nnexp("train", *typed, "--help")
        assert (status, err) == (0, "")
        return out

    return told


@pytest.mark.parametrize("prefix", SCHEMAS)
def test_every_setting_has_its_default_its_meaning_its_values_and_an_example(
    prefix: str, told: Callable[..., str]
) -> None:
    text = squeezed(told())
    for one in SCHEMAS[prefix].settings.values():
        assert one.meaning
        assert one.meaning in text
        if one.name != "dataset.name":  # which a file of conf/dataset sets
            assert f" {one.name}=" in text
            assert one.wanted in text or one.name == "experiment"  # of which the files of a folder are told
    assert "dataset=mnist" in text
    assert "one of folder, mnist; dataset=folder" in text


@pytest.mark.parametrize("prefix", SCHEMAS)
def test_an_example_is_a_value_that_can_be_set(prefix: str) -> None:
    schema: Schema[Any] = SCHEMAS[prefix]
    shown = {name: yaml.safe_load(one.example) for name, one in schema.settings.items() if one.example}
    assert shown
    for name, value in shown.items():
        assert schema.flat_value(name, value) != schema.settings[name].default


def test_the_heads_part_the_network_from_its_training_and_the_data(told: Callable[..., str]) -> None:
    lines = told().splitlines()
    heads = [line for line in lines if line in ("The network", "Training", "Data", "The run")]
    assert len(heads) == 4


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_a_terminal(width: int, told: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    from nnexp.cli import console

    monkeypatch.setattr(console._out(), "width", width)
    assert max(len(line) for line in told().splitlines()[4:]) <= width
    assert "dataset.split_seed=0" in told()


def test_a_function_is_told_with_what_it_takes(told: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "from typing import Literal\ndef train(alpha: float = 0.1, loss: Literal['a', 'b'] = 'a'):\n    yield {}\n"
    )
    text = squeezed(told("mine.py:train"))
    assert "What mine.py:train takes alpha=0.1 a finite number loss=a one of a, b; loss=b" in text
    assert "batch_size" not in text
    assert "hydra.launcher.jobs=4" in text


def test_a_sweeps_help_says_where_the_settings_are(nnexp: Nnexp) -> None:
    status, out, _ = nnexp("sweep", "--help")
    assert (status, "nnexp train --help" in squeezed(out)) == (0, True)
    assert "--jobs" in out


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (["--hydra-help"], "--multirun,-m : Run multiple jobs"),
        (["--cfg", "job"], "batch_size: 10"),
        (["--cfg", "hydra", "--package", "hydra.launcher"], "fail_fast: false"),
    ],
)
def test_what_hydra_tells_of_itself_is_told(typed: list[str], said: str, nnexp: Nnexp) -> None:
    status, out, _ = nnexp("train", *typed)
    assert (status, said in out) == (0, True)
