import csv
import io
import json
import subprocess
import sys

import pytest
from rich.console import Console

from nnexp.comparison.compare import compare
from nnexp.comparison.frame import comparison_frame, history_frame, runs_frame
from nnexp.report.prose.told import tell
from nnexp.report.tables.formats import FORMATS, as_csv, as_json, as_latex, as_markdown, as_terminal
from nnexp.report.tables.table import tables
from nnexp.tracking.records import Tag
from tests.shelf import run, runs

NOTHING = compare([])


def drawn(comparison, width=100):
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(as_terminal(comparison))
    return console.export_text()


@pytest.mark.parametrize("by", [["hidden"], ["hidden", "init"]])
def test_the_tables_fit_eighty_columns(sweep, by):
    lines = drawn(compare(sweep.records, sweep, by=by, reach=0.9), width=80).splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith(("30 ", "60 ", "100 ")) for line in lines) == 3 * 3 * len(by)  # no row is broken in two


@pytest.mark.parametrize("width", [60, 70, 80, 100])
def test_no_terminal_is_so_narrow_that_a_figure_is_cut(sweep, width):
    comparison = compare(sweep.records, sweep)
    text = drawn(comparison, width)
    for one in comparison.configurations:
        assert f"{100 * one.level.mean:.2f}" in text
        high = comparison.verdict.decision.standings[one.label].behind.high
        assert not high or f"{100 * high:.2f}]" in text


def test_a_long_table_shows_the_best():
    comparison = compare([run(0.5 + hidden / 1000, hidden=hidden) for hidden in range(1, 101)])
    text = drawn(comparison)
    assert "(25 of 100 settings)" in text
    assert "first 25 settings: `nnexp compare --csv` and `--json` have all" in " ".join(text.split())
    assert len(comparison_frame(comparison)) == 100


def test_accuracies_are_per_cent_with_two_decimals():
    text = drawn(compare(runs({"hidden": 30}, [0.95, 0.951, 0.9525]) + runs({"hidden": 60}, [0.97, 0.975, 0.971])))
    assert "95.12 ± 0.13" in text
    assert "97.20 ± 0.26" in text
    assert "2.08 [1." in text


def test_where_runs_are_lost_it_is_said_of_how_many_seeds_a_mean_is(sweep):
    comparison = compare(sweep.records, sweep, by=["hidden", "init"])
    for one in comparison.configurations:
        assert f"| {' | '.join(one.values)} | {one.level.n} of 5 |" in as_markdown(comparison)


def test_who_is_ruled_out_by_its_mean_is_not_shown_to_be_behind_in_level():
    wide, lost = [0.97, 0.971, 0.97, 0.966, 0.976, 0.976], [0.8] * 20
    sweep = {30: ([0.969, 0.9695, 0.97] * 7, []), 60: ([0.9705, 0.974, 0.9775], lost), 100: (wide, lost)}
    records = [
        one
        for hidden, (good, bad) in sweep.items()
        for first, values, what in ((0, good, Tag.NOTHING), (50, bad, "7"))
        for one in runs({"hidden": hidden}, values, first_seed=first, tags={Tag.LOST: what})
    ]
    text = drawn(compare(records))
    assert text.count("[0.00, ") == 3
    assert "(0.00, " not in text


def test_a_single_value_has_no_spread():
    text = drawn(compare([run(0.95, hidden=30), run(0.97, hidden=60)]))
    assert "±" not in text.split("seeds", 2)[2]
    assert "nan" not in text


ALL_BUT_ONE_LOST = [
    *(run(a, seed=i, hidden=30, tags={Tag.LOST: "8" if i else Tag.NOTHING}) for i, a in enumerate([0.95, 0.86, 0.87])),
    *(run(a, seed=i, hidden=100, tags={Tag.LOST: "8"}) for i, a in enumerate([0.78, 0.77, 0.77])),
]


def test_where_lost_runs_count_like_any_other_a_row_has_their_mean_and_no_spread():
    comparison = compare(ALL_BUT_ONE_LOST)
    text = drawn(comparison)
    assert "hidden=30 is the best: 89.33 %" in text
    assert "mean over seeds, lost runs counted like any other" in text
    rows = tables(comparison)[0].rows
    assert rows[0] == ("30", "3", "89.33", "–", "–", "89.23")
    assert (rows[1][:3], rows[1][3][:8], rows[1][4:]) == (("100", "3", "77.33"), "12.00 [2", ("level", "77.23"))
    read = json.loads(as_json(comparison))
    assert (read["settings"][0]["level"], read["settings"][0]["level_sd"]) == (pytest.approx(0.8933, abs=1e-4), None)
    assert read["lost_counted_as_any"] is True


def test_markdown_and_latex_say_of_which_seeds_a_mean_is(sweep):
    comparison = compare(sweep.records, sweep)
    for written in (as_markdown(comparison), as_latex(comparison).replace(r"$\pm$", "±")):
        assert "How good: mean ± standard deviation over seeds that lost no digit, what may be best first" in written


def test_json_has_full_precision_and_null_for_the_unknown(sweep):
    comparison = compare(sweep.records, sweep)
    read = json.loads(as_json(comparison))
    assert read["answer"] == tell(comparison).answer
    assert read["settings"][0]["level"] == comparison.configurations[0].level.mean
    assert [row["setting"] for row in read["settings"]] == [*read["may_be_best"], *read["ruled_out"]]
    assert read["settings"][0]["lost_more_p"] is None
    assert sum(map(len, read["run_ids"].values())) == 30


def test_what_mattered_is_a_table_and_in_json(sweep):
    comparison = compare(sweep.records, sweep, by=["hidden", "init"])
    share = comparison.mattered.settings["hidden"]
    written = f"{100 * share.estimate:.1f} [{100 * share.low:.1f}, {100 * share.high:.1f}]"
    assert written in drawn(comparison, width=80)
    assert f"| hidden | {written} |" in as_markdown(comparison)
    read = json.loads(as_json(comparison))["what_mattered"]
    assert read["settings"]["hidden"] == {"estimate": share.estimate, "low": share.low, "high": share.high}
    assert read["balanced"] is False  # normal weights lost runs


def test_json_has_what_is_required_and_no_more_than_there_is(sweep):
    read = json.loads(as_json(compare(sweep.records, sweep, at_least=95, then="time")))
    assert read["requirement"]["at_least"] == 0.95
    assert {*read["requirement"]["shown_at_least"]} == {*read["may_be_best"], *read["ruled_out"]}
    assert read["requirement"]["cheapest"] is None  # the runs do not say which launch they are of
    assert "requirement" not in json.loads(as_json(compare(sweep.records, sweep)))
    assert "time_ratio" not in read


def test_latex_has_every_table(sweep):
    text = as_latex(compare(sweep.records, sweep, by=["hidden", "init"]))
    assert text.count(r"\toprule") == text.count(r"\begin{table}") == 4
    assert "all settings together" in text


def test_csv_has_a_line_for_each_setting(sweep):
    comparison = compare(sweep.records, sweep)
    rows = list(csv.DictReader(io.StringIO(as_csv(comparison))))
    assert [row["setting"] for row in rows] == [one.label for one in comparison.configurations]
    assert float(rows[0]["level"]) == comparison.configurations[0].level.mean


def test_markdown_escapes_what_would_be_markup():
    comparison = compare([run(0.9, init="a|b"), run(0.8, init="c_d")])
    text = as_markdown(comparison)
    assert "| a\\|b | 1 | 90.00 |" in text
    assert "c\\_d" in text


def test_latex_is_booktabs_and_escaped():
    text = as_latex(compare([run(0.9, batch_size=10), run(0.8, batch_size=20)]))
    assert text.count(r"\toprule") == text.count(r"\bottomrule") == 2
    assert r"batch\_size & seeds & validation \% & behind [95 \%] & ruled out" in text


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_to_compare_is_written_in_every_format(name):
    assert FORMATS[name](NOTHING) is not None
    assert "Nothing to compare: no run." in drawn(NOTHING)


def test_runs_frame_has_settings_as_numbers(sweep):
    frame = runs_frame(sweep.records)
    assert len(frame) == 30
    assert frame["hidden"].tolist()[0] == 30
    assert frame["eta"].dtype == float
    assert frame["final/val_accuracy"].between(0, 1).all()
    assert str(frame["started"].dt.tz) == "UTC"


def test_history_frame_has_a_row_for_each_epoch(sweep):
    frame = history_frame(sweep, sweep.records[:2], "val/accuracy")
    assert frame.groupby("run_id").epoch.max().tolist() == [30, 30]


def test_the_frame_of_a_comparison_is_in_fractions(sweep):
    comparison = compare(sweep.records, sweep)
    assert comparison_frame(comparison)["level"].max() == comparison.configurations[0].level.mean


def test_a_table_costs_neither_pandas_nor_plotly_nor_scipy_stats():
    heavy = ["pandas", "plotly", "scipy.stats", "mlflow", "hydra"]
    script = f"import sys, nnexp.report.tables.formats; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", script], text=True).strip() == "[]"
