"""A run's folder: the journal from which its record can be written again if the tracking store was away.

The one class that knows the names of the files. Whatever is not appended to is written beside and moved into place.
"""

from __future__ import annotations

import io
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from nnexp.core import EpochResult, Evaluation
from nnexp.tracking.records import RunStart, Status
from nnexp.training.events import Epoch


class RunFolder:
    """The files of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @classmethod
    def new(cls, path: Path, run: RunStart, config: Mapping[str, Any]) -> RunFolder:
        """Make the folder of a run that is about to start."""
        folder = cls(path)
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.write_json("run.json", {name: value for name, value in asdict(run).items() if name != "metrics"})
        folder.write_json("config.json", config)
        return folder

    @property
    def run(self) -> RunStart:
        """What was known of the run when it began."""
        return RunStart(**json.loads(self.file("run.json").read_text()))

    def file(self, name: str) -> Path:
        """Give the path of one of the files."""
        return self.path / name

    def add_epoch(self, event: Epoch) -> None:
        """Append one epoch to the journal."""
        line = json.dumps(asdict(event)) + "\n"
        with self.file("epochs.jsonl").open("a+b") as journal:
            journal.write((b"" if _at_line_start(journal) else b"\n") + line.encode())

    def epochs(self) -> Iterator[Epoch]:
        """Read the journal back; a line that was cut off by a crash or a full disk does not count."""
        if not self.file("epochs.jsonl").exists():
            return
        for line in self.file("epochs.jsonl").read_text().splitlines():
            try:
                yield _epoch(json.loads(line))
            except json.JSONDecodeError:
                continue

    def write_json(self, name: str, content: Mapping[str, Any]) -> None:
        """Write a file of settings or facts."""
        self._write(name, (json.dumps(content, indent=2) + "\n").encode())

    def write_text(self, name: str, content: str) -> None:
        """Write a file of words."""
        self._write(name, content.encode())

    def write_arrays(self, name: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write an .npz file; nothing in it needs pickle."""
        buffer = io.BytesIO()
        np.savez(buffer, **arrays)  # type: ignore[arg-type]
        self._write(name, buffer.getvalue())

    def write_end(self, status: Status, time: int, reason: str | None, tags: Mapping[str, str]) -> None:
        """Write how the run ended: the last thing that is written."""
        self.write_json("end.json", {"status": status, "time": time, "reason": reason, "tags": dict(tags)})

    @property
    def end(self) -> dict[str, Any] | None:
        """How the run ended, if it did."""
        return self._read("end.json")

    @property
    def environment(self) -> dict[str, str] | None:
        """What the run computed with, if it came so far."""
        return self._read("environment.json")

    def artifacts(self) -> list[Path]:
        """List the files that belong into the record."""
        return [file for name in ARTIFACTS if (file := self.file(name)).exists()]

    def _read(self, name: str) -> dict[str, Any] | None:
        file = self.file(name)
        return json.loads(file.read_text()) if file.exists() else None

    def _write(self, name: str, content: bytes) -> None:
        beside = self.file(f".{name}.{uuid.uuid4().hex[:8]}")
        try:
            beside.write_bytes(content)
            os.replace(beside, self.file(name))
        finally:
            beside.unlink(missing_ok=True)


def free(path: Path) -> Path:
    """Give a folder in which no run has left its files: `path`, or one beside it."""
    beside = (Path(f"{path}-{n}") for n in count(2))
    while (path / "run.json").exists():
        path = next(beside)
    return path


ARTIFACTS = (
    "config.json",
    "environment.json",
    "environment.lock",
    "code.diff",
    "epochs.jsonl",
    "parameters.npz",
    "predictions.npz",
    "traceback.txt",
)


def _at_line_start(journal: BinaryIO) -> bool:
    if journal.seek(0, os.SEEK_END) == 0:
        return True
    journal.seek(-1, os.SEEK_END)
    return journal.read(1) == b"\n"


def _epoch(line: dict[str, Any]) -> Epoch:
    result = line["result"]
    for part in ("val", "test"):
        if result[part]:
            never = tuple(result[part].pop("never_predicted"))
            result[part] = Evaluation(**result[part], never_predicted=never)
    return Epoch(EpochResult(**result), line["total_s"], line["time"])
