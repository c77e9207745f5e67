"""Runs of a task that is no network and knows no accuracy: compared, told, tabulated, drawn and put on a page."""

import io
import json
import re

import numpy as np
import pytest
from plotly.offline import get_plotlyjs
from rich.console import Console

from nnexp.comparison.compare import compare
from nnexp.comparison.comparison import Comparison
from nnexp.comparison.frame import comparison_frame
from nnexp.errors import ConfigError
from nnexp.measure import CHOOSE, DOWN, REPORT, UP, Measure, write_measures
from nnexp.report.page.page import page
from nnexp.report.plots.figures import plots
from nnexp.report.plots.terminal_curve import draw_run
from nnexp.report.prose.told import tell
from nnexp.report.tables.formats import FORMATS, as_json, as_terminal
from nnexp.tracking.records import Kind, Run, Status, Tag
from tests.shelf import Shelf, small_and_large

FOREIGN = re.compile(r"digit|accurac|predict|network|test|%|points|nan\b", re.IGNORECASE)
LOSS = Measure("val/loss", better=DOWN, purpose=CHOOSE)


@pytest.fixture
def fits() -> Shelf:
    """Three seeds of two values of alpha: 0.1 is the better one, and each epoch is better than the last."""
    shelf = Shelf()
    for alpha, loss in ((0.1, 0.30), (1.0, 0.42)):
        for seed in range(3):
            fit(shelf, alpha, seed, loss + 0.01 * np.cos(seed + alpha))
    return shelf


def fit(shelf: Shelf, alpha: float, seed: int, loss: float, *declared: Measure, **metrics: float) -> Run:
    """Make up a run of the task, and the loss of its epochs."""
    run_id = f"{alpha} {seed}"
    curve = [(epoch, loss * (1 + 1 / epoch**2)) for epoch in range(1, 6)] + [(6, loss)]
    shelf.histories.setdefault("val/loss", {})[run_id] = curve
    shelf.histories.setdefault("time/total_s", {})[run_id] = [(epoch, 0.5 * epoch) for epoch, _ in curve]
    tags = {
        Tag.KIND: Kind.RUN,
        Tag.KEY: run_id,
        Tag.CODE: "code",
        Tag.TASK: "sgd",
        Tag.MEASURES: write_measures([LOSS, *declared]),
    }
    found = {"final/val_loss": loss, "val/loss": loss, "best/epoch": 6.0, "time/total_s": 3.0, **metrics}
    params = {"alpha": str(alpha), "seed": str(seed)}
    made = Run(run_id, run_id, Status.FINISHED, 1_000, 2_000, params, found, tags)
    shelf.records.append(made)
    shelf.keep(run_id, "parameters.npz", coef=np.zeros((3, 4)))
    shelf.keep(run_id, "predictions.npz", residuals=np.zeros(4))
    return made


def drawn(comparison: Comparison) -> str:
    console = Console(width=100, record=True, file=io.StringIO())
    console.print(as_terminal(comparison))
    return console.export_text()


def test_the_lower_loss_wins_in_its_own_unit(fits: Shelf) -> None:
    comparison = compare(fits.records, fits)
    assert comparison.measure.name == "final/val_loss"
    answer = tell(comparison).answer
    assert answer.startswith("alpha=0.1 is the best: 0.3031, 0.114 [")
    assert "3 seeds" in answer


def test_nothing_is_said_or_drawn_of_digits_or_accuracy(fits: Shelf) -> None:
    comparison = compare(fits.records, fits, reach=0.35)
    told = tell(comparison)
    sentences = [re.sub("5 % error", "", told.answer), *told.details, *told.notes]
    tables = re.sub(r"95 %|5\s%\serror", "", drawn(comparison))  # the interval
    titles = [plot.title for plot in plots(comparison, fits)]
    for text in (*sentences, tables, *titles, draw_run(fits.records[0], fits)):
        assert not FOREIGN.search(text), text
    assert "validation loss" in tables
    assert any("Loss by epoch" in title for title in titles)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_keeps_to_what_the_task_measures(fits: Shelf, name: str) -> None:
    written = FORMATS[name](compare(fits.records, fits))
    assert "loss" in written
    assert not re.search("digit|accuracy|test_level|lost", written)


def test_the_page_keeps_to_what_the_task_measures(fits: Shelf) -> None:
    images = np.zeros((4, 28, 28), np.uint8)  # of some other run's data
    written = page(compare(fits.records, fits), fits, images=images).replace(get_plotlyjs(), "")
    assert "<h1>alpha: 0.1 or 1.0?</h1>" in written
    assert "Loss by epoch" in written
    assert not re.search("digit|accuracy|mistakes|looks at", written)


def test_a_loss_is_reached_from_above(fits: Shelf) -> None:
    comparison = compare(fits.records, fits, reach=0.35)
    reached = {one.label: one.reach.reached for one in comparison.configurations}
    assert reached == {"alpha=0.1": 3, "alpha=1.0": 0}
    assert "to 0.35" in drawn(comparison)


def test_a_goal_must_be_a_number(fits: Shelf) -> None:
    with pytest.raises(ConfigError, match="reach must be a number, but got inf"):
        compare(fits.records, fits, reach=float("inf"))


def test_what_the_task_reports_stands_beside_what_it_chooses_by(fits: Shelf) -> None:
    shelf = Shelf()
    error = Measure("holdout/error", better=DOWN, purpose=REPORT)
    for alpha in (0.1, 1.0):
        for seed in range(3):
            fit(shelf, alpha, seed, alpha + 0.01 * np.cos(seed + alpha), error, **{"final/holdout_error": 7.25 * alpha})
    comparison = compare(shelf.records, shelf)
    assert "holdout error" in drawn(comparison)
    assert json.loads(as_json(comparison))["settings"][0]["test_level"] == pytest.approx(0.725)
    told = tell(compare(shelf.records, shelf, metric="final/holdout_error"))
    assert "Ordered by holdout error, as asked: good for reporting, not for choosing." in told.notes


def test_a_metric_that_is_asked_for_has_the_direction_that_was_declared(fits: Shelf) -> None:
    shelf = Shelf()
    score = Measure("score", better=UP)
    for alpha in (0.1, 1.0):
        for seed in range(3):
            fit(shelf, alpha, seed, 1.0, score, score=alpha + 0.01 * np.cos(seed + alpha))
    assert tell(compare(shelf.records, shelf, metric="score")).answer.startswith(
        "alpha=1.0 is the best: 0.9971, 0.894 ["
    )
    assert tell(compare(fits.records, fits, metric="val/loss")).answer.startswith(
        "alpha=0.1 is the best: 0.3031, 0.114 ["
    )


def test_runs_of_another_task_are_left_out_with_a_sentence(fits: Shelf) -> None:
    comparison = compare([*small_and_large(), *fits.records], fits)
    assert comparison.by == ("hidden",)
    assert "6 runs left out: made with another task (nnexp.task is not network)." in tell(comparison).notes


def test_the_frame_has_columns_for_what_the_runs_have(fits: Shelf, sweep: Shelf) -> None:
    ours = set(comparison_frame(compare(fits.records, fits)).columns)
    networks = set(comparison_frame(compare(sweep.records, sweep)).columns)
    assert networks - ours == {
        "hidden", "init", "test_level", "test_sd", "lost", "lost_low", "lost_high", "lost_what", "lost_more_p"
    }  # fmt: skip
