"""Which charts MLflow's page opens on: those of what the runs' task declares."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from nnexp.measure import CHOOSE, DIGITS, DOWN, FIRST_FORMAT, FRACTION, REPORT, TELL, TOTAL, UP, Measure
from nnexp.tasks.network.measures import declared
from nnexp.tracking.mlflow.shown import Shown
from nnexp.tracking.mlflow.view import PACKED, packed, sweep_view
from nnexp.tracking.records import Run, Status

ACCURACY = Measure("val/accuracy", FRACTION, UP, CHOOSE)


def some(settings: int, of_each: int = 2, by: tuple[str, ...] = ("hidden",), *, besides: int = 0) -> Shown:
    """Show runs of some settings, and leave others out."""
    groups = {
        (str(size),) * len(by): [Run(f"{size}-{n}", "", Status.FINISHED, 0, None, {}, {}, {}) for n in range(of_each)]
        for size in range(settings)
    }
    return Shown(by, groups, settings * of_each + besides, settings, repeated=of_each > 1)


@pytest.mark.parametrize(
    "measures", [[*declared(DIGITS, uneven=False), TOTAL], FIRST_FORMAT.values()], ids=["now", "of the first format"]
)
def test_the_networks_runs_open_on_accuracies_and_costs(measures: Iterable[Measure]) -> None:
    view = sweep_view("mine", "seed", measures, some(3))
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
    charts = sweep_view("mine", "seed", declared("01", uneven=True), some(3))["compareRunCharts"]
    drawn = [chart["metricKey"] for chart in charts]
    assert {"val/balanced_accuracy", "test/balanced_accuracy", "final/val_balanced_accuracy"} < {*drawn}
    assert not any("recall" in name for name in drawn)  # there is one of each class


def test_the_lowest_loss_comes_first_and_a_name_without_a_section_has_one() -> None:
    measures = [Measure("loss", better=DOWN, purpose=REPORT), Measure("spread", purpose=TELL)]
    view = sweep_view("mine", "seed", measures, some(3))
    assert [chart["metricKey"] for chart in view["compareRunCharts"]] == [
        "loss", "final/loss", "final/spread", "best/epoch",
    ]  # fmt: skip
    assert view["compareRunSections"][0]["name"] == "Model metrics"
    assert view["compareRunCharts"][0]["metricSectionId"] == view["compareRunSections"][0]["uuid"]
    assert (view["orderByKey"], view["orderByAsc"]) == ("metrics.`final/loss`", True)


def test_what_judges_nothing_leaves_the_newest_first() -> None:
    view = sweep_view("mine", "seed", [Measure("train/gain", FRACTION, UP)], some(3))
    assert [chart["metricKey"] for chart in view["compareRunCharts"]] == ["train/gain", "best/epoch"]
    assert (view["orderByKey"], view["orderByAsc"]) == ("attributes.start_time", False)


def test_curves_open_where_they_differ() -> None:
    zooms = {"val/accuracy": {"yMin": 0.9, "yMax": 1.0}}
    charts = sweep_view("mine", "seed", [ACCURACY], some(3), zooms)["compareRunCharts"]
    assert [chart.get("range") for chart in charts] == [{"yMin": 0.9, "yMax": 1.0}, None, None, None]


def test_the_page_reads_the_sweeps_runs_or_those_that_are_shown_of_it() -> None:
    assert sweep_view("mine", "seed", [ACCURACY], some(3))["searchFilter"] == "tags.`mine` = 'true'"
    named = sweep_view("mine", "seed", [ACCURACY], some(2, besides=900))["searchFilter"]
    assert named == "attributes.run_id IN ('0-0','0-1','1-0','1-1')"


def test_groups_of_many_runs_are_folded() -> None:
    assert sweep_view("mine", "seed", [ACCURACY], some(3, 10))["groupsExpanded"] == {}
    folded = sweep_view("mine", "seed", [ACCURACY], some(2, 20, ("a", "b")))["groupsExpanded"]
    assert folded == {"param.a.0,param.b.0": False, "param.a.1,param.b.1": False}


def test_settings_that_were_run_once_are_no_groups_and_many_of_them_lines_across_the_settings() -> None:
    few, many = (sweep_view("mine", "seed", [ACCURACY], some(n, 1, ("a", "b"))) for n in (5, 50))
    assert few["groupBy"] is many["groupBy"] is None
    assert [chart["type"] for chart in few["compareRunCharts"]] == ["LINE", "BAR", "BAR", "BAR"]
    across = many["compareRunCharts"][0]
    assert (across["type"], across["selectedParams"]) == ("PARALLEL", ["a", "b"])
    assert across["selectedMetrics"] == ["final/val_accuracy"]
    assert across["metricSectionId"] == many["compareRunSections"][0]["uuid"]  # the first thing to be seen


def test_a_view_fits_a_tag_however_much_is_measured() -> None:
    measures = [Measure(f"val/metric_{number}", FRACTION, UP, CHOOSE) for number in range(60)]
    text = packed(sweep_view("mine", "seed", measures, some(20, 5, ("alpha", "width"), besides=900)))
    assert text.startswith(PACKED)
    assert len(text) < 20_000
