"""What trained epochs prove, held against those of a record; of any task, whatever it measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace

import pytest

from nnexp.archive.changes import Mismatch
from nnexp.archive.proof import Answer, judge
from nnexp.archive.run import Archive
from nnexp.measure import CHOOSE, DOWN, FRACTION, REPORT, UP, Measure
from nnexp.tracking.records import Run, Status
from nnexp.training.events import Epoch

ELSEWHERE = [Mismatch("numpy", "2.4", "9.9")]
LATER = [Mismatch("code", "digest a", "digest b")]

TEST = Measure("test/accuracy", FRACTION, UP, REPORT, counted_by="test/correct")
VAL = Measure("val/accuracy", FRACTION, UP, CHOOSE)
LOSS = Measure("val/loss", better=DOWN, purpose=CHOOSE)


def epochs(digests: str, **metrics: float) -> list[Epoch]:
    values = {name.replace("__", "/"): value for name, value in metrics.items()}
    return [Epoch(number, values, digest * 64, 0) for number, digest in enumerate(digests, 1)]


def verdict(
    recorded: Sequence[Epoch],
    trained: Sequence[Epoch],
    differences: Sequence[Mismatch],
    *measures: Measure,
    wanted: int | None = None,
) -> tuple[Answer, str]:
    run = Run("id", "name", Status.FINISHED, 1, 2, {}, {}, {})
    task = SimpleNamespace(name="any", measures=measures)
    environment: Mapping[str, str] = {}
    archive = Archive(run, task, None, environment, tuple(recorded))  # type: ignore[arg-type]
    found = judge(archive, trained, len(trained) if wanted is None else wanted, differences, "rerun")
    return found.answer, str(found)


@pytest.mark.parametrize(
    ("recorded", "trained", "said"),
    [
        ("abc", "abc", "identical in all 3 epochs"),
        ("abc", "ab", "identical in the first 2 of 3 epochs"),
        ("abc", "a", "identical in the first of 3 epochs"),
        ("a", "a", "identical in its one epoch"),
    ],
)
def test_the_same_bits(recorded: str, trained: str, said: str) -> None:
    assert verdict(epochs(recorded), epochs(trained), []) == (Answer.IDENTICAL, said)


@pytest.mark.parametrize(("trained", "parted"), [("abxyz", 3), ("abcde", 5)])
def test_more_epochs_than_were_recorded_are_different(trained: str, parted: int) -> None:
    answer, said = verdict(epochs("abcd"), epochs(trained), LATER)
    assert (answer, said.partition(":")[0]) == (Answer.DIFFERENT, f"different from epoch {parted} on")


def test_one_that_ends_before_its_time_is_different() -> None:
    found = verdict(epochs("abc"), epochs("ab"), ELSEWHERE, wanted=3)
    assert found == (Answer.DIFFERENT, "different from epoch 3 on: it ended before it")
    assert verdict(epochs("abc"), [], ELSEWHERE, wanted=3)[0] is Answer.DIFFERENT


def test_an_altered_epoch_in_between_is_told_from_bits_that_part() -> None:
    assert verdict(epochs("abcd"), epochs("axcd"), ELSEWHERE) == (
        Answer.UNKNOWN,
        "cannot tell: the record was altered: later epochs agree, but not epoch 2",
    )
    answer, said = verdict(epochs("abcd"), epochs("abxy"), ELSEWHERE)
    assert (answer, said.partition(":")[0]) == (Answer.DIFFERENT, "different from epoch 3 on")


@pytest.mark.parametrize(
    ("measures", "then", "now", "said"),
    [
        (
            [TEST],
            {"test__accuracy": 0.95, "test__correct": 9500},
            {"test__accuracy": 0.945, "test__correct": 9450},
            "the test accuracy agrees within 0.5 points: 95.00% was recorded, 94.50% is here",
        ),
        (
            [TEST],
            {"test__accuracy": 0.95, "test__correct": 9500},
            {"test__accuracy": 0.94, "test__correct": 9400},
            "the test accuracy DOES NOT AGREE within 0.5 points: 95.00% was recorded, 94.00% is here",
        ),
        (
            [VAL, TEST],  # what is reported comes first
            {"val__accuracy": 0.1, "test__accuracy": 0.95, "test__correct": 57},
            {"val__accuracy": 0.9, "test__accuracy": 0.9, "test__correct": 54},
            "the test accuracy agrees within 3 examples: 95.00% was recorded, 90.00% is here",
        ),
        (
            [VAL],
            {"val__accuracy": 0.8827},
            {"val__accuracy": 0.884},
            "val/accuracy 88.27 was recorded, 88.40 is here",
        ),
        ([LOSS], {"val__loss": 0.25}, {"val__loss": 0.5}, "val/loss 0.25 was recorded, 0.5 is here"),
        ([TEST], {"other": 1.0}, {"other": 2.0}, "other 1 was recorded, 2 is here"),  # as nobody declared it
        ([TEST], {"other": 1.0}, {"test__accuracy": 0.5}, "there is nothing reported to compare"),
        ([], {"val__loss": 0.25}, {"val__loss": 0.5}, "val/loss 0.25 was recorded, 0.5 is here"),
        ([], {}, {}, "there is nothing reported to compare"),
    ],
)
@pytest.mark.parametrize(
    ("differences", "cause"),
    [
        (ELSEWHERE, "expected in another environment; "),
        (LATER, "the code that decides the numbers has changed; "),
        ([*ELSEWHERE, *LATER], "the code that decides the numbers has changed; "),
    ],
)
def test_how_near_other_bits_came(
    measures: list[Measure],
    then: dict[str, float],
    now: dict[str, float],
    said: str,
    differences: list[Mismatch],
    cause: str,
) -> None:
    answer, text = verdict(epochs("ab", **then), epochs("xy", **now), differences, *measures)
    assert answer is Answer.DIFFERENT
    assert text == f"different from epoch 1 on: {cause}{said}"


def test_other_bits_for_no_reason_are_a_defect() -> None:
    answer, text = verdict(epochs("ab", test__accuracy=0.9), epochs("ax", test__accuracy=0.9), [], TEST)
    assert answer is Answer.DIFFERENT
    assert "THIS IS A DEFECT OF NNEXP" in text
