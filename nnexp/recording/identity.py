"""What is known of a run by its spec alone, and what the store will remember of one that finished."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.measure import TOTAL, read_measures, write_measures
from nnexp.recording.metrics import declaration, end_metrics, final_metrics
from nnexp.tasks.task import is_foreign
from nnexp.tracking.records import Kind, Run, Status, Tag
from nnexp.training.checkpoint import FORMAT
from nnexp.training.events import Epoch, Finished
from nnexp.training.spec import RunSpec

LONGEST_REASON = 500  # characters


def identity(spec: RunSpec, kind: Kind = Kind.RUN) -> dict[str, str]:
    """Give the tags that follow from a run's spec."""
    return {
        Tag.FORMAT: str(FORMAT),
        Tag.KIND: kind,
        Tag.TASK: spec.task.name,
        Tag.KEY: spec.key,
        Tag.COURSE: spec.course,
        Tag.CODE: spec.code,
        **({Tag.DATA: spec.data.digest} if spec.data else {}),
        **({Tag.DATA_PATHS: spec.data.source} if spec.data and is_foreign(spec.task) else {}),
        Tag.MEASURES: write_measures((*spec.measures, TOTAL)),
        Tag.DEFAULTS: " ".join(spec.at_default),
        Tag.INCIDENTAL: " ".join(spec.incidental),
        **({Tag.DERIVED: " ".join(derived)} if (derived := spec.derived) else {}),
    }


def remarks(ending: Finished) -> dict[str, str]:
    """Give the tags that a task's remarks become."""
    return {Tag.remark(name): text[:LONGEST_REASON] for name, text in ending.remarks.items()}


def finished_run(spec: RunSpec, epochs: Sequence[Epoch], ending: Finished) -> Run:
    """Give a run that finished as it will be read from the store, which need not have been told yet; its id is its key.

    So whoever decides while runs go on decides as it would from the records.
    """
    known, declared = ending.metrics, [*spec.measures, TOTAL]
    tags = identity(spec) | remarks(ending) | declaration(declared, epochs, known)
    measures = read_measures(tags[Tag.MEASURES]).values()
    metrics = {name: value for epoch in epochs for name, value in epoch.metrics.items()}
    for metric in (*end_metrics(epochs, known, ending.time), *final_metrics(epochs, measures, ending.time, known)):
        metrics[metric.name] = metric.value
    return Run(spec.key, spec.name, Status.FINISHED, ending.time, ending.time, spec.params, metrics, tags)
