"""A command's arguments and the settings in them."""

import pytest

from nnexp.errors import ConfigError
from nnexp.tasks.command.settings import environment, schema_of
from nnexp.tasks.command.template import Template, literal


def test_each_argument_is_filled_by_itself() -> None:
    template = Template(
        ("python", "train.py", "--lr={lr}", "{words}", "{model.depth}x{lr}", "{{lr}} }}", "$(x) {folder}")
    )
    assert template.names == ("lr", "words", "model.depth")
    filled = template.filled({"lr": 1e-5, "words": "two words; rm *", "model.depth": 3, "folder": "/new"})
    assert filled == ["python", "train.py", "--lr=1e-05", "two words; rm *", "3x1e-05", "{lr} }", "$(x) /new"]


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (None, "null"), (0.1, "0.1"), ("a", "a"), ((100, 30), "[100, 30]"), (-3, "-3")]
)
def test_a_value_is_put_in_as_it_would_be_typed(value: object, text: str) -> None:
    assert Template(("{value}",)).filled({"value": value}) == [text]


def test_what_is_put_in_is_not_filled_again() -> None:
    assert Template(("{a}",)).filled({"a": "{b}"}) == ["{b}"]


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("{lr:.3f}", "is no setting"),
        ("{lr!r}", "is no setting"),
        ("{a.__class__}x{0}", "is no setting"),
        ("{lr + 1}", "is no setting"),
        ("{}", "braces without a name"),
        ("{lr", "a brace alone"),
        ("lr}", "a brace alone"),
    ],
)
def test_nothing_but_names_stands_between_braces(argument: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Template(("python", argument))


def test_a_command_is_not_empty() -> None:
    with pytest.raises(ConfigError, match="there is no command; expected one after --"):
        Template(())


def test_what_is_the_same_in_every_run() -> None:
    assert literal("a{{b}}") == "a{b}"
    assert literal("{a}") is None


def test_settings_must_be_given_but_for_the_seed_and_the_threads() -> None:
    schema = schema_of(["lr", "seed", "model.depth"])
    assert schema.setting_names() == ["lr", "seed", "model.depth", "threads"]
    config = schema.parse_config({"lr": "1e-3", "model": {"depth": [1, 2]}})
    assert schema.flat(config) == {"lr": "1e-3", "seed": 0, "model.depth": [1, 2], "threads": 1}
    assert schema.deciding(config) == {"lr": "1e-3", "model.depth": [1, 2]}
    with pytest.raises(ConfigError, match=r"lr, model\.depth must be given: lr=VALUE"):
        schema.parse_config({})
    with pytest.raises(ConfigError, match=r"there is no setting model\.dept; did you mean model\.depth\?"):
        schema.parse_config({"lr": 1, "model": {"dept": 1}})
    for value in (float("nan"), {}, "\0", [[{}]]):
        with pytest.raises(ConfigError, match="lr must be"):
            schema.parse_config({"lr": value, "model": {"depth": 1}})


@pytest.mark.parametrize("names", [["model", "model.depth"], ["model.depth", "model"]])
def test_a_setting_holds_no_others(names: list[str]) -> None:
    with pytest.raises(ConfigError, match="cannot be set"):
        schema_of(names)


def test_the_environment_tells_every_setting_and_the_threads() -> None:
    told = environment({"lr": 0.1, "model.depth": [1, 2], "seed": 0, "threads": 3})
    assert told.items() >= {"NNEXP_LR": "0.1", "NNEXP_MODEL_DEPTH": "[1, 2]", "NNEXP_SEED": "0"}.items()
    assert told["OMP_NUM_THREADS"] == told["MKL_NUM_THREADS"] == told["OPENBLAS_NUM_THREADS"] == "3"
