"""What a program is told of what was trained: `nnexp train --json`, `nnexp sweep NAME --json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nnexp.archive.reader import RunReader
from nnexp.cli.answered import answered
from nnexp.cli.options import PAGE
from nnexp.comparison.readable import Readable
from nnexp.config.value import parse_values
from nnexp.errors import RecordError, TrackingError
from nnexp.recording.repair import Say
from nnexp.sweep.launched import Swept, Trained
from nnexp.sweep.outcome import Outcome
from nnexp.sweep.search.searching import Searching
from nnexp.sweep.session import Session
from nnexp.sweep.survey import Survey
from nnexp.sweep.view import view_sweep
from nnexp.tracking.records import Kind, Run, Status, Tag
from nnexp.tracking.store import RunStore, Store


def document_of(result: Trained | Run | Swept, session: Session, say: Say) -> Mapping[str, Any]:
    """Tell of a run, of one that was finished already, or of a sweep."""
    if isinstance(result, Run):
        return _reused(result, session.store)
    return _trained(result) if isinstance(result, Trained) else _swept(result, session, say)


def _reused(run: Run, store: RunStore) -> dict[str, Any]:
    try:
        epochs = RunReader(run.run_id, store).epochs()
    except (RecordError, TrackingError):  # whoever asks for a proof is told why
        epochs = []
    return {
        "run_id": run.run_id, "name": run.name, "status": run.fate, "reused": True, "params": parse_values(run.params),
        "epochs": len(epochs) or None, "metrics": dict(run.metrics), "digest": epochs[-1].digest if epochs else None,
        "folder": run.tags.get(Tag.FOLDER), "error": None,
    }  # fmt: skip


def _trained(trained: Trained) -> dict[str, Any]:
    recorder, outcome, run = trained.recorder, trained.outcome, trained.run
    status = Status.FAILED if outcome.failures else Status.KILLED if outcome.killed else Status.FINISHED
    metrics: dict[str, float] = {}
    for epoch in recorder.epochs:
        metrics |= epoch.metrics
    return {
        "run_id": recorder.run_id or None, "name": run.name, "status": status, "reused": False,
        "params": run.task.schema.flat(run.config), "epochs": len(recorder.epochs),
        "metrics": {**metrics, **recorder.known},
        "digest": recorder.epochs[-1].digest if recorder.epochs else None, "folder": str(recorder.folder.path),
        "error": next((failure.error for failure in outcome.failures), None),
    }  # fmt: skip


def _swept(swept: Swept, session: Session, say: Say) -> dict[str, Any]:
    plan, outcome = swept.survey.plan, swept.outcome
    if outcome is None:
        told = {"sweep": plan.name, "run_id": swept.parent_id or None, "key": plan.key}
        return {**told, "dry_run": True, **_planned(swept.survey)}
    return {**_answered(swept, session.store, say), "launch": _became(outcome)}


def _planned(survey: Survey) -> dict[str, Any]:
    growing, done = survey.growing, survey.ledger.done
    if isinstance(growing, Searching):
        space = {name: dimension.typed for name, dimension in growing.search.space.items()}
        over = sum(trial.state is not None for trial in growing.trials)
        return {"space": space, "points": growing.most, "done": over, "to_do_at_most": growing.runs_at_most}
    runs = [
        {"key": run.key, "name": run.name, "done": run.key in done, "seconds": survey.estimator.seconds(run)}
        for run in survey.runs
    ]
    return {"runs": runs, "to_do": len(survey.ledger.to_do), "jobs": survey.policy.slots, "seconds": survey.seconds}


def _became(outcome: Outcome) -> dict[str, Any]:
    return {
        "trained": len(outcome.finished), "pruned": len(outcome.pruned), "killed": len(outcome.killed),
        "left": len(outcome.left), "unsent": outcome.unsent, "seconds": outcome.seconds,
        "interrupted": outcome.interrupted, "failures": [asdict(failure) for failure in outcome.failures],
    }  # fmt: skip


def _answered(swept: Swept, store: Store, say: Say) -> dict[str, Any]:
    """Tell what whoever watches it, or is told when it is over, is told of it; and where its pages lie."""
    plan = swept.survey.plan
    sweep = next((one for one in store.runs(Kind.SWEEP) if one.run_id == swept.parent_id), None)
    if sweep is None:
        return {"sweep": plan.name, "run_id": None, "pages": []}  # the store was away
    found = answered(view_sweep(store, sweep), Readable(store, say), swept.survey.policy.worthwhile)
    return {**found.record, "pages": _pages(swept, sweep)}


def _pages(swept: Swept, sweep: Run) -> Sequence[str]:
    """Find the pages that the sweep has: those that were written now, or the one that stands."""
    folder, page = swept.survey.runs[0].folder.parent, Path(PAGE)
    if written := sorted(folder.glob(f"{page.stem}*{page.suffix}")):
        return [str(one.absolute()) for one in written]
    return [tag.partition(" ")[2]] if (tag := sweep.tags.get(Tag.PAGE)) else []
