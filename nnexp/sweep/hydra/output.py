"""The output folder that Hydra makes for every command: none is left where nothing came of the command."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

HYDRAS = (".hydra/config.yaml", ".hydra/hydra.yaml", ".hydra/overrides.yaml", "multirun.yaml")


def leave_none(folder: Path) -> None:
    """Remove an output folder that holds nothing but what Hydra writes, and the folders that it alone was in."""
    own = {folder / name for name in HYDRAS}
    with suppress(OSError):  # it is no folder, or not ours to change; and a folder that holds anything more stays
        if own.issuperset(path for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()):
            for file in own:
                file.unlink(missing_ok=True)
            here = Path.cwd()
            for each in (folder / ".hydra", folder.absolute(), *folder.absolute().parents):
                if each == here or (each in folder.absolute().parents and here not in each.parents):
                    return
                if each.exists():
                    each.rmdir()
