"""The files of a run: their names, and how each is written and read, with the number of its format.

Whoever writes a run's folder and whoever reads a run back, from the folder or from the tracking store, does it through
here. Format 2 is written; format 1 is read as well: it carried no number, kept settings and environment bare, and wrote
an epoch as the network's own fields. Files of words (the traceback, the diff, the list of packages) have no format.

What is read may have been damaged, or be another's: all of it is checked, and memory is taken for what is there alone.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from numpy.typing import NDArray

from nnexp.arrays import COMMENT, read_npy, write_npz
from nnexp.errors import DataError, RecordError
from nnexp.names import are_names
from nnexp.picture import ENDING, MOST_BYTES, check_picture
from nnexp.recording.fields import DIGEST, UID, is_mapping
from nnexp.recording.format_1 import epoch_of_format_1
from nnexp.recording.formats import UnknownFormatError, check_format
from nnexp.regular import MOST
from nnexp.tracking.records import RunStart, Status, Tag, moment
from nnexp.training.checkpoint import FORMAT
from nnexp.training.events import Epoch

RUN, END = "run.json", "end.json"  # stay in the folder
CONFIG, ENVIRONMENT, EPOCHS = "config.json", "environment.json", "epochs.jsonl"
PACKAGES, DIFF, TRACEBACK, OUTPUT = "environment.lock", "code.diff", "traceback.txt", "output.txt"
SOURCES, OPENED = "sources.json", "opened.json"  # of a task of others
METRICS = "metrics.json"  # those that were known only at the end
PARAMETERS, PREDICTIONS, STATE = "parameters.npz", "predictions.npz", "state.npz"
CHECKPOINT = "checkpoint.npz"  # what a run goes on from that did not come to its end
CURVE, CONFUSION, WEIGHTS = DRAWN = ("curve.png", "confusion.png", "weights.png")  # by its recorder, as drawn.py says

ARTIFACTS = (  # and every .npz, and every .png that it returned
    CONFIG, ENVIRONMENT, PACKAGES, DIFF, SOURCES, OPENED, EPOCHS, METRICS, TRACEBACK, OUTPUT,
)  # fmt: skip
ARRAYS, PICTURES = ".npz", ENDING
MOST_TEXT = 1 << 28  # bytes of any other file

DATASET = {"name", "digest", "source"}
WRITTEN_AT_THE_END = {"status", "time", "reason", "tags", "files"}
ENDS = {status.value for status in Status if status is not Status.RUNNING}
PICKLE = b"\x80"


def write_json(content: Mapping[str, Any]) -> bytes:
    """Write settings or facts, with the format."""
    return (json.dumps({"format": FORMAT, **content}, indent=2) + "\n").encode()


def write_epoch(epoch: Epoch) -> bytes:
    """Write one epoch as a line of the journal."""
    fields = {"epoch": epoch.number, "metrics": dict(epoch.metrics), "digest": epoch.digest, "time": epoch.time}
    return (json.dumps({"format": FORMAT, **fields}) + "\n").encode()


def write_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Write arrays as an .npz, with the format; one of format 1 says none."""
    return write_npz(arrays, FORMAT)


def most(name: str) -> int:
    """Tell how many bytes a file may have that is to be read."""
    return MOST if name.endswith(ARRAYS) else MOST_BYTES if name.endswith(PICTURES) else MOST_TEXT


def check(name: str, content: bytes) -> None:
    """Read a file whatever it is.

    Raises
    ------
    RecordError
        If it is not what nnexp writes under this name.
    """
    if name.endswith(ARRAYS):
        read_arrays(name, content)
    elif name.endswith(PICTURES):
        read_picture(name, content)
    elif name == EPOCHS:
        for line in content.split(b"\n")[:-1]:  # what follows the last end of a line was cut off by a crash
            read_epoch(line)
    elif name in READERS:
        READERS[name](content)


def read_json(name: str, content: bytes) -> dict[str, Any]:
    """Read a file of settings or facts; the format is checked and taken off.

    Raises
    ------
    RecordError
        For what is no such file, or is of a format that is not known here.
    """
    try:
        found = json.loads(content)
        json.dumps(found, ensure_ascii=False).encode()  # half a character is none
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{name} is not JSON") from error
    if not isinstance(found, dict):
        raise RecordError(f"{name} must hold an object, but holds {type(found).__name__}")
    check_format(name, found.pop("format", 1))
    return found


def read_settings(content: bytes) -> dict[str, Any]:
    """Read the settings of config.json, as nested plain values."""
    return _inner(CONFIG, "settings", content)


def read_environment(content: bytes) -> dict[str, str]:
    """Read environment.json."""
    return {name: str(value) for name, value in _inner(ENVIRONMENT, "environment", content).items()}


def read_start(content: bytes) -> RunStart:
    """Read run.json: what was known of the run when it began."""
    fields = read_json(RUN, content)
    try:
        run = RunStart(**fields)
    except TypeError as error:
        raise RecordError(f"{RUN} is not what nnexp writes: {error}") from error
    dataset = {} if run.dataset is None else run.dataset
    fits = {
        "name": isinstance(run.name, str),
        "started_at": moment(run.started_at) is not None,
        "params": is_mapping(run.params),
        "tags": is_mapping(run.tags) and bool(UID.fullmatch(run.tags.get(Tag.UID, ""))),
        "parent_id": isinstance(run.parent_id, str | None),
        "dataset": is_mapping(dataset) and set(dataset) in (set(), DATASET),
        "metrics": run.metrics == (),
    }
    for part, fitting in fits.items():
        if not fitting:
            raise RecordError(f"{RUN} is not what nnexp writes: its {part} cannot be used")
    return run


@lru_cache(maxsize=64)  # whoever reads a folder asks it at each file
def read_end(content: bytes) -> Mapping[str, Any]:
    """Read end.json: status, time, reason and tags, and the SHA-256 of every other file, by its name."""
    found = {"reason": None, "tags": {}, "files": {}, **read_json(END, content)}
    if (
        set(found) != WRITTEN_AT_THE_END
        or found["status"] not in ENDS
        or moment(found["time"]) is None
        or not isinstance(found["reason"], str | None)
        or not is_mapping(found["tags"])
        or not is_mapping(found["files"])
    ):
        raise RecordError(f"{END} is not what nnexp writes")
    return found


@lru_cache(maxsize=4096)  # whoever holds a store against its folders reads each journal four times
def read_epoch(line: bytes) -> Epoch:
    """Read one line of the journal.

    Raises
    ------
    RecordError
        For anything but a line as one of the formats writes it.
    """
    try:
        fields = json.loads(line)
        check_format(EPOCHS, fields.get("format", 1))
        epoch = epoch_of_format_1(fields) if "result" in fields else _epoch(fields)
    except UnknownFormatError:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        raise RecordError(f"a line of {EPOCHS} is not what nnexp writes") from error
    is_counted = type(epoch.number) is int and 0 < epoch.number < MOST
    if not (
        is_counted
        and DIGEST.fullmatch(str(epoch.digest))
        and moment(epoch.time) is not None
        and are_names(epoch.metrics)
    ):
        raise RecordError(f"a line of {EPOCHS} is not what nnexp writes")
    return epoch


def read_metrics(content: bytes) -> dict[str, float]:
    """Read metrics.json."""
    found = _inner(METRICS, "metrics", content)
    if not are_names(found) or not all(type(value) in (int, float) for value in found.values()):
        raise RecordError(f"{METRICS} is not what nnexp writes")
    return {name: float(value) for name, value in found.items()}


def read_picture(name: str, content: bytes) -> bytes:
    """Take a file for a PNG, which is not looked into.

    Raises
    ------
    RecordError
        For anything else.
    """
    try:
        check_picture(name, content)
    except DataError as error:
        raise RecordError(str(error)) from error
    return content


def read_arrays(name: str, content: bytes) -> dict[str, NDArray[Any]]:
    """Read an .npz of numbers; pickles are never loaded.

    Raises
    ------
    RecordError
        For anything else.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            check_format(name, _format_of(archive.comment))
            return {member.removesuffix(".npy"): _member(archive, member) for member in archive.namelist()}
    except UnknownFormatError:
        raise
    except Exception as problem:  # zipfile, its decompressors and NumPy raise a dozen kinds on damage
        is_pickled = content.startswith(PICKLE) or "pickled" in str(problem)
        reason = "it holds pickled objects" if is_pickled else "it is damaged"
        raise RecordError(f"{name} is not loaded: {reason}; it must be an .npz of numbers") from problem


READERS: Mapping[str, Callable[[bytes], object]] = {
    RUN: read_start, END: read_end, CONFIG: read_settings, ENVIRONMENT: read_environment, METRICS: read_metrics,
}  # fmt: skip


def _member(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    with archive.open(name) as stream:
        return read_npy(stream, name, MOST)


def _format_of(comment: bytes) -> int | str:
    number = comment.removeprefix(COMMENT).decode(errors="replace") if comment else "1"
    return int(number) if number.isdigit() else number


def _inner(name: str, key: str, content: bytes) -> dict[str, Any]:
    """Give what a file holds beneath a key; in format 1 it held nothing else, and no key."""
    found = read_json(name, content)
    inner = found[key] if set(found) == {key} else found
    if not isinstance(inner, dict):
        raise RecordError(f"{name} must hold an object, but holds {type(inner).__name__}")
    return inner


def _epoch(fields: Mapping[str, Any]) -> Epoch:
    metrics = {str(name): float(value) for name, value in fields["metrics"].items()}
    return Epoch(fields["epoch"], metrics, fields["digest"], int(fields["time"]))
