"""What a search's page draws of its points."""

from nnexp.comparison.searched import Searched
from nnexp.measure import Measure
from nnexp.report.plots.search import compute, draw_history, draw_slices
from nnexp.search.space import Choice, Interval
from nnexp.search.trial import State, Trial

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
