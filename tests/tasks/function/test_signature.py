"""The signature is the schema: what can be set, what is refused in one line, and what the function is then handed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from enum import Enum
from math import inf, isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NewType

import numpy as np
import pytest

from nnexp.errors import ConfigError
from nnexp.tasks.function.signature import read_signature

if TYPE_CHECKING:
    from decimal import Decimal

Rate = NewType("Rate", float)


class Loss(Enum):
    HINGE = "hinge"
    LOG = "log_loss"


class Turned(Enum):
    """Each member's value is the name of the other."""

    A = "B"
    B = "A"


def handed(function: Callable[..., Any], state: Any = None, **settings: Any) -> Any:
    """Call a function with settings as a command line does, by way of what a worker is sent."""
    signature = read_signature(function, "mine.py:train")
    values = signature.schema.values(signature.schema.parse_config(settings))
    return signature.call(function, signature.schema.parse_config(values), state)


def taken(hint: Any, value: Any) -> Any:
    """Set a parameter of a type, and give what the function was handed."""

    def train(x: Any) -> Any:
        return x

    train.__annotations__["x"] = hint
    return handed(train, x=value)


def taken_like(default: Any, **settings: Any) -> Any:
    """Give what a function is handed for a parameter that has a default and no type."""

    def train(x=default):  # type: ignore[no-untyped-def]
        return x

    return handed(train, **settings)


TAKEN = [
    (bool, True, True),
    (int, 3, 3),
    (float, 3, 3.0),
    (str, "", ""),
    (Path, "a/b", Path("a/b")),
    (Rate, 1, 1.0),
    (Any, [1, ["a", None]], [1, ["a", None]]),
    (object, 1.5, 1.5),
    (Loss, "LOG", Loss.LOG),
    (Loss, "log_loss", Loss.LOG),
    (Turned, "B", Turned.B),
    (Literal["a", 1, True, None], "a", "a"),
    (Literal["a", 1, True, None], True, True),
    (Literal["a", 1, True, None], None, None),
    (int | None, None, None),
    (Loss | None, "HINGE", Loss.HINGE),
    (Loss | None, None, None),
    (int | float, 1, 1),
    (float | int, 1, 1),
    (float | int, 1.0, 1.0),
    (str | float, 0.5, 0.5),
    (int | list[int], 30, 30),
    (int | list[int], [100, 30], [100, 30]),
    (Path | list[Path] | None, ["a"], [Path("a")]),
    (Callable[..., Any] | str, "relu", "relu"),
    (np.ndarray | list[float], [1, 2], [1.0, 2.0]),
    (list, [1, "a"], [1, "a"]),
    (list[list[int]], [[1], []], [[1], []]),
    (Sequence[float], [1], [1.0]),
    (tuple, [1, 2], (1, 2)),
    (tuple[int, ...], [1, 2, 3], (1, 2, 3)),
    (tuple[float, str], [1, "a"], (1.0, "a")),
    (list[Loss], ["LOG"], [Loss.LOG]),
]


@pytest.mark.parametrize(("hint", "value", "expected"), TAKEN, ids=str)
def test_a_value_is_handed_on_as_its_type_has_it(hint: Any, value: Any, expected: Any) -> None:
    found = taken(hint, value)
    assert found == expected
    assert type(found) is type(expected)


REFUSED = [
    (bool, 1, "x must be true or false, but got 1"),
    (int, 1.5, "x must be a whole number, but got 1.5"),
    (int, True, "x must be a whole number, but got True"),
    (float, "much", "x must be a finite number, but got 'much'"),
    (float, inf, "x must be a finite number, but got inf"),
    (str, 3, """x must be a text, which a number is in quotes (x='"3"'), but got 3"""),
    (str, "a\0", "x must be a text in UTF-8, without NUL, but got 'a\\x00'"),
    (Path, None, "x must be a text, but got None"),
    (Loss, "HING", "x must be one of HINGE, LOG, but got 'HING'; did you mean HINGE?"),
    (Literal["adam", "sgd"], "adm", "x must be one of adam, sgd, but got 'adm'; did you mean adam?"),
    (Literal[0, 1], True, "x must be one of 0, 1, but got True"),
    (int | list[int], "a", "x must be a whole number or a list like [1, 2], but got 'a'"),
    (int | None, "a", "x must be a whole number, but got 'a'"),
    (list[int], 1, "x must be a list like [1, 2], but got 1"),
    (list[int], [1, "a"], "x must be a whole number, but got 'a'"),
    (tuple[float, float], [1], "x must be a list of 2: a finite number, a finite number, but got (1,)"),
    (Any, {"a": 1}, "there is no setting x.a; the settings are x, seed, threads"),
]


@pytest.mark.parametrize(("hint", "value", "told"), REFUSED, ids=str)
def test_a_value_of_another_type_is_refused_in_one_line(hint: Any, value: Any, told: str) -> None:
    with pytest.raises(ConfigError) as refused:
        taken(hint, tuple(value) if isinstance(value, list) else value)
    assert str(refused.value) == told


def test_a_misspelt_setting_is_refused_with_the_nearest() -> None:
    def train(alpha: float = 1e-4, loss: str = "hinge") -> None: ...

    with pytest.raises(ConfigError, match=r"^there is no setting alhpa; did you mean alpha\?$"):
        handed(train, alhpa=1)


def test_what_has_no_default_must_be_given() -> None:
    def train(a: int, b, /, c: Loss) -> Any:  # type: ignore[no-untyped-def]
        return a, b, c

    with pytest.raises(ConfigError, match=r"^b, c must be given: b=VALUE$"):
        handed(train, a=1)
    assert handed(train, a=1, b=[2], c="LOG") == (1, [2], Loss.LOG)


@pytest.mark.parametrize("default", [True, 30, 1e-3, "relu", None, [100, [30]], (1, 2), Path("a"), Loss.LOG, inf, -0.0])
def test_a_default_is_handed_on_as_it_is(default: Any) -> None:
    found = taken_like(default)
    assert repr(found) == repr(default)
    assert type(found) is type(default)


def test_a_default_that_is_no_number_is_one_of_its_own() -> None:
    assert isnan(taken_like(nan))
    assert taken_like(nan, x=1.5) == 1.5


LIKE = [(30, 0.5, 0.5), (1e-3, 1, 1), (None, "a", "a"), ([1], ["a", [2]], ["a", [2]]), ((1,), [2], (2,))]


@pytest.mark.parametrize(("default", "value", "expected"), LIKE, ids=str)
def test_without_a_type_more_of_what_the_default_is_can_be_set(default: Any, value: Any, expected: Any) -> None:
    assert taken_like(default, x=value) == expected


@pytest.mark.parametrize(("default", "value"), [(True, 1), (1, "a"), ("a", 1), ([1], 1), (Loss.LOG, "low")], ids=str)
def test_without_a_type_something_else_than_the_default_is_refused(default: Any, value: Any) -> None:
    with pytest.raises(ConfigError, match=r"^x must be "):
        taken_like(default, x=value)


def test_a_default_may_be_of_another_type_than_the_parameter() -> None:
    def train(a: int = None, b: list[int] = None, c: Path = None, d: Loss = "auto", e: str = len) -> Any:  # type: ignore[assignment]  # noqa: RUF013
        return a, b, c, d, e

    assert handed(train) == (None, None, None, "auto", len)
    assert handed(train, a=1, b=[2], c="p", d="LOG", e="x") == (1, [2], Path("p"), Loss.LOG, "x")


def test_what_is_changed_in_a_default_reaches_no_other_run() -> None:
    def train(history=[], options: dict = {"steps": []}) -> Any:  # type: ignore[no-untyped-def, type-arg]  # noqa: B006
        history.append(1)
        options["steps"].append(1)
        return len(history), len(options["steps"])

    assert handed(train) == handed(train) == (1, 1)


def test_one_and_a_whole_one_are_two_experiments() -> None:
    def train(share: int | float = 1) -> None: ...

    schema = read_signature(train, "mine.py:train").schema
    assert schema.deciding(schema.parse_config({"share": 1})) == {}
    assert schema.deciding(schema.parse_config({"share": 1.0})) == {"share": 1.0}


def test_what_no_setting_can_be_keeps_its_default() -> None:
    def train(options: dict[str, int] = {}, /, a: int = 1, *, rule=len) -> Any:  # type: ignore[no-untyped-def]  # noqa: B006
        return options, a, rule

    assert handed(train, a=2) == ({}, 2, len)
    for settings in ({"options": {"x": 1}}, {"rule": 1}):
        with pytest.raises(
            ConfigError, match=r"(options\.x|rule) cannot be set: it is no number, text, choice or list"
        ):
            handed(train, **settings)


def test_what_no_setting_can_be_must_have_a_default() -> None:
    def train(rule: Callable[[int], int]) -> None: ...

    with pytest.raises(ConfigError, match=r"^mine.py:train takes rule, which cannot be set: .*; give it a default$"):
        read_signature(train, "mine.py:train")


@pytest.mark.parametrize("name", ["hydra", "defaults"])
def test_what_means_something_on_every_line_is_no_parameter(name: str) -> None:
    with pytest.raises(ConfigError, match=f"^mine.py:train takes {name}, which stands for .*; name it otherwise$"):
        read_signature(eval(f"lambda {name}=1: None"), "mine.py:train")


def test_positions_are_kept() -> None:
    def train(a=len, b: int = 1, state=None, /, *args, c: int = 2, **more) -> Any:  # type: ignore[no-untyped-def]
        return a, b, state, args, c, more

    assert handed(train, "where it stood", b=3, c=4) == (len, 3, "where it stood", (), 4, {})


def test_seed_threads_and_epochs_are_always_there() -> None:
    def plain() -> None: ...

    def yields(seed) -> Any:  # type: ignore[no-untyped-def]
        yield seed

    def counts(epochs: int = 5, seed: int | None = None) -> Any:
        yield epochs, seed

    def names(function: Any) -> list[str]:
        return read_signature(function, "f").schema.setting_names()

    assert names(plain) == ["seed", "threads"]
    assert names(yields) == ["seed", "epochs", "threads"]
    assert names(counts) == ["epochs", "seed", "threads"]
    assert (read_signature(yields, "f").is_bounded, read_signature(counts, "f").is_bounded) == (True, False)
    assert next(handed(yields)) == 0
    assert next(handed(counts, seed=3)) == (5, 3)
    with pytest.raises(ConfigError, match="seed must be a whole number of at least 0, but got 'x'"):
        handed(yields, seed="x")


def test_names_that_nnexp_knows_are_a_functions_own() -> None:
    def train(data=1, task=2, metric=3, better=4, config=5, threads=6, state=7, items=8, self=9, *, epochs=10) -> Any:  # type: ignore[no-untyped-def]
        return data, task, metric, better, config, threads, state, items, self, epochs

    assert handed(train, "went on", threads=2, self=1) == (1, 2, 3, 4, 5, 2, "went on", 8, 1, 10)


def test_types_that_are_texts_are_read_where_they_can_be() -> None:
    def train(a: Decimal = 1, b: int = 2, c: list["Loss"] = ()) -> Any:  # type: ignore[assignment]  # noqa: UP037
        return a, b, c

    assert handed(train, a=0.5, b=3, c=["LOG"]) == (0.5, 3, [Loss.LOG])
    with pytest.raises(ConfigError, match="b must be a whole number"):
        handed(train, b="x")


def test_decorated_functions_methods_and_objects_that_can_be_called_say_what_is_written() -> None:
    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **named: Any) -> Any:
            return function(*args, **named)

        return wrapper

    class Model:
        def __call__(self, loss: Loss = Loss.HINGE) -> Any:
            yield loss

        @staticmethod
        def train(loss: Loss = Loss.HINGE) -> Any:
            yield loss

        @classmethod
        def made(cls, loss: Loss = Loss.HINGE) -> Any:
            yield loss

    def partly(rate: float, loss: Loss = Loss.HINGE) -> Any:
        yield loss

    ways = [decorated(Model.train), Model(), Model.train, Model.made, functools.partial(partly, 1.0)]
    for way in ways:
        assert read_signature(way, "f").is_bounded
        assert next(handed(way, loss="LOG")) is Loss.LOG
        with pytest.raises(ConfigError, match="loss must be one of HINGE, LOG, but got 'x'"):
            handed(way, loss="x")


def test_what_tells_nothing_of_what_it_takes_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^f does not say what it takes; wrap it in a function that does$"):
        read_signature(max, "f")
