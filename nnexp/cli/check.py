"""`nnexp check`: what is seen of a function or a command, and whether it repeats itself and goes on exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from nnexp.archive.proof import Answer, Verdict
from nnexp.archive.reader import RunReader
from nnexp.archive.run import read_archive
from nnexp.cli.console import aside, out, say, write
from nnexp.cli.rerun import as_record
from nnexp.cli.task import read_task
from nnexp.cli.train import open_session
from nnexp.config.value import format_value, parse_values
from nnexp.errors import ConfigError, RecordError
from nnexp.escape import in_json
from nnexp.measure import CHOOSE, DOWN, REPORT, UP
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.sweep.hydra.app import HydraApp, run_hydra
from nnexp.sweep.launched import Reruns, Trained
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.sweep.stopped import GoneOn, stop_and_go_on
from nnexp.tasks.function.task import FunctionTask
from nnexp.tasks.task import Task, is_foreign
from nnexp.tracking.records import Run, Tag, declared_by

WAYS = {UP: "higher is better", DOWN: "lower is better"}
PURPOSES = {CHOOSE: "settings are chosen by it", REPORT: "reported, never chosen by"}


def check(arguments: Sequence[str], command: Sequence[str] | None = None, *, as_json: bool) -> int:
    """Train once, unless that is done already, and again in another process; give the exit status of a rerun.

    What takes a state is then stopped on its way and gone on with; where that comes out otherwise, the status is 1.
    """
    with aside(as_json):
        checked = _check(arguments, command)
    if as_json:
        write(in_json(_document(checked)))
    return checked.exit_status


@dataclass(frozen=True)
class Checked:
    """What was seen of a task, and what became of its second training."""

    run: Run
    reader: RunReader
    reruns: Reruns
    gone_on: GoneOn | None = None

    @property
    def exit_status(self) -> int:
        """That of the rerun, unless going on comes out otherwise."""
        return self.reruns.exit_status if self.gone_on is None else int(bool(self.gone_on.parting))


def _check(arguments: Sequence[str], command: Sequence[str] | None) -> Checked:
    task, rest = read_task(arguments, command)
    if not is_foreign(task):
        raise ConfigError(
            "nnexp check looks at a function or a command: nnexp check mine.py:train; its own runs, nnexp rerun proves"
        )
    app = HydraApp(task, open_session)
    results = run_hydra(app, rest, say)
    run = _record(results, app.session) if app.session else None
    if run is None or app.session is None:
        raise ConfigError("nnexp check trains one run, twice; nnexp train -m trains several")
    reader = RunReader(run.run_id, app.session.store)
    for line in (*_takes(task, run), *_gives(run), *_stands_on(reader, run)):
        out().print(line, soft_wrap=True)
    (verdict,) = (reruns := app.session.rerun([run], Policy(), {task.name: task})).verdicts
    out().print(_told(verdict, run, app.session), soft_wrap=True)
    if not (isinstance(task, FunctionTask) and task.takes_state and verdict.answer is Answer.IDENTICAL):
        return Checked(run, reader, reruns)
    archive = read_archive(run, app.session.store, {task.name: task})
    gone_on = stop_and_go_on(archive, app.session.store, PoolExecutor)
    out().print(_gone_on(gone_on), soft_wrap=True)
    return Checked(run, reader, reruns, gone_on)


def _document(checked: Checked) -> dict[str, object]:
    run, sources = checked.run, checked.reader.sources()
    return {
        "run_id": run.run_id,
        "name": run.name,
        "task": run.task,
        "params": parse_values(run.params),
        "metrics": {name: value for name, value in run.metrics.items() if name in declared_by([run])},
        "code": [*sources.texts] if sources else [],
        "packages": dict(sources.packages) if sources else {},
        "reads": [*checked.reader.opened()],
        "seeded": run.tags.get(Tag.remark("seeded"), "").split(),
        "again": as_record(*checked.reruns.verdicts),
        "gone_on": checked.gone_on and asdict(checked.gone_on),
    }


def _record(results: Sequence[object], session: Session) -> Run | None:
    for result in results:
        if isinstance(result, Run):
            return result
        if isinstance(result, Trained):
            result.check()
            return next(iter(session.store.runs(tags={Tag.UID: result.recorder.run.tags[Tag.UID]})), None)
    return None


def _takes(task: Task, run: Run) -> Iterator[str]:
    """List the settings, as they are and where that is not their default."""
    yield f"{task.name} takes"
    defaults = task.schema.default_params()
    for name in task.schema.settings:
        value, usual = run.params.get(name, ""), defaults.get(name)
        yield f"    {name} = {value}" + ("" if usual in (None, value) else f"  (default {format_value(usual)})")


def _gives(run: Run) -> Iterator[str]:
    """List what it is measured by, and how that is taken."""
    yield "it gives"
    for name, measure in declared_by([run]).items():
        if name in run.metrics and not name.startswith("time/"):
            taken = [WAYS.get(measure.better), PURPOSES.get(measure.purpose)]
            yield f"    {name} = {measure.show(run.metrics[name])}  {', '.join(filter(None, taken))}".rstrip()


def _stands_on(reader: RunReader, run: Run) -> Iterator[str]:
    """List its code, the files that it was seen to read, and what was seeded."""
    sources = reader.sources()
    if sources:
        packages = [f"{name} {version}" for name, version in sources.packages.items()]
        yield f"its code: {', '.join([*sources.texts, *packages])}"
    files = [*reader.opened()]
    more = f" and {len(files) - 10} more" if len(files) > 10 else ""
    yield f"files that it was seen to read: {', '.join(files[:10]) or 'none'}{more}"
    yield f"seeded before it: {run.tags.get(Tag.remark('seeded'), 'nothing').replace(' ', ', ')}"


def _gone_on(found: GoneOn) -> str:
    """Say whether going on from a state is exact."""
    if not found.epoch:
        return "it takes a state, but gave none before its last epoch: a run that is killed is trained anew"
    lacks = f"parts, {found.parting}; its state lacks something that it goes on from"
    exact = lacks if found.parting else "goes on exactly"
    return f"stopped after epoch {found.epoch}, and gone on with in another process: {exact}"


def _told(verdict: Verdict, run: Run, session: Session) -> str:
    """Say whether two processes came to the same bits, and where they part."""
    if verdict.answer is Answer.IDENTICAL:
        return f"trained twice, in two processes: the same bits ({verdict.summary})"
    if verdict.parted is None:
        return f"trained again: {verdict}"
    try:
        then = RunReader(run.run_id, session.store).epochs()[verdict.parted - 1].metrics
        now = RunReader(verdict.rerun_id or "", session.store).epochs()[verdict.parted - 1].metrics
    except (RecordError, IndexError):
        return f"trained again: {verdict}"
    name = next(name for name in then if then[name] != now.get(name) and not name.startswith("time/"))
    told = f"{name} {then[name]:.6g} against {now.get(name, float('nan')):.6g}"
    return f"trained twice, in two processes: parts at epoch {verdict.parted}, {told}; {verdict.reason}"
