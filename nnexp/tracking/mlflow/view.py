"""How MLflow's page shows a sweep at once: its runs unfolded, grouped by what varies, the chart of what decides first.

The page reads such a view from a tag of the experiment (`mlflow.sharedViewState.NAME`). Its format is MLflow's own and
not documented; tests/cli/test_ui_browser.py holds it against the pinned version, in a browser.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from nnexp.measure import BEST, BEST_EPOCH, CHOOSE, FINAL, REPORT, TELL, Measure, judging
from nnexp.tracking.records import Tag as RunTag

TAG = "mlflow.sharedViewState."
NO_SECTION = "Model metrics"  # where the page shows what has no / in its name


def view_name(sweep_key: str) -> str:
    """Name a sweep's view."""
    return f"nnexp-{sweep_key[:12]}"


def link(server: str, experiment_id: str, view: str | None = None) -> str:
    """Point at an experiment's runs in the layout for training, or at a view of them."""
    shown = f"&viewStateShareKey={view}&compareRunsMode=CHART" if view else ""
    return f"{server}/#/experiments/{experiment_id}/runs?workflowType=machine_learning{shown}"


def sweep_view(member: str, by: Sequence[str], seed: str, measures: Iterable[Measure]) -> dict[str, Any]:
    """Describe the view of a sweep's runs: those that carry the tag `member`, grouped by the settings `by`.

    Parameters
    ----------
    member, by
        What marks the runs, and what varies among them.
    seed
        The setting over which they are repeated.
    measures
        What their task declares of its metrics.
    """
    known = list(measures)
    lines, finals, bests = _by_epoch(known), _finals(known), _bests(known)
    return {
        "searchFilter": f"tags.`{member}` = '{RunTag.YES}'",
        **_sorted(known),
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": [
            "attributes.`Dataset`",
            *(f"params.`{setting}`" for setting in (*by, seed)),
            *(f"metrics.`{metric}`" for metric in finals),
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
        "compareRunSections": [_section(name) for name in _sections(known)],
        "compareRunCharts": [*map(_line, lines), *(_chart(metric, "BAR") for metric in (*finals, *bests))],
    }


def _by_epoch(measures: Sequence[Measure]) -> list[str]:
    """Choose what is drawn by epoch: first what runs are judged by, then whatever else tells better from worse.

    What is only reported has one chart, whatever else is measured on the same examples: it is nothing to watch.
    """
    first = judging(measures)
    reported = {_section_of(one.name) for one in first if one.purpose == REPORT}
    telling = [one for one in measures if one.guessed or (one.better and not one.purpose and not one.is_of_many)]
    rest = [one for one in telling if one.guessed or _section_of(one.name) not in reported]
    return [*dict.fromkeys(one.name for one in (*first, *rest) if one in first or not one.is_timed)]


def _finals(measures: Sequence[Measure]) -> list[str]:
    return [one.final.name for one in judging(measures, (CHOOSE, REPORT, TELL))]


def _bests(measures: Sequence[Measure]) -> list[str]:
    return [*(one.best.name for one in judging(measures, (CHOOSE,))[:1]), BEST_EPOCH]


def _sorted(measures: Sequence[Measure]) -> dict[str, Any]:
    """Put the best first, by what is reported if anything is."""
    for one in judging(measures, (REPORT, CHOOSE)):
        return {"orderByKey": f"metrics.`{one.final.name}`", "orderByAsc": not one.higher_is_better}
    return {"orderByKey": "attributes.start_time", "orderByAsc": False}


def _sections(measures: Sequence[Measure]) -> list[str]:
    """Order the page's sections: those of what runs are judged by, what runs came to, and the others."""
    judged = [_section_of(one.name) for one in judging(measures)]
    sums = [FINAL.rstrip("/"), BEST.rstrip("/")]
    others = [_section_of(one.name) for one in measures if "/" in one.name]
    return list(dict.fromkeys([*judged, *sums, *others, NO_SECTION]))


def _section_of(metric: str) -> str:
    return metric.rpartition("/")[0] or NO_SECTION


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
        "metricSectionId": f"nnexp-{_section_of(metric)}",
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
