"""What `import nnexp` offers: `train`, `sweep` and `compare`, for scripts and notebooks. The commands, as functions.

    >>> import nnexp  # doctest: +SKIP
    >>> run = nnexp.train(hidden=100, epochs=3)  # doctest: +SKIP
    >>> swept = nnexp.sweep(hidden=[30, 100], seed=range(5), epochs=3)  # doctest: +SKIP
    >>> swept.answer, swept.frame  # doctest: +SKIP

A setting with a dot in its name stands in a mapping: `nnexp.train({"dataset.limit": 500}, hidden=100)`. The store is
the one that the commands use, and what is finished there is reused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nnexp.cli.console import say
from nnexp.cli.errors import UnfinishedError
from nnexp.cli.find import chosen_runs
from nnexp.cli.store import open_store
from nnexp.cli.train import open_session
from nnexp.comparison.compare import compare as compare_runs
from nnexp.comparison.comparison import Comparison
from nnexp.config.value import format_value
from nnexp.errors import TrackingError
from nnexp.report.prose.told import tell
from nnexp.report.tables.formats import as_markdown
from nnexp.sweep.hydra.app import PLAIN, HydraApp, run_hydra
from nnexp.sweep.outcome import Failure
from nnexp.sweep.session import Swept, Trained
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore

if TYPE_CHECKING:
    import pandas as pd

PLAIN_WORD = re.compile(r"[\w./-]+")
Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Compared:
    """Settings compared over their runs. In a notebook it shows itself as the answer and its tables."""

    comparison: Comparison
    failures: tuple[Failure, ...] = ()  # of a sweep: the runs that did not finish

    @property
    def answer(self) -> str:
        """Which is better, by how much, and whether it is real, in a sentence."""
        return tell(self.comparison).answer

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each setting, best first; accuracies as fractions, times in seconds."""
        from nnexp.comparison.frame import comparison_frame

        return comparison_frame(self.comparison)

    @property
    def runs(self) -> pd.DataFrame:
        """A row for each run that counts: its settings and its last metrics."""
        from nnexp.comparison.frame import runs_frame

        return runs_frame(self.comparison.runs)

    def __str__(self) -> str:
        """Give the answer."""
        return self.answer

    def _repr_markdown_(self) -> str:
        return as_markdown(self.comparison)


def train(settings: Settings | None = None, /, **more: Any) -> Run:
    """Train one run and give its record: `nnexp.train(hidden=100, epochs=3).metrics["final/test_accuracy"]`.

    Raises
    ------
    ConfigError, DataError
        Settings or data that cannot be used.
    UnfinishedError
        If it did not finish.
    """
    (trained,) = run_hydra(HydraApp(NETWORK, open_session), _typed({**(settings or {}), **more}), say)
    assert isinstance(trained, Trained)
    for failure in trained.outcome.failures:
        raise UnfinishedError(f"{failure.name} failed in epoch {failure.epoch + 1}: {failure.error}")
    if trained.outcome.killed:
        raise UnfinishedError(f"{trained.run.name} was stopped; it is recorded as KILLED")
    found = [run for run in open_store().runs() if run.run_id == trained.recorder.run_id]
    if not found:
        raise TrackingError(f"the store could not be written; the run's results are in {trained.recorder.folder.path}")
    return found[0]


def sweep(name: str | Settings = PLAIN, settings: Settings | None = None, /, **more: Any) -> Compared:
    """Run a named sweep of sweeps/, or one over the settings that are given as lists, and compare its runs.

    `nnexp.sweep("hidden_sizes", epochs=3)`; `nnexp.sweep(hidden=[30, 100, (100, 30)], seed=range(5))`: a list or a
    range is what to sweep over, a tuple is one value.
    """
    named, given = (name, settings or {}) if isinstance(name, str) else (PLAIN, name)
    arguments = ["-m", "--config-name", named, *_typed({**given, **more})]
    (swept,) = run_hydra(HydraApp(NETWORK, open_session), arguments, say)
    assert isinstance(swept, Swept)
    assert swept.outcome is not None
    if swept.outcome.interrupted:
        raise KeyboardInterrupt
    session = open_session(True)
    comparison = compare_runs(session.runs_of(swept.survey.plan), session.store)
    return Compared(comparison, tuple(swept.outcome.failures))


def compare(
    *wanted: str,
    by: Sequence[str] | None = None,
    metric: str | None = None,
    baseline: str | None = None,
    reach: float | None = None,
) -> Compared:
    """Compare sweeps and runs by their names or ids; without any, those of the last sweep."""
    store: RunStore = open_store()
    runs = chosen_runs(store, wanted)
    return Compared(compare_runs(runs, store, by=by, metric=metric, baseline=baseline, reach=reach))


def _typed(settings: Settings) -> list[str]:
    """Write settings as they would be typed; of a list, one after the other."""
    return [f"{name}={','.join(map(_quoted, _values(value)))}" for name, value in settings.items()]


def _values(value: Any) -> Sequence[Any]:
    return list(value) if isinstance(value, list | range) else [value]


def _quoted(value: Any) -> str:
    if not isinstance(value, str) or PLAIN_WORD.fullmatch(value):
        return format_value(value)
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
