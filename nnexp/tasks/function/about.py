"""What is said of a function beside its settings: the metric that settings are chosen by, and where its data lie."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nnexp.config.checks import none_of, refuse
from nnexp.errors import ConfigError
from nnexp.measure import BY_VALUES, CHOOSE, DOWN, UP, Measure
from nnexp.tasks.function.locate import Place
from nnexp.tasks.function.notebook import Cell
from nnexp.tasks.function.task import FunctionTask
from nnexp.undeclared import direction

BETTER = {"high": UP, "low": DOWN}


def function_task(place: Place | Cell, about: Mapping[str, Any]) -> FunctionTask:
    """Make the task of a function, of what is said of it: `metric`, `better` and `data`; it is imported at once.

    Raises
    ------
    ConfigError
        For a function that cannot be imported or cannot be set, and for what cannot be said of one.
    """
    takes = place.load().signature.schema.settings  # which may have a setting of such a name: that is not said of it
    return FunctionTask(place, *measures_and_data({name: said for name, said in about.items() if name not in takes}))


def measures_and_data(said: Mapping[str, Any]) -> tuple[tuple[Measure, ...], tuple[str, ...]]:
    """Read what is said of a task: its metrics, and the paths of its data.

    Raises
    ------
    ConfigError
        For what cannot be said of one.
    """
    data = said.get("data") or ()
    paths = [data] if isinstance(data, str | Path) else data
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str | Path) for path in paths):
        raise refuse("data", "files or folders", data)
    absolute = tuple(str(Path(path).absolute()) for path in paths)  # the task may go elsewhere
    return _measures(said.get("metric"), said.get("better")), absolute


def _measures(metric: Any, better: Any) -> tuple[Measure, ...]:
    """Declare the metric that settings are chosen by, if one is named."""
    if better is not None and better not in BETTER:
        raise none_of(BETTER, "better", better)
    if metric is None:
        if better is not None:
            raise ConfigError("better says which way of a metric is; name it: --metric NAME --better low")
        return ()
    if not isinstance(metric, str):
        raise refuse("metric", "the name of a metric", metric)
    return (Measure(metric, BY_VALUES, BETTER[better] if better else direction(metric), CHOOSE),)
