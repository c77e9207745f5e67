"""What is installed, in the form of `pip freeze`: recorded with every run."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.metadata import Distribution, distributions


@lru_cache(maxsize=1)
def lock() -> str:
    """List every installed package, one a line; a package from a local folder can only be named in a comment."""
    named = (found for found in reversed(list(distributions())) if found.name)  # pip may leave nameless remains
    first = {found.name.lower().replace("_", "-"): found for found in named}
    return "\n".join(_line(first[name]) for name in sorted(first)) + "\n"


def _line(package: Distribution) -> str:
    pinned = f"{package.name}=={package.version}"
    origin = json.loads(package.read_text("direct_url.json") or "{}")
    if not origin:
        return pinned
    if "dir_info" in origin:
        return f"# {pinned} from a local folder"
    url, commit = origin["url"], origin.get("vcs_info", {})
    return f"{package.name} @ " + (f"{commit['vcs']}+{url}@{commit['commit_id']}" if commit else url)
