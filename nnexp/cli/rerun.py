"""`nnexp rerun`: train runs again from their records alone, and say whether the bits are the same."""

from __future__ import annotations

import json
from collections.abc import Sequence

from nnexp.archive.proof import Answer, Verdict, exit_status
from nnexp.cli.console import out, say
from nnexp.cli.find import provable_runs
from nnexp.cli.progress import RunProgress, SweepProgress
from nnexp.cli.store import open_store
from nnexp.sweep.estimate import Estimator
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.sweep.policy import Policy
from nnexp.sweep.rerun import Rerun, plan_rerun, run_reruns
from nnexp.tracking.records import Run, Status
from nnexp.tracking.store import Store


def rerun(wanted: Sequence[str], until: int | None, *, here: bool, as_json: bool) -> int:
    """Rerun runs and sweeps; give the exit status."""
    store = open_store()
    verdicts, status = verify(provable_runs(store, wanted), store, Policy(), until=until, here=here)
    if as_json:
        print(json.dumps([_json(verdict) for verdict in verdicts], indent=2))  # noqa: T201
    else:
        show_verdicts(verdicts)
    return status


def verify(
    runs: Sequence[Run], store: Store, policy: Policy, *, until: int | None = None, here: bool = False
) -> tuple[list[Verdict], int]:
    """Rerun runs, several at once where there are several; give the verdicts in their order, and the exit status."""
    found = [plan_rerun(number, run, store, until=until, here=here) for number, run in enumerate(runs)]
    reruns = [one for one in found if isinstance(one, Rerun)]
    judged, stopped = _train(reruns, store, policy) if reruns else ([], 0)
    later = iter(judged)
    verdicts = [next(later) if isinstance(one, Rerun) else one for one in found]
    return verdicts, stopped or exit_status(verdicts)


def show_verdicts(verdicts: Sequence[Verdict]) -> None:
    """Print each verdict with what differs, and a count if there are several."""
    for verdict in verdicts:
        if verdict.answer is Answer.DIFFERENT and not verdict.differences:
            say(f"run {verdict.run.run_id[:8]} is not reproducible here, and nothing says why")
        out().print(f"{verdict.run.run_id[:8]}  {verdict.run.name}: {verdict}", soft_wrap=True, markup=False)
        for difference in verdict.differences:
            out().print(f"    {difference}", soft_wrap=True, markup=False)
    if len(verdicts) > 1:
        counts = [(sum(verdict.answer is answer for verdict in verdicts), answer) for answer in Answer]
        out().print(f"{len(verdicts)} runs: {', '.join(f'{n} {answer}' for n, answer in counts if n)}")


def _train(reruns: Sequence[Rerun], store: Store, policy: Policy) -> tuple[list[Verdict], int]:
    planned = [rerun.planned for rerun in reruns]
    if len(reruns) == 1:
        with RunProgress() as progress:
            verdicts, outcome = run_reruns(reruns, store, InProcessExecutor(), progress)
    else:
        estimator = Estimator(store.runs(status=Status.FINISHED))
        executor = PoolExecutor(min(policy.slots, len(reruns)))
        with SweepProgress(planned, lambda run: estimator.seconds(run.prepared)) as several:
            verdicts, outcome = run_reruns(reruns, store, executor, several)
    return verdicts, outcome.exit_status if outcome.interrupted else 0


def _json(verdict: Verdict) -> dict[str, object]:
    return {
        "run_id": verdict.run.run_id,
        "name": verdict.run.name,
        "answer": verdict.answer,
        "summary": verdict.summary,
        "reason": verdict.reason,
        "parted": verdict.parted,
        "differences": [
            {"what": found.what, "recorded": found.recorded, "here": found.here} for found in verdict.differences
        ],
        "rerun_id": verdict.rerun_id,
    }
