"""The traceback of what a run raised, for whoever wrote the code: that of others begins with the first line of theirs.

What nnexp raises of a mistake of theirs is told in one line, and has no more; a defect of nnexp's own shows whole.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from traceback import StackSummary, TracebackException

import nnexp
from nnexp.errors import NnexpError
from nnexp.tasks.sources import is_installed
from nnexp.tasks.task import Foreign, Task, is_foreign

OURS = Path(nnexp.__file__).parent
FROZEN = "<frozen "  # of Python's own that has no file


def trace_of(error: BaseException, task: Task | None = None) -> str:
    """Write what was raised while a task was trained, with what it was raised from."""
    found = TracebackException.from_exception(error)
    if is_foreign(task):
        _begin(found, error, _files(task))
    return "".join(found.format())


def _begin(found: TracebackException, error: BaseException, files: Collection[str]) -> None:
    """Leave out what comes before the first line of theirs; and all, where there is none and it is no defect."""
    stack = [*found.stack]
    places = [place for place, frame in enumerate(stack) if _is_theirs(frame.filename, files)]
    if places or isinstance(error, NnexpError):
        found.stack = StackSummary.from_list(stack[places[0] :] if places else [])
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    beneath = [(found.__cause__, error.__cause__), (found.__context__, error.__context__)]
    for each, its_error in (*beneath, *zip(found.exceptions or (), inner, strict=False)):
        if each and its_error:
            _begin(each, its_error, files)


def _is_theirs(file: str, files: Collection[str]) -> bool:
    return file in files or not (file.startswith(FROZEN) or Path(file).is_relative_to(OURS) or is_installed(file))


def _files(task: Foreign) -> set[str]:
    """Name the files of a task, which may be of an installed package."""
    try:
        return {str((task.sources.root / name).resolve()) for name in task.sources.texts}
    except NnexpError:  # it cannot be imported
        return set()
