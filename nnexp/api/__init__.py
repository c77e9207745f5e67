"""What `import nnexp` offers to scripts and notebooks: `train`, `sweep`, `search`, `compare` and
`judge`, as the commands are.

    >>> import nnexp  # doctest: +SKIP
    >>> run = nnexp.train(hidden=100, epochs=3)  # doctest: +SKIP
    >>> swept = nnexp.sweep(hidden=[30, 100], seed=range(5), epochs=3)  # doctest: +SKIP
    >>> swept.answer, swept.frame  # doctest: +SKIP

A setting with a dot in its name stands in a mapping: `nnexp.train({"dataset.limit": 500}, hidden=100)`. The store is
the one that the commands use, and what is finished there is reused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nnexp.api.answers import Compared, Found, Judged
from nnexp.api.session import called, open_session, say
from nnexp.api.task import What, wanted
from nnexp.comparison.compare import compare as compare_runs
from nnexp.comparison.judge import Terms
from nnexp.comparison.judge import judge as judge_results
from nnexp.comparison.searched import searched
from nnexp.comparison.table_file import Table
from nnexp.comparison.table_results import Columns, results_in
from nnexp.config.schema import SEED
from nnexp.config.store import PLAIN
from nnexp.errors import ConfigError, DataError, TrackingError, UnfinishedError
from nnexp.recording.store import open_store
from nnexp.sweep.find import chosen_runs, find_sweep
from nnexp.sweep.hydra.app import HydraApp, run_hydra
from nnexp.sweep.hydra.overrides import Settings, as_overrides, of_launcher, of_sweeper
from nnexp.sweep.launched import Swept, Trained
from nnexp.sweep.policy import FRESH
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore

if TYPE_CHECKING:
    import pandas as pd


def train(
    what: What = None,
    settings: Settings | None = None,
    /,
    *,
    fresh: bool = False,
    metric: str | None = None,
    better: str | None = None,
    data: str | Sequence[str] | None = None,
    **more: Any,
) -> Run:
    """Train one run and give its record: `nnexp.train(hidden=100, epochs=3).metrics["final/test_accuracy"]`.

    `nnexp.train(function, alpha=1e-3)` trains a function; `metric`, `better` (low, high) and `data` (files, folders)
    tell of it. A run that is finished already is reused, unless it is to be trained `fresh`.

    Raises
    ------
    ConfigError, DataError
        Settings or data that cannot be used.
    UnfinishedError
        If it did not finish.
    """
    asked = wanted(what, settings, more, metric=metric, better=better, data=data)
    app = HydraApp(asked.task, open_session)
    given = as_overrides({name: [value] for name, value in asked.settings.items()})  # a list is a value here
    for trained in run_hydra(app, [*given, *([FRESH] if fresh else [])], say):
        if isinstance(trained, Run):
            return trained
        if isinstance(trained, Trained) and app.session:
            trained.check()
            uid = {Tag.UID: trained.recorder.run.tags[Tag.UID]}
            for run in app.session.store.runs(tags=uid):
                return run
            raise TrackingError(f"the store cannot be written; the results are kept in {trained.recorder.folder.path}")
    raise ConfigError("nnexp.train trains one run; nnexp.sweep trains several")


def sweep(
    what: What = None,
    settings: Settings | None = None,
    /,
    *,
    seeds: int | None = None,
    until_decided: bool = False,
    worthwhile: float | None = None,
    together: Sequence[Settings] | None = None,
    where: str | Sequence[str] | None = None,
    metric: str | None = None,
    better: str | None = None,
    data: str | Sequence[str] | None = None,
    **more: Any,
) -> Compared:
    """Run a named sweep of sweeps/, or one over the settings that are given as lists, and compare its runs.

    `nnexp.sweep("hidden_sizes", epochs=3)`; `nnexp.sweep(hidden=[30, 100, (100, 30)], seeds=5)`: a list, a range or an
    array is what to sweep over, a tuple is one value. `nnexp.sweep(function, alpha=[1e-4, 1e-3], seeds=5)` sweeps over
    what a function takes; `metric`, `better` and `data` tell of it, as in `train`. With `until_decided`, seeds are
    added, but only to settings that may be the best, until it is decided; `worthwhile` is the difference from which on
    it matters, in points. `together=[{"eta": 3, "batch_size": 10}, …]` lists settings that belong together;
    `where="eta < 1"` chooses.

    Raises
    ------
    ConfigError, DataError, NotFoundError
        Settings, data, a function or a sweep that cannot be used; then nothing is trained.
    UnfinishedError
        If it was stopped; what finished is recorded, and the same call goes on.
    """
    if seeds is not None:
        more = {**more, SEED: range(seeds)}
    asked = wanted(what, settings, more, metric=metric, better=better, data=data)
    app = HydraApp(asked.task, called("sweep"))
    terms = of_launcher(until_decided=until_decided, worthwhile=worthwhile)
    terms |= of_sweeper(together=together and [together], where=where and [where])
    typed = ["-m", "--config-name", asked.sweep, *as_overrides({**asked.settings, **terms})]
    swept = [result for result in run_hydra(app, typed, say) if isinstance(result, Swept)]
    outcomes = [one.outcome for one in swept if one.outcome]
    if any(outcome.interrupted for outcome in outcomes):
        raise UnfinishedError("the sweep was stopped; the same call goes on where it stood")
    session = app.session or open_session(asked.task, None)
    runs = {run.run_id: run for one in swept for run in session.runs_of(one.survey.plan)}
    failures = tuple(failure for outcome in outcomes for failure in outcome.failures)
    matters = next((one.survey.policy.worthwhile for one in swept), None)
    return Compared(compare_runs(list(runs.values()), session.store, worthwhile=matters), failures)


def search(
    what: What = None,
    settings: Settings | None = None,
    /,
    *,
    n_trials: int | None = None,
    replicates: int | None = None,
    sampler: str | None = None,
    pruner: str | None = None,
    confirm: int | None = None,
    metric: str | None = None,
    better: str | None = None,
    data: str | Sequence[str] | None = None,
    **more: Any,
) -> Found:
    """Run a named search of sweeps/, or one over the settings that are given as lists or in Hydra's grammar.

    `nnexp.search(hidden=[30, 100], eta="tag(log, interval(0.1, 10))", n_trials=20, confirm=5, epochs=3)`: a list is a
    choice, and what holds a bracket is a space as it would be typed. A function is searched as it is swept over; the
    others are those of `hydra.sweeper`.

    Raises
    ------
    ConfigError, DataError, NotFoundError
        What cannot be searched; then nothing is trained.
    UnfinishedError
        If it was stopped; the same call goes on.
    """
    asked = wanted(what, settings, more, metric=metric, better=better, data=data)
    given = asked.settings.items()
    spaces = [f"{name}={text}" for name, text in given if isinstance(text, str) and "(" in text]
    others = {name: value for name, value in given if not (isinstance(value, str) and "(" in value)}
    terms = of_sweeper(n_trials=n_trials, replicates=replicates, sampler=sampler, pruner=pruner, confirm=confirm)
    kind = ["--config-name", asked.sweep] if asked.sweep != PLAIN else ["hydra/sweeper=search"]
    from nnexp.sweep.hydra.search import SearchApp  # imports what no other call needs

    app = SearchApp(asked.task, called("search"))
    for one in run_hydra(app, ["-m", *kind, *spaces, *as_overrides({**others, **terms})], say):
        if isinstance(one, Swept) and one.outcome and app.session:
            if one.outcome.interrupted:
                raise UnfinishedError("the search was stopped; the same call goes on where it stood")
            store, runs = app.session.store, app.session.runs_of(one.survey.plan)
            if (sweep := find_sweep(store, one.parent_id)) and (found := searched(sweep, runs, store)):
                return Found(found)
    raise ConfigError(f"{asked.sweep} was to be planned only, so nothing is found")


def compare(
    *names: str,
    by: str | Sequence[str] | None = None,
    metric: str | None = None,
    better: str | None = None,
    reach: float | None = None,
    worthwhile: float | None = None,
    at_least: float | None = None,
    then: str | None = None,
) -> Compared:
    """Compare sweeps and runs by their names or ids; without any, those of the last sweep.

    `metric` is what decides, and `better` which way it is: `compare(metric="val/loss", better="low")`.
    """
    store: RunStore = open_store(say)
    by = by.split(",") if isinstance(by, str) else by
    runs = chosen_runs(store, names, say)
    found = compare_runs(
        runs, store, by=by, metric=metric, better=better, reach=reach, worthwhile=worthwhile, at_least=at_least,
        then=then,
    )  # fmt: skip
    return Compared(found)


def judge(
    frame: pd.DataFrame,
    by: str | Sequence[str] = "setting",
    result: str = "result",
    *,
    seed: str | None = None,
    lost: str | None = None,
    lower_is_better: bool = False,
    unit: str | None = None,
    worthwhile: float = Terms.worthwhile,
    resolution: float = Terms.resolution,
    alpha: float = Terms.alpha,
) -> Judged:
    """Judge results that any tool made, a row for each run: which settings may be the best?

    `nnexp.judge(frame, by=["lr", "width"], result="accuracy")`. Columns `seed` and `lost` are used where there are any.
    `worthwhile` (a difference that is too small to matter) and `resolution` (the least step of a result) are in points.

    Raises
    ------
    ConfigError, DataError
        What cannot be used: the row and the column are named.
    """
    if not hasattr(frame, "columns"):
        kind = type(frame).__name__
        raise DataError(
            f"judge takes a pandas data frame, a row for each run, but got {kind}; pandas.read_csv reads one"
        )
    columns = Columns((by,) if isinstance(by, str) else tuple(by), result, seed, lost)
    table = Table("the frame", frame.reset_index(drop=True), labels=tuple(map(str, frame.index)))
    terms = Terms(result, lower_is_better, unit, worthwhile, resolution, alpha)
    return Judged(judge_results(results_in(table, columns), terms))
