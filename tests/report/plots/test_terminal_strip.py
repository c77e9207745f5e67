"""Every run by its setting, drawn with characters."""

from __future__ import annotations

import io
import re

import pytest

from nnexp.comparison.compare import compare
from nnexp.report.plots.terminal_strip import Strips
from nnexp.terminal import Terminal
from nnexp.tracking.records import Run, Status, Tag
from tests.shelf import runs

GOOD = [0.95, 0.96, 0.96, 0.97]


def drawn(records: list[Run], width: int = 80) -> list[str]:
    console = Terminal(width=width, file=io.StringIO())
    console.print(Strips(compare(records)))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def strips(lines: list[str]) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in lines if line.startswith("hidden="))


def test_each_run_has_a_mark_and_several_in_one_place_their_number() -> None:
    lines = drawn(runs({"hidden": 30}, GOOD) + runs({"hidden": 60}, [value + 0.01 for value in GOOD]))
    found = strips(lines)
    assert sorted(found["hidden=30"].replace(".", "")) == ["2", "o", "o"]  # the level lies where two runs do
    assert found["hidden=30"].startswith("o")
    assert found["hidden=60"].endswith("o")
    assert lines[-1].split() == ["95.00", "98.00"]


def test_lost_runs_are_marked_and_told_in_the_title() -> None:
    lost = runs({"hidden": 60}, [0.955, 0.965], tags={Tag.LOST: "3"})
    lines = drawn(runs({"hidden": 30}, GOOD, tags={Tag.LOST: Tag.NOTHING}) + lost)
    assert "x one that was lost" in " ".join(lines[:2])
    assert strips(lines)["hidden=60"].count("x") == 2


@pytest.mark.parametrize("width", [60, 80, 120])
def test_what_diverged_is_told_at_the_edge_and_flattens_nothing(width: int) -> None:
    lines = drawn(runs({"hidden": 30}, GOOD) + runs({"hidden": 60}, GOOD) + runs({"hidden": 9}, [0.098, 0.102]), width)
    assert sum("< 2 o at 9.80 to 10.20 ..." in line for line in lines) == 1
    assert sum(re.search(r"\.o\.+2\.+o", line) is not None for line in lines) == 2
    assert float(lines[-1].split()[0]) > 94
    assert max(map(len, lines)) <= width


def test_where_there_is_no_room_for_figures_at_the_edge_they_are_counted() -> None:
    far = runs({"hidden": 9}, [0.098]) + runs({"hidden": 9}, [0.102], 5, tags={Tag.LOST: "3"})
    lines = drawn(runs({"hidden": 30}, GOOD) + runs({"hidden": 60}, GOOD) + far, 44)
    assert any("< 1 o 1 x ..." in line for line in lines)


def test_a_setting_of_which_no_run_counts_is_not_left_out() -> None:
    failed = runs({"hidden": 9}, [0.1], status=Status.FAILED)
    assert strips(drawn(runs({"hidden": 30}, GOOD) + failed))["hidden=9"] == "no run that counts"


def test_a_long_label_is_whole_above_its_strip() -> None:
    label = "[[20, 0.5], [20, 0.1], [20, 0.02], [20, 0.01]]"
    lines = drawn(runs({"eta": label}, GOOD) + runs({"eta": 3.0}, GOOD), 60)
    assert f"eta={label}" in lines


def test_one_number_alone_is_no_plot() -> None:
    assert not Strips(compare(runs({"hidden": 30}, [0.95]))).is_worth_drawing
    assert not Strips(compare([])).is_worth_drawing
