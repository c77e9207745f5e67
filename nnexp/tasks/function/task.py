"""A function of anybody's as a task. It is called with its settings; each `yield` is an epoch, what it returns is kept.

    def train(alpha: float = 1e-4, epochs: int = 20, *, seed: int):
        for epoch in range(epochs):
            yield {"val/accuracy": ...}
        return {"coefficients": ...}

One that yields `metrics, state` and takes `state=None` can be gone on with. Stopping it closes it at its `yield`.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnexp.config.schema import EPOCHS, Schema
from nnexp.errors import DataError
from nnexp.measure import Measure
from nnexp.tasks.function.left import EPOCH, STATE, Left
from nnexp.tasks.function.locate import Loaded, Place
from nnexp.tasks.function.notebook import Cell
from nnexp.tasks.function.results import Returned, digest_of, measured, returned
from nnexp.tasks.function.seeds import seed_all
from nnexp.tasks.function.surroundings import kept
from nnexp.tasks.function.tree import put_together
from nnexp.tasks.opened import GONE, digest_file
from nnexp.tasks.sources import Sources
from nnexp.tasks.task import Data, Examined, Files, Measured, Result
from nnexp.tasks.untold import Untold


@dataclass(frozen=True)
class FunctionTask(Untold):
    """A function, and what was said of it: the metrics that were declared, and the files and folders of its data."""

    place: Place | Cell
    measures: Sequence[Measure] = ()
    data: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What it is called: mine.py:train."""
        return self.place.name

    @property
    def schema(self) -> Schema[Any]:
        """What it takes."""
        return self._loaded.signature.schema

    @property
    def sources(self) -> Sources:
        """Its module, what belongs to it, and its packages."""
        return self._loaded.sources

    def examine(self, config: Any) -> Examined:
        """Digest its data; what its settings allow, it says itself."""
        return Examined(config, self.place.function, digest_paths(self.data) if self.data else None)

    def code(self) -> str:
        """Digest its sources."""
        return self.sources.digest

    def begin(self, config: Any, state: Files | None = None) -> Generator[Measured, None, Result]:
        """Call it, and give what it yields; one that yields nothing is one epoch."""
        loaded = self._loaded
        if loaded.root and loaded.root not in sys.path:
            sys.path.insert(0, loaded.root)  # for what it imports, and the processes that it starts: this is a worker
        remarks = {"seeded": " ".join(seed_all(config.seed))}
        number, told = _gone_on_from(state[STATE]) if state else (0, None)
        try:
            with kept():
                called = loaded.signature.call(loaded.function, config, told)
                if isinstance(called, Generator):
                    left = yield from self._epochs(called, config, number)
                else:
                    left = returned(called, self.name)
                    yield _only(left, self.name)
        except GeneratorExit:
            raise
        except SystemExit as exit_:
            raise DataError(f"{self.name} called sys.exit({exit_.code!r})") from exit_
        except BaseException as error:  # that would end the worker
            if isinstance(error, Exception):
                raise
            raise DataError(f"{self.name} raised {type(error).__name__}") from error
        return left.result(remarks)

    @property
    def takes_state(self) -> bool:
        """Whether it can be told what to go on from."""
        return self._loaded.signature.takes_state

    @property
    def _loaded(self) -> Loaded:
        return self.place.load()

    def _epochs(
        self, called: Generator[Any, None, Any], config: Any, number: int
    ) -> Generator[Measured, None, Returned]:
        """Give what it yields after so many epochs, up to the bound if there is one; and what it returns."""
        signature, name = self._loaded.signature, self.name
        bound = getattr(config, EPOCHS) if signature.is_bounded else None
        try:
            while bound is None or number < bound:
                try:
                    yielded = next(called)
                except StopIteration as end:
                    result = returned(end.value, name)
                    if not number:
                        yield _only(result, name)
                    return result
                number += 1
                epoch = measured(yielded, name, number, keeps_state=signature.takes_state)
                left = epoch.state if isinstance(epoch.state, Left) else None
                yield epoch
                if left:
                    left.let_go()
        finally:
            self._close(called)
        return Returned()

    def _close(self, called: Generator[Any, None, Any]) -> None:
        try:
            called.close()
        except RuntimeError as error:
            if getattr(called, "gi_frame", None) is None:  # it is closed, and this is of its own
                raise
            told = "an `except:` around its yield must raise GeneratorExit again"
            raise DataError(f"{self.name} went on when it was to stop; {told}") from error


def _gone_on_from(arrays: Mapping[str, Any]) -> tuple[int, Any]:
    """Read after which epoch a function goes on, and from what.

    Raises
    ------
    DataError
        For arrays that no run leaves.
    """
    try:
        return int(arrays[EPOCH]), put_together(arrays)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError("its state is not what nnexp writes") from error


def _only(left: Returned, function: str) -> Measured:
    """Give what was only returned as an epoch.

    Raises
    ------
    DataError
        If that is nothing.
    """
    if left.is_empty:
        raise DataError(f"{function} gave nothing; expected it to yield or to return a mapping of names to numbers")
    metrics, left.metrics = left.metrics, {}
    return Measured(metrics, digest_of(metrics, left.arrays))


def digest_paths(paths: Sequence[str]) -> Data:
    """Digest files, and the files of folders, by their names within them.

    Raises
    ------
    DataError
        For what is not there or cannot be read.
    """
    sha256 = hashlib.sha256()
    for path in map(Path, paths):
        for file in _files(path):
            name = file.name if file == path else file.relative_to(path).as_posix()
            digest = digest_file(str(file))
            if digest == GONE:
                raise DataError(f"{file}, which was named as data, cannot be read; expected a file that can")
            sha256.update(f"{name} {digest}\n".encode(errors="surrogateescape"))
    named = " ".join(Path(path).name for path in paths)
    return Data(named, sha256.hexdigest(), os.pathsep.join(str(Path(path).resolve()) for path in paths))


def paths_in(source: str) -> tuple[str, ...]:
    """Read where data lie that were digested so, by their `source`."""
    return tuple(path for path in source.split(os.pathsep) if path)


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise DataError(f"there is no {path}, which was named as data; expected a file or a folder")
    yield from sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
