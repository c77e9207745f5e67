"""Where the code of a run came from: its commit and what was changed since.

Looked up once a process: what changes in the checkout afterwards is not what runs.
"""

from __future__ import annotations

import getpass
import subprocess
from difflib import unified_diff
from functools import lru_cache

from nnexp.config.paths import PACKAGE
from nnexp.tracking.records import Tag


@lru_cache(maxsize=1)
def tags() -> dict[str, str]:
    """Name the source, the user, the commit (of a checkout), and whether it was changed."""
    known = {Tag.SOURCE: "nnexp", Tag.USER: _user()}
    commit = git("rev-parse", "HEAD")
    if not commit:
        return known
    return known | {Tag.COMMIT: commit, Tag.DIRTY: "true" if changes() else "false"}


@lru_cache(maxsize=1)
def changes() -> str:
    """Give what `git apply` needs to make this code of its commit, new Python files included; empty if clean."""
    new = git("ls-files", "--others", "--exclude-standard", "--", "*.py").splitlines()
    changed = git("diff", "--no-ext-diff", "--no-color", "HEAD")
    parts = [f"{changed}\n"] if changed else []
    return "".join(parts + [_addition(name) for name in new])


def git(*arguments: str) -> str:
    """Ask git about the checkout that the code is in; empty where there is none."""
    if not (PACKAGE.parent / ".git").exists():
        return ""
    try:
        asked = subprocess.run(["git", *arguments], cwd=PACKAGE, capture_output=True, check=True)  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError):
        return ""
    return asked.stdout.decode(errors="replace").strip("\n")


def _addition(name: str) -> str:
    """Write a new file of the package as a diff; its last line ends, whether it did or not."""
    text = PACKAGE.joinpath(name).read_bytes().decode(errors="replace").removesuffix("\n")
    lines = [f"{line}\n" for line in text.split("\n")] if text else []
    path = f"b/{PACKAGE.name}/{name}"
    header = f"diff --git a/{PACKAGE.name}/{name} {path}\nnew file mode 100644\n"
    return header + "".join(unified_diff([], lines, "/dev/null", path))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's nameless user
        return "unknown"
