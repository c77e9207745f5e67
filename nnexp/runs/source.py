"""Where the code of a run came from, as MLflow's page shows it: the client does not look by itself."""

from __future__ import annotations

import getpass
import subprocess
from functools import lru_cache

from nnexp.config.paths import PACKAGE


@lru_cache(maxsize=1)
def tags() -> dict[str, str]:
    """Give MLflow's own tags for the source, the commit (of a checkout) and the user."""
    known = {"mlflow.source.name": "nnexp", "mlflow.source.type": "LOCAL", "mlflow.user": _user()}
    commit = git("rev-parse", "HEAD")
    return known | ({"mlflow.source.git.commit": commit} if commit else {})


def git(*arguments: str) -> str:
    """Ask git about the checkout that the code is in; empty where there is none."""
    if not (PACKAGE.parent / ".git").exists():
        return ""
    try:
        asked = subprocess.run(["git", *arguments], cwd=PACKAGE, capture_output=True, text=True, check=True)  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError):
        return ""
    return asked.stdout.strip()


def _user() -> str:
    try:
        return getpass.getuser()
    except OSError:  # a container's nameless user
        return "unknown"
