"""Where the traceback of code of others begins."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnexp.errors import DataError
from nnexp.tasks.network.task import NETWORK
from nnexp.tasks.sources import Sources
from nnexp.training import trace
from nnexp.training.trace import trace_of

THEIRS = """
import json
def wrong(): return json.loads("{")
def chained():
    try:
        wrong()
    except ValueError as error:
        raise KeyError("a") from error
def grouped():
    found = []
    for each in (wrong, chained):
        try:
            each()
        except Exception as error:
            found.append(error)
    raise ExceptionGroup("both", found)
def fine(): return 1
"""


class Theirs:
    """A task of others, as far as is asked for here."""

    def __init__(self, root: Path) -> None:
        self.sources = Sources({"theirs.py": THEIRS}, root=root)


@pytest.fixture
def raised(tmp_path: Path) -> Callable[..., str]:
    """Call a function of the file, as nnexp does; give the traceback, if it raises."""
    (tmp_path / "theirs.py").write_text(THEIRS)
    space: dict[str, Any] = {}
    exec(compile(THEIRS, str(tmp_path / "theirs.py"), "exec"), space)

    def raised(function: str, task: object = None, after: Exception | None = None) -> str:
        try:
            space[function]()
            assert after
            raise after
        except Exception as error:
            return trace_of(error, task or Theirs(tmp_path))  # type: ignore[arg-type]

    return raised


def frames(told: str) -> list[list[str]]:
    """Give the names of the functions of each part of a traceback, and of what is beneath it."""
    return [re.findall(r", in (\w+)", part) for part in told.split("Traceback (most recent call last)")[1:]]


@pytest.fixture(autouse=True)
def nnexp_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this file be of nnexp."""
    monkeypatch.setattr(trace, "OURS", Path(__file__).parent)


def test_it_begins_with_the_first_line_that_is_theirs(raised: Callable[..., str]) -> None:
    assert frames(raised("wrong")) == [["wrong", "loads", "decode", "raw_decode"]]


def test_so_does_that_of_what_it_was_raised_from(raised: Callable[..., str]) -> None:
    assert [names[0] for names in frames(raised("chained"))] == ["chained", "chained"]


def test_so_do_those_of_a_group(raised: Callable[..., str]) -> None:
    told = raised("grouped")
    assert "in raised" not in told
    assert told.count("in wrong") == 2


def test_a_mistake_that_nnexp_tells_of_has_no_line_of_nnexp(raised: Callable[..., str]) -> None:
    assert raised("fine", after=DataError("train yielded 'x'")) == "nnexp.errors.DataError: train yielded 'x'\n"


@pytest.mark.parametrize("after", [ValueError("of nnexp's own"), None], ids=["a defect", "a task of nnexp's own"])
def test_what_is_nnexps_own_shows_whole(raised: Callable[..., str], after: Exception | None) -> None:
    told = raised("fine", after=after) if after else raised("wrong", NETWORK)
    assert frames(told)[0][0] == "raised"
