"""The metrics of the network, each declared once with what it is computed from. A new one is a line here.

They are computed from what core's evaluation found, so they are no part of a run's key: a metric that is added changes
no experiment. Which of them there are depends on the classes of the data.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nnexp.core import EpochResult, Evaluation
from nnexp.datasets import Dataset
from nnexp.measure import CHOOSE, DIGITS, DOWN, EPOCH_SECONDS, FRACTION, REPORT, SECONDS, TELL, UP, Measure
from nnexp.tasks.network.classes import are_uneven

Read = Callable[[EpochResult], float | None]


def _val(read: Callable[[Evaluation], float]) -> Read:
    return lambda epoch: read(epoch.val) if epoch.val else None


def _test(read: Callable[[Evaluation], float]) -> Read:
    return lambda epoch: read(epoch.test) if epoch.test else None


def _in_the_end(_: EpochResult) -> None:
    """Give nothing of an epoch: the run says it when it ends."""


DECLARED: dict[Measure, Read] = {
    Measure("val/accuracy", FRACTION, UP, CHOOSE): _val(lambda found: found.accuracy),
    Measure("val/balanced_accuracy", FRACTION, UP, CHOOSE): _val(lambda found: found.balanced_accuracy),
    Measure("test/accuracy", FRACTION, UP, REPORT, counted_by="test/correct"): _test(lambda found: found.accuracy),
    Measure("test/balanced_accuracy", FRACTION, UP, REPORT): _test(lambda found: found.balanced_accuracy),
    Measure("test/correct", better=UP): _test(lambda found: found.correct),
    Measure("digits_never_predicted", better=DOWN, purpose=TELL): _test(lambda found: len(found.never_predicted)),
    Measure("classes_never_predicted", better=DOWN, purpose=TELL): _test(lambda found: len(found.never_predicted)),
    Measure("train/cost", better=DOWN): lambda epoch: epoch.train_cost,
    Measure("val/cost", better=DOWN): _val(lambda found: found.cost),
    Measure("test/cost", better=DOWN): _test(lambda found: found.cost),
    Measure("val/recall/", FRACTION, UP): _in_the_end,  # of each class, as classes.py says
    Measure("test/recall/", FRACTION, UP): _in_the_end,
    EPOCH_SECONDS: lambda epoch: epoch.epoch_s,
    Measure("time/eval_s", SECONDS, DOWN): lambda epoch: epoch.eval_s,
    Measure("eta"): lambda epoch: epoch.eta,
}

MEASURES = tuple(DECLARED)
OF_UNEVEN_CLASSES = {"val/balanced_accuracy", "test/balanced_accuracy", "val/recall/", "test/recall/"}


def declared_for(dataset: Dataset) -> Mapping[Measure, Read]:
    """Choose what is measured of networks that learn these data."""
    return declared(dataset.class_names, uneven=are_uneven(dataset))


def declared(classes: Sequence[str], *, uneven: bool) -> Mapping[Measure, Read]:
    """Choose what is measured of networks that tell such classes apart."""
    left_out = {"classes_never_predicted" if tuple(classes) == DIGITS else "digits_never_predicted"}
    left_out |= set() if uneven else OF_UNEVEN_CLASSES
    return {measure: read for measure, read in DECLARED.items() if measure.name not in left_out}


def measured(epoch: EpochResult, wanted: Mapping[Measure, Read]) -> dict[str, float]:
    """Give the metrics of an epoch; one that it has no examples for is absent."""
    read = {measure.name: value(epoch) for measure, value in wanted.items()}
    return {name: value for name, value in read.items() if value is not None}
