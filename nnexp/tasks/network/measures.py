"""The metrics of the network, each declared once with what it is computed from. A new one is a line here.

They are computed from what core's evaluation found, so they are no part of a run's key: a metric that is added changes
no experiment.
"""

from __future__ import annotations

from collections.abc import Callable

from nnexp.core import EpochResult, Evaluation
from nnexp.measure import CHOOSE, DOWN, EPOCH_SECONDS, FRACTION, REPORT, SECONDS, TELL, UP, Measure

Read = Callable[[EpochResult], float | None]


def _val(read: Callable[[Evaluation], float]) -> Read:
    return lambda epoch: read(epoch.val) if epoch.val else None


def _test(read: Callable[[Evaluation], float]) -> Read:
    return lambda epoch: read(epoch.test) if epoch.test else None


DECLARED: dict[Measure, Read] = {
    Measure("val/accuracy", FRACTION, UP, CHOOSE): _val(lambda found: found.accuracy),
    Measure("test/accuracy", FRACTION, UP, REPORT, counted_by="test/correct"): _test(lambda found: found.accuracy),
    Measure("test/correct", better=UP): _test(lambda found: found.correct),
    Measure("digits_never_predicted", better=DOWN, purpose=TELL): _test(lambda found: len(found.never_predicted)),
    Measure("train/cost", better=DOWN): lambda epoch: epoch.train_cost,
    Measure("val/cost", better=DOWN): _val(lambda found: found.cost),
    Measure("test/cost", better=DOWN): _test(lambda found: found.cost),
    EPOCH_SECONDS: lambda epoch: epoch.epoch_s,
    Measure("time/eval_s", SECONDS, DOWN): lambda epoch: epoch.eval_s,
    Measure("eta"): lambda epoch: epoch.eta,
}

MEASURES = tuple(DECLARED)


def measured(epoch: EpochResult) -> dict[str, float]:
    """Give the metrics of an epoch; one that it has no examples for is absent."""
    read = {measure.name: value(epoch) for measure, value in DECLARED.items()}
    return {name: value for name, value in read.items() if value is not None}
