"""How MLflow's page shows a sweep at once: its runs unfolded, grouped by what varies, the chart of what decides first.

The page reads such a view from a tag of the experiment (`mlflow.sharedViewState.NAME`). Its format is MLflow's own and
not documented; tests/cli/test_ui_browser.py holds it against the pinned version, in a browser.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nnexp.measure import BEST, BEST_EPOCH, CHOOSE, FINAL, REPORT, TELL, Measure, judging
from nnexp.tracking.mlflow.shown import Shown
from nnexp.tracking.records import Tag as RunTag

TAG = "mlflow.sharedViewState."
PACKED = "deflate;"  # the beginning of a view that is compressed: no tag of an experiment is longer than 20,000 bytes
COLUMNS = 2  # of charts
UNFOLDED = 30  # runs that are listed beneath their groups
MANY = 20  # lines that a chart can show before another kind of chart says more
NO_SECTION = "Model metrics"  # where the page shows what has no / in its name


def view_name(sweep_key: str) -> str:
    """Name a sweep's view."""
    return f"nnexp-{sweep_key[:12]}"


def link(server: str, experiment_id: str, view: str | None = None) -> str:
    """Point at an experiment's runs in the layout for training, or at a view of them."""
    shown = f"&viewStateShareKey={view}&compareRunsMode=CHART" if view else ""
    return f"{server}/#/experiments/{experiment_id}/runs?workflowType=machine_learning{shown}"


def link_to_run(server: str, experiment_id: str, run_id: str) -> str:
    """Point at one run."""
    return f"{server}/#/experiments/{experiment_id}/runs/{run_id}"


def packed(view: Mapping[str, Any]) -> str:
    """Write a view as the page reads it."""
    return PACKED + b64encode(zlib.compress(json.dumps(view).encode())).decode()


def sweep_view(
    member: str,
    seed: str,
    measures: Iterable[Measure],
    shown: Shown,
    zooms: Mapping[str, Mapping[str, float]] | None = None,
) -> dict[str, Any]:
    """Describe the view of a sweep's runs: those that carry the tag `member`, grouped by what varies.

    Parameters
    ----------
    member, shown
        What marks the runs, and which of them are shown by what varies among them.
    seed
        The setting over which they are repeated.
    measures
        What their task declares of its metrics.
    zooms
        The ranges of the axes of metrics by epoch.
    """
    known = list(measures)
    lines, finals, bests = by_epoch(known), _finals(known), _bests(known)
    across = [_across(shown.by, finals[0], _sections(known)[0])] if finals and _is_across(shown) else []
    return {
        "searchFilter": _filter(member, shown),
        **_sorted(known),
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": [
            "attributes.`Dataset`",
            *(f"params.`{setting}`" for setting in (*shown.by, seed)),
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
        "groupBy": _group_by(shown),
        "groupsExpanded": _folded(shown),
        "autoRefreshEnabled": True,
        "globalLineChartConfig": {"xAxisKey": "step", "lineSmoothness": 0, "selectedXAxisMetricKey": ""},
        "compareRunSections": [_section(name) for name in _sections(known)],
        "compareRunCharts": [
            *across,
            *(_line(metric, (zooms or {}).get(metric, {})) for metric in lines),
            *(_chart(metric, "BAR") for metric in (*finals, *bests)),
        ],
    }


def by_epoch(measures: Sequence[Measure]) -> list[str]:
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


def _filter(member: str, shown: Shown) -> str:
    """Have the page read the runs of the sweep, or those that are shown of it."""
    if shown.is_all:
        return f"tags.`{member}` = '{RunTag.YES}'"
    named = ",".join(f"'{run_id}'" for run_id in shown.ids)
    return f"attributes.run_id IN ({named})"


def _group_by(shown: Shown) -> dict[str, Any] | None:
    """Have runs of the same settings drawn as one, where there are any."""
    keys = [{"mode": "param", "groupByData": setting} for setting in shown.by]
    return {"aggregateFunction": "average", "groupByKeys": keys} if keys and shown.repeated else None


def _folded(shown: Shown) -> dict[str, bool]:
    """Fold the groups of many runs, or their list hides that there are others."""
    if len(shown.ids) <= UNFOLDED:
        return {}
    named = [zip(shown.by, group, strict=True) for group in shown.groups]
    return {",".join(f"param.{setting}.{value}" for setting, value in pairs): False for pairs in named}


def _is_across(shown: Shown) -> bool:
    """Tell whether to draw a line for each run across the settings; where runs are grouped, MLflow cannot always."""
    return len(shown.groups) > MANY and len(shown.by) > 1 and not shown.repeated


def _section_id(name: str) -> str:
    return f"nnexp-{name}"


def _section(name: str) -> dict[str, Any]:
    shown = {"display": True, "isReordered": True, "deleted": False, "isGenerated": True}
    return {"uuid": _section_id(name), "name": name, "columns": COLUMNS, **shown}


def _chart(metric: str, kind: str) -> dict[str, Any]:
    return {
        "uuid": f"nnexp-{metric}",
        "type": kind,
        "metricKey": metric,
        "displayName": metric,
        "metricSectionId": _section_id(_section_of(metric)),
        "runsCountToCompare": 100,
        "deleted": False,
        "isGenerated": True,
    }


def _across(settings: Sequence[str], metric: str, section: str) -> dict[str, Any]:
    chosen = {"selectedParams": [*settings], "selectedMetrics": [metric], "showAllRuns": True}
    own = {"uuid": "nnexp-across", "metricKey": "", "displayName": f"{metric} by settings"}
    return _chart(metric, "PARALLEL") | chosen | own | {"metricSectionId": _section_id(section)}


def _line(metric: str, zoomed: Mapping[str, float]) -> dict[str, Any]:
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
        "range": {**zoomed},
    }
