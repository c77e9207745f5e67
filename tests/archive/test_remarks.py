"""What is said of a run and decides an answer, held against its predictions: what was altered is said, and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from nnexp.archive.audit import audit_saved
from nnexp.archive.predictions import Predictions
from nnexp.archive.reader import RunReader
from nnexp.archive.remarks import other_remarks
from nnexp.recording.files import write_arrays
from nnexp.tracking.records import Run, Tag
from tests.shelf import run

LABELS = np.array([0] * 9 + [1] * 9 + [2] * 3)  # of the last class too few to be lost by today's rule


def answers(predicted: list[int], classes: str = "012") -> Predictions:
    return Predictions(LABELS, np.array(predicted), np.ones(21), tuple(classes))


def told(lost: str | None = None, never: str | None = None) -> Run:
    tags = {Tag.LOST: lost, Tag.NEVER_PREDICTED: never}
    return run(0.9, tags={name: text for name, text in tags.items() if text is not None})


RARE = answers([0] * 9 + [1] * 9 + [0] * 3)  # what is rare was missed
FEWER = answers([0] * 9 + [0] * 9 + [2] * 3)
ALL = {"test/correct": 18.0}


@pytest.mark.parametrize(
    ("record", "found"),
    [
        (told("nothing", "2"), RARE),
        (told("2", "2"), RARE),  # by an older rule
        (told(None, "2"), RARE),  # older than any rule
        (told("nothing", "2 3"), RARE),  # older than names of classes that never occurred
        (told("1", "1"), replace(FEWER, labels=FEWER.labels.astype(np.uint8))),
    ],
)
def test_what_a_record_says_by_a_rule_that_there_was_is_believed(record: Run, found: Predictions) -> None:
    assert [*other_remarks(record, ALL if found is RARE else {"test/correct": 12.0}, found)] == []


@pytest.mark.parametrize(
    ("record", "figures", "said"),
    [
        (told("1 2", "2"), ALL, "nnexp.lost is 1 2 in the store, and nothing by predictions.npz"),
        (told("0", "2"), ALL, "nnexp.lost is 0 in the store, and nothing by predictions.npz"),
        (told("nothing", ""), ALL, "nnexp.never_predicted is not in the store, and 2 by predictions.npz"),
        (told("nothing"), ALL, "nnexp.never_predicted is not in the store, and 2 by predictions.npz"),
        (told("nothing", "2 x"), ALL, "nnexp.never_predicted is 2 x in the store, and 2 by predictions.npz"),
        (
            told("nothing", "2"),
            {"test/correct": 19.0},
            "test/correct of the last epoch is 19.0 in epochs.jsonl, and 18.0 by predictions.npz",
        ),
        (
            told("nothing", "2"),
            {"test/correct": 18.0, "test/balanced_accuracy": 0.9},
            "test/balanced_accuracy of the last epoch is 0.9 in epochs.jsonl, and 0.6666666666666666 by "
            "predictions.npz",
        ),
    ],
)
def test_what_the_answers_do_not_bear_out_is_said(record: Run, figures: dict[str, float], said: str) -> None:
    assert [*other_remarks(record, figures, RARE)] == [said]


def test_the_remarks_of_many_classes_are_cut_off_where_they_were() -> None:
    many = Predictions(np.arange(400).repeat(5), np.zeros(2000, int), np.ones(2000), tuple(map(str, range(400))))
    lost = " ".join(map(str, range(1, 400)))[:500]
    assert [*other_remarks(told(lost, lost), {"test/correct": 5.0}, many)] == []


@pytest.mark.parametrize("kind", [np.uint64, np.int64, np.uint8])
def test_a_run_of_ours_is_believed_whatever_kind_of_number_its_answers_are(recorded: Any, kind: Any) -> None:
    case = recorded()
    case.write("predictions.npz", write_arrays(_of_kind(case, kind)))
    assert audit_saved([case.run], case.store) == {case.run.run_id: []}


def _of_kind(case: Any, kind: Any) -> dict[str, Any]:
    found = RunReader(case.run.run_id, case.store).arrays("predictions.npz")
    return {name: array.astype(kind) if name in ("labels", "predicted") else array for name, array in found.items()}
