"""What Hydra needs to know: the settings' defaults, the launcher and the sweeper, and where configs are looked for.

The settings are registered as a plain mapping: Hydra composes, the task's schema checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from hydra.core.config_search_path import ConfigSearchPath, SearchPathQuery
from hydra.core.config_store import ConfigStore
from hydra.core.plugins import Plugins
from hydra.plugins.search_path_plugin import SearchPathPlugin

from nnexp.config.paths import CONF, SWEEPS, USER_SWEEPS, user_conf

PLAIN = "config"  # the config of a run, and of a multirun that is no named sweep
PLUGINS = "hydra_plugins.nnexp_plugins"
LAUNCHER = f"{PLUGINS}.{{}}Launcher"

Settings = Mapping[str, Any]


class UserFirst(SearchPathPlugin):
    """Looks into ./conf and ./sweeps before those that nnexp ships; no sweep stands for what every run begins with.

    Settings that are not nnexp's have nothing in either conf.
    """

    has_conf = True

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Put the user's conf first, and the sweeps last."""
        conf = user_conf() if self.has_conf else None
        if conf and conf.absolute() != CONF:
            search_path.prepend("nnexp-user", _uri(conf), SearchPathQuery("main", None))
        if USER_SWEEPS.is_dir() and USER_SWEEPS.absolute() != SWEEPS:
            search_path.append("nnexp-user-sweeps", _uri(USER_SWEEPS))
        search_path.append("nnexp-sweeps", _uri(SWEEPS))


def register(
    settings: Settings, launchers: Mapping[str, Settings], search: Settings, *, has_conf: bool = True
) -> str | None:
    """Tell Hydra about nnexp, in this process alone: every setting's default, each launcher's and a search's.

    Give where Hydra is to look for what every run begins with: conf/, unless the settings have nothing in it.
    """
    store = ConfigStore.instance()
    store.store("settings", dict(settings), provider="nnexp")
    UserFirst.has_conf = has_conf
    if not has_conf:
        store.store(PLAIN, _without_groups(), provider="nnexp")
    for name, launcher in launchers.items():
        store.store(name, {"_target_": LAUNCHER.format(name.capitalize()), **launcher}, "hydra/launcher")
    grid = dict.fromkeys(("max_batch_size", "params", "together", "where"))
    store.store("grid", {"_target_": f"{PLUGINS}.GridSweeper", **grid}, "hydra/sweeper")
    store.store("search", {"_target_": f"{PLUGINS}.SearchSweeper", **search, "params": None}, "hydra/sweeper")
    Plugins.instance().register(UserFirst)
    return str(CONF) if has_conf else None


def let_go() -> None:
    """Have Hydra forget what code of others begins with: this process may compose a config of that name by itself."""
    ConfigStore.instance().repo.pop(f"{PLAIN}.yaml", None)


def _without_groups() -> dict[str, Any]:
    """Give what every run begins with, less the groups of conf/."""
    settings: dict[str, Any] = yaml.safe_load((CONF / f"{PLAIN}.yaml").read_text(encoding="utf-8"))
    groups = {folder.name for folder in CONF.iterdir() if folder.is_dir()}
    settings["defaults"] = [one for one in settings["defaults"] if not (isinstance(one, dict) and groups & one.keys())]
    return settings


def launcher_named(target: str) -> str:
    """Give the name of a launcher of ours by its `_target_`; of any other, something else."""
    return target.removeprefix(f"{PLUGINS}.").removesuffix("Launcher").lower()


def _uri(folder: Path) -> str:
    return f"file://{folder.absolute()}"
