"""One run before it starts: checked against its data, keyed and named. Whatever is known of it by then stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnexp.config.presets import own_settings, trained_settings
from nnexp.config.schema import EPOCHS
from nnexp.config.value import format_value
from nnexp.tasks.task import Data, Task
from nnexp.training.key import key_of

PRESET = "experiment"  # a setting that names a preset, for tasks that have it
NEVER_NAMED = ("hidden", PRESET)  # the title and the preset's own word say them already


@dataclass(frozen=True)
class RunSpec:
    """A run that may start. `number` tells it apart within a launch; `folder` is where its files go."""

    task: Task
    config: Any  # as the task's schema made it
    name: str  # 784-30-10, its preset, and what else was chosen
    key: str
    code: str
    data: Data | None
    number: int = 0
    folder: Path = Path()

    @property
    def values(self) -> dict[str, Any]:
        """The settings as nested plain values: what a worker is sent, and what config.json holds."""
        return self.task.schema.values(self.config)

    @property
    def params(self) -> dict[str, str]:
        """The settings as the tracking store keeps them."""
        return self.task.schema.params(self.config)

    @property
    def epochs(self) -> int | None:
        """How many epochs it takes, if its settings say so."""
        return getattr(self.config, EPOCHS, None)


def make_spec(
    task: Task, config: Any, chosen: Mapping[str, Any] | None = None, *, number: int = 0, folder: Path = Path()
) -> RunSpec:
    """Check a config against its data, and work out its key and name.

    Parameters
    ----------
    task
        What is to be trained.
    config
        The run's settings.
    chosen
        The settings that the person chose or that vary in a sweep, by their dotted names; they are added to the name.
        A run of a preset is named for what differs from the preset's own settings, chosen here or not.
    number, folder
        See `RunSpec`.

    Raises
    ------
    DataError, ConfigError
        Data that cannot be used, or settings that do not fit them.
    """
    examined = task.examine(config)
    config, data, code = examined.config, examined.data, task.code()
    key = key_of(task.name, task.schema.deciding(config), data.digest if data else None, code)
    name = " ".join([examined.title, *_words(task, config, chosen or {})])
    return RunSpec(task, config, name, key, code, data, number, folder)


def _words(task: Task, config: Any, chosen: Mapping[str, Any]) -> list[str]:
    preset = getattr(config, PRESET, None)
    own = own_settings(preset, task.schema) if preset else None
    here = trained_settings(config, task.schema)
    changed = {name: value for name, value in here.items() if own and value != own[name]}
    said = {name: value for name, value in chosen.items() if not own or name not in own}
    shown = {name: value for name, value in (said | changed).items() if name not in NEVER_NAMED}
    return [*([preset] if preset else []), *(f"{name}={format_value(value)}" for name, value in shown.items())]
