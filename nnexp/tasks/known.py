"""The tasks that a record may name. A record names data, never code.

Of nnexp's own, the name says which it is. Of a function it says `mine.py:train`, and no more than that name is taken
from a record: whoever trains the run again stands in the folder that has the file or the module, which is looked for
there and nowhere else, or says where it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from nnexp.errors import RecordError
from nnexp.tasks.function.locate import IN_FILE, IN_MODULE, Place, read_place
from nnexp.tasks.function.task import FunctionTask
from nnexp.tasks.network.task import NETWORK
from nnexp.tasks.sources import PACKAGE
from nnexp.tasks.task import Task

TASKS: Mapping[str, Task] = {NETWORK.name: NETWORK}


def task_named(name: str, known: Mapping[str, Task] = TASKS, data: Sequence[str] = ()) -> Task:
    """Find the task that a record names; `data` are the files and folders that the record says a function learns from.

    Raises
    ------
    RecordError
        If it is not at hand.
    ConfigError
        If it is there and cannot be imported.
    """
    if name in known:
        return known[name]
    if place := _place_here(name, Path.cwd()):
        return FunctionTask(place, data=tuple(data))
    raise RecordError(
        f"it was trained by {name}, which is not at hand here; a record is data, so its code is looked for in this "
        "folder alone, unless --task says where it is"
    )


def _place_here(name: str, folder: Path) -> Place | None:
    """Give the place of a function of a file of a folder, or of a module beneath it."""
    if found := IN_FILE.fullmatch(name):
        is_here = Path(found["file"]).name == found["file"] and (folder / found["file"]).is_file()
    elif found := IN_MODULE.fullmatch(name):
        path = folder.joinpath(*found["module"].split("."))
        is_here = path.with_suffix(".py").is_file() or (path / PACKAGE).is_file()
    else:
        return None
    return read_place(name, folder) if is_here else None
