"""The one careful reader of the files that a run left in the tracking store.

A record is data: nothing in it is looked up, called, interpolated or unpickled. Whatever is absent, damaged, or of an
unknown format raises RecordError and names the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from nnexp.config.schema import Schema
from nnexp.errors import ConfigError, RecordError
from nnexp.recording import files
from nnexp.recording.ending import read_left
from nnexp.recording.formats import UnknownFormatError
from nnexp.recording.opened import read_opened
from nnexp.recording.sources import read_sources
from nnexp.tasks.sources import Sources
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore
from nnexp.training.events import Epoch


@dataclass(frozen=True)
class RunReader:
    """The files of one run, read when asked for."""

    run_id: str
    store: RunStore

    def has(self, name: str) -> bool:
        """Tell whether the run left a file of this name."""
        return self.store.artifact(self.run_id, name) is not None

    def checked(self, name: str) -> bytes | None:
        """Give one of its files as it is, if it is what nnexp writes under this name; None if there is none."""
        content = self.store.artifact(self.run_id, name)
        if content is not None:
            files.check(name, content)
        return content

    def settings(self) -> dict[str, Any]:
        """Read its settings as nested plain values, and refuse what would be code or a way out if it were not data."""
        values = files.read_settings(self._read(files.CONFIG))
        check_is_data(values, files.CONFIG)
        return values

    def config(self, schema: Schema[Any]) -> Any:
        """Rebuild its config, through the checks of what a person types, and its settings' own of a record."""
        return recorded_config(self.settings(), schema, files.CONFIG)

    def environment(self) -> dict[str, str]:
        """Read what it computed with."""
        return files.read_environment(self._read(files.ENVIRONMENT))

    def epochs(self, last: int | None = None) -> list[Epoch]:
        """Read its journal, in which no epoch may be missing; with `last`, as far as that epoch."""
        epochs = []
        for number, line in enumerate(self._read(files.EPOCHS).splitlines()[:last], 1):
            try:
                epoch = files.read_epoch(line)
            except UnknownFormatError:
                raise
            except RecordError as error:
                raise RecordError(f"line {number} of epochs.jsonl is not what nnexp writes") from error
            if epoch.number != number:
                raise RecordError(f"line {number} of epochs.jsonl is not what nnexp writes: it is epoch {epoch.number}")
            epochs.append(epoch)
        return epochs

    def sources(self) -> Sources | None:
        """Read the code of a task of others; None if it left none."""
        content = self.store.artifact(self.run_id, files.SOURCES)
        return None if content is None else read_sources(content)

    def opened(self) -> dict[str, str]:
        """Read which files it was seen to read, with their digests; none if it left no word of them."""
        content = self.store.artifact(self.run_id, files.OPENED)
        return {} if content is None else read_opened(content)

    def arrays(self, name: str) -> dict[str, NDArray[Any]]:
        """Read one of its .npz files."""
        return files.read_arrays(name, self._read(name))

    def metrics(self) -> dict[str, float]:
        """Read the metrics that were known only at its end; none where there were none."""
        return files.read_metrics(self._read(files.METRICS)) if self.has(files.METRICS) else {}

    def left(self, run: Run) -> list[str]:
        """Name the files that it left besides those of every run, by its record."""
        return [name for name in read_left(run.tags) if self.has(name)]

    def text(self, name: str) -> str:
        """Read a file of words; empty if there is none."""
        return (self.store.artifact(self.run_id, name) or b"").decode(errors="replace")

    def _read(self, name: str) -> bytes:
        content = self.store.artifact(self.run_id, name)
        if content is None:
            raise RecordError(f"the record is incomplete: there is no {name}")
        return content


def check_is_data(content: Any, where: str) -> None:
    """Refuse a record that holds what would be code, or a way out, if it were not data."""
    for text in _texts(content):
        if "${" in text:
            raise RecordError(f"{where} holds the interpolation {text!r}; a record is data, and not evaluated")
        if re.fullmatch(r"_\w+_", text):
            raise RecordError(f"{where} holds {text}, which tells Hydra to call code; a record is data, not code")


def recorded_config(values: Mapping[str, Any], schema: Schema[Any], where: str) -> Any:
    """Make a config of a record's settings, through the checks of what a person types, and their own of a record."""
    try:
        config = schema.parse_recorded(values)
        schema.check_recorded(config)
    except (ConfigError, TypeError) as error:
        raise RecordError(f"{where} cannot be used: {error}") from error
    return config


def _texts(content: Any) -> Iterator[str]:
    """Give every text in nested JSON, names included."""
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for name, item in content.items():
            yield from (name, *_texts(item))
    elif isinstance(content, list):
        for item in content:
            yield from _texts(item)
