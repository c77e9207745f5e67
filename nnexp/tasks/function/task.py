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
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnexp.config.schema import EPOCHS, Schema
from nnexp.errors import DataError
from nnexp.measure import Measure
from nnexp.tasks.function.locate import Loaded, Place
from nnexp.tasks.function.notebook import Cell
from nnexp.tasks.function.results import EPOCH, STATE, Returned, measured, returned
from nnexp.tasks.function.seeds import seed_all
from nnexp.tasks.function.tree import put_together
from nnexp.tasks.sources import Sources
from nnexp.tasks.task import Data, Examined, Files, Measured, Read, Result


@dataclass(frozen=True)
class FunctionTask:
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
        remarks = {"seeded": " ".join(seed_all(config.seed))}
        arrays = state.get(STATE, {}) if state else {}
        told = put_together(arrays) if state else None
        try:
            called = self._loaded.signature.call(self._loaded.function, config, told)
            if not isinstance(called, Generator):
                return (yield from self._once(returned(called, self.name), remarks))
            left = yield from self._epochs(called, config, int(arrays.get(EPOCH, 0)))
        except SystemExit as exit_:
            raise DataError(f"{self.name} called sys.exit({exit_.code!r})") from exit_
        return left.result(remarks)

    def digest_of(self, config: Any, read: Read) -> str:  # noqa: ARG002
        """Digest nothing: what its epochs leave, it keeps to itself."""
        return ""

    def epochs(self, config: Any) -> int | None:  # noqa: ARG002
        """Tell nothing: it may end early."""
        return None

    def epoch_seconds(self, config: Any) -> float:  # noqa: ARG002
        """Tell nothing: that shows as it goes."""
        return 0.0

    @property
    def _loaded(self) -> Loaded:
        return self.place.load()

    def _epochs(
        self, called: Generator[Any, None, Any], config: Any, number: int
    ) -> Generator[Measured, None, Returned]:
        """Give what it yields after so many epochs, up to the bound if there is one; and what it returns."""
        signature = self._loaded.signature
        bound = getattr(config, EPOCHS) if signature.is_bounded else None
        try:
            while number != bound:
                try:
                    yielded = next(called)
                except StopIteration as end:
                    left = returned(end.value, self.name)
                    if not number:
                        yield _only(left, self.name)
                    return left
                number += 1
                yield measured(yielded, self.name, number, keeps_state=signature.takes_state)
        finally:
            called.close()
        return Returned()

    def _once(self, left: Returned, remarks: dict[str, str]) -> Generator[Measured, None, Result]:
        yield _only(left, self.name)
        return left.result(remarks)


def _only(left: Returned, function: str) -> Measured:
    """Give what was only returned as an epoch.

    Raises
    ------
    DataError
        If that is nothing.
    """
    if left.is_empty:
        raise DataError(f"{function} gave nothing; expected it to yield or to return a mapping of names to numbers")
    sha256 = hashlib.sha256()
    for name, array in sorted(left.arrays.items()):
        sha256.update(f"{name} {array.dtype.str} {array.shape}\n".encode() + array.tobytes())
    metrics, left.metrics = left.metrics, {}
    told = sorted((name, value.hex()) for name, value in metrics.items())
    return Measured(metrics, hashlib.sha256(f"{told}{sha256.hexdigest()}".encode()).hexdigest())


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
            name = file.name if file == path else file.relative_to(path.parent).as_posix()
            try:
                with file.open("rb") as content:
                    digest = hashlib.file_digest(content, "sha256").hexdigest()
            except OSError as error:
                raise DataError(f"{file}: expected to read it, but got: {error.strerror}") from error
            sha256.update(f"{name} {digest}\n".encode())
    named = " ".join(Path(path).name for path in paths)
    return Data(named, sha256.hexdigest(), os.pathsep.join(str(Path(path).resolve()) for path in paths))


def _files(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise DataError(f"there is no {path}, which was named as data; expected a file or a folder")
    yield from sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
