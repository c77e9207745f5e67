"""What Hydra, OmegaConf and their parsers refuse, in one line that says what to write instead."""

from __future__ import annotations

import re
import shlex
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, NoReturn

from hydra.conf import HydraConf
from hydra.errors import MissingConfigException
from omegaconf.errors import InterpolationKeyError, MissingMandatoryValue, OmegaConfBaseException

from nnexp.config.checks import none_of
from nnexp.config.paths import USER_CONF, user_conf
from nnexp.config.schema import Schema
from nnexp.config.sweeps import sweep_names
from nnexp.errors import ConfigError
from nnexp.search.terms import SEARCH, SWEEPER
from nnexp.sweep.policy import LAUNCHER, RAY_POLICY, unknown_to_launcher

GRID = ("params", "together", "where")  # the settings of nnexp's own grid
SWEEPERS = {**dict.fromkeys(SEARCH.settings, "search"), "together": "grid", "where": "grid"}  # by what each has alone
OURS = {
    "hydra/launcher": "; nnexp's own pool runs on every core, and ray on many machines",
    "hydra/sweeper": "; nnexp's own search asks Optuna",
}
UNKNOWN_TO_HYDRA = re.compile(r"Key '(?P<name>\w+)' not in 'HydraConf'")
UNKNOWN_TO_SWEEPER = re.compile(r"Sweeper\.__init__\(\) got an unexpected keyword argument '(?P<name>\w+)'")
NOT_THERE = re.compile(r"Could not override '(?P<name>[^']+)'")
OF_ALL = re.compile(r"Sweeping over Hydra's configuration is not supported : '(?P<typed>.*)'")
SEVERAL = re.compile(
    r"Sweep parameters '(?P<typed>.*)' requires? --multirun|Ambiguous value for argument '(?P<list>.*?)' 1\. To use it"
)


def refuse_flags(arguments: Sequence[str], schema: Schema[Any]) -> None:
    """Refuse settings that are written as flags.

    Raises
    ------
    ConfigError
        For the first of them.
    """
    for argument in arguments:
        name = argument.removeprefix("--").partition("=")[0].replace("-", "_")
        if argument.startswith("--") and name in schema.settings:
            raise ConfigError(f"settings are written without dashes: {name}=VALUE, not {argument}")
        if argument.startswith("--") and name in RAY_POLICY.settings:
            raise ConfigError(f"a launch is set without dashes: {LAUNCHER}{name}=VALUE, not {argument}")


@contextmanager
def flags_raised() -> Iterator[None]:
    """Have argparse, by which Hydra reads its flags, raise what it cannot read rather than print it and leave."""

    def error(parser: ArgumentParser, message: str) -> NoReturn:
        unknown = re.fullmatch(r"unrecognized arguments: (\S+).*", message)
        near = get_close_matches(unknown[1], parser._option_string_actions, n=1) if unknown else []
        raise ConfigError(f"{message}; did you mean {near[0]}?" if near else f"{message} (nnexp train --help)")

    usual, ArgumentParser.error = ArgumentParser.error, error  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        ArgumentParser.error = usual  # type: ignore[method-assign]


def in_one_line(error: Exception, schema: Schema[Any]) -> ConfigError:
    """Say what was refused."""
    for cause in [error, *([error.__cause__] if error.__cause__ else [])]:
        if isinstance(cause, OmegaConfBaseException) and (told := _of_a_value(cause, schema)):
            return told
        if isinstance(cause, MissingConfigException) and (told := _of_a_file(cause)):
            return told
    text = " ".join(str(error).split())
    if "INTERVAL_SWEEP" in text:
        return ConfigError("an interval has no end of values to run one after the other; hydra/sweeper=search does it")
    if found := UNKNOWN_TO_HYDRA.search(text):
        return _unknown(f"hydra.{found['name']}", schema)
    if found := UNKNOWN_TO_SWEEPER.search(text):
        return _unknown(f"{SWEEPER}{found['name']}", schema)
    if found := NOT_THERE.search(text):
        return _unknown(found["name"], schema)
    if found := OF_ALL.search(text):
        name, _, values = found["typed"].partition("=")
        return ConfigError(f"{name} holds for the whole sweep, and takes one value, but got {values}")
    if found := SEVERAL.search(text):
        return _several(found["typed"] or found["list"])
    return ConfigError(text)


def _of_a_value(cause: OmegaConfBaseException, schema: Schema[Any]) -> ConfigError | None:
    if isinstance(cause, MissingMandatoryValue) and cause.full_key:
        return ConfigError(f"{cause.full_key} must be given: {cause.full_key}=VALUE")
    if isinstance(cause, InterpolationKeyError) and cause.full_key:
        name = str(cause).partition("'")[2].partition("'")[0]
        return ConfigError(f"{cause.full_key} refers to {name} by ${{{name}}}, but there is no setting of that name")
    if "not in struct" not in str(cause) or not cause.full_key:
        return None
    key = str(cause.full_key)
    group, _, name = key.rpartition(".")
    if not key.startswith("hydra.") or key.startswith(LAUNCHER):
        return _unknown(key, schema)
    if f"{group}." == SWEEPER and (needed := SWEEPERS.get(name)):
        return ConfigError(f"{key} is a setting of hydra/sweeper={needed}, and not of the sweeper that is set")
    return none_of([one for one in map(str, cause.parent_node or ()) if not one.startswith("_")], group, name)


def _of_a_file(cause: MissingConfigException) -> ConfigError | None:
    """Say which file of a group is not there, or which config."""
    group, _, choice = str(cause.missing_cfg_file).rpartition("/")
    if group and cause.options:
        foreign = USER_CONF.is_dir() and not user_conf()
        passed = "; ./conf is passed over: its config.yaml is another project's" if foreign else ""
        return ConfigError(f"{none_of(cause.options, group, choice)}{OURS.get(group, '')}{passed}")
    if cause.missing_cfg_file and not group:
        name = choice.removesuffix(".yaml")
        near = get_close_matches(name, ["config", *sweep_names()], n=1)
        hint = f"did you mean {near[0]}?" if near else "nnexp sweep lists the sweeps"
        return ConfigError(f"there is no config and no sweep {name}; {hint}")
    return None


def _unknown(name: str, schema: Schema[Any]) -> ConfigError:
    """Say that there is no such setting, and which may have been meant."""
    if name.startswith(LAUNCHER):
        return unknown_to_launcher(name.removeprefix(LAUNCHER))
    if not name.startswith("hydra."):
        return schema.unknown_setting(name)
    ours = (
        (LAUNCHER, RAY_POLICY.settings),
        (SWEEPER, [*GRID, *SEARCH.settings]),
        ("hydra.", HydraConf.__annotations__),
    )
    known = [f"{prefix}{one}" for prefix, names in ours for one in names]
    near = get_close_matches(name, known, n=1)
    hint = (
        f"did you mean {near[0]}?" if near else "nnexp train --help lists those of a launch, --cfg hydra all of Hydra's"
    )
    return ConfigError(f"there is no setting {name}; {hint}")


def _several(typed: str) -> ConfigError:
    """Say that values for several runs were typed for one."""
    name, _, values = typed.partition("=")
    one = "" if "(" in values else f"; for one list write '{name}=[{values}]', for a text '{name}=\"{values}\"'"
    return ConfigError(f"{typed} stands for several runs, which -m trains: nnexp train -m {shlex.quote(typed)}{one}")
