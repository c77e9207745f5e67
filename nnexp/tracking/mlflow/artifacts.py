"""Where the artifacts of a run lie, if they are files: beneath the store's own root, and nowhere else.

The address stands in the store, which may be another's: it is never believed so far that something is read or written
outside, through a link or without one. Where the store was moved or copied, its own root came along with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urlparse

from nnexp.errors import RecordError, TrackingError
from nnexp.regular import read_file, write_file
from nnexp.tracking.mlflow.location import ARTIFACTS, Location
from nnexp.tracking.mlflow.secrets import without_secrets

FOLDER = "artifacts"


@dataclass(frozen=True)
class Root:
    """Where an experiment keeps the artifacts of its runs: an address, as the store gives it.

    Its links are followed once. A run's folder must lie where that led to, whenever it is asked for.
    """

    location: Location
    uri: str

    @cached_property
    def folder(self) -> Path | None:
        """The root as a folder of this machine; None where it lies elsewhere."""
        parsed, beside = urlparse(self.uri), self.location.artifacts
        if parsed.scheme not in ("", "file"):
            return None
        said = Path(unquote(parsed.path))
        return beside if beside and said.parts[-2:] == beside.parts[-2:] else said

    def check(self) -> None:
        """Refuse a root outside of the folder of an SQLite database, which brings its artifacts along.

        Raises
        ------
        TrackingError
            If it is one.
        """
        if not self._is_ours:
            experiment, where = self.location.experiment, without_secrets(self.uri)
            raise TrackingError(
                f"the tracking store {self.location} keeps the artifacts of its experiment {experiment} in {where}, "
                "outside of its own folder; nothing is written there. MLFLOW_EXPERIMENT_NAME names another experiment"
            )

    def of_run(self, run_id: str, uri: str) -> Path | None:
        """Give the folder of one run's artifacts, which need not be there yet; None where they are no files.

        Raises
        ------
        RecordError
            If its address is another, or leads out of the root.
        """
        if uri != f"{self.uri.rstrip('/')}/{run_id}/{FOLDER}" or not self._is_ours:
            raise RecordError(
                f"its artifacts are said to lie in {without_secrets(uri)}, where they are neither read nor written"
            )
        if self.folder is None:
            return None
        folder = self._real / run_id / FOLDER
        if _resolved(folder) != folder:
            raise RecordError(f"a link leads out of {folder}, where its artifacts lie; it is not followed")
        return folder

    @cached_property
    def _real(self) -> Path:
        return _resolved(self.folder) if self.folder else Path()

    @cached_property
    def _is_ours(self) -> bool:
        database = self.location.file
        if database is None or self.folder is None:
            return True
        own = (database.parent, database.parent / ARTIFACTS)  # which may be links of the person's own
        return any(self._real.is_relative_to(_resolved(folder)) for folder in own)


def read_artifact(folder: Path, name: str) -> bytes | None:
    """Read a file of a run; None where it has none of that name.

    Raises
    ------
    RecordError
        If it is no file, or cannot be read.
    """
    try:
        return read_file(folder / name)
    except OSError as error:
        raise RecordError(f"{name} cannot be read: {error.strerror}") from error


def write_artifacts(folder: Path, contents: Iterable[tuple[str, bytes]]) -> None:
    """Write files of a run, each whole or not at all, in the place of whatever is there; no link is followed.

    Raises
    ------
    RecordError
        If something stands in its way.
    OSError
        If it cannot be written.
    """
    written: set[str] = set()
    for name, content in contents:
        try:
            if not written:
                folder.mkdir(parents=True, exist_ok=True)
            write_file(folder / name, content)
        except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
            raise RecordError(f"{name} cannot be saved: {error.strerror}") from error
        written.add(f".{name}")
    for left in os.listdir(folder) if written else ():
        if left.rpartition(".")[0] in written:  # by one that was killed
            folder.joinpath(left).unlink(missing_ok=True)


def _resolved(path: Path) -> Path:
    """Follow all links; a circle of them leads nowhere."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return Path()
