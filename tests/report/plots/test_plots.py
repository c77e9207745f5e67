import numpy as np
import pytest

from nnexp.comparison.compare import compare
from nnexp.comparison.predictions import Predictions
from nnexp.report.plots import front, heat_map, learning_curves, mistakes, parallel, sheet, weights
from nnexp.report.plots.figures import plots
from tests.shelf import run, runs


def test_curves_give_median_and_range_by_epoch(shelf):
    for seed, curve in enumerate([[0.5, 0.88], [0.7, 0.9], [0.6, 0.7]]):
        shelf.add(run(curve[-1], seed=seed), curve, 2.0)
    curves = learning_curves.compute(compare(shelf.records, shelf), shelf)
    second = curves[curves.epoch == 2].iloc[0]
    assert (second["median"], second.low, second.high, second.seconds) == pytest.approx((0.88, 0.7, 0.9, 4.0))


def test_a_short_curve_has_no_dots_at_the_edges_of_its_band(shelf):
    for seed, curve in enumerate([[0.5, 0.8], [0.7, 0.9]]):
        shelf.add(run(curve[-1], seed=seed), curve, 2.0)
    comparison = compare(shelf.records, shelf)
    figure = learning_curves.draw(learning_curves.compute(comparison, shelf), comparison.measure)
    assert {trace.mode for trace in figure.data} == {"lines"}


def test_curves_are_drawn_of_the_best_of_many_settings(shelf):
    for hidden in range(20):
        shelf.add(run(0.5 + hidden / 100, hidden=hidden), [0.5], 1.0)
    comparison = compare(shelf.records, shelf)
    shown = [one.label for one in learning_curves.shown(comparison)]
    assert (shown[0], shown[-1], len(shown)) == ("hidden=19", "hidden=12", 8)


def test_the_front_holds_what_nothing_beats_in_both_time_and_accuracy():
    made = {"a": (0.90, 1), "b": (0.95, 2), "c": (0.94, 3), "d": (0.97, 4), "e": (0.89, 1)}
    records = [run(accuracy, init=name, seconds=seconds) for name, (accuracy, seconds) in made.items()]
    points = front.compute(compare(records))
    assert set(points[points.on_front].configuration) == {"init=a", "init=b", "init=d"}


def test_a_heat_map_wants_two_numeric_settings():
    records = [run(eta / 10 + size / 1000, eta=eta, batch_size=size) for eta in (0.5, 3.0) for size in (100, 10)]
    means = heat_map.compute(compare(records))
    assert (list(means.index), list(means.columns)) == ([10, 100], [0.5, 3.0])
    assert means.loc[100, 0.5] == pytest.approx(0.15)
    assert (
        heat_map.compute(compare(runs({"init": "a", "eta": 1}, [0.9]) + runs({"init": "b", "eta": 2}, [0.8]))) is None
    )


def test_parallel_coordinates_have_a_row_for_each_run(sweep):
    frame = parallel.compute(compare(sweep.records))
    assert list(frame.columns) == ["hidden", "init", "final/val_accuracy"]
    assert len(frame) == 30


PREDICTIONS = Predictions(
    labels=np.array([0, 1, 2, 2, 1], np.uint8),
    predicted=np.array([0, 2, 2, 0, 0], np.uint8),
    confidence=np.array([0.9, 0.6, 0.8, 0.7, 0.95], np.float16),
)


def test_the_confusion_matrix_counts_right_by_row():
    assert PREDICTIONS.confusion().tolist() == [[1, 0, 0], [1, 0, 1], [1, 0, 1]]


def test_the_surest_mistakes_come_first():
    worst = mistakes.compute(PREDICTIONS, 2)
    assert worst.example.tolist() == [4, 3]
    assert worst[["label", "predicted"]].to_numpy().tolist() == [[1, 0], [2, 0]]


def test_images_are_tiled_in_rows():
    laid = sheet.tile(np.arange(3)[:, None, None] * np.ones((3, 2, 2)), columns=2)
    assert laid.shape == (2 * (2 + sheet.GAP), 2 * (2 + sheet.GAP))
    assert (laid[0, 0], laid[0, 2 + sheet.GAP], laid[2 + sheet.GAP, 0]) == (0, 1, 2)
    assert np.isnan(laid[-1, -1])


def test_weights_become_images_where_they_are_square(shelf):
    shelf.keep("square", "parameters.npz", weights_0=np.arange(32.0).reshape(2, 16))
    shelf.keep("oblong", "parameters.npz", weights_0=np.zeros((2, 10)))
    assert weights.compute(shelf, "square").shape == (2, 4, 4)
    assert weights.compute(shelf, "oblong") is None
    assert weights.compute(shelf, "none") is None


OF_SETTINGS = ("costs", "Every run")  # words in the titles
OF_A_STORE = ("by epoch", "by time", "takes for what", "surest mistakes", "looks at")


def test_there_is_a_plot_for_everything_the_runs_have_numbers_for(sweep):
    titles = [plot.title for plot in plots(compare(sweep.records, sweep), sweep, np.zeros((2000, 28, 28), np.uint8))]
    for words in (*OF_SETTINGS, *OF_A_STORE):
        assert any(words in title for title in titles), words


def test_without_a_store_the_settings_alone_are_drawn():
    drawn = plots(compare(runs({"hidden": 30}, [0.9, 0.91]) + runs({"hidden": 60}, [0.9, 0.92])), None)
    titles = [plot.title for plot in drawn]
    assert "What accuracy costs: settings, and the line none is above" in titles
    assert [title for title in titles if any(words in title for words in OF_A_STORE)] == []
