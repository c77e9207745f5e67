"""A function as a task: its epochs, its end, its state and data, and every way of going wrong that ends a run."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnexp.errors import DataError
from nnexp.recording.files import read_arrays
from nnexp.tasks.function.about import function_task
from nnexp.tasks.function.locate import read_place
from nnexp.tasks.function.task import FunctionTask, digest_paths
from nnexp.tasks.function.tree import put_together
from nnexp.training import keeping
from nnexp.training.checkpoint import unpack
from nnexp.training.events import Ending, Epoch, Event, Failed, Finished, Pruned
from nnexp.training.execute import execute

Write = Callable[[str, str], Path]
Make = Callable[[str], FunctionTask]


@pytest.fixture
def make(write: Write) -> Make:
    """Make a task of a text that defines `train`."""

    def make(text: str) -> FunctionTask:
        write("mine.py", text)
        return function_task(read_place("mine.py:train", Path()), {})

    return make


def run(task: FunctionTask, **settings: Any) -> list[Event]:
    return [*execute(task, settings)][1:]


def failure(task: FunctionTask, **settings: Any) -> Failed:
    ending = run(task, **settings)[-1]
    assert isinstance(ending, Failed)
    assert "\n" not in ending.error
    return ending


def exact(events: list[Event]) -> list[tuple[int, str]]:
    return [(event.number, event.digest) for event in events if isinstance(event, Epoch)]


COUNTS = """\
    def train(n: int = 3):
        for epoch in range(n):
            yield {"loss": 1 / (epoch + 1)}
        return {"w": [1, 2], "test/loss": 0.5}
"""


def test_each_yield_is_an_epoch_and_what_is_returned_is_kept(make: Make) -> None:
    *epochs, end = run(make(COUNTS))
    assert [(epoch.number, epoch.metrics["loss"]) for epoch in epochs] == [(1, 1.0), (2, 0.5), (3, 1 / 3)]  # type: ignore[union-attr]
    assert isinstance(end, Finished)
    assert end.arrays["result"]["w"].tolist() == [1, 2]
    assert end.metrics == {"test/loss": 0.5}
    assert end.remarks["seeded"].split()[:2] == ["random", "numpy"]


@pytest.mark.parametrize(("bound", "epochs"), [(None, 3), (2, 2), (3, 3), (9, 3)])
def test_epochs_bound_what_takes_none(make: Make, bound: int | None, epochs: int) -> None:
    *found, end = run(make(COUNTS), epochs=bound)
    assert len(found) == epochs
    assert isinstance(end, Finished)
    assert bool(end.arrays) == (bound != 2 and bound != 3)  # one that is closed returns nothing


ONLY = {
    "a number": ("return 0.5", {"result": 0.5}, {}),
    "a mapping": ("return {'val/loss': 1, 'w': [1.0, 2.0]}", {"val/loss": 1.0}, {"w": [1.0, 2.0]}),
    "arrays alone": ("import numpy as np\n        return np.ones(2)", {}, {"result": [1.0, 1.0]}),
    "from a generator": ("return {'val/loss': 1}\n        yield", {"val/loss": 1.0}, {}),
}


@pytest.mark.parametrize(("text", "metrics", "arrays"), ONLY.values(), ids=ONLY)
def test_what_only_returns_is_one_epoch(make: Make, text: str, metrics: Any, arrays: Any) -> None:
    epoch, end = run(
        make(f"""\
    def train():
        {text}
    """)
    )
    assert isinstance(epoch, Epoch)
    assert epoch.metrics == metrics | {"time/total_s": epoch.metrics["time/total_s"]}
    assert isinstance(end, Finished)
    assert {name: array.tolist() for name, array in end.arrays.get("result", {}).items()} == arrays
    assert end.metrics == {}


def test_what_only_returns_is_told_by_all_of_it(make: Make, write: Write) -> None:
    task = make("def train(w: float = 1, slow: float = 1):\n    return {'loss': 1, 'w': [w], 'time/fit_s': slow}")
    once, slower, other = (exact(run(task, **settings)) for settings in ({}, {"slow": 2}, {"w": 2}))
    assert once == slower != other


@pytest.mark.parametrize(
    "text", ["def train(): ...", "def train():\n    return {}", "def train():\n    return\n    yield"]
)
def test_what_gives_nothing_fails(make: Make, text: str) -> None:
    told = "mine.py:train gave nothing; expected it to yield or to return a mapping of names to numbers"
    assert failure(make(text)).error == told


FAILING = {
    "an exception": ("raise ValueError('bad\\nluck')", "ValueError: bad luck"),
    "exit 0": ("import sys; sys.exit()", "mine.py:train called sys.exit(None)"),
    "exit 3": ("exit(3)", "mine.py:train called sys.exit(3)"),
    "exit with a text": ("raise SystemExit('no data')", "mine.py:train called sys.exit('no data')"),
    "an interrupt of its own": ("raise KeyboardInterrupt", "mine.py:train raised KeyboardInterrupt"),
    "a cancelled task": ("import asyncio; raise asyncio.CancelledError", "mine.py:train raised CancelledError"),
    "the end of an iterator": ("next(iter([]))", "RuntimeError: generator raised StopIteration"),
    "no number": ("yield {'a': 'much'}", "mine.py:train yielded a='much'; expected a number"),
    "nothing": ("yield", "mine.py:train yielded None; expected a mapping of names to numbers"),
    "a state that it does not take": ("yield {'a': 1}, {}", "mine.py:train yielded a tuple; expected a mapping of "
                                      "names to numbers, or it and a state if it takes state=None"),
    "a model": ("return {'model': object()}", "mine.py:train returned model, which is a object; return its arrays, "
                "numbers and texts instead"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "told"), FAILING.values(), ids=FAILING)
def test_what_goes_wrong_ends_the_run_with_one_line(make: Make, text: str, told: str) -> None:
    task = make(f"""\
    def train():
        yield {{"a": 1}}
        {text}
    """)
    ended = failure(task)
    assert ended.error == told
    assert "mine.py" in ended.traceback


@pytest.mark.parametrize(
    ("text", "told"),
    [("exit(3)", "mine.py:train called sys.exit(3)"), ("1 / 0", "ZeroDivisionError: division by zero")],
)
def test_a_call_that_fails_is_the_functions_own_failure(make: Make, text: str, told: str) -> None:
    assert failure(make(f"def train():\n    {text}")).error == told


def test_other_names_in_another_epoch_are_taken_as_they_come(make: Make) -> None:
    *epochs, end = run(make("def train():\n    yield {'a': 1}\n    yield {'b': 2}"))
    assert [set(epoch.metrics) - {"time/total_s"} for epoch in epochs] == [{"a"}, {"b"}]  # type: ignore[union-attr]
    assert isinstance(end, Finished)


STOPPED = """\
    from pathlib import Path

    def train():
        try:
            while True:
                yield {"a": 1}
        finally:
            Path("closed").touch()
"""


def stop(task: FunctionTask) -> Event:
    """Tell a run to end after its first epoch, and give what it says then."""
    events = execute(task, {})
    next(events)
    assert isinstance(next(events), Epoch)
    return events.send(Pruned("told to stop"))


def test_a_run_that_is_stopped_closes_the_function_at_its_yield(make: Make) -> None:
    assert isinstance(stop(make(STOPPED)), Pruned)
    assert Path("closed").exists()


def test_a_bound_closes_the_function_at_its_yield(make: Make) -> None:
    assert isinstance(run(make(STOPPED), epochs=2)[-1], Finished)
    assert Path("closed").exists()


STUBBORN = """\
    def train():
        while True:
            try:
                yield {"a": 1}
            except:
                pass
"""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # as Python cannot close it either
def test_a_function_that_goes_on_when_it_is_closed_fails(make: Make) -> None:
    told = "mine.py:train went on when it was to stop; an `except:` around its yield must raise GeneratorExit again"
    assert failure(make(STUBBORN), epochs=2).error == told


def test_what_fails_in_its_finally_is_its_own_failure(make: Make) -> None:
    task = make("def train():\n    try:\n        yield {'a': 1}\n    finally:\n        raise RuntimeError('full disk')")
    assert failure(task, epochs=1).error == "RuntimeError: full disk"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # likewise
def test_what_fails_in_its_finally_when_it_is_stopped_is_printed(
    make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    assert isinstance(stop(make(STUBBORN)), Pruned)
    assert "an `except:` around its yield must raise GeneratorExit again" in capsys.readouterr().err


def test_what_is_shared_is_seeded_before_each_run(make: Make) -> None:
    task = make("""\
    import random
    import numpy as np

    def train():
        return {"a": random.random(), "b": np.random.rand()}
    """)
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002
    once, again, other = (exact(run(task, seed=seed)) for seed in (1, 1, 2))
    assert once == again != other
    assert exact(run(task, seed=1 << 40))  # which is beyond what the old generators take


STATEFUL = """\
    import numpy as np

    def train(seed: int, n: int = 4, state=None):
        rng = np.random.default_rng(seed)
        w = np.zeros(3, np.float32)
        momentum, done = {"steps": 0, 1: (w * 0, None)}, 0
        if state is not None:
            rng.bit_generator.state = state["rng"]
            w, momentum, done = state["w"], state["momentum"], state["done"]
        for epoch in range(done, n):
            momentum[1] = (momentum[1][0] * 0.9 + rng.standard_normal(3).astype(np.float32), None)
            momentum["steps"] += 1
            w -= 0.1 * momentum[1][0]
            yield {"loss": (w**2).sum()}, {
                "rng": rng.bit_generator.state, "w": w, "momentum": momentum, "done": epoch + 1,
            }
        return {"w": w}
"""


@pytest.mark.parametrize("stopped", [1, 2, 3])
def test_a_run_goes_on_from_its_state_as_if_it_had_not_been_stopped(make: Make, stopped: int) -> None:
    task = make(STATEFUL)
    config = task.schema.parse_config({"seed": 1})
    whole = [epoch.digest for epoch in task.begin(config)]
    training = task.begin(config)
    epochs = [next(training) for _ in range(stopped)]
    assert epochs[-1].state
    state = epochs[-1].state()
    training.close()
    assert [epoch.digest for epoch in task.begin(config, state)] == whole[stopped:]


def test_a_bound_counts_the_epochs_before_the_state(make: Make) -> None:
    task = make(STATEFUL)
    config = task.schema.parse_config({"seed": 1, "epochs": 3})
    first = next(task.begin(config))
    assert first.state
    assert len([*task.begin(config, first.state())]) == 2


@pytest.mark.parametrize(("epochs", "kept"), [(3, [1, 2]), (4, [1, 3]), (None, [1])])
def test_before_its_bound_it_gives_a_state_that_its_last_epoch_proves(
    make: Make, monkeypatch: pytest.MonkeyPatch, epochs: int | None, kept: list[int]
) -> None:
    monkeypatch.setattr(keeping, "MOMENT_S", 1e9)  # what comes now and then comes once
    events = run(make(STATEFUL), epochs=epochs)
    states = [unpack(read_arrays("", one.before.state)) for one in events if isinstance(one, Epoch) and one.before]
    assert [number for number, _ in states] == kept
    assert [put_together(state["state"])["done"] for _, state in states] == kept


def test_a_state_that_cannot_be_kept_fails_after_the_first_epoch(make: Make) -> None:
    told = "mine.py:train yielded a state that cannot be kept: state['f'] is a function; expected arrays, numbers"
    task = make("def train(state=None):\n    while True:\n        yield {'a': 1}, {'f': train}")
    assert failure(task).error.startswith(told)


@pytest.mark.parametrize("arrays", [{}, {"epoch": np.array(1)}, {"epoch": np.array("x"), "shape": np.array("[]")}])
def test_a_state_that_was_altered_is_refused(make: Make, arrays: Any) -> None:
    task = make(STATEFUL)
    with pytest.raises(DataError, match="its state is not what nnexp writes"):
        next(task.begin(task.schema.parse_config({}), {"state": arrays}))


def test_data_are_told_by_names_and_content_wherever_they_lie(write: Write, tmp_path: Path) -> None:
    one, folder = write("a/digits.csv", "1,2"), write("a/more/b/c.txt", "c").parents[1]

    def digest(*paths: Path) -> str:
        return digest_paths([*map(str, paths)]).digest

    before = digest(one, folder)
    moved = (tmp_path / "a").rename(tmp_path / "moved")
    assert digest(moved / "digits.csv", moved / "more") == before
    (moved / "more" / "b" / "c.txt").write_text("d")
    changed = digest(moved / "digits.csv", moved / "more")
    assert changed != before
    (moved / "more" / "b" / "c.txt").rename(moved / "more" / "b" / "d.txt")
    assert digest(moved / "digits.csv", moved / "more") not in {before, changed}
    found = digest_paths([str(moved / "digits.csv")])
    assert (found.name, found.source) == ("digits.csv", str(moved / "digits.csv"))


def test_data_that_are_not_there_are_refused(make: Make) -> None:
    make(COUNTS)
    task = function_task(read_place("mine.py:train", Path()), {"data": "none.csv"})
    with pytest.raises(DataError, match=r"^there is no .*/none\.csv, which was named as data; expected a file or a"):
        task.examine(task.schema.parse_config({}))


def test_data_are_found_wherever_the_function_goes(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("mine.py", COUNTS)
    write("digits.csv", "1,2")
    task = function_task(read_place("mine.py:train", Path()), {"data": "digits.csv"})
    monkeypatch.chdir("/")
    assert task.examine(task.schema.parse_config({})).data


def test_what_it_changes_around_it_is_put_back(make: Make) -> None:
    task = make("""\
    import os

    def train(ends: bool = True):
        before = os.getcwd() != "/" and "LEFT" not in os.environ
        os.chdir("/")
        os.environ["LEFT"] = "1"
        del os.environ["HOME"]
        yield {"found": before}
        if not ends:
            raise ValueError
    """)
    here, variables = os.getcwd(), dict(os.environ)
    for ends in (True, False):
        epoch, _ = run(task, ends=ends)
        assert isinstance(epoch, Epoch)
        assert epoch.metrics["found"]
        assert (os.getcwd(), dict(os.environ)) == (here, variables)


def test_every_ending_is_one(make: Make) -> None:
    assert isinstance(run(make(COUNTS))[-1], Ending)
