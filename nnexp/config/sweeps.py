"""The named sweeps: files of ./sweeps, and those that nnexp ships. One that cannot be read hides no other."""

from __future__ import annotations

import glob
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from nnexp.config.paths import SWEEPS, USER_SWEEPS
from nnexp.errors import ConfigError, NotFoundError

TASK = (
    "task",
    "command",
    "results",
    "metric",
    "better",
    "data",
)  # what a sweep says of a task that is not nnexp's, beside its settings

BEGINNING = "defaults: [config, _self_]"
PARAMS = ("hydra", "sweeper", "params")  # where what varies is set


class Once(yaml.SafeLoader):
    """Reads YAML in which no name stands twice: the one above would be forgotten."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        """Make a mapping."""
        names: set[Any] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in names:
                raise yaml.constructor.ConstructorError(
                    problem=f"{key.value} stands there twice", problem_mark=key.start_mark
                )
            names.add(key.value)
        return super().construct_mapping(node, deep)


@dataclass(frozen=True)
class NamedSweep:
    """A sweep's file: the first comment in it, and what it holds, not composed."""

    about: str
    settings: dict[str, Any]


def sweep_files() -> dict[str, Path]:
    """Find the file of each name; the user's own stand before those of nnexp. An editor's hidden files are none."""
    found: dict[str, Path] = {}
    for folder in (SWEEPS, USER_SWEEPS):
        found |= {file.stem: file for file in folder.glob("*.yaml") if not file.name.startswith(".")}
    return dict(sorted(found.items()))


def sweep_names() -> list[str]:
    """List the sweeps that can be asked for by name."""
    return list(sweep_files())


def read_sweep(name: str) -> NamedSweep:
    """Read a sweep's file; whether Hydra can compose it, Hydra says.

    Raises
    ------
    NotFoundError
        If there is no such file.
    ConfigError
        If it cannot be read, or holds no settings.
    """
    files = sweep_files()
    if name not in files:
        if (stem := Path(name).stem) in files:
            raise NotFoundError(f"a sweep goes by its name alone: nnexp sweep {stem}, not {name}")
        if other := next(USER_SWEEPS.glob(f"{glob.escape(stem)}.yml"), None):
            raise NotFoundError(f"{other} is no sweep by that name; call it {other.with_suffix('.yaml')}")
        near = get_close_matches(name, files, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(files)}"
        raise NotFoundError(f"there is no sweep {name} in ./sweeps or among nnexp's own; {hint}")
    return _read(files[name])


def _read(file: Path) -> NamedSweep:
    try:
        if file.exists() and not file.is_file():  # a pipe would be waited for
            raise ConfigError(f"the sweep {file} is no file")
        text = file.read_text(encoding="utf-8")
        settings = yaml.load(text, Once)  # noqa: S506 - a safe one
    except OSError as error:
        raise ConfigError(f"the sweep {file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the sweep {file} cannot be read: it is no text in UTF-8") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"the sweep {file} cannot be read: {yaml_mistake(error)}") from error
    _check(settings, file)
    first = text.split("\n", 1)[0]
    return NamedSweep(first.removeprefix("#").strip() if first.startswith("#") else "", settings)


def _check(settings: Any, file: Path) -> None:
    """Refuse what Hydra could make nothing of, in words of its own."""
    if not isinstance(settings, dict) or "defaults" not in settings:
        kind = {dict: "no defaults", list: "a list", str: "a text", type(None): "nothing"}
        got = kind.get(type(settings), "a value")
        raise ConfigError(f"the sweep {file} must hold settings that begin with {BEGINNING}, but holds {got}")
    defaults = settings["defaults"]
    if not isinstance(defaults, list) or not any(isinstance(one, str) and one != "_self_" for one in defaults):
        raise ConfigError(f"the sweep {file} must begin with {BEGINNING}, but its defaults are {defaults}")
    within: Any = settings
    for place, name in enumerate(PARAMS, start=1):
        within = within.get(name)
        if within is None:
            return
        if not isinstance(within, dict):
            path = ".".join(PARAMS[:place])
            raise ConfigError(f"{path} must hold settings, a line for each, but in the sweep {file} it is {within!r}")


def yaml_mistake(error: yaml.YAMLError) -> str:
    """Say in one line what is wrong in a YAML file, and where."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        if "'\\t'" in str(error.problem):
            return f"line {error.problem_mark.line + 1}: it begins with a tab, and YAML with blanks"
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())
