"""A task whose code is not at hand, known by what its runs say of it: enough to read them, not to train them again."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import MISSING
from functools import cached_property
from typing import Any

from nnexp.config.schema import Schema, flatten
from nnexp.config.setting import Setting
from nnexp.errors import NnexpError
from nnexp.measure import Measure, read_measures
from nnexp.tasks.function.task import paths_in
from nnexp.tasks.known import task_named
from nnexp.tasks.task import Examined, Files, Measured, Result, Task
from nnexp.tasks.untold import Untold
from nnexp.tracking.records import Tag

Settings = dict[str, Any]  # by their dotted names


class RecordedSchema(Schema[Settings]):
    """The settings of a run as its record has them: whatever they are, they are data."""

    def __init__(
        self,
        settings: Mapping[str, Any],
        at_default: Iterable[str],
        incidental: Iterable[str],
        derived: Iterable[str] = (),
    ) -> None:
        super().__init__(dict)
        self._recorded, self._at_default, self._incidental = dict(settings), {*at_default}, {*incidental}
        self._derived = {*derived}

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """Every setting of the record; one at its default is known to have it."""
        return {
            name: Setting(
                name,
                value if name in self._at_default else MISSING,
                lambda _name, found: found,
                decides=name not in self._incidental,
            )
            for name, value in self._recorded.items()
        }

    def parse_config(self, values: Mapping[str, Any]) -> Settings:
        """Take the settings as they are."""
        return flatten(dict(values))

    def flat(self, config: Settings) -> Settings:
        """Give them as they are."""
        return dict(config)

    def deciding(self, config: Settings) -> Settings:
        """Give what is in the key: also what others make, which tells no run apart."""
        return super().deciding(config) | {name: config[name] for name in self._derived & config.keys()}


class AbsentTask(Untold):
    """Answers what a record answers; asked for more, it says that it is not at hand."""

    def __init__(self, name: str, tags: Mapping[str, str], settings: Mapping[str, Any], why: NnexpError) -> None:
        self.name = name
        named = (tags.get(tag, "").split() for tag in (Tag.DEFAULTS, Tag.INCIDENTAL, Tag.DERIVED))
        self.schema: Schema[Any] = RecordedSchema(flatten(dict(settings)), *named)
        self.measures: Sequence[Measure] = tuple(read_measures(tags.get(Tag.MEASURES)).values())
        self._why = why

    def examine(self, config: Any) -> Examined:  # noqa: ARG002
        """Refuse it: its data are looked at by its code."""
        raise self._why

    def code(self) -> str:
        """Refuse it."""
        raise self._why

    def begin(self, config: Any, state: Files | None = None) -> Generator[Measured, None, Result]:  # noqa: ARG002
        """Refuse it."""
        raise self._why


def task_of_record(name: str, tags: Mapping[str, str], settings: Mapping[str, Any], tasks: Mapping[str, Task]) -> Task:
    """Find the task that a record names; where it is not at hand, make do with what the record says of it.

    Nor is one at hand whose code is there, and cannot be used as it is.
    """
    try:
        task = task_named(name, tasks, paths_in(tags.get(Tag.DATA_PATHS, "")))
        assert task.schema, "a task has settings, which its code tells"
    except NnexpError as why:
        return AbsentTask(name, tags, settings, why)
    return task
