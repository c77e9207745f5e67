"""Whatever a task can be told: declared once, as the fields of a dataclass, and checked once."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field, make_dataclass
from typing import Any, Literal, Optional

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnexp.config.checks import whole
from nnexp.config.schema import Schema, flatten
from nnexp.config.setting import setting
from nnexp.config.value import format_value, parse_value
from nnexp.errors import ConfigError


@dataclass(frozen=True)
class Oven:
    fan: bool = False
    degrees: int = setting(180, whole(50), "how hot it is", costs=True)


@dataclass(frozen=True)
class Cake:
    """Settings of every type that is a check of its own, and one that must be given."""

    name: str
    eggs: int = 3
    sugar: float = 0.5
    tin: Literal["round", "square"] = "round"
    icing: str | None = None
    layers: tuple[int, ...] = setting((1, 2), lambda name, value: tuple(value), "how high each layer is")
    kitchen: str = setting("home", lambda name, value: value, "where it is baked", decides=False)
    oven: Oven = field(default_factory=Oven)


CAKE = Schema(Cake)
GIVEN = {"name": "plain"}

BAD = [
    ("name", "", "name must be a text, but got ''"),
    ("name", 3, "name must be a text, but got 3"),
    ("name", "a\0b", r"name must be a text in UTF-8, without NUL, but got 'a\x00b'"),
    ("name", "\udcff", r"name must be a text in UTF-8, without NUL, but got '\udcff'"),
    ("eggs", 2.0, "eggs must be a whole number, but got 2.0"),
    ("eggs", True, "eggs must be a whole number, but got True"),
    ("eggs", "3", "eggs must be a whole number, but got '3'"),
    ("eggs", None, "eggs must be a whole number, but got None"),
    ("sugar", "much", "sugar must be a finite number, but got 'much'"),
    ("sugar", math.nan, "sugar must be a finite number, but got nan"),
    ("sugar", -math.inf, "sugar must be a finite number, but got -inf"),
    ("sugar", False, "sugar must be a finite number, but got False"),
    ("tin", "squre", "tin must be one of round, square, but got 'squre'; did you mean square?"),
    ("tin", None, "tin must be one of round, square, but got None"),
    ("icing", 3, "icing must be a text, but got 3"),
    (
        "layers",
        [1] * 2001,
        "layers must be at most 6,000 characters long, but has 6,003: a store keeps no more, and could not tell "
        "it from another that begins alike",
    ),
    ("oven.fan", 1, "oven.fan must be true or false, but got 1"),
    ("oven.fan", "true", "oven.fan must be true or false, but got 'true'"),
    ("oven.degrees", 49, "oven.degrees must be a whole number of at least 50, but got 49"),
]


def nested(name: str, value: Any) -> dict[str, Any]:
    group, _, leaf = name.rpartition(".")
    return {group: {leaf: value}} if group else {leaf: value}


def test_what_is_not_given_is_at_its_default() -> None:
    assert CAKE.parse_config(GIVEN) == CAKE.parse_config(GIVEN | {"oven": {}}) == Cake("plain")


@pytest.mark.parametrize(
    ("name", "value", "built"),
    [
        ("name", "a name", "a name"),
        ("eggs", -1, -1),
        ("sugar", 2, 2.0),
        ("sugar", -1e-300, -1e-300),
        ("tin", "square", "square"),
        ("icing", None, None),
        ("icing", "white", "white"),
        ("layers", [3], (3,)),
        ("oven.fan", True, True),
        ("oven.degrees", 50, 50),
    ],
)
def test_a_type_is_a_check(name: str, value: Any, built: Any) -> None:
    found = flatten(CAKE.parse_config(GIVEN | nested(name, value)).__dict__)
    oven = found.pop("oven")
    found |= {"oven.fan": oven.fan, "oven.degrees": oven.degrees}
    assert (found[name], type(found[name])) == (built, type(built))


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_what_does_not_fit_is_refused_in_words(name: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        CAKE.parse_config(GIVEN | nested(name, value))
    assert str(raised.value) == message


def test_a_setting_without_a_default_must_be_given() -> None:
    with pytest.raises(ConfigError, match=r"^name must be given: name=VALUE$"):
        CAKE.parse_config({"eggs": 2})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("egs", "there is no setting egs; did you mean eggs?"),
        ("oven.degree", "there is no setting oven.degree; did you mean oven.degrees?"),
        ("xyzzy", "there is no setting xyzzy; the settings are name, eggs, sugar, tin"),
        ("oven._target_", "there is no setting oven._target_"),
        ("oven", "there is no setting oven; did you mean oven."),
    ],
)
def test_an_unknown_setting_is_refused_with_the_nearest_known(name: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        CAKE.parse_config(GIVEN | nested(name, "os.system"))
    assert str(raised.value).startswith(message)


def test_names_are_in_the_order_of_their_declaration() -> None:
    names = ["name", "eggs", "sugar", "tin", "icing", "layers", "kitchen", "oven.fan", "oven.degrees"]
    assert CAKE.setting_names() == names


def test_a_setting_says_what_was_declared_of_it() -> None:
    degrees, eggs = CAKE.settings["oven.degrees"], CAKE.settings["eggs"]
    assert (degrees.default, degrees.meaning, degrees.decides, degrees.costs) == (180, "how hot it is", True, True)
    assert (eggs.default, eggs.meaning, eggs.decides, eggs.costs) == (3, "", True, False)
    assert not CAKE.settings["kitchen"].decides


def test_values_are_plain_and_make_the_same_config_again() -> None:
    config = CAKE.parse_config(GIVEN | {"layers": [3, 4], "oven": {"fan": True}})
    values = CAKE.values(config)
    assert values["layers"] == [3, 4]
    assert values["oven"] == {"fan": True, "degrees": 180}
    assert CAKE.parse_config(json.loads(json.dumps(values))) == config


def test_the_store_keeps_every_setting_as_text() -> None:
    params = CAKE.params(CAKE.parse_config(GIVEN | {"sugar": 2, "oven": {"fan": True}}))
    assert params == {
        "name": "plain",
        "eggs": "3",
        "sugar": "2.0",
        "tin": "round",
        "icing": "null",
        "layers": "[1, 2]",
        "kitchen": "home",
        "oven.fan": "true",
        "oven.degrees": "180",
    }


def test_what_a_record_stands_for_that_is_older_than_a_setting() -> None:
    defaults = CAKE.default_params()
    assert "name" not in defaults  # it has none
    assert defaults == {name: text for name, text in CAKE.params(Cake("plain")).items() if name != "name"}


class TestDeciding:
    def test_what_is_at_its_default_is_left_out(self) -> None:
        assert CAKE.deciding(Cake("plain")) == {"name": "plain"}
        assert CAKE.deciding(CAKE.parse_config(GIVEN | {"eggs": 3, "layers": [1, 2]})) == {"name": "plain"}

    def test_what_is_not_has_its_dotted_name_and_a_plain_value(self) -> None:
        config = CAKE.parse_config(GIVEN | {"layers": [3], "oven": {"fan": True}})
        assert CAKE.deciding(config) == {"name": "plain", "layers": [3], "oven.fan": True}

    def test_what_decides_nothing_is_never_in_it(self) -> None:
        assert CAKE.deciding(Cake("plain", kitchen="elsewhere")) == {"name": "plain"}

    def test_a_setting_that_is_added_changes_nothing_at_its_default(self) -> None:
        @dataclass(frozen=True)
        class Later(Cake):
            salt: float = 0.1

        later = Schema(Later)
        assert later.deciding(later.parse_config(GIVEN | {"eggs": 2})) == {"name": "plain", "eggs": 2}
        assert later.deciding(later.parse_config(GIVEN | {"salt": 0.2})) == {"name": "plain", "salt": 0.2}


def test_a_default_is_taken_as_if_it_had_been_given() -> None:
    @dataclass(frozen=True)
    class Whole:
        rate: float = 1

    whole_schema = Schema(Whole)
    config = whole_schema.parse_config({})
    assert type(config.rate) is float
    assert whole_schema.params(config) == whole_schema.default_params() == {"rate": "1.0"}
    assert whole_schema.params(whole_schema.parse_config(whole_schema.values(config))) == {"rate": "1.0"}
    assert whole_schema.deciding(whole_schema.parse_config({"rate": 1})) == {}


def test_a_default_that_its_own_check_refuses_is_a_mistake() -> None:
    @dataclass(frozen=True)
    class Wrong:
        tin: Literal["round", "square"] = "oval"  # type: ignore[assignment]

    with pytest.raises(ConfigError, match="tin must be one of round, square, but got 'oval'"):
        Schema(Wrong).setting_names()


def test_choices_need_not_be_words() -> None:
    @dataclass(frozen=True)
    class Sizes:
        size: Literal[1, 2] = 1

    assert Schema(Sizes).parse_config({"size": 2}).size == 2
    with pytest.raises(ConfigError, match="size must be one of 1, 2, but got 3"):
        Schema(Sizes).parse_config({"size": 3})


def test_what_may_be_absent_is_written_either_way() -> None:
    @dataclass(frozen=True)
    class Either:
        old: Optional[int] = None  # noqa: UP045
        new: int | None = None

    assert Schema(Either).parse_config({"old": 3, "new": 4}) == Either(3, 4)
    with pytest.raises(ConfigError, match="old must be a whole number, but got 'x'"):
        Schema(Either).parse_config({"old": "x"})


@pytest.mark.parametrize("hint", [list[int], int | str | None, bytes])
def test_a_type_that_is_no_check_must_have_one_declared(hint: Any) -> None:
    odd = make_dataclass("Odd", [("sizes", hint, None)], frozen=True)
    wrong = rf"the setting sizes has the type {re.escape(str(hint))}, which has no check of its own; declare one"
    with pytest.raises(TypeError, match=wrong):
        Schema(odd).setting_names()


def test_nothing_that_is_given_is_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "elsewhere")
    text = "${oc.env:HOME}"
    assert CAKE.parse_config({"name": text}).name == text
    with pytest.raises(ConfigError, match="eggs must be a whole number"):
        CAKE.parse_config(GIVEN | {"eggs": text})


@pytest.mark.parametrize(
    ("value", "text"),
    [(30, "30"), (0.5, "0.5"), ([100, 30], "[100, 30]"), (True, "true"), (None, "null"), ("normal", "normal")],
)
def test_a_value_is_written_as_it_would_be_typed_and_read_back(value: Any, text: str) -> None:
    assert format_value(value) == text
    assert parse_value(text) == value
    assert type(parse_value(text)) is type(value)


@settings(deadline=None)
@given(st.integers() | st.floats(allow_nan=False) | st.booleans() | st.none() | st.lists(st.integers()))
def test_every_value_that_is_no_word_comes_back(value: Any) -> None:
    assert parse_value(format_value(value)) == value


@pytest.mark.parametrize("text", ["1/256", "[100", "", "it's", "[" * 100_000])
def test_whatever_else_is_a_word(text: str) -> None:
    assert parse_value(text) == text


def test_a_mapping_is_flattened_with_dots() -> None:
    assert flatten({"a": {"b": {"c": 1}, "d": {}}, "e": [2]}) == {"a.b.c": 1, "a.d": {}, "e": [2]}
