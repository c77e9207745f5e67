"""From a plain mapping (composed by Hydra, or read back from a record) to a checked `Config`, and back.

The one place where settings are checked. It knows nothing of where the mapping came from, and it never evaluates
anything in it: a record is data.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from difflib import get_close_matches
from typing import Any

from nnexp.config.schema import Config, DatasetConfig, Stages, flatten
from nnexp.errors import ConfigError


def build(settings: Mapping[str, Any]) -> Config:
    """Make a `Config` of a nested mapping, in which any setting may be absent.

    Raises
    ------
    ConfigError
        For a setting that does not exist (with the nearest that does) or whose value cannot be used.
    """
    flat = {name: value for name, value in flatten(dict(settings)).items() if (name, value) != ("dataset", {})}
    for name, value in flat.items():
        flat[name] = _check(name, value)
    dataset = {name.removeprefix("dataset."): value for name, value in flat.items() if name.startswith("dataset.")}
    top = {name: value for name, value in flat.items() if "." not in name}
    config = Config(**top, dataset=DatasetConfig(**dataset))
    if config.dataset.name != DatasetConfig.name and config.dataset.path is None:
        raise ConfigError("dataset.path must name a folder or an .npz file: dataset=folder dataset.path=DIR")
    return config


def settings(config: Config) -> dict[str, Any]:
    """Give a `Config` as a nested mapping of JSON's types; `build` makes the same `Config` of it."""
    return _plain(asdict(config))  # type: ignore[no-any-return]


def training_part(config: Config) -> dict[str, Any]:
    """Give the settings that decide the experiment. Where the data lie does not; what they are is in their digest."""
    nested = settings(replace(config, dataset=replace(config.dataset, path=None)))
    del nested["experiment"], nested["threads"], nested["dataset"]["path"], nested["dataset"]["name"]
    return nested


def text(value: Any) -> str:
    """Write a setting as it would be typed: 30, [100, 30], true, null."""
    return value if isinstance(value, str) else json.dumps(value)


def names() -> list[str]:
    """List every setting, flattened with dots."""
    return list(CHECKS)


def unknown(name: str) -> ConfigError:
    """Say that a setting does not exist, and which one may have been meant."""
    near = get_close_matches(name, names(), n=1)
    hint = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(names())}"
    return ConfigError(f"there is no setting {name}; {hint}")


def _check(name: str, value: Any) -> Any:
    if name not in CHECKS:
        raise unknown(name)
    return CHECKS[name](name, value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value


Check = Callable[[str, Any], Any]


def _refuse(name: str, wanted: str, value: Any) -> ConfigError:
    return ConfigError(f"{name} must be {wanted}, but got {value!r}")


def _whole(at_least: int) -> Check:
    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
            raise _refuse(name, f"a whole number of at least {at_least}", value)
        return value

    return check


def _number(name: str, value: Any, *, positive: bool) -> float:
    wanted = "a finite number above 0" if positive else "a finite number of at least 0"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _refuse(name, wanted, value)
    if not 0 <= value <= sys.float_info.max or (positive and value == 0):
        raise _refuse(name, wanted, value)
    return float(value)


def _one_of(*choices: str) -> Check:
    def check(name: str, value: Any) -> str:
        if value not in choices:
            near = get_close_matches(str(value), choices, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise ConfigError(f"{name} must be one of {', '.join(choices)}, but got {value!r}{hint}")
        return str(value)

    return check


def _optional(check: Check) -> Check:
    return lambda name, value: None if value is None else check(name, value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise _refuse(name, "a text", value)
    return value


def _flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refuse(name, "true or false", value)
    return value


def _hidden(name: str, value: Any) -> int | tuple[int, ...]:
    wanted = "a whole number of at least 1, or a list of them like [100, 30]"
    layers = list(value) if isinstance(value, list | tuple) else [value]
    if not layers or any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in layers):
        raise _refuse(name, wanted, value)
    return layers[0] if len(layers) == 1 else tuple(layers)


def _eta(name: str, value: Any) -> float | Stages:
    if not isinstance(value, list | tuple):
        return _number(name, value, positive=True)
    if not value or any(not isinstance(stage, list | tuple) or len(stage) != 2 for stage in value):
        raise _refuse(name, "a number, or stages like [[31, 2.0], [30, 0.4]] (epochs, eta)", value)
    return tuple(
        (_whole(1)(f"{name} (a stage's epochs)", epochs), _number(f"{name} (a stage's rate)", rate, positive=True))
        for epochs, rate in value
    )


def _freeze(name: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise _refuse(name, "a list of layers like [0]", value)
    return tuple(sorted({_whole(0)(name, layer) for layer in value}))


CHECKS: dict[str, Check] = {
    "hidden": _hidden,
    "eta": _eta,
    "batch_size": _whole(1),
    "epochs": _whole(1),
    "seed": _whole(0),
    "init": _one_of("normal", "uniform_bias", "scaled"),
    "cost": _one_of("quadratic", "cross_entropy"),
    "lmbda": lambda name, value: _number(name, value, positive=False),
    "activation": _one_of("sigmoid", "step"),
    "freeze": _freeze,
    "shuffle": _flag,
    "dtype": _one_of("float32", "float64"),
    "dataset.name": _text,
    "dataset.path": _optional(_text),
    "dataset.split": _one_of("book", "full"),
    "dataset.scale": _one_of("1/256", "1/255", "none"),
    "dataset.classes": _optional(_whole(2)),
    "dataset.limit": _optional(_whole(1)),
    "experiment": _optional(_text),
    "threads": _whole(1),
}
assert set(CHECKS) == {f.name for f in fields(Config) if f.name != "dataset"} | {
    f"dataset.{f.name}" for f in fields(DatasetConfig)
}
