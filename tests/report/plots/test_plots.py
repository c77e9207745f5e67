import numpy as np
import pytest

from nnexp.archive.predictions import Predictions
from nnexp.comparison.compare import compare
from nnexp.measure import DOWN, Measure
from nnexp.report.plots import (
    by_setting,
    confusion_matrix,
    front,
    heat_map,
    learning_curves,
    mistakes,
    parallel,
    sheet,
    strip,
    weights,
)
from nnexp.report.plots.axis import logarithmic, usual_range
from nnexp.report.plots.figures import plots
from nnexp.tracking.records import Tag
from tests.shelf import run, runs


def test_curves_give_median_and_range_by_epoch(shelf):
    for seed, curve in enumerate([[0.5, 0.88], [0.7, 0.9], [0.6, 0.7]]):
        shelf.add(run(curve[-1], seed=seed), curve, 2.0)
    curves = learning_curves.compute(compare(shelf.records, shelf), shelf)
    second = curves[curves.epoch == 2].iloc[0]
    assert (second["median"], second.low, second.high, second.seconds) == pytest.approx((0.88, 0.7, 0.9, 4.0))


def test_a_short_curve_has_no_dots_at_the_edges_of_its_band(shelf):
    for seed, curve in enumerate([[0.5, 0.8], [0.7, 0.9], [0.6, 0.8]]):
        shelf.add(run(curve[-1], seed=seed), curve, 2.0)
    comparison = compare(shelf.records, shelf)
    figure = learning_curves.draw(learning_curves.compute(comparison, shelf), comparison)
    assert [trace.mode for trace in figure.data if trace.fill] == ["lines"]


def test_curves_are_drawn_of_the_best_of_many_settings(shelf):
    for hidden in range(20):
        shelf.add(run(0.5 + hidden / 100, hidden=hidden), [0.5], 1.0)
    comparison = compare(shelf.records, shelf)
    shown = list(dict.fromkeys(learning_curves.compute(comparison, shelf).configuration))
    assert (shown[0], shown[-1], len(shown)) == ("hidden=19", "hidden=4", 16)


def curves_of(shelf, settings, epochs=3, seeds=2):
    for hidden in range(settings):
        for seed in range(seeds):
            curve = [0.5 + hidden / 100 + epoch / 1000 + seed / 50 for epoch in range(epochs)]
            shelf.add(run(curve[-1], hidden=hidden, seed=seed), curve, 1.0)
    comparison = compare(shelf.records, shelf)
    return comparison, learning_curves.compute(comparison, shelf)


def test_no_two_bands_lie_over_each_other_where_they_are_many(shelf):
    comparison, curves = curves_of(shelf, 16)
    figure = learning_curves.draw(curves, comparison)
    bands = [trace.xaxis for trace in figure.data if trace.fill]
    assert len(bands) == len({*bands}) == 16
    assert [one.text for one in figure.layout.annotations[:2]] == ["hidden=15", "hidden=14"]
    assert "dotted: hidden=15" in figure.layout.title.text


def test_a_panel_says_where_its_setting_ends_that_lies_beyond_the_axis(shelf):
    for eta, end in ((1, 0.95), (2, 0.96), (3, 0.97), (4, 0.965), (1000, 0.1)):
        made = shelf.add(run(end, eta=eta), [end - 0.01, end], 1.0)
        made.tags[Tag.LOST] = "3" if end < 0.5 else Tag.NOTHING
    comparison = compare(shelf.records, shelf)
    figure = learning_curves.draw(learning_curves.compute(comparison, shelf), comparison)
    told = figure.layout.annotations[-1]
    assert (told.text, told.yref, figure.layout.annotations[4].text) == ("ends at 10.00", "y5 domain", "eta=1000")


def test_the_better_edge_of_every_band_lies_within_the_axis(shelf):
    for hidden in range(3):
        for seed, end in enumerate((0.90, 0.91, 0.95)):
            shelf.add(run(end, hidden=hidden, seed=seed), [0.1, *([end] * 20)], 1.0)
    comparison = compare(shelf.records, shelf)
    low, high = learning_curves.draw(learning_curves.compute(comparison, shelf), comparison).layout.yaxis.range
    assert 85 < low < 91
    assert high > 95


def test_one_setting_has_no_curve_by_time_and_all_of_its_curve(shelf):
    shelf.add(run(0.9335), [0.88, 0.91, 0.916, 0.921, 0.927, 0.9315, 0.934, 0.9335], 1.0)
    [curve] = [plot.figure for plot in plots(compare(shelf.records, shelf), shelf) if " by " in plot.title]
    assert curve.layout.title.text == "Accuracy by epoch"
    assert curve.layout.yaxis.range is None


def test_one_epoch_is_no_curve(shelf):
    comparison, _ = curves_of(shelf, 3, epochs=1)
    assert not any(" by epoch" in plot.title or " by time" in plot.title for plot in plots(comparison, shelf))


def test_by_time_the_first_of_very_many_settings_stand_out_of_the_others(shelf):
    comparison, curves = curves_of(shelf, 16)
    figure = learning_curves.draw_by_time(curves, comparison)
    legend = [trace.name for trace in figure.data if trace.showlegend]
    assert [*reversed(legend)] == ["hidden=15", "hidden=14", "hidden=13", "hidden=12", "the others"]


def test_first_epochs_and_lost_settings_flatten_no_curve(shelf):
    for eta, end in ((1, 0.95), (2, 0.96), (3, 0.97), (1000, 0.1)):
        curve = [0.1, *(end - 0.001 * left for left in range(9, -1, -1))]
        made = shelf.add(run(end, eta=eta), curve, 1.0)
        made.tags[Tag.LOST] = "3" if end < 0.5 else Tag.NOTHING
    comparison = compare(shelf.records, shelf)
    curves = learning_curves.compute(comparison, shelf)
    for figure in (learning_curves.draw(curves, comparison), learning_curves.draw_by_time(curves, comparison)):
        assert figure.layout.yaxis.range[0] > 90
    assert "eta=1000: 10.00" in figure.layout.annotations[-1].text


def test_the_front_holds_what_nothing_beats_in_both_time_and_accuracy():
    made = {"a": (0.90, 1), "b": (0.95, 2), "c": (0.94, 3), "d": (0.97, 4), "e": (0.89, 1)}
    records = [run(accuracy, init=name, seconds=seconds) for name, (accuracy, seconds) in made.items()]
    points = front.compute(compare(records))
    assert set(points[points.on_front].configuration) == {"init=a", "init=b", "init=d"}


def test_a_heat_map_wants_two_numeric_settings():
    records = [run(eta / 10 + size / 1000, eta=eta, batch_size=size) for eta in (0.5, 3.0) for size in (100, 10)]
    means = heat_map.compute(compare(records))
    assert (list(means.index), list(means.columns)) == ([10, 100], [0.5, 3.0])
    assert heat_map.draw(means, Measure("val/loss")).layout.title.text == "Validation loss by batch_size and eta"
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
    classes=("0", "1", "2"),
)


def test_the_confusion_matrix_counts_right_by_row():
    assert PREDICTIONS.confusion().tolist() == [[1, 0, 0], [1, 0, 1], [1, 0, 1]]


def test_the_surest_mistakes_come_first():
    worst = mistakes.compute(PREDICTIONS, 2)
    assert worst.example.tolist() == [4, 3]
    assert worst[["label", "predicted"]].to_numpy().tolist() == [["1", "0"], ["2", "0"]]


def test_images_are_tiled_in_rows():
    laid = sheet.tile(np.arange(3)[:, None, None] * np.ones((3, 2, 2)), columns=2)
    assert laid.shape == (2 * (2 + sheet.GAP), 2 * (2 + sheet.GAP))
    assert (laid[0, 0], laid[0, 2 + sheet.GAP], laid[2 + sheet.GAP, 0]) == (0, 1, 2)
    assert np.isnan(laid[-1, -1])


def answers(k, wrong=0, names=None, shape=None):
    """Five examples of each class, of which so many of the first ones are taken for the class after theirs."""
    labels = np.arange(5 * k) % k
    predicted = np.where(np.arange(5 * k) < wrong, (labels + 1) % k, labels)
    return Predictions(labels, predicted, np.linspace(0, 1, 5 * k), tuple(names or map(str, range(k))), shape)


@pytest.mark.parametrize(("k", "lettered"), [(2, True), (10, True), (26, True), (62, False), (100, False)])
def test_every_class_has_its_row_of_confusions_and_its_number_where_there_is_room(k, lettered):
    figure, *others = (figure for figure, _ in confusion_matrix.figures(answers(k, wrong=7), "title"))
    [found] = figure.data
    assert (np.shape(found.z), list(found.x)) == ((k, k), [str(n) for n in range(k)])
    assert np.nansum(found.z) == 7
    assert bool({text for row in found.text for text in row} - {""}) is lettered
    assert len(figure.layout.annotations) == (k if lettered else 0)
    assert len(others) == (not lettered)


def test_a_mouse_is_told_how_many_are_right_and_that_none_is_confused():
    [(figure, _)] = confusion_matrix.figures(answers(3, wrong=2), "title")
    assert "customdata" in figure.data[0].hovertemplate
    assert figure.data[0].customdata.tolist() == [[4, 1, 0], [0, 4, 1], [0, 0, 5]]


def test_a_network_without_mistakes_still_has_its_classes_beside_its_answers():
    [(figure, _)] = confusion_matrix.figures(answers(3), "title")
    assert figure.layout.xaxis.categoryarray == ("0", "1", "2")
    assert (figure.layout.xaxis.range, figure.layout.yaxis.range) == ((-0.5, 2.5), (2.5, -0.5))


def test_of_very_many_classes_those_are_drawn_that_are_confused_most():
    figure, worst = (figure for figure, _ in confusion_matrix.figures(answers(300, wrong=3), "title"))
    assert "the 100 of 300 classes that are confused most" in figure.layout.title.text
    assert list(figure.data[0].x[:4]) == ["0", "1", "2", "3"]
    assert list(worst.data[0].y) == ["0 called 1", "1 called 2", "2 called 3"]
    assert list(worst.data[0].text) == ["1 of 5"] * 3


def test_long_names_are_cut_off_unless_they_would_be_the_same():
    long = ["a" * 30, "b" * 30]
    [(figure, _)] = confusion_matrix.figures(answers(2, names=long), "title")
    assert list(figure.data[0].x) == ["a" * 9 + "…" + "a" * 4, "b" * 9 + "…" + "b" * 4]
    alike = ["a" * 30, "a" * 31]
    [(figure, _)] = confusion_matrix.figures(answers(2, names=alike), "title")
    assert list(figure.data[0].x) == alike


@pytest.mark.parametrize("shape", [(28, 28), (12, 20), (3, 60), (60, 5)])
def test_mistakes_are_told_by_the_names_of_classes_under_pictures_of_any_shape(shape):
    found = answers(2, wrong=3, names=["cat", "an animal that is no cat"])
    figure = mistakes.draw(mistakes.compute(found), np.zeros((10, *shape), np.uint8), "title")
    assert [one.text for one in figure.layout.annotations] == [
        "cat as an an…cat",
        "an an…cat as cat",
        "cat as an an…cat",
    ]
    assert max(one.y for one in figure.layout.annotations) < figure.data[0].z.shape[0]


def test_pictures_that_are_no_bytes_are_drawn_by_their_range():
    images = np.linspace(-1, 1, 40, dtype=np.float32).reshape(10, 2, 2)
    drawn = mistakes.draw(mistakes.compute(answers(2, wrong=3)), images, "title").data[0].z
    assert (drawn[drawn > 0].min(), drawn.max()) == (1, 255)


def test_weights_become_images_of_the_shape_of_the_data(shelf):
    shelf.keep("square", "parameters.npz", weights_0=np.arange(32.0).reshape(2, 16))
    shelf.keep("oblong", "parameters.npz", weights_0=np.zeros((2, 10)))
    assert weights.compute(shelf, "square").shape == (2, 4, 4)
    assert weights.compute(shelf, "square", (2, 8)).shape == (2, 2, 8)
    assert weights.compute(shelf, "square", (1, 16)) is None
    assert weights.compute(shelf, "square", (3, 5)) is None
    assert weights.compute(shelf, "oblong") is None
    assert weights.compute(shelf, "none") is None


OF_SETTINGS = ("costs", "Every run")  # words in the titles
OF_A_STORE = ("by epoch", "by time", "takes for what", "surest mistakes", "looks at")


def test_there_is_a_plot_for_everything_the_runs_have_numbers_for(sweep):
    titles = [plot.title for plot in plots(compare(sweep.records, sweep), sweep, np.zeros((2000, 28, 28), np.uint8))]
    for words in (*OF_SETTINGS, *OF_A_STORE):
        assert any(words in title for title in titles), words


def test_no_plot_stands_alone_in_half_a_row(sweep):
    for drawn in (
        plots(compare(sweep.records, sweep), sweep, np.zeros((2000, 28, 28), np.uint8)),
        plots(compare(sweep.records[:1], sweep), sweep),
        plots(compare(runs({"hidden": 30}, [0.9, 0.91]) + runs({"hidden": 60}, [0.9, 0.92])), None),
    ):
        rows = "".join("w" if plot.wide else "n" for plot in drawn)
        assert all(len(between) % 2 == 0 for between in rows.split("w")), rows


def test_without_a_store_the_settings_alone_are_drawn():
    drawn = plots(compare(runs({"hidden": 30}, [0.9, 0.91]) + runs({"hidden": 60}, [0.9, 0.92])), None)
    titles = [plot.title for plot in drawn]
    assert "What accuracy costs: settings, and the line none is above" in titles
    assert [title for title in titles if any(words in title for words in OF_A_STORE)] == []


def drawn_of(shelf, shape, images):
    """Draw all that there is of two runs on examples of such a shape, of which two are taken for others."""
    for hidden, accuracy in ((4, 0.8), (8, 0.9)):
        made = shelf.add(run(accuracy, hidden=hidden), [accuracy], 1.0)
        kept = {"labels": np.arange(24) % 12, "predicted": np.arange(24) % 11, "confidence": np.ones(24)}
        shelf.keep(made.run_id, "predictions.npz", **kept, shape=np.array(shape))
        shelf.keep(made.run_id, "parameters.npz", weights_0=np.zeros((hidden, np.prod(shape))))
    return [plot.title for plot in plots(compare(shelf.records, shelf), shelf, images)]


def test_oblong_pictures_of_twelve_classes_are_drawn(shelf):
    titles = drawn_of(shelf, (12, 20), np.zeros((24, 12, 20), np.uint8))
    assert "The surest mistakes of hidden=8: class as called" in titles
    assert sum("takes for what" in title for title in titles) == 2
    assert any("looks at" in title for title in titles)


def test_without_a_hidden_layer_the_outputs_look(shelf):
    for seed in range(2):
        made = shelf.add(run(0.9, hidden="[]", seed=seed), [0.9], 1.0)
        shelf.keep(made.run_id, "parameters.npz", weights_0=np.ones((3, 16)))
    titles = [plot.title for plot in plots(compare(shelf.records, shelf), shelf)]
    assert any(title.startswith("What each output of ") for title in titles)


def test_rows_of_a_table_are_no_pictures(shelf):
    titles = drawn_of(shelf, (1, 16), np.zeros((24, 1, 16), np.uint8))
    assert sum("takes for what" in title for title in titles) == 2
    assert not any("mistakes" in title or "looks at" in title for title in titles)


def test_every_run_is_a_point_and_the_lost_are_marked():
    kept, lost = runs({"hidden": 30}, [0.95, 0.96, 0.97]), run(0.85, hidden=100, seed=0)
    lost.tags[Tag.LOST] = "3"
    found = strip.compute(compare([*kept, lost]))
    assert sorted(found.value) == [0.85, 0.95, 0.96, 0.97]
    assert list(found[found.lost].configuration) == ["hidden=100"]


def test_no_setting_is_named_where_plotly_reads_markup():
    name = "<b>opt</b>"
    comparison = compare([run(0.9 + value / 100, **{name: value}) for value in (1, 2, 3)], by=[name])
    drawn = [strip.draw(strip.compute(comparison), comparison)]
    drawn += [by_setting.draw(by_setting.compute(comparison, name), comparison)]
    assert not any(name in (one.hovertemplate or "") for figure in drawn for one in figure.data)


def test_one_setting_that_diverges_flattens_no_axis():
    values = [97.1, 97.2, 97.3, 97.4, 97.5, 9.8]
    assert usual_range(values) == pytest.approx((97.1 - 0.024, 97.5 + 0.024))
    assert usual_range(values[:5]) is None
    assert usual_range([97.1, 9.8]) is None
    assert usual_range([97.1, 97.2, 97.3, 85.0, 48.0, 86.0, 60.0]) is None
    assert usual_range([97.1, 97.2, 97.3], [97.1, 97.2, 97.3, 85.0, 48.0, 86.0, 60.0])[0] > 97
    drawn = strip.draw(strip.compute(spread := compare(runs({"eta": 3}, [0.971, 0.972, 0.973, 0.974, 0.098]))), spread)
    assert drawn.layout.annotations[0].text == "all runs ◂ 1 at 9.80"
    assert min(drawn.data[0].x) > drawn.layout.xaxis.range[0] > 97
    assert "9.80" in {said for _, _, said in drawn.data[0].customdata}


def test_the_best_setting_is_never_far_off_though_all_others_fail_alike():
    failed = [0.098, 0.099, 0.097, 0.098]
    comparison = compare(runs({"eta": 1}, [0.962, 0.968]) + runs({"eta": 9}, failed) + runs({"eta": 99}, failed))
    drawn = strip.draw(strip.compute(comparison), comparison)
    low, high = drawn.layout.xaxis.range or (0, 100)
    assert low < 9.7 < 96.8 < high
    low, high = by_setting.draw(by_setting.compute(comparison, "eta"), comparison).layout.yaxis.range
    assert low < 96.5 < high
    assert usual_range([0.2, 0.3, 4.1, 4.2, 4.3, 4.4], better="down") is None


def test_a_setting_that_lost_every_run_is_marked_and_named_beyond_the_axis():
    lost = [run(0.1, eta=1000, seed=seed, tags={Tag.LOST: "3"}) for seed in range(3)]
    kept = [
        run(0.95 + eta / 1000, eta=eta, seed=seed, tags={Tag.LOST: Tag.NOTHING}) for eta in (1, 3) for seed in (0, 1)
    ]
    comparison = compare([*kept, *lost])
    drawn = by_setting.draw(by_setting.compute(comparison, "eta"), comparison)
    assert [(trace.name, list(trace.x)) for trace in drawn.data][-1] == ("every run lost: its median", [1000.0])
    assert "eta=1000: 10.00" in drawn.layout.annotations[0].text
    assert list(drawn.layout.xaxis.ticktext) == ["1", "3", "1000"]


def test_the_deviations_of_levels_lie_within_the_axis():
    grid = [run(value, eta=eta, seed=seed) for eta, values in ((1, (0.95, 0.951)), (3, (0.96, 0.962)), (9, (0.9, 0.99)))
            for seed, value in enumerate(values)]  # fmt: skip
    comparison = compare([*grid, run(0.098, eta=1000, seed=0)])
    drawn = by_setting.draw(by_setting.compute(comparison, "eta"), comparison)
    low, high = drawn.layout.yaxis.range
    ends = [level + sign * sd for line in drawn.data for level, sd in zip(line.y, line.error_y.array, strict=True)
            for sign in (-1, 1) if level > 50]  # fmt: skip
    assert low < min(ends)
    assert max(ends) < high


def test_of_very_many_lines_the_best_at_each_value_is_drawn():
    grid = [run(0.9 + eta / 100 - size / 1e4, eta=eta, batch_size=size) for eta in (1, 2, 3) for size in range(1, 11)]
    comparison = compare(grid)
    points, best = by_setting.draw(by_setting.compute(comparison, "eta"), comparison).data
    assert (len(points.x), list(best.x)) == (30, [1.0, 2.0, 3.0])
    assert list(best.y) == pytest.approx([90.99, 91.99, 92.99])


def test_a_cell_without_a_level_says_so():
    records = [
        run(
            0.9 + seed / 1e3,
            eta=eta,
            batch_size=size,
            seed=seed,
            tags={Tag.LOST: "3" if eta * size == 200 else "nothing"},
        )
        for eta in (1, 2)
        for size in (10, 100)
        for seed in range(2)
    ]
    comparison = compare(records)
    drawn = heat_map.draw(heat_map.compute(comparison), comparison.measure)
    assert [one.text for one in drawn.layout.annotations] == ["–"]
    assert "no run that was not lost" in drawn.layout.title.text


@pytest.mark.parametrize("better", ["up", DOWN])
def test_the_better_a_cell_the_darker_it_is(better):
    levels = heat_map.compute(compare([run(0.9, eta=eta, batch_size=size) for eta in (1, 2) for size in (10, 100)]))
    [cells] = heat_map.draw(levels, Measure("val/loss", better=better)).data
    assert cells.reversescale is (better == DOWN)


def test_what_mattered_has_a_bar_with_its_interval():
    grid = [run(0.9 + eta / 100 + seed / 1e4, eta=eta, init=init, seed=seed)
            for eta in (1, 3) for init in ("normal", "scaled") for seed in range(3)]  # fmt: skip
    [drawn] = [plot.figure for plot in plots(compare(grid), None) if plot.title.startswith("What mattered")]
    assert (drawn.data[0].y[0], drawn.data[0].y[-1]) == ("eta", "seeds")
    assert drawn.data[0].x[0] > 90


def test_parallel_lines_break_between_runs_and_the_best_is_drawn_last():
    comparison = compare([run(0.9 + eta / 100, eta=eta, init=init) for eta in (1, 3) for init in ("a", "b")])
    drawn = parallel.draw(parallel.compute(comparison), comparison.measure)
    assert sum(one is None for trace in drawn.data for one in trace.x) == 4
    assert "93.00" in drawn.data[-1].text[0]
    assert list(drawn.layout.xaxis.ticktext) == ["eta", "init", "validation %"]


@pytest.mark.parametrize(
    ("values", "spaced"), [([1, 10, 100], True), ([1, 2, 3], False), ([0, 1, 10], False), ([0.001, 0.01, 0.1], True)]
)
def test_an_axis_is_logarithmic_where_values_grow_by_factors(values, spaced):
    assert by_setting.is_spaced([float(value) for value in values]) is spaced


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [
        (1e-4, 10, ["0.0001", "0.001", "0.01", "0.1", "1", "10"]),
        (0.05, 20, ["0.1", "0.3", "1", "3", "10"]),
        (2, 60, ["2", "5", "10", "20", "50"]),
    ],
)
def test_a_logarithmic_axis_is_lettered_with_round_numbers(low, high, shown):
    assert logarithmic(low, high)["ticktext"] == shown


def test_a_swept_number_has_a_line_for_each_combination_of_the_others():
    grid = [run(0.9 + eta / 100, eta=eta, init=init) for eta in (0.5, 1.0, 3.0) for init in ("normal", "scaled")]
    comparison = compare(grid)
    assert by_setting.numbers(comparison) == ["eta"]
    drawn = by_setting.draw(by_setting.compute(comparison, "eta"), comparison)
    assert [line.name for line in drawn.data] == ["init=normal", "init=scaled"]
    assert list(drawn.data[0].x) == [0.5, 1.0, 3.0]
