"""One run before it starts: checked against its data, keyed and named. Whatever is known of it by then stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnexp.config.schema import EPOCHS
from nnexp.config.value import format_value
from nnexp.measure import Measure
from nnexp.tasks.task import Data, Examined, Task
from nnexp.training.checkpoint import Checkpoint
from nnexp.training.key import key_of


@dataclass(frozen=True)
class Basis:
    """What a run stands on: its key, and the digests of the code and the data that are in it."""

    key: str
    code: str
    data: str | None


@dataclass(frozen=True)
class RunSpec:
    """A run that may start. `number` tells it apart within a launch; `folder` is where its files go."""

    task: Task
    config: Any  # as the task's schema made it
    name: str  # 784-30-10, and what was chosen
    key: str
    code: str
    data: Data | None
    number: int = 0
    folder: Path = Path()
    cautions: tuple[str, ...] = ()  # what the person should hear before it starts
    portable: bool = False  # whether its bits are the same in every environment
    course: str = ""  # its key but for how long it is: the same for runs that begin as it does
    checkpoint: Checkpoint | None = field(default=None, compare=False)  # of such a run, to go on from
    measures: tuple[Measure, ...] = ()  # what is declared of its metrics

    @property
    def values(self) -> dict[str, Any]:
        """The settings as nested plain values: what a worker is sent, and what config.json holds."""
        return self.task.schema.values(self.config)

    @property
    def basis(self) -> Basis:
        """What whoever trains it must find again."""
        return Basis(self.key, self.code, self.data.digest if self.data else None)

    @property
    def params(self) -> dict[str, str]:
        """The settings as the tracking store keeps them."""
        return self.task.schema.params(self.config)

    @property
    def at_default(self) -> list[str]:
        """The settings that are at their default: what a record stands for that is older than one of them."""
        defaults = self.task.schema.default_params()
        return [name for name, text in self.params.items() if defaults.get(name) == text]

    @property
    def incidental(self) -> list[str]:
        """The settings that decide nothing of what is trained: they tell no runs apart."""
        return [one.name for one in self.task.schema.settings.values() if not one.decides]

    @property
    def derived(self) -> list[str]:
        """The settings of these that are in the key all the same: others make them what they are."""
        in_key = self.task.schema.deciding(self.config)
        return [name for name in self.incidental if name in in_key]

    @property
    def epochs(self) -> int | None:
        """How many epochs it takes, if its settings say so."""
        return getattr(self.config, EPOCHS, None)

    @property
    def done(self) -> int:
        """How many epochs it takes over from its checkpoint."""
        return self.checkpoint.epoch if self.checkpoint else 0

    @property
    def to_train(self) -> int:
        """How many epochs are trained; 1 if its settings do not say."""
        return max((self.epochs or 1) - self.done, 1)


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
        The settings that the person chose or that vary in a sweep, by their dotted names: they name a run whose task
        declares none. Any other is named by all that is not at its default, so alike however it is launched.
    number, folder
        See `RunSpec`.

    Raises
    ------
    DataError, ConfigError
        Data that cannot be used, or settings that do not fit them.
    """
    examined = task.examine(config)
    basis = basis_of(task, examined)
    telling = task.schema.telling(examined.config) if task.schema.is_declared else (chosen or {})
    words = [f"{name}={format_value(value)}" for name, value in telling.items() if name not in examined.told]
    name = " ".join([examined.title, *words])
    return RunSpec(
        task,
        examined.config,
        name,
        basis.key,
        basis.code,
        examined.data,
        number,
        folder,
        examined.cautions,
        examined.portable,
        key_of(task.name, task.schema.course(examined.config), basis.data, basis.code),
        measures=examined.measures or (*task.measures,),
    )


def basis_of(task: Task, examined: Examined) -> Basis:
    """Work out what a run stands on, by what this process has in memory."""
    code, data = task.code(), examined.data.digest if examined.data else None
    return Basis(key_of(task.name, task.schema.deciding(examined.config), data, code), code, data)
