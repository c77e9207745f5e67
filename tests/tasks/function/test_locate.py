"""A function is found where it was named, whatever its file is called; what is none, is refused in one line."""

from __future__ import annotations

import functools
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnexp.errors import ConfigError
from nnexp.tasks.function.locate import Place, is_place, place_of, read_place
from tests import hostile

Write = Callable[[str, str], Path]

TRAIN = """\
    from beside import rate

    def train(alpha: float = rate):
        return {"loss": alpha}
"""

PLACES = {
    "mine.py:train": True,
    "some/folder/mine.py:train": True,
    "a folder/my-script.py:Model.train": True,
    "package.module:train": True,
    "größe:übe": True,
    "alpha=mine.py:train": False,
    "--metric": False,
    "alpha=1": False,
    "train": False,
    "~alpha": False,
    "+alpha=a:b": False,
    "3:4": False,
}


@pytest.mark.parametrize(("text", "expected"), PLACES.items(), ids=PLACES)
def test_a_function_is_told_from_a_setting(text: str, expected: bool) -> None:
    assert is_place(text) is expected


@pytest.mark.parametrize("text", ["mine.py", "mine.py:", "mine.py::train", "mine.py:train()"])
def test_what_seems_meant_as_a_function_is_no_setting(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^a function must be written like mine.py:train or .*, but got mine"):
        is_place(text)


@pytest.mark.parametrize("text", ["mine.ipynb", "mine.ipynb:train"])
def test_a_notebook_is_no_file_of_functions(text: str) -> None:
    with pytest.raises(ConfigError, match=f"^a notebook is no module, but got {text}; there: "):
        is_place(text)


@pytest.mark.parametrize("name", ["mine.py", "random.py", "numpy.py", "test.py", "queue.py", "my-script.py", "2.py"])
def test_a_file_may_be_called_anything(write: Write, name: str) -> None:
    write(f"theirs/{name}", TRAIN)
    write("theirs/beside.py", "rate = 0.5")
    known = {"random", "numpy", "test", "queue"} & sys.modules.keys()
    before = {module: sys.modules[module] for module in known}
    place = read_place(f"theirs/{name}:train", Path())
    loaded = place.load()
    assert loaded.signature.call(loaded.function, loaded.signature.schema.parse_config({}), None) == {"loss": 0.5}
    assert set(loaded.sources.texts) == {name, "beside.py"}
    assert place.name == f"{name}:train"
    assert {module: sys.modules[module] for module in known} == before
    assert str(Path("theirs").resolve()) not in sys.path


@pytest.mark.parametrize("name", ["numpy.py", "random.py", "multiprocessing.py"])
def test_another_process_finds_nnexp_and_the_function_beside_a_module_of_such_a_name(write: Write, name: str) -> None:
    file = write(name, "def train(seed):\n    import random, numpy\n    return {'loss': numpy.sqrt(4)}")
    place = read_place(f"{file}:train", Path())
    place.load()
    ask = "import pickle, sys; sys.path[:] = {path}; print(pickle.loads({place}).load().function(0)['loss'])"
    command = ask.format(path=[*map(str, sys.path)], place=pickle.dumps(place))
    found = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, check=True)
    assert found.stdout == "2.0\n"


def test_a_module_is_looked_for_here_first_and_then_where_python_looks(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("package/__init__.py", "")
    write("package/module.py", "from . import beside\n\ndef train():\n    return beside.rate")
    write("package/beside.py", "rate = 0.5")
    write("elsewhere/far/__init__.py", "def train():\n    return 0.25")
    monkeypatch.syspath_prepend(tmp_path / "elsewhere")
    here, there = (read_place(text, Path()).load() for text in ("package.module:train", "far:train"))
    assert (here.function(), set(here.sources.texts)) == (
        0.5,
        {"package/__init__.py", "package/module.py", "package/beside.py"},
    )
    assert (there.function(), set(there.sources.texts)) == (0.25, {"far/__init__.py"})
    assert read_place("numpy.linalg:norm", Path()).load().sources.texts.keys() >= {"numpy/linalg/__init__.py"}


def test_what_is_imported_once_stays_what_it_was(write: Write) -> None:
    file = write("mine.py", "def train():\n    return 1")
    place = read_place("mine.py:train", Path())
    assert place.load().function() == 1
    file.write_text("def train():\n    return 2")
    assert place.load().function() == 1


MINE = """\
    import numpy as np

    class Model:
        def __call__(self, alpha: float = 1.0):
            return alpha

        def fit(self): ...

        @staticmethod
        def train(alpha: float = 2.0):
            return alpha

    model = Model()
    rate = 0.5

    async def later(): ...

    def _hidden(): ...

    def train(): ...

    def predict(): ...
"""


def test_methods_and_objects_that_can_be_called_are_functions(write: Write) -> None:
    write("mine.py", MINE)
    found = [read_place(f"mine.py:{name}", Path()).load().function() for name in ("model", "Model.train")]
    assert found == [1.0, 2.0]


NONE = {
    "tran": "mine.py has no tran; it has train, predict",
    "Model.tran": "mine.py has no Model.tran; it has train, predict",
    "rate": "mine.py:rate must be a function, but is a float",
    "np": "mine.py:np must be a function, but is a module",
    "Model": "mine.py:Model must be a function, but is a class; make a function of what it does",
    "Model.fit": "mine.py:Model.fit is called on an object; make it a static method, or a function",
    "later": "mine.py:later is asynchronous; expected a function or a generator",
}


@pytest.mark.parametrize(("name", "told"), NONE.items(), ids=NONE)
def test_what_is_no_function_is_refused(write: Write, name: str, told: str) -> None:
    write("mine.py", MINE)
    with pytest.raises(ConfigError) as refused:
        read_place(f"mine.py:{name}", Path()).load()
    assert str(refused.value) == told


def test_what_is_no_module_of_pythons_text_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^math is no file of Python's; a function is mine.py:train or"):
        read_place("math:sqrt", Path()).load()


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^there is no file none.py here, in .*; a function is mine.py:train or"):
        read_place("none.py:train", Path())


class Callee:
    def __call__(self) -> None: ...

    def method(self) -> None: ...

    @classmethod
    def made(cls) -> None: ...


callee = Callee()


def test_a_function_at_hand_is_found_by_its_module() -> None:
    here = str(Path(__file__).parents[3])
    assert place_of(hostile.shown) == Place("", "tests.hostile", "shown", here)
    assert place_of(callee) == Place("", __name__, "callee", here)
    assert place_of(Callee.made).function == "Callee.made"


def outer() -> Callable[[], None]:
    def inner() -> None: ...

    return inner


AT_HAND: dict[str, tuple[Any, str]] = {
    "a lambda": (lambda: None, "<lambda> is defined within another function or is a lambda, so no worker can import"),
    "a closure": (outer(), "outer.<locals>.inner is defined within another function or is a lambda"),
    "a part": (functools.partial(outer), "the partial has no name in a module, so no worker can import it"),
    "a method": (Callee().method, "Callee.method is called on an object that no worker has; wrap it in a function"),
    "an object": (Callee(), "the Callee has no name in a module"),
    "a class": (Callee, ":Callee must be a function, but is a class"),
    "Python's": (print, "print is of builtins, which is no file; define it in one: mine.py:train or"),
}


@pytest.mark.parametrize(("function", "told"), AT_HAND.values(), ids=AT_HAND)
def test_what_no_other_process_can_import_is_refused(function: Any, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        place_of(function)
    assert told in str(refused.value)


def test_a_script_or_module_that_runs_is_found_by_its_file_or_name(write: Write, tmp_path: Path) -> None:
    show = "\nfrom nnexp.tasks.function.locate import place_of\n\ndef train(): ...\n\nprint(repr(place_of(train)))"
    write("mine.py", show)
    write("package/__init__.py", "")
    write("package/module.py", show)
    for arguments, place in (
        (["mine.py"], Place(str(tmp_path / "mine.py"), "", "train", str(tmp_path))),
        (["-m", "package.module"], Place("", "package.module", "train", str(tmp_path))),
    ):
        found = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=True)
        assert found.stdout == f"{place!r}\n"
