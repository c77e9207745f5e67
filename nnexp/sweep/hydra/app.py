"""Hydra beneath `nnexp train`: its flags, its composition, its multirun; our errors and our output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import hydra
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from nnexp.config import store
from nnexp.config.build import names, unknown
from nnexp.config.paths import CONF
from nnexp.errors import ConfigError, NnexpError
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy, unknown_policy

Settings = Mapping[str, Any]


class HydraApp:
    """The task function that Hydra runs: one config at a time, or a whole sweep (see sweep/hydra_launcher.py)."""

    def __init__(
        self, single: Callable[[Settings], float], sweep: Callable[[Plan, Policy], Mapping[str, float]]
    ) -> None:
        self._single = single
        self._sweep = sweep
        self.errors: list[NnexpError] = []
        self.started = False

    def __call__(self, composed: DictConfig) -> float | None:
        """Train one composed config; its error is kept, so that Hydra does not tell it in its own way."""
        self.started = True
        try:
            return self._single(plain(composed))
        except NnexpError as error:
            self.errors.append(error)
            return None

    def sweep(self, plan: Plan, policy: Policy) -> Mapping[str, float]:
        """Run a sweep."""
        self.started = True
        return self._sweep(plan, policy)


def run_hydra(app: HydraApp, arguments: Sequence[str], say: Callable[[str], None]) -> None:
    """Let Hydra read the arguments, compose, and run the app.

    Raises
    ------
    ConfigError
        For whatever Hydra or OmegaConf refuse, in one line.
    """
    _refuse_settings_as_flags(arguments)
    store.register(asdict(Policy()))
    os.environ["HYDRA_FULL_ERROR"] = "1"  # so that Hydra raises instead of printing and leaving
    sys.argv[1:] = _flags_first(arguments)
    main = hydra.main(version_base="1.3", config_path=str(CONF), config_name="config")(app)
    try:
        main()
    except (HydraException, OmegaConfBaseException) as refused:
        raise _in_one_line(refused) from refused
    except NnexpError:
        raise
    except ValueError as refused:
        if "--multirun" in str(refused):  # flags that exclude one another
            raise ConfigError(str(refused)) from refused
        raise
    except OSError as refused:
        if app.started:
            raise
        # Hydra makes the output folder
        raise ConfigError(
            f"the output folder cannot be made: {refused}; set hydra.run.dir or hydra.sweep.dir"
        ) from refused
    for error in app.errors[:-1]:
        say(str(error))
    for error in app.errors[-1:]:
        raise error


def _flags_first(arguments: Sequence[str]) -> list[str]:
    """Put flags before overrides: Hydra's parser takes them in no other order."""
    overrides = [a for a in arguments if not a.startswith("-") and ("=" in a or a.startswith("~"))]
    return [a for a in arguments if a not in overrides] + overrides


def _refuse_settings_as_flags(arguments: Sequence[str]) -> None:
    for argument in arguments:
        name = argument.removeprefix("--").partition("=")[0].replace("-", "_")
        if argument.startswith("--") and name in names():
            raise ConfigError(f"settings are written without dashes: {name}=VALUE, not {argument}")


def plain(composed: DictConfig) -> dict[str, Any]:
    """Resolve a composed config into plain Python."""
    settings = OmegaConf.to_container(composed, resolve=True, throw_on_missing=True)
    return {str(name): value for name, value in settings.items()} if isinstance(settings, dict) else {}


def _in_one_line(error: Exception) -> ConfigError:
    causes = [error, *([error.__cause__] if error.__cause__ else [])]
    for cause in causes:
        if isinstance(cause, OmegaConfBaseException) and "not in struct" in str(cause) and cause.full_key:
            key = str(cause.full_key)
            launcher, _, setting = key.rpartition(".")
            return unknown_policy(setting) if launcher == "hydra.launcher" else unknown(key)
    return ConfigError(" ".join(str(error).split()))
