"""Where conf/, sweeps/ and data/ are: inside an installed package, or beside it in a checkout."""

from pathlib import Path

import yaml

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = PACKAGE / "shipped" if (PACKAGE / "shipped").is_dir() else PACKAGE.parent

CONF = SHIPPED / "conf"
SWEEPS = SHIPPED / "sweeps"
DATA = SHIPPED / "data"

USER_CONF = Path("conf")
USER_SWEEPS = Path("sweeps")
OURS = "settings"  # what a config of nnexp's begins with, in its list of defaults


def user_conf() -> Path | None:
    """Find the user's own ./conf; one whose config.yaml does not begin with nnexp's settings is another project's."""
    config = USER_CONF / "config.yaml"
    if not config.is_file():
        return USER_CONF if USER_CONF.is_dir() else None
    try:
        settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        return None
    defaults = settings.get("defaults") if isinstance(settings, dict) else None
    return USER_CONF if isinstance(defaults, list) and OURS in defaults else None


def is_group(name: str) -> bool:
    """Tell whether a name is that of a group of settings, each in a file of its own."""
    return name.partition("/")[0] == "hydra" or any(
        name and (folder / name).is_dir() for folder in (CONF, user_conf()) if folder
    )
