"""Text stays text, whatever it is written into."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from html.parser import HTMLParser

import pytest

from nnexp.escape import IN_ASCII, in_csv, in_html, in_json, in_latex, in_markdown, in_plotly, visible
from tests.hostile import TEXTS, amiss

every_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.found.append(tag)

    handle_comment = handle_decl = handle_pi = handle_endtag = lambda self, what: self.found.append(what)


@every_text
def test_whatever_it_is_it_can_be_seen_and_stays_what_it_is(text: str) -> None:
    assert amiss(visible(text)) == []
    assert "\n" not in visible(text)
    assert visible(visible(text)) == visible(text)
    assert visible(text) == text or not text.isprintable()


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\x1b[31m", r"\x1b[31m"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\u202e\x9b\udcff", r"\u202e\x9b\udcff"),
        ("97.88 ± 0.14 – 漢字 …", "97.88 ± 0.14 – 漢字 …"),
    ],
)
def test_what_cannot_be_seen_is_written_as_python_would(text: str, seen: str) -> None:
    assert visible(text) == seen


@every_text
def test_html_has_the_text_and_no_tag(text: str) -> None:
    written = in_html(text)
    assert Tags(written).found == []
    assert html.unescape(written) == visible(text)
    assert '"' not in written


@every_text
def test_a_plot_has_no_tag_and_its_templates_stay(text: str) -> None:
    axis = {"label": text, "values": [1]}
    figure = {"data": [{"name": text, "x": [text, 1], "hovertemplate": "%{x}<extra></extra>", "y": [axis]}], "n": None}
    (trace,) = in_plotly(figure)["data"]
    assert trace["y"] == [{"label": trace["name"], "values": [1]}]
    assert trace["name"] == trace["x"][0]
    assert not {*"<>"} & {*trace["name"]}
    assert html.unescape(trace["name"]) == visible(text)
    assert (trace["x"][1], trace["hovertemplate"]) == (1, "%{x}<extra></extra>")


@every_text
def test_json_stays_as_it_is(text: str) -> None:
    written = in_json({text: [text]})
    assert json.loads(written) == {text: [text]}
    assert amiss(written) == []


@every_text
def test_a_cell_is_no_formula(text: str) -> None:
    cell = in_csv(text)
    assert cell.lstrip()[0] not in "=+-@\t\r"
    assert cell.removeprefix("'") == visible(text)
    line = io.StringIO()
    csv.writer(line).writerow([cell, 1])
    assert [row[0] for row in csv.reader(io.StringIO(line.getvalue()))] == [cell]


@pytest.mark.parametrize("cell", [-0.5, 3, None, "-0.5", "+3", "-1e-3", "normal", "[100, 30]"])
def test_a_number_stays_one_in_a_spreadsheet(cell: object) -> None:
    assert in_csv(cell) == cell


# What Markdown would make of a text, on the rules of CommonMark and GitHub: signs that no backslash stands before.
MARKUP = re.compile(
    r"""(?<!\\)(?:\\\\)*(?:
        [`*_|~$] | <[A-Za-z/!?] | &[#\w]+; | \][(\[:] | ://\w | [wW]{3}\.
        | ^(?:[#>] | [-+](?:\s|$) | \d+[.)]\s)
    )""",
    re.VERBOSE,
)


@every_text
def test_markdown_has_no_markup(text: str) -> None:
    written = in_markdown(text)
    assert not MARKUP.search(written), written
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", written) == visible(text).strip()


@pytest.mark.parametrize("text", ["97.78 ± 0.08", "0.53 [0.35, 0.68]", "p < 0.0001", "colab-py27", "(+) or -0.12", "–"])
def test_what_is_no_markup_is_left_as_it_is(text: str) -> None:
    assert in_markdown(text) == text


@every_text
def test_latex_has_no_command_but_those_of_the_escapes(text: str) -> None:
    written = in_latex(text)
    left = re.sub(r"\\text(?:backslash|asciitilde|asciicircum|bar)\{\}|\\[_%&#${}]|\$[<>]\$|^\{\}", "", written)
    assert not {*r"\%&#${}^~_"} & {*left}, written
    assert not written.startswith(("[", "*"))  # which would belong to the end of the row before


@every_text
def test_what_a_stream_cannot_encode_is_written_so_that_json_stays_json(text: str) -> None:
    for encoding in ("ascii", "latin-1", "utf-8"):
        written = in_json(text).encode(encoding, IN_ASCII).decode(encoding)
        assert json.loads(written) == text
