"""What is installed, in the form of `pip freeze`: recorded with every run, and read back to get it installed again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import Distribution, distributions

from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore

LOCK = "environment.lock"


@lru_cache(maxsize=1)
def lock() -> str:
    """List every installed package, one a line; a package from a local folder can only be named in a comment."""
    named = (found for found in reversed(list(distributions())) if found.name)  # pip may leave nameless remains
    first = {found.name.lower().replace("_", "-"): found for found in named}
    return "\n".join(_line(first[name]) for name in sorted(first)) + "\n"


def install_lines(run: Run, store: RunStore) -> list[str]:
    """Say what to install to get a run's environment back, as the lines of a requirements file."""
    return [*_comments(run, store), *(store.artifact(run.run_id, LOCK) or b"").decode().splitlines()]


def _line(package: Distribution) -> str:
    pinned = f"{package.name}=={package.version}"
    origin = json.loads(package.read_text("direct_url.json") or "{}")
    if not origin:
        return pinned
    if "dir_info" in origin:
        return f"# {pinned} from a local folder"
    url, commit = origin["url"], origin.get("vcs_info", {})
    return f"{package.name} @ " + (f"{commit['vcs']}+{url}@{commit['commit_id']}" if commit else url)


def _comments(run: Run, store: RunStore) -> Iterator[str]:
    """Name what pip does not install."""
    environment = json.loads(store.artifact(run.run_id, "environment.json") or b"{}")
    for name in ("python", "os", "machine", "cpu", *(name for name in sorted(environment) if name.startswith("blas."))):
        if name in environment:
            yield f"# {name}: {environment[name]}"
    if commit := run.tags.get(Tag.COMMIT):
        changed = ", then git apply code.diff" if run.tags.get(Tag.DIRTY) == "true" else ""
        yield f"# nnexp: git checkout {commit}{changed}"
