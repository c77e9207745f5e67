import os

import pytest

from nnexp.errors import ConfigError
from nnexp.sweep.policy import POLICY, RAY_POLICY, Policy, unknown_to_launcher


def test_the_defaults_are_a_policy():
    assert POLICY.parse_config({}) == Policy()
    assert Policy().slots == len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), (90, 90), (1.5, 1.5), ("90s", 90), ("10m", 600), ("1.5h", 5400), ("2d", 172800)]
)
def test_durations(text, seconds):
    policy = POLICY.parse_config({"timeout": text, "budget": text})
    assert (policy.timeout_s, policy.budget_s) == (seconds, seconds)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"job": 2}, r"there is no setting hydra\.launcher\.job; did you mean hydra\.launcher\.jobs\?"),
        ({"xyzzy": 2}, r"there is no setting hydra\.launcher\.xyzzy; the settings are jobs, retries, .*dry_run.*"),
        ({"jobs": 0}, "jobs must be a whole number of at least 1, but got 0"),
        ({"jobs": True}, "jobs must be a whole number of at least 1, but got True"),
        ({"jobs": 1.5}, r"jobs must be a whole number of at least 1, but got 1\.5"),
        ({"jobs": "two"}, "jobs must be a whole number of at least 1, but got 'two'"),
        ({"retries": -1}, "retries must be a whole number of at least 0, but got -1"),
        ({"retries": None}, "retries must be a whole number of at least 0, but got None"),
        ({"max_failures": 0}, "max_failures must be a whole number of at least 1, but got 0"),
        ({"fail_fast": 1}, "fail_fast must be true or false, but got 1"),
        ({"fresh": "yes"}, "fresh must be true or false, but got 'yes'"),
        ({"dry_run": None}, "dry_run must be true or false, but got None"),
        ({"until_decided": 1}, "until_decided must be true or false, but got 1"),
        ({"worthwhile": -1}, "worthwhile must be a finite number of at least 0, but got -1"),
        ({"timeout": "soon"}, "timeout must be a duration above 0 like 90, 90s, 10m or 2h, but got 'soon'"),
        ({"timeout": 0}, "timeout must be a duration above 0 like 90, 90s, 10m or 2h, but got 0"),
        ({"budget": "-5m"}, "budget must be a duration above 0 like 90, 90s, 10m or 2h, but got '-5m'"),
        ({"budget": "10 weeks"}, "budget must be a duration above 0 like 90, 90s, 10m or 2h, but got '10 weeks'"),
    ],
)
def test_what_is_refused(settings, message):
    with pytest.raises(ConfigError, match=f"^{message}$"):
        POLICY.parse_config(settings)


def test_fail_fast_is_one_failure():
    assert [Policy().failures_allowed, Policy(max_failures=3).failures_allowed] == [None, 3]
    assert Policy(fail_fast=True, max_failures=3).failures_allowed == 1


@pytest.mark.parametrize("address", ["auto", "ray://10.0.0.1:10001", "10.0.0.1", "", 6379])
def test_a_cluster_is_named_by_host_and_port(address):
    assert RAY_POLICY.parse_config({"address": "10.0.0.1:6379"}).address == "10.0.0.1:6379"
    with pytest.raises(ConfigError, match=r"^address must be HOST:PORT of a Ray cluster that this machine is part of"):
        RAY_POLICY.parse_config({"address": address})


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("address", "hydra.launcher.address is a setting of hydra/launcher=ray, which must be given too"),
        ("cpu", "there is no setting hydra.launcher.cpu; did you mean hydra.launcher.cpus?"),
        ("job", "there is no setting hydra.launcher.job; did you mean hydra.launcher.jobs?"),
    ],
)
def test_whose_a_setting_is(name, message):
    assert str(unknown_to_launcher(name)) == message
