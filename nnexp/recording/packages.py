"""What is installed, in the form of `pip freeze`: recorded with every run."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib.metadata import Distribution, distributions

LOGIN = re.compile(r"(?<=://)(?!git@)[^/@]*@")  # which pip takes out itself, but not every tool that installs


@lru_cache(maxsize=1)
def lock() -> str:
    """List every installed package, one a line; a package from a local folder can only be named in a comment."""
    found = {}
    for package in reversed(list(distributions())):  # of two of a name, the first is imported
        about = package.metadata  # is read anew each time that it is asked for
        if about["Name"]:  # pip may leave nameless remains
            found[about["Name"].lower().replace("_", "-")] = _line(about["Name"], about["Version"], package)
    return "\n".join(found[name] for name in sorted(found)) + "\n"


def _line(name: str, version: str, package: Distribution) -> str:
    pinned = f"{name}=={version}"
    origin = json.loads(package.read_text("direct_url.json") or "{}")
    if not origin:
        return pinned
    if "dir_info" in origin:
        return f"# {pinned} from a local folder"
    url, commit = LOGIN.sub("", origin["url"]), origin.get("vcs_info", {})
    return f"{name} @ " + (f"{commit['vcs']}+{url}@{commit['commit_id']}" if commit else url)
