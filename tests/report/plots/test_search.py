"""What a search's page draws of its points."""

import numpy as np

from nnexp.comparison.compare import compare
from nnexp.comparison.searched import Searched
from nnexp.measure import Measure
from nnexp.report.plots.figures import plots
from nnexp.report.plots.search import compute, draw_history, draw_slices
from nnexp.search.space import Choice, Interval
from nnexp.search.trial import State, Trial
from tests.shelf import run

SPACE = {"eta": Interval(0.1, 10.0, log=True), "init": Choice(("normal", "scaled"))}
TRIALS = (
    Trial(0, {"eta": "1.0", "init": "scaled"}, (), State.COMPLETE, 0.9),
    Trial(1, {"eta": "5.0", "init": "normal"}, (), State.PRUNED),
    Trial(2, {"eta": "0.5", "init": "scaled"}, (), State.COMPLETE, 0.8),
    Trial(3, {"eta": "0.7", "init": "scaled"}, ()),
)


def test_a_point_that_was_pruned_is_a_cross_at_the_edge_and_no_result():
    found = Searched(SPACE, Measure("final/val_accuracy", "fraction"), False, 4, [0], TRIALS, (), (), 0, 0)
    points = compute(found)
    assert [*points.number] == [1, 2, 3]
    assert [*points.best] == [90, 90, 90]
    assert points.drawn[1] == points.drawn.min() == 80
    for plot in draw_slices(points, found).data:
        assert [*plot.marker.symbol] == ["circle", "x-thin-open", "circle"]
    pruned = next(plot for plot in draw_history(points, found).data if plot.name == "pruned")
    assert [*pruned.x] == [2]


def test_the_point_that_is_recommended_is_looked_into_and_no_line_joins_points(shelf):
    answers = {"labels": np.array([0, 1]), "predicted": np.array([1, 1]), "confidence": np.ones(2)}
    for number, eta in enumerate(("1.0", "0.5", "2.0", "4.0")):
        made = shelf.add(run(0.9 - number / 100, eta=eta, init="scaled"), [0.9], 1.0)
        shelf.keep(made.run_id, "predictions.npz", **answers)
    recommended = Trial(0, {"eta": "0.5", "init": "scaled"}, (), State.COMPLETE, 0.95)
    measure = Measure("final/val_accuracy", "fraction")
    found = Searched(SPACE, measure, False, 1, [0], (recommended,), shelf.records, (), 0, 0)
    comparison = compare(shelf.records, shelf)
    titles = [plot.title for plot in plots(comparison, shelf, None, found)]
    assert "What eta=0.5 takes for what" in titles
    assert not any(title.startswith("Validation accuracy by eta") for title in titles)
    assert "Validation accuracy by eta" in [plot.title for plot in plots(comparison, shelf)]
