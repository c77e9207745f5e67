"""`import nnexp` in a script: train, sweep and compare, on the store that the commands use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import nnexp
from nnexp.errors import ConfigError
from nnexp.sweep.hydra.overrides import as_overrides

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def small(tiny_data: Path) -> dict[str, object]:
    return {"dataset": "folder", "dataset.path": str(tiny_data)}


def test_a_run_gives_its_record(small):
    run = nnexp.train(small, hidden=(5, 4), epochs=2)
    assert run.name.startswith("36-5-4-3")
    assert run.params["hidden"] == "[5, 4]"
    assert run.metrics["final/test_accuracy"] == run.metrics["test/accuracy"]


def test_a_function_and_the_network_take_turns(small, tmp_path):
    (tmp_path / "turns.py").write_text(
        "def train(x: float = 1.0, *, seed: int):\n    return {'loss': x + seed / 100}\n"
    )
    assert nnexp.train("turns.py:train", x=2).metrics["final/loss"] == 2.0
    assert nnexp.train(small, hidden=5, epochs=1).name.startswith("36-5-3")
    assert "x=1.0 is the best" in nnexp.sweep("turns.py:train", x=[1, 2], seeds=3).answer


def test_lists_are_swept_over_and_compared(small):
    swept = nnexp.sweep(small, hidden=[4, (5, 4)], seed=range(2), epochs=2)
    assert sorted(swept.frame["setting"]) == ["hidden=4", "hidden=[5, 4]"]
    assert list(swept.frame["n"]) == [2, 2]
    assert len(swept.runs) == 4
    assert swept.failures == ()
    assert str(swept) == repr(swept) == swept.answer == nnexp.compare("multirun").answer
    assert f"**{swept.answer.split(' ', maxsplit=1)[0]}" in swept._repr_markdown_()


def test_seeds_are_added_until_it_is_decided(small):
    swept = nnexp.sweep(small, hidden=[1, 6], seed=range(2), epochs=3, until_decided=True)
    assert swept.comparison.verdict.looks[0] == 3
    assert min(swept.frame["n"]) >= 3


def test_what_matters_is_what_the_sweep_is_decided_by(small):
    swept = nnexp.sweep(small, hidden=[4, 6], seed=range(2), epochs=1, worthwhile=5)
    assert swept.comparison.verdict.margin == pytest.approx(0.05)


def test_settings_that_belong_together_and_conditions(small):
    together = [{"hidden": (5, 4), "eta": 3.0}, {"hidden": 4, "eta": 0.5}]
    swept = nnexp.sweep(small, epochs=1, seed=range(2), together=together, where=["seed < 1 or eta < 1", "eta < 9"])
    settings = zip(swept.runs["hidden"], swept.runs["seed"], strict=True)
    assert sorted((str(hidden), int(seed)) for hidden, seed in settings) == [("4", 0), ("4", 1), ("[5, 4]", 0)]


def test_a_space_is_searched(small):
    terms = {"n_trials": 6, "confirm": 2, "sampler": "random", "pruner": "none"}
    found = nnexp.search(
        small, hidden=[3, (4, 3)], eta="tag(log, interval(0.1, 5))", init=["scaled"], epochs=2, **terms
    )
    assert [*found.frame] == ["eta", "hidden", "state", "value"]
    assert len(found.frame) == 6
    assert found.best["hidden"] in (3, [4, 3])
    assert 0.1 <= found.best["eta"] <= 5
    assert found.worth.low <= found.worth.estimate <= found.worth.high
    assert found.answer.startswith("Best of 6 points: ")
    assert repr(found) == found.answer
    assert "| point |" in found._repr_markdown_()
    with pytest.raises(ConfigError, match="a search needs a setting that varies"):
        nnexp.search(small, hidden=3)


def test_a_named_sweep_is_a_file_of_sweeps(small, tmp_path):
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "mine.yaml").write_text(
        "defaults: [config, _self_]\nhydra: {sweeper: {params: {eta: '1.0,3.0'}}}\n"
    )
    swept = nnexp.sweep("mine", small, epochs=1, hidden=4)
    assert sorted(swept.frame["eta"]) == [1.0, 3.0]
    assert nnexp.compare("mine", by=["eta"], metric="final/test_accuracy").comparison.by == ("eta",)
    with pytest.raises(ConfigError, match=r"^mine is no search; nnexp.sweep runs it"):
        nnexp.search("mine", small, epochs=2, hidden=4)
    assert nnexp.compare("mine").runs["epochs"].unique() == [1]  # nothing was trained


def test_a_setting_that_does_not_exist_is_named(small):
    with pytest.raises(ConfigError, match="there is no setting hiden; did you mean hidden"):
        nnexp.train(small, hiden=3)


def test_a_script_without_a_guard_is_not_run_again_by_the_workers(small, tmp_path):
    lines = ["import nnexp", "print('once')", f"swept = nnexp.sweep({small!r}, seed=range(2), epochs=1, hidden=4)"]
    (tmp_path / "script.py").write_text("\n".join([*lines, "print(len(swept.runs))"]))
    ran = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["once", "2"]
    assert "nnexp: 2 of 2 runs: " in ran.stderr


def test_importing_nnexp_costs_nothing():
    code = "import nnexp, sys; print(any(m in sys.modules for m in ('numpy', 'hydra', 'mlflow', 'pandas')))"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("value", "typed"),
    [
        (3, "x=3"),
        (0.5, "x=0.5"),
        (True, "x=true"),
        (None, "x=null"),
        ("1/256", "x=1/256"),
        ("it's a, b\\c", "x='it\\'s a, b\\c'"),
        ("\\' \\", "x='\\\\\\' \\\\'"),
        ([1, 2], "x=1,2"),
        (range(3), "x=0,1,2"),
        ((100, 30), "x=[100, 30]"),
        ([(100, 30), 7], "x=[100, 30],7"),
    ],
)
def test_values_are_written_as_they_would_be_typed(value, typed):
    assert as_overrides({"x": value}) == [typed]
