"""`nnexp train`: one run, or with -m a multirun."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from functools import partial

from nnexp.archive.reader import RunReader
from nnexp.cli.console import aside, err, out, say, write
from nnexp.cli.launch_flags import as_settings
from nnexp.cli.task import read_task
from nnexp.cli.when_done import FLAG, WhenDone, taken_from
from nnexp.errors import ConfigError, RecordError, TrackingError, UnfinishedError
from nnexp.escape import in_json
from nnexp.measure import TOTAL
from nnexp.recording import owner
from nnexp.recording.store import open_store
from nnexp.sweep.command_line import quoted
from nnexp.sweep.executors.executor import MakeExecutor
from nnexp.sweep.hydra.app import HydraApp, run_hydra
from nnexp.sweep.launched import Swept, Trained
from nnexp.sweep.progress import display, duration
from nnexp.sweep.reached import told
from nnexp.sweep.session import Session
from nnexp.tasks.task import Task
from nnexp.terminal import Visible
from nnexp.tracking.records import Kind, Run, Tag, declared_by
from nnexp.tracking.store import Store
from nnexp.tracking.sweeps import latest_first

MULTIRUN = {"-m", "--multirun", "hydra.mode=MULTIRUN"}

Result = Trained | Run | Swept


def train(arguments: Sequence[str], command: Sequence[str] | None = None, *, as_json: bool = False) -> None:
    """Hand the arguments to Hydra, have trained what it composes, and say what became of it."""
    alert, arguments = taken_from(arguments)
    several = bool(MULTIRUN & {*arguments})
    task, rest = read_task([*as_settings(arguments, several=several)], command)
    if alert and not several:
        raise ConfigError(f"{FLAG} tells that a sweep is over; one run is none: nnexp train -m …")
    typed = quoted(["nnexp", *taken_from(sys.argv[1:])[1]])  # without who is told: a URL may hold a secret
    app = HydraApp(task, partial(open_session, command=typed))
    try:
        _train(app, rest, as_json=as_json)
    finally:
        if alert and app.session:  # and so also where a second Ctrl-C left nothing else of it
            _alert(alert, app.session.store, app.policy.worthwhile)


def _train(app: HydraApp, arguments: Sequence[str], *, as_json: bool) -> None:
    with aside(as_json), redirect_stdout(Visible(sys.stdout)):  # to which Hydra prints a config, if asked for it
        results = run_hydra(app, arguments, say)
    if as_json and not (results and app.session):
        raise ConfigError("--json tells what was trained, and here nothing is; leave it out")
    for result in results:
        assert app.session, "what was trained was trained in a session"
        try:
            with aside(as_json):
                _tell(result, app.session)
        except UnfinishedError:
            _write(result, app.session, asked=as_json)
            raise
        _write(result, app.session, asked=as_json)


def _write(result: Result, session: Session, *, asked: bool) -> None:
    if asked:
        from nnexp.cli.document import document_of  # imports what a person's command need not wait for

        write(in_json(document_of(result, session, say)))


def _tell(result: Result, session: Session) -> None:
    if isinstance(result, Run):
        _tell_reused(result, session.task, session.store)
    elif isinstance(result, Trained):
        _tell_trained(result)
    else:
        from nnexp.cli.conclude import conclude  # imports what a single run need not wait for

        conclude(result, session)


def _alert(alert: WhenDone, store: Store, worthwhile: float | None) -> None:
    """Tell of the sweep that this process launched, if it came to that."""
    try:
        sweeps = latest_first(store.runs(Kind.SWEEP, tags={Tag.OWNER: owner.me()}))
    except TrackingError as error:
        say(f"{FLAG}: {error}; nothing was told")
        return
    for sweep in sweeps[:1]:
        alert.tell(store, sweep, worthwhile)


def open_session(task: Task, executor: MakeExecutor | None, command: str = "") -> Session:
    """Open the store for one run of a task, or for several and what runs them, with the display that suits them.

    `command` is what was typed: while it runs, Hydra has words of its own in `sys.argv`.
    """
    store = open_store(say)
    if executor is None:
        return Session(store, task, display(err(), several=False))
    from nnexp.cli.live_page import PagedProgress  # likewise
    from nnexp.comparison.look import look_at

    watcher, judge = PagedProgress(err(), store), partial(look_at, store)
    return Session(store, task, watcher, judge=judge, executor=executor, command=command)


def _tell_reused(run: Run, task: Task, store: Store) -> None:
    try:
        digest = f", digest {RunReader(run.run_id, store).epochs()[-1].digest[:12]}"
    except (RecordError, TrackingError, IndexError):  # whoever asks for a proof is told why
        digest = ""
    reached = {name: run.metrics[name] for name in declared_by([run]) if name in run.metrics}
    out().print(f"{run.name}: {told(task, reached)}", soft_wrap=True)
    out().print(f"run {run.run_id}{digest}, trained already; --fresh trains it anew", soft_wrap=True)


def _tell_trained(trained: Trained) -> None:
    trained.check()
    recorder, last = trained.recorder, trained.recorder.epochs[-1]
    done = recorder.standing.done
    before = recorder.epochs[done - 1].metrics.get(TOTAL.name, 0.0) if done else 0.0
    took = duration(last.metrics[TOTAL.name] - before) + (f" from epoch {done} on" if done else "")
    reached = {**last.metrics, **recorder.known}
    out().print(f"{trained.run.name}: {told(trained.run.task, reached)} after epoch {last.number}, in {took}")
    run = f"run {recorder.run_id or '(not in the store yet)'}, digest {last.digest[:12]}"
    out().print(f"{run}, files in {recorder.folder.path}", soft_wrap=True)
