"""Tables in any width: every label and every figure whole, whatever their number and their length."""

from __future__ import annotations

import io
import re

import hypothesis
import pytest
from hypothesis import strategies as st
from rich.cells import cell_len

from nnexp.report.tables.fitted import Fitted
from nnexp.report.tables.table import Table
from nnexp.terminal import Prose, Terminal

WORDS = st.text("abcxyz0189=[],.漢", min_size=1, max_size=30)


def drawn(table: Table | Prose, width: int) -> list[str]:
    console = Terminal(width=width, file=io.StringIO())
    console.print(Fitted(table) if isinstance(table, Table) else table)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@st.composite
def tables(draw: st.DrawFn) -> Table:
    columns, rows, names = (draw(st.integers(low, high)) for low, high in ((2, 9), (1, 4), (1, 2)))
    words = draw(st.integers(0, int(columns > names + 1)))
    head = tuple(draw(WORDS) for _ in range(columns))
    body = tuple(tuple(draw(WORDS) for _ in range(columns)) for _ in range(rows))
    return Table(draw(st.sampled_from(["", "title"])), head, body, min(names, columns - 1), words=words)


@hypothesis.given(tables(), st.integers(60, 140))
def test_nothing_is_lost_cut_or_too_long(table: Table, width: int) -> None:
    lines = drawn(table, width)
    assert max(map(cell_len, lines)) <= width
    told = "\n".join(lines)
    assert all(cell in told for row in table.rows for cell in row)
    assert all(head in told for head in table.columns[table.names :])


WIDE = Table(
    "",
    ("eta", "hidden", "seeds", "behind [95 %]", "test %"),
    (("[[20, 0.5], [20, 0.1]]", "30", "3 of 10", "5.00 [0.00, 464.39]", "58.50 ± 2.12"), ("3.0", "5", "1", "–", "–")),
    names=2,
)


def test_where_there_is_room_a_row_is_a_line_and_a_head_is_one() -> None:
    head, first, second = drawn(WIDE, 90)
    assert head.split("  ")[0] == "eta"
    assert "behind [95 %]" in head
    assert re.split(" {2,}", first) == [*WIDE.rows[0]]
    assert second.split() == ["3.0", "5", "1", "–", "–"]


def test_a_label_that_takes_too_much_room_stands_above_its_figures_as_settings_are_typed() -> None:
    lines = drawn(WIDE, 60)
    assert lines[1] == "eta=[[20, 0.5], [20, 0.1]] hidden=30"
    assert lines[2].split("  ")[1:] == ["3 of 10", "5.00 [0.00, 464.39]", "58.50 ± 2.12"]


def test_a_head_breaks_between_its_words_and_its_interval_stays_whole() -> None:
    table = Table("", ("name", "share [95 %]", "n"), (("a" * 40, "[1, 9] %", "12345678"),), names=1)
    assert [line.strip() for line in drawn(table, 60)[:2]] == ["share", f"name{' ' * 40}[95 %]         n"]


@pytest.mark.parametrize(("width", "gone"), [(60, ""), (45, "took"), (36, "took, started")])
def test_columns_that_can_be_spared_go_in_their_order_and_it_is_said(width: int, gone: str) -> None:
    row = ("a run", "FINISHED", "2026-11-29 23:54", "0.1 s", "97.85")
    table = Table("", ("run", "status", "started", "took", "test %"), (row,), names=1, spare=("took", "started"))
    lines = drawn(table, width)
    assert lines[1].split() == [
        word for head, cell in zip(table.columns, row, strict=True) for word in cell.split() if head not in gone
    ]
    assert " ".join(lines[2:]) == (f"not in this width: {gone} (a wider terminal or a pipe has all)" if gone else "")


def test_words_stand_beside_the_figures_or_beneath_them() -> None:
    table = Table(
        "", ("class", "recall %", "called"), (("a", "50.00", "one-long-name: 2, another-name: 1"),), 1, words=1
    )
    assert drawn(table, 60)[1] == "a         50.00  one-long-name: 2, another-name: 1"
    assert drawn(table, 30)[1:] == ["a         50.00", "  called: one-long-name: 2,", "  another-name: 1"]


def test_a_sentence_breaks_neither_a_setting_nor_a_number() -> None:
    text = "eta=[[20, 0.5], [20, 0.1]] hidden=30 is 2.2 points [1.9, 2.5] behind, and 97.78 ± 0.08 or 68.52 % is not"
    for width in range(30, 90):
        told = "\n".join(drawn(Prose(text), width))
        assert all(whole in told for whole in ("eta=[[20, 0.5], [20, 0.1]]", "[1.9, 2.5]", "97.78 ± 0.08", "68.52 %"))
        assert " ".join(told.split()) == text
