"""`--json`: of every command, one document on standard output and nothing else there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from nnexp.cli.main import app
from nnexp.escape import in_json
from nnexp.tracking import choose
from nnexp.tracking.memory import MemoryStore

Nnexp = Callable[..., tuple[int, str, str]]
Told = Callable[..., Any]

WITHOUT = {"ui": "it serves a page until Ctrl-C, and answers nothing"}
MINE = """
def train(alpha: float = 0.5, *, seed: int):
    print("trained")
    for epoch in range(2):
        if alpha > 8:
            raise ValueError("too much")
        yield {"val/accuracy": alpha / 10 + seed / 100, "loss": float("inf") if epoch else 1.0}
"""


def only_json(text: str) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def told(nnexp: Nnexp) -> Told:
    """Type a command that succeeds, or ends with a status, for its document."""

    def told(*typed: object, status: int = 0) -> Any:
        ended, out, err = nnexp(*typed, "--json")
        assert ended == status, err
        return only_json(out)

    return told


@pytest.fixture(autouse=True)
def memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> MemoryStore:
    store = MemoryStore()
    monkeypatch.setenv("NNEXP_STORE", "memory")
    monkeypatch.setitem(choose.STORES, "memory", lambda: store)
    (tmp_path / "mine.py").write_text(MINE)
    return store


@pytest.fixture
def tiny_typed(tiny_data: Path) -> tuple[str, ...]:
    return ("dataset=folder", f"dataset.path={tiny_data}", "hidden=5", "epochs=2")


def test_every_command_has_it_or_says_why_not() -> None:
    commands: Any = get_command(app)
    without = {name for name, one in commands.commands.items() if all("--json" not in p.opts for p in one.params)}
    assert without == WITHOUT.keys()


def test_what_is_no_finite_number_is_null() -> None:
    told = in_json({"a": [float("nan"), 1.5, (float("-inf"), 2)], "b": {"c": float("inf")}, "d": "nan"})
    assert only_json(told) == {"a": [None, 1.5, [None, 2]], "b": {"c": None}, "d": "nan"}


def test_a_run_and_what_looks_at_it(told: Told, tiny_typed: tuple[str, ...], tmp_path: Path) -> None:
    run = told("train", *tiny_typed, "seed=3")
    assert (run["status"], run["reused"], run["epochs"], run["error"]) == ("FINISHED", False, 2, None)
    assert (run["params"]["hidden"], run["params"]["seed"], run["params"]["shuffle"]) == (5, 3, True)
    assert 0 <= run["metrics"]["val/accuracy"] <= 1
    again = told("train", *tiny_typed, "seed=3")
    assert again == {**run, "reused": True, "metrics": again["metrics"], "params": again["params"]}
    assert again["metrics"].items() >= {"val/accuracy": run["metrics"]["val/accuracy"]}.items()
    assert again["params"].items() <= run["params"].items()

    run_id = run["run_id"]
    shown = told("show", run_id)
    assert (shown["run_id"], shown["status"], shown["params"]["seed"]) == (run_id, "FINISHED", 3)
    assert [epoch for epoch, _ in shown["curves"]["val/accuracy"]] == [1, 2]
    assert sum(map(sum, shown["confusion"]["counts"])) == 60
    assert any(line.startswith("numpy==") for line in told("show", run_id, "--env")["requirements"])
    assert [one["run_id"] for one in told("runs")] == [run_id]
    (verdict,) = told("rerun", run_id)
    assert verdict["answer"] == "identical"
    certified = told("certify", run_id, "--to", "c.json")
    assert (certified["file"], certified["runs"], certified["epochs"]) == ("c.json", [run_id], 2)
    assert told("verify", "c.json", "--data", tiny_typed[1].partition("=")[2])["identical"] is True
    exported = told("export", run_id, "--to", "out")
    assert exported["run_id"] == run_id
    assert {*exported["files"]} == {str(one.relative_to(tmp_path)) for one in Path("out").resolve().rglob("*.*")} | {
        "out/model/MLmodel"
    }
    (predicted,) = told("predict", run_id, "--index", 3)
    assert {"answer", "outputs"} <= predicted.keys()
    assert told("tag", run_id, "paper=fig3")["tags"] == {"paper": "fig3"}
    assert told("note", run_id, "seen")["note"] == "seen"

    other = told("train", *tiny_typed, "seed=4")
    differing = told("diff", run_id, other["run_id"])["differing"]
    assert differing["settings"] == {"seed": ["3", "4"]}
    assert told("delete", other["run_id"], "--yes")["deleted"] == [other["run_id"]]
    assert told("doctor")["exists"] is True


def test_a_sweep_and_what_it_answers(told: Told) -> None:
    typed = ("train", "-m", "mine.py:train", "alpha=1,2", "seed=0,1,2")
    planned = told(*typed, "hydra.launcher.dry_run=true")
    assert (planned["dry_run"], planned["run_id"], planned["to_do"]) == (True, None, 6)
    assert {run["done"] for run in planned["runs"]} == {False}
    swept = told(*typed)
    assert (swept["launch"]["trained"], swept["launch"]["failures"], swept["runs"]) == (6, [], 6)
    assert (swept["metric"], swept["status"]) == ("final/val_accuracy", "FINISHED")
    assert [Path(page).is_file() for page in swept["pages"]] == [True]
    assert told(*typed)["launch"]["trained"] == 0
    assert told(*typed)["pages"] == swept["pages"]
    assert told("compare")["answer"] == told("watch")["answer"] == swept["answer"]
    (listed,) = told("sweeps")
    assert (listed["run_id"], listed["swept"]["alpha"]) == (swept["run_id"], [1.0, 2.0])
    assert told("report", "--to", "page.html")["pages"] == ["page.html"]
    assert {one["run_id"] for one in told("runs", "--sweep", "multirun")} == {
        one for ids in swept["run_ids"].values() for one in ids
    }
    assert None in {one["metrics"].get("loss", 0) for one in told("runs")}


def test_a_sweep_with_failures_is_told_and_ends_as_it_would(told: Told) -> None:
    swept = told("train", "-m", "mine.py:train", "alpha=1,9", "seed=0", status=1)
    assert (swept["launch"]["trained"], [one["epoch"] for one in swept["launch"]["failures"]]) == (1, [0])
    assert "too much" in swept["launch"]["failures"][0]["error"]
    run = told("train", "mine.py:train", "alpha=10", status=1)
    assert (run["status"], run["epochs"]) == ("FAILED", 0)
    assert "too much" in run["error"]


def test_a_function_that_is_checked(told: Told) -> None:
    checked = told("check", "mine.py:train", "alpha=2")
    assert (checked["task"], checked["params"]["alpha"], checked["code"]) == ("mine.py:train", 2.0, ["mine.py"])
    assert (checked["again"]["answer"], checked["gone_on"]) == ("identical", None)


def test_what_needs_no_store(told: Told, tmp_path: Path) -> None:
    listed = {one["name"]: one["about"] for one in told("sweep")}
    assert listed["hidden_sizes"].startswith("How many hidden neurons?")
    layers = told("inspect", "sizes=[3,2]")["layers"]
    assert [len(layer["weights"]) for layer in layers] == [2]
    planned = told("sweep", "quick", "--dry-run", "--jobs", 1)
    assert planned["jobs"] == 1
    assert told("sweep", "search", "--dry-run")["points"] == 40
    (tmp_path / "r.csv").write_text("setting,seed,result\nA,0,97\nA,1,97.1\nB,0,95\nB,1,95.2\n")
    assert told("judge", "r.csv")["result"] == "result"
    (tmp_path / "flowers.csv").write_text("".join(f"{n},{n % 3},{'ab'[n % 2]}\n" for n in range(40)))
    assert told("data", "flowers.csv")["classes"] == ["a", "b"]
    assert "x_train" in told("data", "import", "flowers.csv", "--to", "f.npz")["arrays"]


@pytest.mark.parametrize(
    "typed",
    [
        ("train", "eta=nan"),
        ("train", "--cfg", "job"),
        ("sweep", "hidden_size"),
        ("show", "nothing"),
        ("diff", "a", "b"),
        ("compare", "nothing"),
        ("report", "nothing"),
        ("export", "nothing"),
        ("certify", "nothing"),
        ("verify", "nothing"),
        ("rerun", "nothing"),
        ("predict", "nothing"),
        ("work",),
        ("check", "hidden=3"),
        ("inspect", "size=3"),
        ("data", "nothing"),
        ("judge", "nothing.csv"),
        ("delete", "nothing"),
        ("runs", "hidden"),
    ],
)
def test_a_mistake_leaves_standard_output_empty(typed: tuple[str, ...], nnexp: Nnexp) -> None:
    status, out, err = nnexp(*typed, "--json")
    assert status in (1, 2, 64)
    assert out == ""
    assert err.rstrip().rpartition("\n")[2].startswith("nnexp: ")
    assert "Traceback" not in err
