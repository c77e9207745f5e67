"""Which charts MLflow's page opens on: those of what the runs' task declares."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from nnexp.measure import DIGITS, DOWN, FIRST_FORMAT, FRACTION, REPORT, TELL, TOTAL, UP, Measure
from nnexp.tasks.network.measures import declared
from nnexp.tracking.mlflow.view import sweep_view


@pytest.mark.parametrize(
    "measures", [[*declared(DIGITS, uneven=False), TOTAL], FIRST_FORMAT.values()], ids=["now", "of the first format"]
)
def test_the_networks_runs_open_on_accuracies_and_costs(measures: Iterable[Measure]) -> None:
    view = sweep_view("mine", ["hidden"], "seed", measures)
    assert {chart["metricKey"]: chart["type"] for chart in view["compareRunCharts"]} == {
        "val/accuracy": "LINE",
        "test/accuracy": "LINE",
        "train/cost": "LINE",
        "val/cost": "LINE",
        "final/val_accuracy": "BAR",
        "final/test_accuracy": "BAR",
        "final/digits_never_predicted": "BAR",
        "best/val_accuracy": "BAR",
        "best/epoch": "BAR",
    }
    sections = [section["name"] for section in view["compareRunSections"]]
    assert sections == ["val", "test", "final", "best", "train", "time", "Model metrics"]
    assert (view["orderByKey"], view["orderByAsc"]) == ("metrics.`final/test_accuracy`", False)
    assert view["selectedColumns"][1:3] == ["params.`hidden`", "params.`seed`"]


def test_uneven_classes_have_their_balanced_accuracy_drawn() -> None:
    charts = sweep_view("mine", ["hidden"], "seed", declared("01", uneven=True))["compareRunCharts"]
    drawn = [chart["metricKey"] for chart in charts]
    assert {"val/balanced_accuracy", "test/balanced_accuracy", "final/val_balanced_accuracy"} < {*drawn}
    assert not any("recall" in name for name in drawn)  # there is one of each class


def test_the_lowest_loss_comes_first_and_a_name_without_a_section_has_one() -> None:
    view = sweep_view(
        "mine", [], "seed", [Measure("loss", better=DOWN, purpose=REPORT), Measure("spread", purpose=TELL)]
    )
    assert [chart["metricKey"] for chart in view["compareRunCharts"]] == [
        "loss", "final/loss", "final/spread", "best/epoch",
    ]  # fmt: skip
    assert view["compareRunSections"][0]["name"] == "Model metrics"
    assert view["compareRunCharts"][0]["metricSectionId"] == view["compareRunSections"][0]["uuid"]
    assert (view["orderByKey"], view["orderByAsc"]) == ("metrics.`final/loss`", True)


def test_what_judges_nothing_leaves_the_newest_first() -> None:
    view = sweep_view("mine", [], "seed", [Measure("train/gain", FRACTION, UP)])
    assert [chart["metricKey"] for chart in view["compareRunCharts"]] == ["train/gain", "best/epoch"]
    assert (view["orderByKey"], view["orderByAsc"]) == ("attributes.start_time", False)
