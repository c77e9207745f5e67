"""What `nnexp ui` leaves in the store for MLflow's page, of a sweep that is larger than the page reads at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from nnexp.measure import CHOOSE, FRACTION, UP, Measure, write_measures
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.page import Page
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Kind, Metric, RunStart, Status, Tag
from tests.view import unpacked

KEY = "5eed" * 16
ACCURACY = Measure("val/accuracy", FRACTION, UP, CHOOSE)


@dataclass
class Shelf(MemoryStore):
    """A store in memory that takes a view, as one of MLflow's does."""

    experiment_id = "1"
    location = Location("http://there", "nnexp")
    views: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()

    def open(self) -> Shelf:
        return self

    def set_view(self, name: str, view: str) -> None:
        self.views[name] = view


@pytest.fixture
def shelf() -> Shelf:
    """Hold a sweep of two widths over sixty seeds, which all came from 10 to about 90 %."""
    shelf = Shelf()
    tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: KEY, Tag.VARIES: "width seed"}
    parent = shelf.create(RunStart("wide", 0, {}, tags))
    shelf.end(parent, Status.FINISHED, 9)
    for width in (1, 2):
        for seed in range(60):
            values = [0.1, 0.88 + 0.01 * width, 0.9 + 0.01 * width]
            metrics = [Metric(ACCURACY.name, value, epoch, 0) for epoch, value in enumerate(values, 1)]
            final = Metric(ACCURACY.final.name, values[-1], 0, 0)
            own = {Tag.KIND: Kind.RUN, Tag.member(KEY): Tag.YES, Tag.MEASURES: write_measures([ACCURACY])}
            params = {"width": str(width), "seed": str(seed)}
            run_id = shelf.create(RunStart("a run", seed, params, own, parent, metrics=(*metrics, final)))
            shelf.end(run_id, Status.FINISHED, 9)
    return shelf


def view_of(shelf: Shelf, said: list[str]) -> dict[str, Any]:
    [sweep] = shelf.runs(Kind.SWEEP)
    link = Page(cast(MlflowStore, shelf), "", 0).link_to(sweep, "seed", said.append)
    [(name, view)] = shelf.views.items()
    assert f"viewStateShareKey={name}" in link
    return unpacked(view)


def test_it_opens_on_as_many_runs_of_each_setting_where_their_curves_differ(shelf: Shelf) -> None:
    said: list[str] = []
    view = view_of(shelf, said)
    assert view["searchFilter"].count("'") == 2 * 100
    line = view["compareRunCharts"][0]["range"]
    assert 0.88 < line["yMin"] < 0.89
    assert 0.92 < line["yMax"] < 0.93
    assert "this sweep has 120: shown are its 2 settings, with 50 runs of each" in said[0]
    [sweep] = shelf.runs(Kind.SWEEP)
    assert said[1] == f"the sweep's answer and its page: http://there/#/experiments/1/runs/{sweep.run_id}"


def test_while_a_sweep_goes_on_its_axes_stay_open(shelf: Shelf) -> None:
    [sweep] = shelf.runs(Kind.SWEEP)
    shelf.end(sweep.run_id, Status.RUNNING, 0)
    assert view_of(shelf, [])["compareRunCharts"][0]["range"] == {}
