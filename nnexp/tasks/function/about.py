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
    said = {name: value for name, value in about.items() if name not in takes and value is not None}
    data = said.get("data", ())
    paths = [data] if isinstance(data, str | Path) else data
    if not isinstance(paths, list | tuple) or not all(isinstance(path, str | Path) for path in paths):
        raise refuse("data", "files or folders", data)
    paths = tuple(str(Path(path).absolute()) for path in paths)  # the function may go elsewhere
    return FunctionTask(place, _measures(said.get("metric"), said.get("better")), paths)


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
