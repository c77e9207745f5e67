"""A module that cannot be imported is refused in one line, which says where it fails."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nnexp.errors import ConfigError
from nnexp.tasks.function.importing import found_first, module_of_file
from nnexp.tasks.function.locate import read_place

Write = Callable[[str, str], Path]

FAILING = {
    "an error": ("\n1 / 0", r"^mine.py cannot be imported: ZeroDivisionError: division by zero \(mine.py, line 2\)$"),
    "an error of two lines": ("raise ValueError('a\\nb')", r"^mine.py cannot be imported: ValueError: a b \(mine.py, "),
    "no Python": ("\ndef train(:", r"^mine.py cannot be imported: SyntaxError: .* \(mine.py, line 2\)$"),
    "a bad indent": ("def f():\nx = 1", r"^mine.py cannot be imported: IndentationError: .* \(mine.py, line 2\)$"),
    "no text": ("x = '\0'", "^mine.py cannot be imported: "),
    "a missing package": ("import nothing", r"ModuleNotFoundError: No module named 'nothing' \(mine.py, line 1\)$"),
    "a missing name": ("from math import nil", r"cannot import name 'nil' from 'math' .*\(mine.py, line 1\)$"),
    "a relative import": ("from . import x", "^mine.py imports relatively, .*: write package.module:function$"),
    "the end": ("import sys; sys.exit(3)", r"^mine.py cannot be imported: SystemExit: 3 \(mine.py, line 1\)$"),
    "an error of a package": ("import json\njson.loads('{')", r"JSONDecodeError: .* \(mine.py, line 2\)$"),
    "an error beside it": ("import beside", r"cannot be imported: KeyError: 'a' \(beside.py, line 3\)$"),
}


@pytest.mark.parametrize(("text", "told"), FAILING.values(), ids=FAILING)
def test_a_module_that_fails_is_refused_with_the_place(write: Write, text: str, told: str) -> None:
    file = write("mine.py", text)
    write("beside.py", "\n\n{}['a']")
    modules = set(sys.modules)
    with pytest.raises(ConfigError, match=told) as refused:
        read_place("mine.py:train", Path()).load()
    assert "\n" not in str(refused.value)
    assert "mine" not in sys.modules.keys() - modules
    file.write_text("def train(): ...")
    assert read_place("mine.py:train", Path()).load().function() is None  # it was mended, and is imported


@pytest.mark.parametrize("name", ["nothing", "nothing.at.all", "package.nothing"])
def test_a_module_that_is_not_there_is_refused(write: Write, name: str) -> None:
    write("package/__init__.py", "")
    with pytest.raises(
        ConfigError, match=rf"^there is no module {name} here \(no [a-z.]+\); a function is mine.py:train"
    ):
        read_place(f"{name}:train", Path()).load()


def test_a_module_that_misses_another_is_there(write: Write) -> None:
    write("package/__init__.py", "import nothing")
    with pytest.raises(ConfigError, match=r"^package cannot be imported: .* 'nothing' \(__init__.py, line 1\)$"):
        read_place("package:train", Path()).load()


def test_a_file_of_a_package_says_how_it_is_written(write: Write) -> None:
    write("package/__init__.py", "")
    write("package/module.py", "from .beside import x\n\ndef train(): ...")
    write("package/beside.py", "x = 1")
    with pytest.raises(ConfigError, match=r"module.py imports relatively, so it is part of a package"):
        read_place("package/module.py:train", Path()).load()
    assert read_place("package.module:train", Path()).load().function() is None


def test_a_file_never_takes_the_name_of_another_module(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "mine", raising=False)
    assert module_of_file(write("mine.py", "")).__name__ == "mine"
    for name in ("json", "turtle", "pytest", "hypothesis", "2nd", "my-script"):
        assert module_of_file(write(f"{name}.py", "")).__name__ == f"nnexp_{name}"


def test_a_folder_is_looked_into_first_for_so_long(tmp_path: Path) -> None:
    before = [*sys.path]
    with found_first(str(tmp_path)), found_first(str(tmp_path)):
        assert sys.path == [str(tmp_path), *before]
    assert sys.path == before
