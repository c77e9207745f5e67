"""Where the code of a run came from: its commit and what was changed since.

The code is nnexp's own, unless another folder is named: that of a task of others. It is looked up once a process: what
changes in the checkout afterwards is not what runs.
"""

from __future__ import annotations

import getpass
import subprocess
from difflib import unified_diff
from functools import lru_cache
from pathlib import Path

from nnexp.config.paths import PACKAGE
from nnexp.tracking.records import Tag


@lru_cache(maxsize=8)
def tags(root: Path | None = None) -> dict[str, str]:
    """Name the source, the user, the commit (of a checkout), and whether it was changed."""
    known = {Tag.SOURCE: PACKAGE.name, Tag.USER: _user()}
    commit = git("rev-parse", "HEAD", root=root)
    if not commit:
        return known
    return known | {Tag.COMMIT: commit, Tag.DIRTY: "true" if changes(root) else "false"}


@lru_cache(maxsize=8)
def changes(root: Path | None = None) -> str:
    """Give what `git apply` needs to make this code of its commit, new Python files included; empty if clean."""
    new = git("ls-files", "--others", "--exclude-standard", "--", "*.py", root=root).splitlines()
    changed = git("diff", "--no-ext-diff", "--no-color", "HEAD", root=root)
    prefix = git("rev-parse", "--show-prefix", root=root) if new else ""
    parts = [f"{changed}\n"] if changed else []
    return "".join(parts + [_addition((root or PACKAGE) / name, f"{prefix}{name}") for name in new])


def git(*arguments: str, root: Path | None) -> str:
    """Ask git about the checkout that the code is in; empty where there is none."""
    if root is None and not (PACKAGE.parent / ".git").exists():  # installed: whatever lies around is not nnexp's
        return ""
    try:
        asked = subprocess.run(["git", *arguments], cwd=root or PACKAGE, capture_output=True, check=True)  # noqa: S603, S607
    except (OSError, subprocess.CalledProcessError):
        return ""
    return asked.stdout.decode(errors="replace").strip("\n")


def _addition(file: Path, name: str) -> str:
    """Write a new file as a diff; its last line ends, whether it did or not."""
    text = file.read_bytes().decode(errors="replace").removesuffix("\n")
    lines = [f"{line}\n" for line in text.split("\n")] if text else []
    header = f"diff --git a/{name} b/{name}\nnew file mode 100644\n"
    return header + "".join(unified_diff([], lines, "/dev/null", f"b/{name}"))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's nameless user
        return "unknown"
