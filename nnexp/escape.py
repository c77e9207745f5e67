"""Text from outside, as text in each kind of output: the one place where what would be anything else is escaped.

Runs, sweeps, data, settings and classes are called as people, files and stores that others write call them, and errors
say what they will. None of it is markup, a link, a script, a formula, or a word to the terminal.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from html import escape
from math import isfinite
from typing import Any

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # what a spreadsheet takes for the beginning of one
TEMPLATES = ("hovertemplate", "texttemplate")  # of a plot: no text from outside is ever in them
IN_ASCII = "nnexp.escape"  # how a stream writes what it cannot encode: open(..., errors=IN_ASCII)

_MARKDOWN = re.compile(
    r"[\\`*_|~$@]"  # code, emphasis, cells, formulas, addresses
    r"|<(?=[A-Za-z/!?])|&(?=[#\w])"  # HTML
    r"|\](?=[(\[:])|(?<=:)/(?=/)|(?<=[wW]{3})\."  # links
    r"|^(?:[#>]|[-+](?=\s|$)|\[(?=[ xX]\]))"  # headings, quotes, items
)
_NUMBERED = re.compile(r"^\d+(?=[.)](?:\s|$))")
_LATEX = str.maketrans(
    {
        "±": r"$\pm$",
        "–": "--",
        "<": r"$<$",
        ">": r"$>$",
        "|": r"\textbar{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "\\": r"\textbackslash{}",
        **{sign: f"\\{sign}" for sign in "_%&#${}"},
    }
)


def visible(text: str) -> str:
    r"""Write a text in one line that shows all of it: what cannot be seen is written as Python would, `\x1b` or `\n`.

    That is whatever a terminal acts on, what turns text around or hides in it, and the halves of characters that no
    file can hold.
    """
    return text if text.isprintable() else "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def shortened(text: str, longest: int) -> str:
    """Leave out the middle of a long text."""
    end = longest // 3
    return text if len(text) <= longest else f"{text[: longest - 1 - end]}…{text[-end:]}"


def in_html(text: str) -> str:
    """Write a text as the content of an HTML element, or the value of an attribute."""
    return escape(visible(text))


def in_plotly(content: Any) -> Any:
    """Make text of every text in a figure's JSON: plotly takes some tags and entities of HTML in its labels."""
    if isinstance(content, str):
        return escape(visible(content), quote=False)
    if isinstance(content, list):
        return [in_plotly(item) for item in content]
    if isinstance(content, dict):
        return {name: item if name in TEMPLATES else in_plotly(item) for name, item in content.items()}
    return content


def in_markdown(text: str) -> str:
    """Write a text as a paragraph, an item or a cell of GitHub's Markdown."""
    return _NUMBERED.sub(r"\g<0>\\", _MARKDOWN.sub(r"\\\g<0>", visible(text).strip()))


def from_markdown(text: str) -> str:
    """Give the text that `in_markdown` wrote."""
    return re.sub(r"\\(.)", r"\1", text)


def in_latex(text: str) -> str:
    """Write a text for LaTeX. A bracket or a star at its beginning is none that belongs to the end of a row before."""
    return ("{}" if text.lstrip().startswith(("[", "*")) else "") + visible(text).translate(_LATEX)


def in_csv(cell: Any) -> Any:
    """Write a cell of a table that a spreadsheet may open: a text that it would reckon with gets an apostrophe."""
    if not isinstance(cell, str):
        return cell
    text = visible(cell)
    return f"'{text}" if text.lstrip().startswith(FORMULA) and not _is_number(text) else text


def in_json(content: Any, *, line: bool = False) -> str:
    """Write JSON with its letters as they are, and what cannot be seen as JSON's own escapes: the values stay.

    A number that is none of JSON's, infinite or not a number, is null. In one `line`, for a program that reads a
    document from each.
    """
    indent = None if line else 2
    lines = json.dumps(_finite(content), indent=indent, ensure_ascii=False, allow_nan=False).split("\n")
    return "\n".join(line if line.isprintable() else "".join(map(_in_json, line)) for line in lines)


def _finite(content: Any) -> Any:
    if isinstance(content, Mapping):
        return {name: _finite(item) for name, item in content.items()}
    if isinstance(content, list | tuple):
        return [_finite(item) for item in content]
    return None if isinstance(content, float) and not isfinite(content) else content


def _in_json(sign: str) -> str:
    return sign if sign.isprintable() else json.dumps(sign)[1:-1]


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Write what an encoding lacks as JSON's escapes, so that a program's JSON is JSON wherever it is printed."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end


codecs.register_error(IN_ASCII, _in_ascii)
