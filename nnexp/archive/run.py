"""A finished run's record, read back from the store and checked, so that the run can be trained again.

A record is data: nothing in it is looked up, called, interpolated or unpickled, and it chooses no file to read but its
data set, whose digest is checked. Its parts say the same things more than once, and must agree. Trains nothing.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import numpy as np

from nnexp.config.build import build
from nnexp.config.schema import Config
from nnexp.core import Network
from nnexp.errors import ConfigError, DataError, RecordError
from nnexp.tracking.records import Run, Status, Tag
from nnexp.tracking.store import RunStore
from nnexp.training.environment import fingerprint
from nnexp.training.key import key_of
from nnexp.training.spec import params


@dataclass(frozen=True)
class Archive:
    """A finished run: what it was told, what it computed with, and what came out, epoch by epoch."""

    run: Run
    config: Config
    environment: Mapping[str, str]
    digests: tuple[str, ...]  # of all parameters, at each epoch's end
    correct: tuple[int, ...]  # test examples that each epoch got right


def read_archive(run: Run, store: RunStore) -> Archive:
    """Read a run's record, and check that it is whole and agrees with itself.

    Raises
    ------
    RecordError
        Naming everything that keeps the run from being trained again.
    """
    if run.status is not Status.FINISHED:
        raise RecordError(f"it did not finish (its status is {run.status}), so there is nothing to compare with")
    epochs = list(_epochs(run, store))
    record = Archive(
        run,
        read_config(run, store),
        _environment(run, store),
        tuple(digest for digest, _ in epochs),
        tuple(correct for _, correct in epochs),
    )
    found = [*_settings(record), *_identity(record), *_outcome(record, store)]
    if found:
        raise RecordError(f"the record contradicts itself: {'; '.join(found)}")
    return record


def read_config(run: Run, store: RunStore) -> Config:
    """Rebuild a run's settings from its config.json, through the same checks as settings that a person types.

    Raises
    ------
    RecordError
        For anything that is no setting, and for whatever would be code or a way out if it were not data.
    """
    content = _read_json(run, store, "config.json")
    for text in _texts(content):
        if "${" in text:
            raise RecordError(f"config.json holds the interpolation {text!r}; a record is data, and is not evaluated")
        if re.fullmatch(r"_\w+_", text):
            raise RecordError(f"config.json holds {text}, which tells Hydra to call code; a record is data, not code")
    try:
        config = build(content)
    except (ConfigError, TypeError) as error:
        raise RecordError(f"config.json cannot be used: {error}") from error
    path, experiment = config.dataset.path, config.experiment
    if path and (not PurePath(path).is_absolute() or ".." in PurePath(path).parts):
        raise RecordError(f"config.json names the data set by the path {path!r}; it must be absolute, without ..")
    if experiment and (PurePath(experiment).is_absolute() or ".." in PurePath(experiment).parts):
        raise RecordError(f"config.json names the experiment {experiment!r}, which leads out of conf/experiment")
    return config


def read_network(run: Run, store: RunStore, activation: str) -> Network:
    """Rebuild a run's final network.

    Raises
    ------
    RecordError
        If parameters.npz is absent, or is no archive of one network's finite numbers; pickles are never loaded.
    """
    content = io.BytesIO(_read(run, store, "parameters.npz"))
    try:
        with np.load(content, allow_pickle=False) as arrays:
            return Network.from_parameters(dict(arrays), activation=activation)
    except DataError as error:
        raise RecordError(f"parameters.npz cannot be used: {error}") from error
    except Exception as problem:  # zipfile, its decompressors and NumPy raise a dozen kinds on damage
        reason = "it holds pickled objects" if "allow_pickle" in str(problem) else "it is damaged"
        raise RecordError(f"parameters.npz is not loaded: {reason}; it must be an .npz of numbers") from problem


def _settings(record: Archive) -> Iterator[str]:
    """Hold config.json against the parameters in the store; a setting that is younger than the run has its default."""
    there, logged = params(record.config), params(Config()) | dict(record.run.params)
    for name in sorted(there.keys() | logged.keys()):
        if there.get(name) != logged.get(name):
            yield f"{name} is {there.get(name)} in config.json and {logged.get(name)} among the parameters"


def _identity(record: Archive) -> Iterator[str]:
    tags = record.run.tags
    missing = [tag for tag in (Tag.KEY, Tag.DATA, Tag.CODE, Tag.ENVIRONMENT) if tag not in tags]
    if missing:
        yield f"it has no {', '.join(missing)}"
        return
    key = key_of(record.config, tags[Tag.DATA], tags[Tag.CODE])
    if key != tags[Tag.KEY]:
        yield f"its settings, data and code make the key {key[:12]}, but {Tag.KEY} says {tags[Tag.KEY][:12]}"
    if fingerprint(record.environment) != tags[Tag.ENVIRONMENT]:
        yield f"environment.json is not the environment that {Tag.ENVIRONMENT} stands for"


def _outcome(record: Archive, store: RunStore) -> Iterator[str]:
    if len(record.digests) != record.config.epochs:
        yield f"epochs.jsonl holds {len(record.digests)} of {record.config.epochs} epochs"
    elif read_network(record.run, store, record.config.activation).digest() != record.digests[-1]:
        yield "parameters.npz does not have the digest that epochs.jsonl gives for the last epoch"


def _epochs(run: Run, store: RunStore) -> Iterator[tuple[str, int]]:
    """Give each epoch's digest and its count of correct test examples."""
    for number, line in enumerate(_read(run, store, "epochs.jsonl").splitlines(), 1):
        try:
            result = json.loads(line)["result"]
            epoch, digest, correct = result["epoch"], result["digest"], result["test"]["correct"]
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise RecordError(f"line {number} of epochs.jsonl is not what nnexp writes") from error
        if epoch != number or not re.fullmatch(r"[0-9a-f]{64}", str(digest)) or type(correct) is not int:
            raise RecordError(f"line {number} of epochs.jsonl is not what nnexp writes")
        yield digest, correct


def _environment(run: Run, store: RunStore) -> dict[str, str]:
    return {name: str(value) for name, value in _read_json(run, store, "environment.json").items()}


def _read_json(run: Run, store: RunStore, name: str) -> dict[str, Any]:
    text = _read(run, store, name)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{name} is not JSON") from error
    if not isinstance(content, dict):
        raise RecordError(f"{name} must hold an object, but holds {type(content).__name__}")
    return content


def _read(run: Run, store: RunStore, name: str) -> bytes:
    content = store.artifact(run.run_id, name)
    if content is None:
        raise RecordError(f"the record is incomplete: there is no {name}")
    return content


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
