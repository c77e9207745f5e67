"""A sweep over data sets is a comparison on each, and a table of all."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnexp.comparison.datasets import by_dataset
from nnexp.tracking.records import Kind, Run, Status, Tag

Nnexp = Callable[..., tuple[int, str, str]]


def run(number: int, path: str, data: str, status: Status = Status.FINISHED) -> Run:
    params = {"dataset.name": "folder", "dataset.path": path}
    tags = {Tag.DATA: data, Tag.KIND: Kind.RUN}
    return Run(str(number), "run", status, number, number, params, {}, tags)


def test_runs_are_parted_by_where_their_data_lie_and_named_by_what_tells_that() -> None:
    runs = [run(n, f"/data/{'ab'[n % 2]}/mnist", f"digest {n % 2}") for n in range(4)]
    parts = by_dataset(runs)
    assert {name: [one.run_id for one in part] for name, part in parts.items()} == {
        "a/mnist": ["0", "2"], "b/mnist": ["1", "3"],
    }  # fmt: skip


@pytest.mark.parametrize(
    "runs",
    [
        [run(n, "/data/a", "one") for n in range(4)],
        [run(n, f"/data/{n % 2}", "the same wherever it lies") for n in range(4)],
        [run(n, f"/data/{n % 2}", str(n % 2)) for n in range(2)],
        [run(n, f"/data/{n % 2}", str(n % 2), Status.FAILED if n > 2 else Status.FINISHED) for n in range(4)],
    ],
    ids=["one path", "one content", "single runs", "too few that finished"],
)
def test_what_are_not_several_data_sets_is_one_comparison(runs: list[Run]) -> None:
    assert by_dataset(runs) == {}


def test_a_sweep_over_data_sets_tells_each(nnexp: Nnexp, tiny_data: Path, database: Path, tmp_path: Path) -> None:
    with np.load(tiny_data) as arrays:
        np.savez(tmp_path / "dark.npz", **{name: a // 2 if name[0] == "x" else a for name, a in arrays.items()})
    swept = ("hidden=3,5", "seed=0,1", "epochs=2", "dataset=folder", f"dataset.path={tiny_data},{tmp_path}/dark.npz")
    status, out, err = nnexp("train", "-m", *swept)
    assert (status, "left out" in out) == (0, False), err
    assert "On each data set" in out
    assert "a page for each data set: " in out
    told = json.loads(nnexp("compare", "--json")[1])
    assert list(told) == ["tiny.npz", "dark.npz"]
    assert all(len(ids) == 2 for one in told.values() for ids in one["run_ids"].values())
    rows = list(csv.DictReader(io.StringIO(nnexp("compare", "--csv")[1])))
    assert [row["data"] for row in rows] == 2 * ["tiny.npz"] + 2 * ["dark.npz"]
    assert "### On dark.npz" in nnexp("compare", "--md")[1]
    assert "% On dark.npz" in nnexp("compare", "--latex")[1]
