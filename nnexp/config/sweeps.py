"""The named sweeps: files of ./sweeps, and those that nnexp ships. One that cannot be read hides no other."""

from __future__ import annotations

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
        near = get_close_matches(name, files, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(files)}"
        raise NotFoundError(f"there is no sweep {name} in ./sweeps or among nnexp's own; {hint}")
    return _read(files[name])


def _read(file: Path) -> NamedSweep:
    try:
        if file.exists() and not file.is_file():  # a pipe would be waited for
            raise ConfigError(f"the sweep {file} is no file")
        text = file.read_text(encoding="utf-8")
        settings = yaml.safe_load(text)
    except OSError as error:
        raise ConfigError(f"the sweep {file} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the sweep {file} cannot be read: it is no text in UTF-8") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"the sweep {file} cannot be read: {yaml_mistake(error)}") from error
    if not isinstance(settings, dict) or "defaults" not in settings:
        raise ConfigError(f"the sweep {file} must hold settings that begin with defaults: [config, _self_]")
    first = text.split("\n", 1)[0]
    return NamedSweep(first.removeprefix("#").strip() if first.startswith("#") else "", settings)


def yaml_mistake(error: yaml.YAMLError) -> str:
    """Say in one line what is wrong in a YAML file, and where."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark:
        return f"line {error.problem_mark.line + 1}: {error.problem}"
    return " ".join(str(error).split())
