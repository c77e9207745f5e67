"""`nnexp report`: a sweep's page; and what every sweep leaves behind when it ends."""

from __future__ import annotations

import re
import webbrowser
from collections.abc import Sequence
from math import isqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnexp.archive.reader import RunReader
from nnexp.cli.console import out, say
from nnexp.cli.found import found_by
from nnexp.comparison.compare import compare
from nnexp.comparison.comparison import Comparison
from nnexp.comparison.datasets import by_dataset
from nnexp.comparison.readable import Readable
from nnexp.comparison.searched import Searched
from nnexp.datasets import Dataset
from nnexp.errors import DataError, NnexpError, NotFoundError
from nnexp.recording.store import open_store
from nnexp.report.page.page import page
from nnexp.report.prose.told import tell
from nnexp.sweep.find import chosen_runs
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.setup import dataset_of
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore

PAGE = "report.html"
NO_NAME = re.compile(r"[^\w.-]+")  # in the name of a page
FEWEST = 64  # numbers of an example that may be a picture, though it lies as a row


def report(wanted: Sequence[str], to: Path, *, metric: str | None, better: str | None, show: bool) -> None:
    """Write the page of a sweep, or of any runs."""
    store = Readable(open_store(say), say)
    runs = chosen_runs(store, wanted, say)
    found = None if metric or better else found_by(wanted, runs, store)
    parts = {} if found else by_dataset(runs)
    for name, part in parts.items():
        page_of = beside(to, name)
        write_page(compare(part, store, metric=metric, better=better), store, page_of)
        out().print(str(page_of), soft_wrap=True)
    if parts:
        return
    comparison = compare(found.tried if found else runs, store, metric=metric, better=better)
    if comparison.nothing:
        raise NotFoundError(tell(comparison).answer)
    write_page(comparison, store, to, found=found)
    out().print(str(to), soft_wrap=True)
    if show:
        webbrowser.open(to.absolute().as_uri())


def beside(to: Path, name: str) -> Path:
    """Name the page of one of several data sets."""
    return to.with_stem(f"{to.stem}-{NO_NAME.sub('-', name)}")


def write_page(comparison: Comparison, store: RunStore, to: Path, *, found: Searched | None = None) -> None:
    """Write a comparison's page, and on it what the search found whose runs these are."""
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        dataset = _dataset_of(comparison.runs, store)
        images, sizes = (_test_images(dataset), _sizes(dataset)) if dataset else (None, "")
        to.write_text(page(comparison, store, images=images, sizes=sizes, found=found), encoding="utf-8")
    except OSError as error:
        raise DataError(f"{to} cannot be written: {error.strerror}") from error


def _dataset_of(records: Sequence[Run], store: RunStore) -> Dataset | None:
    """Find the data that the runs were trained and tested on, if they are still where and what they were."""
    if not records or records[0].task != NETWORK.name:
        return None
    try:
        dataset = dataset_of(RunReader(records[0].run_id, store).config(SCHEMA).dataset)
    except NnexpError as error:
        say(f"the page shows no pictures of mistakes: {error}")
        return None
    if dataset.digest != records[0].tags.get(Tag.DATA):
        say("the page shows no pictures of mistakes: the data are not what they were")
        return None
    return dataset


def _sizes(dataset: Dataset) -> str:
    """Say how many examples are trained on, validated on and tested on, and of how many classes."""
    val = [f"{len(dataset.val):,} to validate"] if dataset.val else []
    parts = [f"{len(dataset.train):,} to train", *val, f"{len(dataset.test):,} to test"]
    return f"{', '.join(parts)}, {dataset.classes} classes"


def _test_images(dataset: Dataset) -> NDArray[np.number] | None:
    """Give the pictures of the test set, if they are pictures."""
    h, w = dataset.image_shape
    if h == 1:
        side = isqrt(w)
        if w >= FEWEST and side * side == w:
            say(f"the page shows no pictures: an example is a row of {w} numbers, and not {side} by {side}")
        return None
    return dataset.test.images.reshape(-1, h, w)
