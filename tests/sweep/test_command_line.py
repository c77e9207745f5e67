"""What a person typed to start a script, as it can be typed again."""

from __future__ import annotations

import shlex
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from nnexp.sweep.command_line import LONGEST, of_this_script, quoted


@pytest.mark.parametrize(
    ("argv", "spec", "typed"),
    [
        (["app.py", "-m", "lr=0.1,1"], None, "python app.py -m lr=0.1,1"),
        (["my studies/app.py", "seed=range(3)"], None, "python 'my studies/app.py' 'seed=range(3)'"),
        (["/home/me/.venv/bin/fit", "-m"], None, "fit -m"),
        (["/home/me/studies/app.py", "x=1"], "studies.app", "python -m studies.app x=1"),
        (["/home/me/studies/__main__.py"], "studies.__main__", "python -m studies"),
    ],
)
def test_a_script_is_named_as_it_was_started(
    argv: list[str], spec: str | None, typed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = ModuleType("__main__")
    main.__file__, main.__spec__ = argv[0], ModuleSpec(spec, None) if spec else None
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.setattr(sys, "argv", argv)
    assert of_this_script() == typed


def test_a_notebook_was_started_by_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    assert of_this_script() == ""


def test_what_is_quoted_can_be_typed_again_and_recorded() -> None:
    words = ["nnexp", "train", "-m", "eta=[[20,0.5]],1", "note='two words'", "two\nlines", ""]
    assert shlex.split(quoted(words)) == words
    assert quoted(["x\udc80"]).encode() == b"'x\\udc80'"
    assert len(quoted(["nnexp", *map(str, range(10_000))])) == LONGEST + 1
