"""`nnexp bench`, typed as a person would."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from nnexp.benchmarks.contestants import CONTESTANTS, LOOP, Contestant, entrants
from nnexp.tasks.network.config import DatasetConfig
from nnexp.tasks.network.setup import dataset_of, examples_of

Nnexp = Callable[..., tuple[int, str, str]]

QUICK = ("bench", "--hidden", 5, "--rounds", 1, "--limit", 100)


@pytest.fixture(scope="module")
def names() -> list[str]:
    """Who takes part here."""
    dataset = dataset_of(DatasetConfig())
    return [*entrants(examples_of(dataset.train, dataset))]


def test_shows_each_speed_and_its_ratio(nnexp: Nnexp, names: list[str]) -> None:
    status, out, _ = nnexp(*QUICK)
    (row,) = [line.split() for line in out.splitlines() if line.startswith("784-5-10")]
    assert (status, row[:2]) == (0, ["784-5-10", "10"])
    assert len(row) == 2 + 2 * len(names) - 1  # the loop's seconds, and seconds and a ratio of each other
    assert "medians of 1 round, one core of " in out
    assert "scikit-learn 1." in out
    assert "growth" not in out


def test_says_in_a_line_who_is_not_installed(nnexp: Nnexp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONTESTANTS, "other", Contestant("Other", CONTESTANTS[LOOP].ready, "no-such-package"))
    status, out, err = nnexp(*QUICK)
    (line,) = [line for line in err.splitlines() if "not installed" in line]
    assert (status, line.endswith("no-such-package; pip install 'nnexp[bench]'")) == (0, True)
    assert "Other" not in out


def test_tells_and_draws_all_of_it(
    nnexp: Nnexp, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nnexp.cli.bench.launcher", lambda limit: lambda runs, workers: limit * runs / workers)
    three = [word for hidden in (2, 4, 8) for word in ("--hidden", hidden)]
    asked = ["bench", *three, "--batch", 20, "--rounds", 1, "--limit", 100, "--full"]
    status, out, _ = nnexp(*asked, "--json", "--plot", tmp_path / "plot.svg")
    told = json.loads(out)
    assert status == 0
    assert [(one["hidden"], one["batch_size"]) for one in told["epochs"]] == [(2, 20), (4, 20), (8, 20)]
    assert all([*one["seconds"]] == [*one["ratios"]] == names for one in told["epochs"])
    assert {"cpu", "numpy", "kernel", "scikit-learn"} <= told["environment"].keys()
    grown = {one["of"]: one for one in told["growth"]}
    assert [*grown][:3] == ["hidden, batch 20", "examples", "runs on one worker"]
    assert [*grown["hidden, batch 20"]["exponents"]] == [*grown["examples"]["exponents"]] == names
    assert [*grown["examples"]["seconds"][LOOP]] == ["10", "20", "40", "100"]
    assert grown["runs on one worker"]["seconds"] == {"sweep": {"1": 100, "2": 200, "4": 400, "8": 800}}
    assert ElementTree.parse(tmp_path / "plot.svg").getroot().tag.endswith("svg")


def test_shows_how_cost_grows(nnexp: Nnexp, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnexp.cli.bench.launcher", lambda _: lambda runs, workers: runs / workers)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    monkeypatch.setattr("os.sched_setaffinity", lambda *_: None)
    _, out, _ = nnexp(*QUICK, "--full")
    (row,) = [line.split() for line in out.splitlines() if line.startswith("examples")]
    assert row[:4] == ["examples", "10", "to", "100"]
    assert len(row) == 4 + len(names)
    assert "1.00, 2.00, 4.00, 8.00 s for 1, 2, 4, 8 runs on one worker: seconds ~ runs^1.00 (1 to 8)\n" in out
    assert "8.00, 4.00 s for 1, 2 workers on 8 runs: seconds ~ workers^-1.00 (1 to 2), 2.0 times as fast\n" in out


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (("--batch", 200), "--limit must be at least 200, with these batches and options, but got 100"),
        (("--full",), "--limit must be at least 100, with these batches and options, but got 50"),
        (("--plot", "nowhere/plot.svg"), "--plot must name a file in a folder that there is, but got nowhere/plot.svg"),
    ],
)
def test_refuses_in_one_line_what_it_cannot_do(nnexp: Nnexp, wrong: tuple[object, ...], said: str) -> None:
    limit = ("--limit", 50) if "--full" in wrong else ()
    status, out, err = nnexp(*QUICK, *limit, *wrong)
    assert (status, out, err) == (2, "", f"nnexp: {said}\n")
