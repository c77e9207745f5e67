"""`nnexp report`: a sweep's page; and what every sweep leaves behind when it ends."""

from __future__ import annotations

import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from math import isqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnexp import __version__
from nnexp.archive.reader import RunReader
from nnexp.cli.answered import so_far_of
from nnexp.cli.console import out, say, write
from nnexp.cli.found import found_by
from nnexp.cli.nothing import tell_no_runs
from nnexp.comparison.compare import compare
from nnexp.comparison.comparison import Comparison
from nnexp.comparison.datasets import by_dataset
from nnexp.comparison.readable import Readable
from nnexp.comparison.searched import Searched
from nnexp.comparison.so_far import SoFar
from nnexp.datasets import Dataset
from nnexp.errors import DataError, NnexpError, NotFoundError
from nnexp.escape import in_json
from nnexp.recording.store import open_store
from nnexp.regular import write_file
from nnexp.report.page.head import tells
from nnexp.report.page.page import page
from nnexp.report.prose.told import tell
from nnexp.sweep.called import NO_FILE_NAME
from nnexp.sweep.find import chosen_runs
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.setup import dataset_of
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.records import Run, Tag
from nnexp.tracking.store import RunStore

FEWEST = 64  # numbers of an example that may be a picture, though it lies as a row


def report(
    wanted: Sequence[str], to: Path, *, metric: str | None, better: str | None, show: bool, as_json: bool = False
) -> None:
    """Write the page of a sweep, or of any runs."""
    whole = open_store(say)
    store = Readable(whole, say)
    runs = chosen_runs(store, wanted, say)
    if not runs and not whole.runs():
        tell_no_runs(whole, aside=as_json)
        _tell((), (), as_json=as_json)
        return
    found = None if metric or better else found_by(wanted, runs, store)
    pages = write_pages(runs, store, to, found=found, far=so_far_of(wanted, whole), metric=metric, better=better)
    _tell(pages, runs, as_json=as_json)
    if show:
        webbrowser.open(pages[0].absolute().as_uri())


def write_pages(
    runs: Sequence[Run],
    store: RunStore,
    to: Path,
    *,
    found: Searched | None = None,
    far: SoFar | None = None,
    metric: str | None = None,
    better: str | None = None,
) -> list[Path]:
    """Write the page of runs, or one for each data set; one that tells of the same already is left as it is.

    Raises
    ------
    NotFoundError
        If none of the runs counts.
    """
    told_of = _told_of(runs, found, far, metric, better)
    parts: Mapping[str, Sequence[Run]] = {} if found else by_dataset(runs)
    pages = {beside(to, name): part for name, part in parts.items()} or {to: found.tried if found else runs}
    for page_of, part in pages.items():
        if tells(page_of, told_of):
            continue
        comparison = compare(part, store, metric=metric, better=better, so_far=far)
        if comparison.nothing and not parts:
            raise NotFoundError(tell(comparison).answer)
        write_page(comparison, store, page_of, found=found, told_of=told_of)
    return [*pages]


def _told_of(runs: Sequence[Run], *asked: object) -> str:
    """Digest what a page tells of: all that the store has of the runs, and what was asked."""
    records = sorted(repr(replace(run, tags=_without(run.tags, Tag.OWNER))) for run in runs)
    return sha256("\n".join([__version__, repr(asked), *records]).encode()).hexdigest()


def _without(tags: Mapping[str, str], name: str) -> dict[str, str]:
    return {one: text for one, text in sorted(tags.items()) if one != name}


def _tell(pages: Sequence[Path], runs: Sequence[Run], *, as_json: bool) -> None:
    if as_json:
        write(in_json({"pages": [str(page) for page in pages], "runs": [run.run_id for run in runs]}))
        return
    for one in pages:
        out().print(str(one), soft_wrap=True)


def beside(to: Path, name: str) -> Path:
    """Name the page of one of several data sets."""
    return to.with_stem(f"{to.stem}-{NO_FILE_NAME.sub('-', name)}")


def write_page(
    comparison: Comparison, store: RunStore, to: Path, *, found: Searched | None = None, told_of: str = ""
) -> None:
    """Write a comparison's page, and on it what the search found whose runs these are."""
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        dataset = _dataset_of(comparison.runs, store)
        images, sizes = (_test_images(dataset), _sizes(dataset)) if dataset else (None, "")
        content = page(comparison, store, images=images, sizes=sizes, found=found, told_of=told_of)
        if to.is_file() or not to.exists():
            write_file(to, content.encode())  # whole, for whoever reads it meanwhile
        else:
            to.write_bytes(content.encode())  # as /dev/stdout
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
