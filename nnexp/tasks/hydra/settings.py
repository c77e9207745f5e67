"""The settings of an application: the leaves of the configs that Hydra composed of its jobs, whatever they are.

Nothing is declared of them, so all that a job has decides, at whatever value; what another job has besides stands for
nothing in this one. A key is so the same in whatever plan. What was resolved by asking Hydra where or when the job
runs is incidental; what is derived from other settings alone is in the key, but tells no runs apart that they do not.
Knows nothing of Hydra: it is given plain values.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, dataclass, field
from functools import cached_property
from typing import Any

from nnexp.config.schema import Schema, flatten
from nnexp.config.setting import Setting
from nnexp.config.value import format_value
from nnexp.errors import ConfigError


@dataclass(frozen=True)
class Composed:
    """What one job is given: plain values, nested as they were composed."""

    values: Mapping[str, Any] = field(default_factory=dict)


class Leaves(Schema[Composed]):
    """The settings of some jobs, by their names."""

    is_declared = False

    def __init__(
        self, names: Iterable[str] = (), incidental: Collection[str] = (), derived: Collection[str] = ()
    ) -> None:
        super().__init__(Composed)
        self._names = tuple(dict.fromkeys(names))
        self._incidental = frozenset(incidental)
        self.not_telling = self._incidental | frozenset(derived)

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """Every setting by its dotted name, in the order in which they were met."""
        return {name: Setting(name, MISSING, _plain, decides=name not in self.not_telling) for name in self._names}

    def parse_config(self, values: Mapping[str, Any]) -> Composed:
        """Take a job's values.

        Raises
        ------
        ConfigError
            For a value that no store keeps, or two settings of one name.
        """
        given: dict[str, Any] = {}
        for name, value in leaves(values):
            if name in given:
                raise ConfigError(f"the config has two settings that are called {name}; name one of them otherwise")
            given[name] = self._check(name, value)
        return Composed(values)

    def parse_recorded(self, values: Mapping[str, Any]) -> Composed:
        """Take the values of a record: no setting is younger than one."""
        return self.parse_config(values)

    def values(self, config: Composed) -> dict[str, Any]:
        """Give a job's values as they were composed."""
        return dict(config.values)

    def flat(self, config: Composed) -> dict[str, Any]:
        """Give every setting's value by its name; that of one which the job has not is None."""
        own = flatten(config.values)
        return {name: own.get(name) for name in self.settings}

    def params(self, config: Composed) -> dict[str, str]:
        """Write those that the job has as the tracking store keeps them."""
        return {name: format_value(value) for name, value in flatten(config.values).items()}

    def deciding(self, config: Composed) -> dict[str, Any]:
        """Give all that the job has, by dotted names, but for what is incidental."""
        return {name: value for name, value in flatten(config.values).items() if name not in self._incidental}


def leaves(nested: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, Any]]:
    """Give the dotted name and the value of each leaf, as `flatten` names them."""
    for name, value in nested.items():
        if isinstance(value, dict) and value:
            yield from leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _plain(name: str, value: Any) -> Any:  # noqa: ARG001
    """Take any value: it was plain when it was composed."""
    return value
