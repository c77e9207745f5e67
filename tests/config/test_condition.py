"""Conditions on settings: what they say, and what they refuse to work out."""

from __future__ import annotations

import pytest

from nnexp.config.condition import read_condition
from nnexp.errors import ConfigError
from nnexp.tasks.network.config import SCHEMA

VALUES = SCHEMA.flat(SCHEMA.parse_config({"hidden": [100, 30], "eta": 0.5, "freeze": [0], "dataset": {"limit": 500}}))


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("eta < 1", True),
        ("eta < 1 and batch_size > 10", False),
        ("eta > 1 or not batch_size > 10", True),
        ("1 < batch_size <= 10", True),
        ("eta * batch_size - 1 == 2 * 2", True),
        ("batch_size % 3 == 1 and batch_size // 3 == 3 and -batch_size / 4 == -2.5", True),
        ("hidden == [100, 30]", True),
        ("hidden == 100", False),
        ("30 in hidden and 0 in freeze", True),
        ("init in ['scaled', 'normal']", True),
        ("init not in ('scaled', 'uniform_bias')", True),
        ("freeze != [0]", False),
        ("dataset.limit < 1000 and dataset.scale == 'auto'", True),
        ("dataset.classes == null", True),
        ("shuffle", True),
        ("shuffle == false", False),
        ("false or\n  eta < 1  # in lines", True),
    ],
)
def test_a_condition_speaks_of_all_settings_in_their_types(text: str, holds: bool) -> None:
    assert read_condition(text, SCHEMA).holds(VALUES) is holds


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hiden < 3", r"there is no setting hiden; did you mean hidden\?"),
        ("dataset.limt < 3", r"there is no setting dataset\.limt; did you mean dataset\.limit\?"),
        ("init == scaled", "there is no setting scaled; .* \\(a text stands in quotes\\)"),
        ("init == 'scald'", "init must be one of normal, .* but got 'scald'; did you mean scaled"),
        ("'scald' != init", "init must be one of normal, "),
        ("init in ['scald']", "init must be one of normal, "),
        (
            "dataset.scale == 'half'",
            "dataset.scale must be auto, standard, none, or a number such as 1/256, but got 'half'",
        ),
        ("eta ==", "cannot be read; write it like hidden < 100 or eta < 1"),
        ("", "cannot be read"),
        ("eta < 1, eta > 2", "cannot be read"),
        ("(" * 500, "cannot be read"),
        ("a\0b", "cannot be read"),
        ("__import__('os').remove('x')", "it may not hold __import__"),
        ("eta.__class__ == 3", "there is no setting eta.__class__"),
        ("[eta for eta in hidden]", "it may not hold"),
        ("(lambda: true)()", "it may not hold"),
        ("9 ** 9 ** 9 < eta", r"it may not hold 9 \*\* 9"),
        ("eta is 3", "it may not hold eta is 3"),
        ("f'{eta}' == '3'", "it may not hold"),
        ("eta == 1 / 0", "cannot be worked out: division by zero"),
        ("1 < " * 300 + "2", "at most 1,000 characters long, but has 1,201"),
    ],
)
def test_what_is_no_condition_is_refused_before_any_of_it_is_worked_out(text: str, why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        read_condition(text, SCHEMA)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("hidden < 100", r"for hidden=\[100, 30\]: \[100, 30\] and 100 cannot be compared so"),
        ("eta", "for eta=0.5: 0.5 is neither true nor false"),
        ("eta and shuffle", "0.5 is neither true nor false"),
        ("init * 1000 == init", "for init=normal: normal is no number"),
        ("shuffle + 1 == 2", "true is no number"),
        ("dataset.classes + 1 == 2", "null is no number"),
        ("eta / (batch_size - 10) < 1", "for batch_size=10 eta=0.5: float division by zero"),
        ("'a' < 1", "for any run: a and 1 cannot be compared so"),
    ],
)
def test_what_cannot_be_worked_out_names_the_settings(text: str, why: str) -> None:
    condition = read_condition(text, SCHEMA)
    with pytest.raises(ConfigError, match=why):
        condition.holds(VALUES)
