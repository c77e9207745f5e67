"""What a person can set: the settings of a task, each declared once, as a field of a frozen dataclass.

A field says its default, its check, what it means and what it decides. From there a setting is on the command line, in
the key, in the tracking store and in every comparison. Nothing here evaluates anything that it is given: a record is
data. Knows no task, no Hydra and no YAML.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Generic, TypeVar, get_type_hints

from nnexp.config.setting import Setting, declared_in
from nnexp.config.value import format_value
from nnexp.errors import ConfigError

C = TypeVar("C")

SEED, EPOCHS, THREADS = "seed", "epochs", "threads"  # settings that mean the same to every task that has them
LONGEST = 6000  # characters of a setting's value: MLflow cuts off the rest


class Schema(Generic[C]):
    """The settings of one task, from the dataclass that holds them; a dataclass within it has a dot in its names."""

    is_declared = True  # whether a task says what its settings are

    def __init__(self, config: type[C], prefix: str = "", *, unset: Collection[str] = ()) -> None:
        self.config = config
        self._prefix = prefix  # what a person types before their names
        self._unset = unset  # names that a person may try, and that no setting can be

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """Every setting by its dotted name, in the order of their declaration."""
        return {one.name: one for one in declared_in(self.config)}

    def setting_names(self) -> list[str]:
        """List every setting, flattened with dots."""
        return list(self.settings)

    def unknown_setting(self, name: str) -> ConfigError:
        """Say that a setting does not exist, and which one may have been meant."""
        if name.partition(".")[0] in self._unset:
            told = "it is no number, text, choice or list of them, and keeps its default"
            return ConfigError(f"{self._prefix}{name} cannot be set: {told}")
        groups = {one.partition(".")[0] for one in self.settings if "." in one} - {name}
        near = get_close_matches(name, [*self.settings, *sorted(groups)], n=1)
        hint = f"did you mean {self._prefix}{near[0]}?" if near else f"the settings are {', '.join(self.settings)}"
        return ConfigError(f"there is no setting {self._prefix}{name}; {hint}")

    def parse_config(self, values: Mapping[str, Any]) -> C:
        """Make a config of a nested mapping, in which any setting that has a default may be absent.

        Raises
        ------
        ConfigError
            For a setting that does not exist (with the nearest that does), that is missing, or whose value cannot be
            used.
        """
        given = {name: value for name, value in flatten(dict(values)).items() if not self._is_empty_group(name, value)}
        checked = {name: self._check(name, value) for name, value in given.items()}
        missing = [name for name in self.settings if name not in checked and name not in self._defaults]
        if missing:
            raise ConfigError(f"{', '.join(missing)} must be given: {missing[0]}=VALUE")
        return _build(self.config, {**self._defaults, **checked}, "")

    def parse_recorded(self, values: Mapping[str, Any]) -> C:
        """Make a config of a record's values: what they do not name is older than the setting.

        Raises
        ------
        ConfigError
            As for `parse_config`.
        """
        named = flatten(dict(values))
        older = {one.name: one.before for one in self.settings.values() if one.before is not None}
        return self.parse_config({**older, **named})

    def check_recorded(self, config: C) -> None:
        """Hold a config that a record gave to what its settings ask of a record besides.

        Raises
        ------
        ConfigError
            For a value that a person may type, and that no run records.
        """
        for name, value in self.flat(config).items():
            check = self.settings[name].recorded
            if check:
                check(name, value)

    def values(self, config: C) -> dict[str, Any]:
        """Give a config as a nested mapping of JSON's types, of which `parse_config` makes the same config."""
        return _plain(asdict(config))  # type: ignore[no-any-return, call-overload]

    def flat(self, config: C) -> dict[str, Any]:
        """Give a config as a mapping of dotted names to values in JSON's types."""
        return flatten(self.values(config))

    def flat_value(self, name: str, value: Any) -> Any:
        """Check the value of one setting, and give it as `flat` does."""
        return _plain(self._check(name, value))

    def params(self, config: C) -> dict[str, str]:
        """Write a config as the tracking store keeps it: dotted names, every value a text."""
        return {name: format_value(value) for name, value in self.flat(config).items()}

    def default_params(self) -> dict[str, str]:
        """Write as the tracking store does what a record older than a setting stands for: mostly its default."""
        return {name: format_value(_plain(self.settings[name].unsaid)) for name in self._defaults}

    def initial(self, missing: Any) -> dict[str, Any]:
        """Give every setting's default, nested as `values` does; for one that must be given, what stands for that."""
        nested: dict[str, Any] = {}
        for name in self.settings:
            *path, last = name.split(".")
            node = nested
            for step in path:
                node = node.setdefault(step, {})
            node[last] = _plain(self._defaults.get(name, missing))
        return nested

    def deciding(self, config: C) -> dict[str, Any]:
        """Give what decides the training, by dotted names; what is at its default is left out.

        So a setting that is added later, at its default, changes no key. A default must never change: the settings
        that were left out would then stand for something else. (Where a new setting's default is not what was done
        before it, what was done is left out: `before`.)
        """
        return {
            name: value
            for name, value in self.flat(config).items()
            if self.settings[name].decides and not _is(value, _plain(self.settings[name].unsaid))
        }

    def telling(self, config: C) -> dict[str, Any]:
        """Give what tells a run from others, however it was launched: what decides and is not at its default.

        The seed stands last, whatever it is: runs that differ in it alone are compared with each other.
        """
        flat, defaults = self.deciding(config), self._defaults
        found = {
            name: v for name, v in flat.items() if name != SEED and not _is(v, _plain(defaults.get(name, MISSING)))
        }
        return found | {name: value for name, value in self.flat(config).items() if name == SEED}

    def course(self, config: C) -> dict[str, Any]:
        """Give what decides each epoch, however many there are: of what decides, all but what makes a run longer."""
        return {name: value for name, value in self.deciding(config).items() if not self.settings[name].lengthens}

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        return {one.name: one.default for one in self.settings.values() if one.default is not MISSING}

    def _is_empty_group(self, name: str, value: Any) -> bool:
        return value == {} and any(known.startswith(f"{name}.") for known in self.settings)

    def _check(self, name: str, value: Any) -> Any:
        if name not in self.settings:
            raise self.unknown_setting(name)
        checked = self.settings[name].check(name, value)
        if (length := len(format_value(checked))) > LONGEST:
            raise ConfigError(
                f"{self._prefix}{name} must be at most {LONGEST:,} characters long, but has {length:,}: a store "
                "keeps no more, and could not tell it from another that begins alike"
            )
        return checked


def _build(config: type[C], checked: Mapping[str, Any], prefix: str) -> C:
    hints: dict[str, Any] = get_type_hints(config)
    given: dict[str, Any] = {}
    for each in fields(config):  # type: ignore[arg-type]
        name = f"{prefix}{each.name}"
        if is_dataclass(hints[each.name]):
            given[each.name] = _build(hints[each.name], checked, f"{name}.")
        elif name in checked:
            given[each.name] = checked[name]
    return config(**given)


def _is(value: Any, other: Any) -> bool:
    """Tell whether two values are the same in a key: 1 and 1.0 are not, nor are 0 and false."""
    return other is not MISSING and json.dumps(value) == json.dumps(other)


def flatten(nested: Any) -> dict[str, Any]:
    """Flatten a nested mapping, with dots between the names: `{"dataset.split": "book"}`."""
    flat: dict[str, Any] = {}
    for name, item in nested.items():
        if isinstance(item, dict) and item:
            flat |= {f"{name}.{inner}": leaf for inner, leaf in flatten(item).items()}
        else:
            flat[name] = item
    return flat


def _plain(value: Any) -> Any:
    """Give a value in JSON's types: a tuple as a list, at any depth."""
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value
