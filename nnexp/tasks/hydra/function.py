"""The function that an application calls for each job: what it is called, where its text lies, how it is sent.

It is sent as joblib's launcher sends it: by its name where a worker can import it, otherwise (it stands in the script
that was started) as it is, with what it refers to, and with what Hydra keeps for all (its registered configs, resolvers
and the like).
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from hydra.core.singleton import Singleton
from hydra.core.utils import run_job
from hydra.types import HydraContext, TaskFunction

from nnexp.errors import ConfigError
from nnexp.tasks.packed import pack, unpack


@dataclass(frozen=True)
class Function:
    """A task function that can be sent."""

    name: str  # FILE.py:function of a script, module:function of a module
    file: Path
    root: Path  # the folder that its imports are looked for in first
    bound: str  # the digest of what the text of its module does not tell of it
    sent: bytes  # itself, and whom Hydra calls back
    state: bytes  # what Hydra keeps for all

    def __call__(self, job: bytes) -> Any:
        """Run a job, where it was sent to; give what it returned, or raise what it raised."""
        _restore(self.state)
        function, context = unpack(self.sent)
        return run_job(
            task_function=function,
            config=unpack(job),
            job_dir_key="hydra.sweep.dir",
            job_subdir_key="hydra.sweep.subdir",
            hydra_context=context,
        ).return_value


def make_function(function: TaskFunction, context: HydraContext) -> Function:
    """Take a task function, as it is now.

    Raises
    ------
    ConfigError
        If it stands in no file, or cannot be sent.
    """
    inner = inspect.unwrap(function.func if isinstance(function, partial) else function)
    owner: Any = inner if inspect.isroutine(inner) else type(inner)
    module = sys.modules.get(owner.__module__)
    spec, path = getattr(module, "__spec__", None), getattr(module, "__file__", None)
    if path is None or not Path(path).is_file():
        raise ConfigError(f"the function {owner.__qualname__} must stand in a file, so that its code can be recorded")
    file = Path(path).resolve()
    dotted = spec.name if spec else file.stem
    above = dotted.count(".") + (file.name == "__init__.py")
    told: Any = None if isinstance(function, partial) else getattr(module, owner.__name__, None)
    sent = _sent((function, context), owner.__qualname__)
    return Function(
        f"{dotted if spec else file.name}:{owner.__qualname__}",
        file,
        file.parents[above],
        "" if inspect.unwrap(told) is inner else hashlib.sha256(_sent(function, owner.__qualname__)).hexdigest(),
        sent,
        _sent(Singleton.get_state(), "its state"),
    )


def _sent(what: Any, name: str) -> bytes:
    try:
        return pack(what)
    except Exception as error:  # whatever the objects that it refers to raise
        raise ConfigError(f"{name} cannot be sent to a worker process: {error}") from error


@lru_cache(maxsize=1)
def _restore(state: bytes) -> None:
    """Have Hydra know here what it knew where the function was sent from; once, for all jobs."""
    Singleton.set_state(unpack(state))
