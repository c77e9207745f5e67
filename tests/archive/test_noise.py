"""A run's own noise: what it carries, and which difference is one of its own."""

from __future__ import annotations

import math

import pytest

from nnexp.archive.noise import Noise, noise_of, read_noise, with_another
from nnexp.tracking.records import Run, Status, Tag


def run(noise: Noise | str | None) -> Run:
    tags = {} if noise is None else {Tag.NOISE: str(noise)}
    return Run("id", "train", Status.FINISHED, 1, 2, {}, {}, tags)


def test_it_is_read_back_as_it_was_written():
    noise = with_another(with_another(None, "loss", 0.25), "loss", -0.5)
    assert read_noise(run(noise)) == noise == Noise("loss", (0.25, -0.5))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"metric": "loss", "differences": []}', '{"metric": 1}', "nan"])
def test_what_is_none_is_none(text):
    assert read_noise(run(text)) is None


def test_a_difference_of_another_metric_begins_anew():
    assert with_another(Noise("loss", (1.0,)), "accuracy", 2.0) == Noise("accuracy", (2.0,))


def test_that_of_runs_of_the_same_code_is_put_together():
    runs = [run(Noise("loss", (1.0, -1.0))), run(None), run(Noise("accuracy", (9.0,))), run(Noise("loss", (2.0,)))]
    assert noise_of(runs, "loss") == Noise("loss", (1.0, -1.0, 2.0))
    assert noise_of(runs, "margin") is None


def test_the_deviation_is_of_one_run_and_a_difference_is_of_two():
    assert Noise("loss", (2.0, -2.0)).deviation == pytest.approx(math.sqrt(2))


@pytest.mark.parametrize(
    ("known", "difference", "covered"),
    [
        ((1.0,), 12.7, True),  # Student's t of one degree of freedom: 12.706
        ((1.0,), -12.8, False),
        ((1.0,) * 10, 2.2, True),  # of ten: 2.228
        ((1.0,) * 10, 2.3, False),
    ],
)
def test_what_it_covers(known, difference, covered):
    assert Noise("loss", known).covers(difference) is covered
