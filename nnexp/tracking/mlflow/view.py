"""How MLflow's page shows a sweep at once: its runs unfolded, grouped by what varies, the accuracies' chart first.

The page reads such a view from a tag of the experiment (`mlflow.sharedViewState.NAME`). Its format is MLflow's own and
not documented; tests/cli/test_ui_browser.py holds it against the pinned version, in a browser.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnexp.tracking.records import Tag as RunTag

TAG = "mlflow.sharedViewState."
SECTIONS = ("val", "test", "final", "best", "train", "time")
LINES = ("val/accuracy", "test/accuracy", "val/cost", "train/cost")
BARS = ("final/val_accuracy", "final/test_accuracy", "final/digits_never_predicted", "best/val_accuracy", "best/epoch")
SORTED_BY = "metrics.`final/test_accuracy`"


def view_name(sweep_key: str) -> str:
    """Name a sweep's view."""
    return f"nnexp-{sweep_key[:12]}"


def link(server: str, experiment_id: str, view: str | None = None) -> str:
    """Point at an experiment's runs in the layout for training, or at a view of them."""
    shown = f"&viewStateShareKey={view}&compareRunsMode=CHART" if view else ""
    return f"{server}/#/experiments/{experiment_id}/runs?workflowType=machine_learning{shown}"


def sweep_view(member: str, by: Sequence[str]) -> dict[str, Any]:
    """Describe the view of a sweep's runs: those that carry the tag `member`, grouped by the settings `by`."""
    return {
        "searchFilter": f"tags.`{member}` = '{RunTag.YES}'",
        "orderByKey": SORTED_BY,
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": [
            "attributes.`Dataset`",
            *(f"params.`{setting}`" for setting in (*by, "seed")),
            *(f"metrics.`{metric}`" for metric in BARS[:3]),
        ],
        "runsExpanded": {},
        "runsPinned": [],
        "runsHidden": [],
        "runsVisibilityMap": {},
        "runsHiddenMode": "SHOW_ALL",
        "viewMaximized": False,
        "runListHidden": False,
        "isAccordionReordered": True,
        "useGroupedValuesInCharts": True,
        "hideEmptyCharts": True,
        "groupBy": _group_by(by),
        "groupsExpanded": {},
        "autoRefreshEnabled": True,
        "globalLineChartConfig": {"xAxisKey": "step", "lineSmoothness": 0, "selectedXAxisMetricKey": ""},
        "compareRunSections": [_section(name) for name in SECTIONS],
        "compareRunCharts": [*(_line(metric) for metric in LINES), *(_chart(metric, "BAR") for metric in BARS)],
    }


def _group_by(by: Sequence[str]) -> dict[str, Any] | None:
    keys = [{"mode": "param", "groupByData": setting} for setting in by]
    return {"aggregateFunction": "average", "groupByKeys": keys} if keys else None


def _section(name: str) -> dict[str, Any]:
    shown = {"display": True, "isReordered": True, "deleted": False, "isGenerated": True}
    return {"uuid": f"nnexp-{name}", "name": name, **shown}


def _chart(metric: str, kind: str) -> dict[str, Any]:
    return {
        "uuid": f"nnexp-{metric}",
        "type": kind,
        "metricKey": metric,
        "displayName": metric,
        "metricSectionId": f"nnexp-{metric.split('/')[0]}",
        "runsCountToCompare": 100,
        "deleted": False,
        "isGenerated": True,
    }


def _line(metric: str) -> dict[str, Any]:
    return _chart(metric, "LINE") | {
        "selectedMetricKeys": [metric],
        "selectedXAxisMetricKey": "",
        "selectedYAxisMetricKey": metric,
        "xAxisKey": "step",
        "xAxisScaleType": "linear",
        "yAxisKey": "metric",
        "yAxisExpressions": [],
        "scaleType": "linear",
        "lineSmoothness": 0,
        "useGlobalLineSmoothing": True,
        "useGlobalXaxisKey": True,
        "range": {},
    }
