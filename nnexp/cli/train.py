"""`nnexp train`: one run, or with -m a multirun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from hydra.core.hydra_config import HydraConfig

from nnexp.cli.compare import show_comparison
from nnexp.cli.console import out, say
from nnexp.cli.progress import RunProgress, SweepProgress, accuracy, duration
from nnexp.cli.rerun import show_verdicts, verify
from nnexp.cli.store import open_store
from nnexp.comparison.compare import compare
from nnexp.config.build import build
from nnexp.config.schema import flatten
from nnexp.errors import NnexpError
from nnexp.report.tables.formats import as_markdown
from nnexp.sweep.estimate import Estimator
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.sweep.hydra.app import HydraApp, Settings, run_hydra
from nnexp.sweep.launch import Outcome
from nnexp.sweep.ledger import Ledger, newest_finished, read_ledger
from nnexp.sweep.plan import Plan, PlannedRun
from nnexp.sweep.policy import Policy
from nnexp.sweep.rerun import sample
from nnexp.sweep.session import run_single, run_sweep
from nnexp.tracking.records import Run, Status, Tag
from nnexp.tracking.store import Store
from nnexp.training.spec import prepare


class UnfinishedError(NnexpError):
    """A run or a sweep that did not finish; everything has been said by the time this is raised."""

    def __init__(self, message: str, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status


def train(arguments: Sequence[str]) -> None:
    """Hand the arguments to Hydra, and train what it composes."""
    run_hydra(HydraApp(train_one, train_sweep), arguments, say)


def train_one(settings: Settings) -> float:
    """Train one config in this process, and record it."""
    config = build(settings)
    hydra = HydraConfig.get()
    run = PlannedRun(0, prepare(config, _chosen(hydra.overrides.task, settings)), Path(hydra.runtime.output_dir))
    store = open_store()
    with RunProgress() as progress:
        outcome, recorder = run_single(run, store, InProcessExecutor(), progress)
    _check_run(outcome, run)
    last = recorder.results[-1]
    total = sum(result.epoch_s + result.eval_s for result in recorder.results)
    out().print(f"{run.name}: {accuracy(last)} after epoch {last.epoch}, in {duration(total)}")
    out().print(f"run {recorder.run_id or '(not in the store yet)'}, files in {recorder.folder.path}", soft_wrap=True)
    return last.val.accuracy if last.val else last.test.accuracy if last.test else 0.0


def train_sweep(plan: Plan, policy: Policy) -> Mapping[str, float]:
    """Run a sweep, or print its plan; afterwards compare its runs, whatever became of them."""
    store = open_store()
    ledger = read_ledger(plan, store, fresh=policy.fresh)
    estimator = Estimator(store.runs(status=Status.FINISHED))
    _say_reused(plan, ledger)
    if policy.dry_run:
        print_plan(plan, ledger, policy, estimator)
        return {}
    estimated = estimator.sweep_seconds(ledger.to_do, policy.slots)
    if ledger.to_do:
        say(f"{len(ledger.to_do)} runs to do, {policy.slots} at a time: about {duration(estimated)}")
    executor = PoolExecutor(min(policy.slots, len(ledger.to_do) or 1))
    with SweepProgress(ledger.to_do, lambda run: estimator.seconds(run.prepared)) as progress:
        result = run_sweep(plan, ledger, policy, store, executor, progress, estimator)
    records = runs_of(plan, store)
    if any(record.status is Status.FINISHED for record in records):
        conclude(plan, result.parent_id, records, store)
    _say_time(result.outcome, len(ledger.to_do), estimated)
    _check_sweep(result.outcome, plan)
    if policy.verify:
        _verify(sample(records, policy.verify, plan.key), policy, store)
    return {key: _reached(record) for key, record in newest_finished(records).items()}


def runs_of(plan: Plan, store: Store) -> list[Run]:
    """Read what the store now holds of a plan's runs."""
    keys = {run.key for run in plan.runs}
    return [record for record in store.runs(tags={Tag.member(plan.key): Tag.YES}) if record.key in keys]


def print_plan(plan: Plan, ledger: Ledger, policy: Policy, estimator: Estimator) -> None:
    """List each run, done or to do, and how long it takes."""
    for run in plan.runs:
        state = "done" if run.key in ledger.done else f"to do, about {duration(estimator.seconds(run.prepared))}"
        out().print(f"{run.key[:8]}  {run.name}  {state}", soft_wrap=True)
    total = estimator.sweep_seconds(ledger.to_do, policy.slots)
    out().print(
        f"{len(plan.runs)} runs: {len(ledger.done)} done, {len(ledger.to_do)} to do, {policy.slots} at a time: "
        f"about {duration(total)}"
    )


def conclude(plan: Plan, parent_id: str, records: Sequence[Run], store: Store) -> None:
    """Print the answer, and leave it with the sweep: on its page, and in the description of its parent run."""
    from nnexp.cli.report import PAGE, write_page

    comparison = compare(records, store)
    show_comparison(comparison, records, store)
    page = plan.runs[0].folder.parent / PAGE
    try:
        write_page(comparison, store, page)
        store.log(parent_id, tags={Tag.NOTE: as_markdown(comparison)})
        store.save(parent_id, [page])
    except NnexpError as error:
        say(str(error))
    else:
        out().print(f"the sweep's page: {page}", soft_wrap=True)


def _chosen(overrides: Sequence[str], settings: Settings) -> dict[str, object]:
    """Pick out what the person set on the command line, to name the run by."""
    flat = flatten(dict(settings))
    typed = [override.split("=", 1) for override in overrides if "=" in override]
    return {name.lstrip("+"): flat.get(name.lstrip("+"), value) for name, value in typed}


def _say_reused(plan: Plan, ledger: Ledger) -> None:
    if ledger.done:
        names = [run.name for run in plan.runs if run.key in ledger.done]
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        say(f"{len(names)} of {len(plan.runs)} runs are finished already and are reused: {shown}")


def _say_time(outcome: Outcome, wanted: int, estimated: float) -> None:
    """Hold the estimate against the truth, where all that was estimated was run."""
    if len(outcome.finished) == wanted > 0:
        say(f"{wanted} runs in {duration(outcome.seconds)} (estimated: {duration(estimated)})")
    elif wanted:
        say(f"{len(outcome.finished)} of {wanted} runs finished, in {duration(outcome.seconds)}")


def _verify(runs: Sequence[Run], policy: Policy, store: Store) -> None:
    say(f"verifying: {len(runs)} of the runs are trained again from their records")
    verdicts, status = verify(runs, store, policy)
    show_verdicts(verdicts)
    if status:
        raise UnfinishedError("not every rerun was identical", status)


def _check_run(outcome: Outcome, run: PlannedRun) -> None:
    for failure in outcome.failures:
        raise UnfinishedError(f"{run.name} failed in epoch {failure.epoch + 1}: {failure.error} (see {failure.folder})")
    if outcome.killed:
        raise UnfinishedError(f"{run.name} was stopped; it is recorded as KILLED", outcome.exit_status)


def _check_sweep(outcome: Outcome, plan: Plan) -> None:
    for failure in outcome.failures:
        say(f"{failure.name} failed in epoch {failure.epoch + 1}: {failure.error} (see {failure.folder})")
    again = "type the same command again to go on where it stood"
    if outcome.unsent:
        say(f"{outcome.unsent} runs wait to be written to the store: the next command, or nnexp doctor, does it")
    if outcome.interrupted:
        raise UnfinishedError(f"{plan.name} was stopped; {again}", outcome.exit_status)
    if outcome.failures:
        raise UnfinishedError(f"{len(outcome.failures)} of {len(plan.runs)} runs failed; {again}")
    if outcome.left:
        say(f"{len(outcome.left)} runs are left for the next time, to keep to the budget; {again}")


def _reached(record: Run) -> float:
    return record.metrics.get("final/val_accuracy", record.metrics.get("final/test_accuracy", 0.0))
