"""A run's folder: the journal from which its record can be written again if the tracking store was away.

Whatever is not appended to is written beside and moved into place. What the files are called and hold, files.py knows.
Its end, written last, gives the digest of every file: what was damaged since is not believed. No link leads out of it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from nnexp.errors import RecordError
from nnexp.recording import files, journal
from nnexp.recording.lock import Lock
from nnexp.recording.output import MOST, shortened
from nnexp.regular import read_file, write_file
from nnexp.tracking.records import RunStart, Status
from nnexp.training.events import Epoch


class RunFolder:
    """The files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock = Lock(self.file(files.RUN))
        self._pictures: set[str] = set()  # that the run left; others may lie here too

    @classmethod
    def new(cls, path: Path, run: RunStart, settings: Mapping[str, Any]) -> RunFolder:
        """Make the folder of a run that is about to start."""
        folder = cls(path)
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.write_run(run)
        folder.write_json(files.CONFIG, {"settings": settings})
        folder.claim()
        return folder

    def claim(self) -> bool:
        """Take the folder until this process lets go of it or is gone; tell whether nobody else has it."""
        return self._lock.take()

    def let_go(self) -> None:
        """Leave the folder to others."""
        self._lock.let_go()

    @property
    def is_there(self) -> bool:
        """Whether a run has left its files here."""
        return os.path.lexists(self.file(files.RUN))

    @property
    def run(self) -> RunStart:
        """What was known of the run when it began."""
        return files.read_start(self._read(files.RUN) or b"")

    def file(self, name: str) -> Path:
        """Give the path of one of the files."""
        return self.path / name

    def add_epoch(self, epoch: Epoch) -> None:
        """Append one epoch to the journal."""
        journal.append(self.file(files.EPOCHS), epoch)

    def add_output(self, text: str) -> None:
        """Append to what the run printed, of which the middle goes when it is too much."""
        with journal.open_to_append(self.file(files.OUTPUT)) as output:
            output.write(text.encode(errors="backslashreplace"))
            length = output.tell()
        if length > MOST:
            self.write(files.OUTPUT, shortened(self.file(files.OUTPUT).read_bytes()))

    def epochs(self) -> Iterator[Epoch]:
        """Read the journal back, without a line that was cut off."""
        return journal.read(self._read(files.EPOCHS) or b"")

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a file of settings or facts."""
        self.write(name, files.write_json(content))

    def write_run(self, run: RunStart) -> None:
        """Write what is known of the run when it begins."""
        self.write_json(files.RUN, {name: value for name, value in asdict(run).items() if name != "metrics"})

    def write_environment(self, environment: Mapping[str, str]) -> None:
        """Write what the run computes with."""
        self.write_json(files.ENVIRONMENT, {"environment": dict(environment)})

    def write_text(self, name: str, content: str) -> None:
        """Write a file of words."""
        self.write(name, content.encode(errors="backslashreplace"))

    def write_arrays(self, name: str, arrays: Mapping[str, NDArray[Any]], *, flush: bool) -> None:
        """Write arrays under a name, to which .npz is added."""
        self.write(f"{name}{files.ARRAYS}", files.write_arrays(arrays), flush=flush)

    def write_picture(self, name: str, content: bytes) -> None:
        """Write a PNG under a name, to which .png is added."""
        self.write(f"{name}{files.PICTURES}", content)

    def write_metrics(self, metrics: Mapping[str, float]) -> None:
        """Write the metrics that were known only at the end."""
        self.write_json(files.METRICS, {"metrics": dict(metrics)})

    def write_checkpoint(self, packed: bytes) -> None:
        """Write what the run may be gone on from, and do not flush it: a process that is killed loses nothing."""
        self.write(files.CHECKPOINT, packed)

    @property
    def checkpoint(self) -> dict[str, NDArray[Any]] | None:
        """The state that was kept last, as it was packed."""
        content = self._read(files.CHECKPOINT)
        return None if content is None else files.read_arrays(files.CHECKPOINT, content)

    def write_end(
        self,
        status: Status,
        time: int,
        reason: str | None,
        tags: Mapping[str, str],
        left: Collection[str] = (),
        *,
        flush: bool,
    ) -> None:
        """Write how the run ended: the last thing that is written; with `flush`, when all before it is on the disk.

        What it had kept on its way goes if it came to its end, unless that `left` it, or arrays of the same name.
        """
        if flush:
            journal.flush(self.file(files.EPOCHS))
        going = status is Status.FINISHED and files.CHECKPOINT.removesuffix(files.ARRAYS) not in left
        digests = self._digests({files.CHECKPOINT} if going else ())
        fields = {"status": status, "time": time, "reason": reason, "tags": dict(tags), "files": digests}
        self.write(files.END, files.write_json(fields), flush=flush)
        self.drop_checkpoint()

    @property
    def end(self) -> Mapping[str, Any] | None:
        """How the run ended, if it did."""
        content = read_file(self.file(files.END), files.MOST_TEXT)
        return None if content is None else files.read_end(content)

    @property
    def environment(self) -> dict[str, str] | None:
        """What the run computed with, if it came so far."""
        content = self._read(files.ENVIRONMENT)
        return None if content is None else files.read_environment(content)

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics that were known only at the end."""
        content = self._read(files.METRICS)
        return {} if content is None else files.read_metrics(content)

    def artifacts(self, damaged: Collection[str] = ()) -> list[Path]:
        """List the files that belong into the record, less those that are damaged."""
        return [self.file(name) for name in self._names() if name not in (files.RUN, files.END, *damaged)]

    def damage(self) -> dict[str, str]:
        """Say of each file that is not as the run left it what is wrong with it."""
        found: dict[str, str] = {}
        there = self._names()
        for name in there:
            try:
                files.check(name, self._read(name) or b"")
            except OSError as error:
                found[name] = f"{name} cannot be read: {error.strerror}"
            except RecordError as error:
                found[name] = str(error)
        if files.END not in found:
            found |= {name: f"{name} is gone" for name in self._kept() if name not in there}
        return found

    def arrays(self) -> Iterator[tuple[str, dict[str, NDArray[Any]]]]:
        """Read each file of arrays, with its name."""
        for name in self._names():
            if name.endswith(files.ARRAYS):
                yield name, files.read_arrays(name, self._read(name) or b"")

    def drop_checkpoint(self) -> None:
        """Take away what the run's end does not vouch for."""
        if (end := self.end) and files.CHECKPOINT not in end["files"]:
            with suppress(OSError):
                self.file(files.CHECKPOINT).unlink()

    def tidy(self) -> None:
        """Take away what was being written when its process was killed."""
        for left in self.path.glob(".*.????????"):
            left.unlink(missing_ok=True)

    def remove(self) -> None:
        """Take away what the run left, and the folder if nothing else lies in it."""
        own = {files.RUN, files.END, *files.ARTIFACTS, *self._kept()}
        for name in self._names():
            if name in own:
                self.file(name).unlink(missing_ok=True)
        with suppress(OSError):  # it holds something of somebody else's
            self.path.rmdir()

    def copy_to(self, other: Path) -> None:
        """Copy its files into another folder, less what cannot be read: of the journal, the line that was cut off."""
        for name in self._names():
            with suppress(RecordError):
                whole = map(files.write_epoch, self.epochs()) if name == files.EPOCHS else [self._read(name) or b""]
                other.joinpath(name).write_bytes(b"".join(whole))

    def _names(self) -> list[str]:
        """Name the files of the run that are there, whatever they are."""
        there = sorted(os.listdir(self.path)) if self.path.is_dir() else []
        arrays = [name for name in there if name.endswith(files.ARRAYS) and name[0] != "."]
        return [
            *(name for name in (files.RUN, *files.ARTIFACTS, files.END) if name in there),
            *arrays,
            *(self._left_pictures(there) if any(name.endswith(files.PICTURES) for name in there) else []),
        ]

    def _left_pictures(self, there: Iterable[str]) -> list[str]:
        """Pick the pictures that are the run's: a program's own may lie in the folder that it was started in."""
        with suppress(RecordError):
            self._pictures |= {name for name in self._kept() if name.endswith(files.PICTURES)}
        return [name for name in there if name in self._pictures]

    def _kept(self) -> dict[str, str]:
        """Give the digests that the run's end gives of its files; a run that has none, or is older, gives none."""
        kept: dict[str, str] = (self.end or {"files": {}})["files"]
        return kept

    def _digests(self, without: Collection[str]) -> dict[str, str]:
        found = {}
        for name in (name for name in self._names() if name not in without):
            with suppress(RecordError):
                found[name] = _digest(read_file(self.file(name), files.most(name)) or b"")
        return found

    def _read(self, name: str) -> bytes | None:
        """Read a file; once the run has ended it must be as it was then."""
        content = read_file(self.file(name), files.most(name))
        digest = "" if name == files.END else self._kept().get(name)
        if digest and _digest(content or b"") != digest:
            raise RecordError(f"{name} is not what it was when the run ended")
        return content

    def write(self, name: str, content: bytes, *, flush: bool = False) -> None:
        """Write a file, whole or not at all; what a kill leaves of it, `tidy` takes away."""
        if name.endswith(files.PICTURES):
            self._pictures.add(name)
        write_file(self.file(name), content, flush=flush)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
