"""A function of a notebook: what of the notebook is its code, and that another process has it whole."""

from __future__ import annotations

import linecache
import pickle
import sys
import textwrap
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nnexp.errors import ConfigError
from nnexp.tasks.function import notebook
from nnexp.tasks.function.about import function_task
from nnexp.tasks.function.notebook import Cell, at_hand
from nnexp.tasks.function.task import FunctionTask
from nnexp.training.events import Epoch, Failed
from nnexp.training.execute import execute
from tests.tasks.function.conftest import Write

CELLS = [
    "import functools, numpy as np, beside\nfrom beside import shift\nSCALE, step, OTHER = 2.0, 7, 8",
    """\
    def doubled(function):
        @functools.wraps(function)
        def inner(*given): return 2 * function(*given)
        return inner

    def hidden(function):
        def inner(*given): return function(*given)
        return inner

    class Base:
        rate = SCALE

    class Model(Base):
        def __init__(self, alpha): self.alpha = alpha
        @property
        def step(self): return helper(self.alpha) * self.rate
        @staticmethod
        def away(x): return shift(x)

    class Bare:
        kept = 1

    @doubled
    def helper(x): return x

    @hidden
    def other(x): return x + 1
    """,
    "MODEL, DATA = Model(0.5), np.arange(3.0)",
    """\
    def train(alpha: float = 1.0, *, seed: int):
        OTHER = Bare.kept
        yield {"loss": Model(alpha).step + Model.away(MODEL.alpha) + other(DATA.sum()) + OTHER}
        raise ValueError("after it")
    """,
]
LOSS = 2 * 1.0 * 2.0 + 0.5 + 4.0 + 1


class Kernel:
    """What runs cells, as a notebook's process does: in a main module that is no file."""

    numbers = count(1)

    def __init__(self) -> None:
        self.main = ModuleType("__main__")

    def run(self, *cells: str) -> None:
        for cell in cells:
            text, file = textwrap.dedent(cell), f"/tmp/kernel/{next(self.numbers)}.py"
            linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
            exec(compile(text, file, "exec"), vars(self.main))

    def cell(self, name: str = "train") -> Cell:
        found = at_hand(vars(self.main)[name])
        assert isinstance(found, Cell)
        return found

    @property
    def code(self) -> str:
        return self.cell().load().sources.digest


@pytest.fixture
def kernel(write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    write("beside.py", "def shift(x): return x")
    monkeypatch.syspath_prepend(tmp_path)
    kernel = started(monkeypatch)
    yield kernel
    notebook._LOADED.clear()
    sys.modules.pop("beside", None)


def started(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    kernel = Kernel()
    monkeypatch.setitem(sys.modules, "__main__", kernel.main)
    kernel.run(*CELLS)
    return kernel


def events(cell: Cell) -> list[Any]:
    task = FunctionTask(cell)
    return [*execute(task, task.schema.values(task.schema.parse_config({"seed": 0})))]


CHANGES = {
    "itself": CELLS[3].replace("after it", "after all"),
    "a value": "SCALE = 3.0",
    "an array": "DATA[0] = 0.5",
    "an object of a class of its own": "MODEL.alpha = 0.25",
    "a class": CELLS[1].replace("self.alpha = alpha", "self.alpha = 1 * alpha"),
    "its base": CELLS[1].replace("rate = SCALE", "rate = 2.0"),
    "a class without a method": "class Bare:\n    kept = 2",
    "what a property calls": "@doubled\ndef helper(x): return x * 1",
    "a decorator": CELLS[1].replace("2 * function", "3 * function"),
    "what it decorates out of sight": CELLS[1].replace("x + 1", "x + 2"),
}


@pytest.mark.parametrize("cell", CHANGES.values(), ids=CHANGES)
def test_what_it_uses_is_its_code(kernel: Kernel, cell: str) -> None:
    before = kernel.code
    kernel.run(cell)
    assert kernel.code != before


SAID = CELLS[3].replace("Bare.kept", "Bare.kept  # said")


@pytest.mark.parametrize("cell", ["step = 9", "OTHER = 9", "unused = 9", SAID])
def test_what_only_has_a_name_that_it_uses_is_not(kernel: Kernel, cell: str) -> None:
    before = kernel.code
    kernel.run(cell)
    assert kernel.code == before


def test_another_kernel_comes_to_the_same(kernel: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    assert started(monkeypatch).code == kernel.code


def test_modules_beside_it_and_packages_are_its_code_too(kernel: Kernel, tmp_path: Path) -> None:
    sources = kernel.cell().load().sources
    assert sources.texts["beside.py"] == "def shift(x): return x"
    assert "numpy" in sources.packages
    (tmp_path / "beside.py").write_text("def shift(x): return x + 1")
    assert kernel.code != sources.digest


def test_another_process_has_it_whole_and_names_its_lines(kernel: Kernel) -> None:
    sent = pickle.loads(pickle.dumps(kernel.cell()))
    notebook._LOADED.clear()
    for file, _ in sent.cells:
        del linecache.cache[file]
    _, epoch, failed = events(sent)
    assert isinstance(epoch, Epoch)
    assert epoch.metrics["loss"] == LOSS
    assert isinstance(failed, Failed)
    assert failed.traceback.splitlines()[2].strip() == 'raise ValueError("after it")'


def test_the_notebook_stays_as_it_was(kernel: Kernel) -> None:
    function_task(kernel.cell(), {})
    kernel.run("helper = lambda x: x", "found = Model(1.0).step")
    assert kernel.main.found == 2.0


def test_what_cannot_be_sent_is_told_by_its_name(kernel: Kernel) -> None:
    kernel.run("held = open('held.txt', 'w')", "def train(seed: int):\n    held.write('x')\n    return 1.0")
    with pytest.raises(ConfigError, match=r"^held cannot be sent to a worker process: "):
        kernel.cell()
    kernel.main.held.close()


def test_what_has_no_text_is_told_by_its_name(kernel: Kernel) -> None:
    exec("def train(seed: int):\n    return 1.0", vars(kernel.main))
    with pytest.raises(ConfigError, match=r"^the text of train is not at hand; define it in a file: mine\.py:train$"):
        kernel.cell()
