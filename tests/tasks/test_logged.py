"""A function that says its epochs by `nnexp.log`, asked for them one by one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

import numpy as np
import pytest

import nnexp
from nnexp.errors import DataError
from nnexp.tasks.logged import epochs_of
from nnexp.tasks.task import Measured


def said(function: Callable[[], Any]) -> tuple[list[dict[str, float]], Any]:
    """Give all epochs of a function, and what it returned."""

    def whole() -> Iterator[Measured]:
        nonlocal returned
        returned = yield from epochs_of(function)

    returned: Any = None
    return [dict(measured.metrics) for measured in whole()], returned


def logging(*calls: Any) -> Callable[[], str]:
    def function() -> str:
        for call in calls:
            nnexp.log(*call)
        return "done"

    return function


@pytest.mark.parametrize(
    ("calls", "epochs"),
    [
        ([({"a": 1},), ({"a": 2},)], [{"a": 1.0}, {"a": 2.0}]),  # without a step each call is one
        ([({"a": 1}, 1), ({"b": 2}, 1), ({"a": 3}, 2)], [{"a": 1.0, "b": 2.0}, {"a": 3.0}]),  # a step is one
        ([({"a": 1}, 0), ({"a": 2}, 1)], [{"a": 1.0}, {"a": 2.0}]),  # counted from 0: nothing is worth telling
        ([({"a": 1}, 100), ({"a": 2}, 200)], [{"step": 100.0, "a": 1.0}, {"step": 200.0, "a": 2.0}]),
        ([({"a": 1}, 1), ({"a": 2},), ({"a": 3}, 3)], [{"a": 1.0}, {"a": 2.0}, {"a": 3.0}]),
        ([({"a": np.float32(0.5)}, np.int64(1))], [{"a": 0.5}]),
        ([], []),
    ],
)
def test_what_is_logged_becomes_epochs(calls, epochs):
    assert said(logging(*calls)) == (epochs, ("done", len(epochs)))


@pytest.mark.parametrize(
    ("calls", "mistake"),
    [
        ([({"a": "high"},)], "nnexp.log was given a='high'; expected a number"),
        ([(0.5, 1), (["a"],)], r"nnexp.log was given a list; expected a mapping of names to numbers"),
        ([({"a": 1}, 2), ({"a": 1}, 1)], "a step must not go back, but got 1 after 2"),
        ([({"a": 1},), ({"a": 1}, 1)], "a step must not go back, but got 1 after 1"),
        ([({"a": 1}, 0.5)], "step must be a whole number, but got 0.5"),
    ],
)
def test_what_cannot_be_logged_is_refused_where_it_is_logged(calls, mistake):
    with pytest.raises(DataError, match=mistake):
        said(logging(*calls))


def test_outside_of_a_run_nothing_happens():
    nnexp.log({"a": "whatever"})


def test_an_exception_comes_after_what_was_logged_before_it():
    def function() -> None:
        nnexp.log({"loss": 1}, step=1)
        raise ZeroDivisionError("far")

    epochs = epochs_of(function)
    assert next(epochs).metrics == {"loss": 1.0}
    with pytest.raises(ZeroDivisionError, match="far"):
        next(epochs)


def test_one_that_is_closed_ends_at_its_log_and_tidies_up():
    ended: list[str] = []

    def function() -> None:
        try:
            for step in range(10):
                nnexp.log({"a": step})
                ended.append(f"after {step}")
        except Exception:  # what stops it is none that a function takes for its own
            ended.append("caught")
        finally:
            ended.append("finally")
            nnexp.log({"late": 1})  # nobody hears that
            ended.append("never")

    epochs = epochs_of(function)
    next(epochs)
    next(epochs)
    epochs.close()
    assert ended == ["after 0", "finally"]
    nnexp.log({"a": "outside again"})


def test_it_goes_on_in_the_thread_and_the_context_that_ask():
    setting: ContextVar[str] = ContextVar("setting")
    setting.set("asked")
    found = []

    def function() -> None:
        for _ in range(2):
            nnexp.log({"a": 1})
            found.append((threading.current_thread(), setting.get()))

    said(function)
    assert found == 2 * [(threading.current_thread(), "asked")]


def test_another_thread_of_the_function_is_refused():
    met: list[BaseException] = []

    def beside() -> None:
        try:
            nnexp.log({"a": 1})
        except DataError as error:
            met.append(error)

    def function() -> None:
        thread = threading.Thread(target=beside)
        thread.start()
        thread.join()

    assert said(function)[0] == []
    assert "must be called by the thread" in str(met[0])


def test_one_function_may_run_within_another():
    inner = logging(({"inner": 1},), ({"inner": 2},))

    def outer() -> list[dict[str, float]]:
        nnexp.log({"outer": 1})
        epochs, _ = said(inner)
        nnexp.log({"outer": 2})
        return epochs

    epochs, (returned, _) = said(outer)
    assert (epochs, returned) == ([{"outer": 1.0}, {"outer": 2.0}], [{"inner": 1.0}, {"inner": 2.0}])
