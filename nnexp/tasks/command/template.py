"""A command as it is typed, `{name}` standing for a setting. Each argument is filled by itself: there is no shell.

    python train.py --lr {lr} --out {folder}/model.pt

`{{` is a brace. Nothing but names stands between braces: no format, no expression.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nnexp.config.value import format_value
from nnexp.errors import ConfigError

FOLDER = "folder"  # a new folder for each run, in place of a setting
NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
PART = re.compile(r"(\{\{|\}\})|\{([^{}]*)\}|([{}])")


@dataclass(frozen=True)
class Template:
    """The arguments of a command, its program first.

    Raises
    ------
    ConfigError
        For what stands between braces and is no name.
    """

    arguments: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.arguments:
            raise ConfigError("there is no command; expected one after --, like: -- python train.py --lr {lr}")
        for argument in self.arguments:
            for _, name, lonely in PART.findall(argument):
                if lonely:
                    raise ConfigError(f"{argument!r} has a brace alone: write {{{{ for {{, and }}}} for }}")
                if name and not NAME.fullmatch(name):
                    raise ConfigError(f"{{{name}}} in {argument!r} is no setting: letters, digits, _ and dots name one")
            if "{}" in argument.replace("{{", "").replace("}}", ""):
                raise ConfigError(f"{argument!r} has braces without a name; write {{lr}}, or {{{{}}}} for the braces")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The settings that it takes, in the order in which they stand there."""
        found = (name for argument in self.arguments for _, name, _ in PART.findall(argument))
        return tuple(dict.fromkeys(name for name in found if name and name != FOLDER))

    def filled(self, values: Mapping[str, Any]) -> list[str]:
        """Give the arguments with settings, by dotted names, put in."""
        return [fill(argument, values) for argument in self.arguments]


def fill(text: str, values: Mapping[str, Any]) -> str:
    """Put settings into one argument."""
    return PART.sub(lambda part: part[1][0] if part[1] else format_value(values[part[2]]), text)


def literal(argument: str) -> str | None:
    """Give an argument that is the same in every run; None for another."""
    return None if any(name for _, name, _ in PART.findall(argument)) else fill(argument, {})
