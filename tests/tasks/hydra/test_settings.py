"""The settings of an application's jobs: whatever they are, they decide, and only their own."""

from __future__ import annotations

import pytest

from nnexp.errors import ConfigError
from nnexp.tasks.hydra.settings import Leaves

MYSQL = {"db": {"driver": "mysql"}, "seed": 1, "layers": [1, 2]}
POSTGRES = {"db": {"driver": "postgresql", "timeout": 10}, "seed": 1, "layers": [1, 2]}
BOTH = Leaves(["db.driver", "seed", "layers", "db.timeout"])


def test_what_another_job_has_besides_decides_nothing_here():
    config = BOTH.parse_config(MYSQL)
    alone = Leaves(["db.driver", "seed", "layers"])
    assert BOTH.deciding(config) == alone.deciding(alone.parse_config(MYSQL))
    assert BOTH.deciding(config) == {"db.driver": "mysql", "seed": 1, "layers": [1, 2]}
    assert BOTH.params(config) == {"db.driver": "mysql", "seed": "1", "layers": "[1, 2]"}


def test_jobs_can_be_held_against_each_other():
    flat = [BOTH.flat(BOTH.parse_config(values)) for values in (MYSQL, POSTGRES)]
    assert [{name: values[name] for name in ("db.driver", "db.timeout")} for values in flat] == [
        {"db.driver": "mysql", "db.timeout": None},
        {"db.driver": "postgresql", "db.timeout": 10},
    ]


def test_a_value_that_is_null_is_not_one_that_is_absent():
    absent, null = ({"a": 1}, {"a": 1, "b": None})
    schema = Leaves(["a", "b"])
    assert schema.deciding(schema.parse_config(absent)) != schema.deciding(schema.parse_config(null))


def test_what_says_where_it_runs_is_recorded_and_decides_nothing():
    schema = Leaves(["lr", "out"], ["out"])
    config = schema.parse_config({"lr": 0.1, "out": "multirun/1"})
    assert schema.deciding(config) == {"lr": 0.1}
    assert schema.params(config) == {"lr": "0.1", "out": "multirun/1"}


def test_what_is_made_of_other_settings_is_in_the_key_and_tells_nothing_apart():
    schema = Leaves(["lr", "twice"], derived=["twice"])
    config = schema.parse_config({"lr": 0.1, "twice": 0.1})
    assert schema.deciding(config) == {"lr": 0.1, "twice": 0.1}
    assert [one.name for one in schema.settings.values() if one.decides] == ["lr"]


def test_a_record_gives_the_same_config_again():
    config = BOTH.parse_config(POSTGRES)
    assert BOTH.parse_recorded(BOTH.values(config)) == config


@pytest.mark.parametrize(
    ("values", "mistake"),
    [
        ({"a": {"b": 1}, "a.b": 2}, "two settings that are called a.b"),
        ({"a": {"b": "x" * 7000}}, "a.b must be at most 6,000 characters long, but has 7,000"),
    ],
)
def test_what_no_store_keeps_is_refused(values, mistake):
    with pytest.raises(ConfigError, match=mistake):
        Leaves(["a.b"]).parse_config(values)
