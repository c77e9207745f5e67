"""What a run is called by in `nnexp show`."""

from __future__ import annotations

import numpy as np

from nnexp.archive.predictions import Predictions
from nnexp.cli.show import _facts
from nnexp.tracking.records import Tag
from tests.shelf import run

NOTHING = np.zeros(1, np.uint8)
RECORD = run(0.9, tags={Tag.NEVER_PREDICTED: "1 3"})


def test_classes_that_are_never_predicted_are_called_by_their_names() -> None:
    answers = Predictions(NOTHING, NOTHING, NOTHING.astype(float), ("ant", "bee", "cat", "dog"))
    assert _facts(RECORD, answers)["classes never predicted"] == "bee, dog"


def test_digits_are_digits() -> None:
    answers = Predictions(NOTHING, NOTHING, NOTHING.astype(float), tuple("0123456789"))
    assert _facts(RECORD, answers)["digits never predicted"] == _facts(RECORD, None)["digits never predicted"] == "1 3"
