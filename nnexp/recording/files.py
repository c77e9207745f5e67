"""The files of a run: their names, and how each is written and read, with the number of its format.

Whoever writes a run's folder and whoever reads a run back, from the folder or from the tracking store, does it through
here. Format 2 is written; format 1 is read as well: it carried no number, kept settings and environment bare, and wrote
an epoch as the network's own fields. Files of words (the traceback, the diff, the list of packages) have no format.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.errors import RecordError
from nnexp.tracking.records import RunStart
from nnexp.training.events import Epoch

FORMAT = 2
FORMATS = (1, FORMAT)

RUN, END = "run.json", "end.json"  # stay in the folder
CONFIG, ENVIRONMENT, EPOCHS = "config.json", "environment.json", "epochs.jsonl"
PACKAGES, DIFF, TRACEBACK = "environment.lock", "code.diff", "traceback.txt"
PARAMETERS, PREDICTIONS = "parameters.npz", "predictions.npz"

ARTIFACTS = (CONFIG, ENVIRONMENT, PACKAGES, DIFF, EPOCHS, TRACEBACK)  # and every .npz

FIELDS = {"train_cost": "train/cost", "epoch_s": "time/epoch_s", "eval_s": "time/eval_s", "eta": "eta"}  # of format 1
EVALUATION = {"val": ("accuracy", "cost"), "test": ("accuracy", "cost", "correct")}
COMMENT = b"nnexp format "  # of an .npz; a format 1 has none
DIGEST = re.compile(r"[0-9a-f]{64}")


class UnknownFormatError(RecordError):
    """What another version of nnexp has written, and this one cannot read."""


def write_json(content: Mapping[str, Any]) -> bytes:
    """Write settings or facts, with the format."""
    return (json.dumps({"format": FORMAT, **content}, indent=2) + "\n").encode()


def write_epoch(epoch: Epoch) -> bytes:
    """Write one epoch as a line of the journal."""
    fields = {"epoch": epoch.number, "metrics": dict(epoch.metrics), "digest": epoch.digest, "time": epoch.time}
    return (json.dumps({"format": FORMAT, **fields}) + "\n").encode()


def write_arrays(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Write arrays as an .npz without pickles; its format is the archive's comment, which np.load passes over."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.comment = COMMENT + str(FORMAT).encode()
    return buffer.getvalue()


def read_json(name: str, content: bytes) -> dict[str, Any]:
    """Read a file of settings or facts; the format is checked and taken off.

    Raises
    ------
    RecordError
        For what is no such file, or is of a format that is not known here.
    """
    try:
        found = json.loads(content)
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
        return RunStart(**fields)
    except TypeError as error:
        raise RecordError(f"{RUN} is not what nnexp writes: {error}") from error


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
        epoch = _epoch_of_format_1(fields) if "result" in fields else _epoch(fields)
    except UnknownFormatError:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise RecordError(f"a line of {EPOCHS} is not what nnexp writes") from error
    if type(epoch.number) is not int or not DIGEST.fullmatch(str(epoch.digest)):
        raise RecordError(f"a line of {EPOCHS} is not what nnexp writes")
    return epoch


def read_arrays(name: str, content: bytes) -> dict[str, NDArray[Any]]:
    """Read an .npz of numbers; pickles are never loaded.

    Raises
    ------
    RecordError
        For anything else.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            check_format(name, _format_of(arrays.zip.comment))
            return dict(arrays)
    except UnknownFormatError:
        raise
    except Exception as problem:  # zipfile, its decompressors and NumPy raise a dozen kinds on damage
        reason = "it holds pickled objects" if "allow_pickle" in str(problem) else "it is damaged"
        raise RecordError(f"{name} is not loaded: {reason}; it must be an .npz of numbers") from problem


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


def check_format(what: str, found: Any) -> None:
    """Refuse a format that is not known here, before anything of it is believed."""
    if found not in FORMATS:
        raise UnknownFormatError(
            f"{what} has the format {found!r}, but this nnexp reads {', '.join(map(str, FORMATS))}"
        )


def _epoch(fields: Mapping[str, Any]) -> Epoch:
    metrics = {str(name): float(value) for name, value in fields["metrics"].items()}
    return Epoch(fields["epoch"], metrics, fields["digest"], int(fields["time"]))


def _epoch_of_format_1(fields: Mapping[str, Any]) -> Epoch:
    result = fields["result"]
    metrics = {name: float(result[field]) for field, name in FIELDS.items()}
    for part, names in EVALUATION.items():
        if result[part]:
            metrics |= {f"{part}/{name}": float(result[part][name]) for name in names}
    if result["test"]:
        metrics["digits_never_predicted"] = float(len(result["test"]["never_predicted"]))
    metrics["time/total_s"] = float(fields["total_s"])
    return Epoch(result["epoch"], metrics, result["digest"], int(fields["time"]))
