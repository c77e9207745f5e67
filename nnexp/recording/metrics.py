"""What a run's events are called in the tracking store."""

from __future__ import annotations

from collections.abc import Sequence

from nnexp.core import EpochResult, Evaluation
from nnexp.tracking.records import Metric, Tag
from nnexp.training.events import Epoch


def epoch_metrics(event: Epoch) -> list[Metric]:
    """Name the values of one epoch; step = epoch."""
    result = event.result
    values: dict[str, float] = {
        "train/cost": result.train_cost,
        "time/epoch_s": result.epoch_s,
        "time/eval_s": result.eval_s,
        "time/total_s": event.total_s,
        "eta": result.eta,
    }
    if result.val:
        values |= {"val/accuracy": result.val.accuracy, "val/cost": result.val.cost}
    if result.test:
        values |= {"test/accuracy": result.test.accuracy, "test/correct": result.test.correct}
    return [Metric(name, value, result.epoch, event.time) for name, value in values.items()]


def final_metrics(results: Sequence[EpochResult], time: int) -> list[Metric]:
    """Sum a run up at step 0, where MLflow's page draws a bar; the best epoch is chosen on the validation set."""
    last = results[-1]
    best = max(results, key=_selected_on)
    values: dict[str, float] = {"best/epoch": best.epoch}
    if best.val and last.val:
        values |= {"best/val_accuracy": best.val.accuracy, "final/val_accuracy": last.val.accuracy}
    if last.test:
        values |= {
            "final/test_accuracy": last.test.accuracy,
            "final/digits_never_predicted": len(last.test.never_predicted),
        }
    return [Metric(name, value, 0, time) for name, value in values.items()]


def final_tags(results: Sequence[EpochResult]) -> dict[str, str]:
    """Name the classes that the finished network never predicts, if there are any."""
    last = results[-1].test
    never = last.never_predicted if last else ()
    return {Tag.NEVER_PREDICTED: " ".join(map(str, never))} if never else {}


def _selected_on(result: EpochResult) -> float:
    seen: Evaluation | None = result.val or result.test
    return seen.accuracy if seen else -result.train_cost
