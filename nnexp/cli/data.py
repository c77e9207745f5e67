"""`nnexp data`: what is seen of a data set before anything is trained, and the file that trains fastest."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from omegaconf import OmegaConf
from rich.cells import cell_len, set_cell_size

from nnexp import datasets
from nnexp.cli.console import out, say, write
from nnexp.config.paths import DATA
from nnexp.datasets import Dataset, Split
from nnexp.datasets.drawing import as_dots
from nnexp.errors import ConfigError, DataError
from nnexp.escape import in_json, visible
from nnexp.measure import count
from nnexp.report.tables.fitted import Fitted
from nnexp.report.tables.formats import pairs
from nnexp.report.tables.table import Table
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.setup import options_of

PREFIX = "dataset."
PARTS = {"train": "training", "val": "validation", "test": "test"}
MOST_CLASSES = 20  # that are listed
MOST_PICTURES = 10
MOST_COLUMNS = 8
ROWS = 3
FEW = 10  # batches of examples, of which less than one may be left to train on
GAP = 3  # characters between pictures
WIDEST = 100  # characters of pictures side by side


def show(source: str, settings: Sequence[str], *, as_json: bool) -> None:
    """Print what a data set holds, how it will be divided and scaled, and what is odd about it."""
    dataset = datasets.load(_path(source), **_options(settings))
    if as_json:
        write(in_json(_facts(dataset)))
        return
    out().print(f"{source}: {_sentence(dataset)}", style="bold", soft_wrap=True)
    out().print(pairs([*_told(dataset)]))
    out().print()
    out().print(Fitted(_counts(dataset)))
    out().print()
    _draw(dataset)
    for line in dataset.meta.odd:
        say(line)


def convert(source: str, to: Path, settings: Sequence[str], *, as_json: bool) -> None:
    """Write a data set as one .npz file."""
    arrays = datasets.convert(_path(source), to, **_options(settings))
    shapes = {name: [str(array.dtype), *array.shape] for name, array in arrays.items()}
    if as_json:
        write(in_json({"file": str(to), "arrays": shapes}))
        return
    for name, (dtype, *shape) in shapes.items():
        out().print(f"{name}  {dtype} {tuple(shape)}")
    try:
        batch = _batch_size(to, len(arrays["x_train"]))
        out().print(f"{to}; try: nnexp train {shlex.quote(f'{PREFIX}path={to}')}{batch}", soft_wrap=True)
    except DataError as error:  # in training: the file holds what it was asked to hold
        out().print(str(to), soft_wrap=True)
        say(str(error))


def _batch_size(made: Path, n: int) -> str:
    """Set the batch size that can be trained with, where fewer examples than usual are left to train on."""
    usual = SCHEMA.parse_config({}).batch_size
    most = len(datasets.load(made, **_options(())).train) if n < FEW * usual else n
    return f" batch_size={most}" if most < usual else ""


def _path(source: str) -> Path:
    return DATA if source == "mnist" and not Path(source).exists() else Path(source)


def _options(settings: Sequence[str]) -> dict[str, Any]:
    """Read settings with or without `dataset.` before them."""
    for setting in settings:
        if "=" not in setting:
            raise ConfigError(f"expected SETTING=VALUE such as {PREFIX}grey=true, but got {setting!r}")
    given: Any = OmegaConf.to_container(OmegaConf.from_dotlist([setting.removeprefix(PREFIX) for setting in settings]))
    return options_of(SCHEMA.parse_config({"dataset": {"name": "folder", "path": ".", **given}}).dataset)


def _parts(dataset: Dataset) -> dict[str, Split]:
    found = {name: getattr(dataset, part) for part, name in PARTS.items()}
    return {name: split for name, split in found.items() if split is not None}


def _sentence(dataset: Dataset) -> str:
    n = sum(len(split) for split in _parts(dataset).values())
    height, width = dataset.image_shape
    what = f"pictures of {height} x {width} pixels" if height > 1 else f"examples of {width} values"
    return f"{n:,} {what} in {dataset.classes} classes"


def _told(dataset: Dataset) -> Iterator[tuple[str, str]]:
    meta = dataset.meta
    yield "layout", f"{meta.layout}, in {dataset.source}"
    if meta.columns:
        more = f" and {len(meta.columns) - MOST_COLUMNS} more" if len(meta.columns) > MOST_COLUMNS else ""
        yield "columns", ", ".join(meta.columns[:MOST_COLUMNS]) + more
    yield "values", f"{meta.lowest:g} to {meta.highest:g}, kept as {dataset.train.images.dtype}"
    yield "scale", f"{PREFIX}scale={meta.scale}{_meaning(meta.scale)}"
    yield "split", f"{PREFIX}split={meta.split}"
    yield "order", "sorted by class" if meta.sorted else "mixed"
    yield "duplicates", f"{meta.duplicates:,} test examples are in training too" if meta.duplicates else "none"
    yield "digest", dataset.digest


def _meaning(scale: str) -> str:
    told = {"standard": ": each column less its mean, over its standard deviation, both of training", "none": ""}
    return told.get(scale, ", which each value is multiplied with")


def _classes(dataset: Dataset, split: Split) -> NDArray[np.int64]:
    return np.bincount(split.labels, minlength=dataset.classes)


def _counts(dataset: Dataset) -> Table:
    parts = _parts(dataset)
    counts = [_classes(dataset, split) for split in parts.values()]
    names = dataset.class_names[:MOST_CLASSES]
    rows = [(name, *(f"{of_part[label]:,}" for of_part in counts)) for label, name in enumerate(names)]
    if dataset.classes > MOST_CLASSES:
        rest = (f"{of_part[MOST_CLASSES:].sum():,}" for of_part in counts)
        rows.append((f"and {dataset.classes - MOST_CLASSES} more (--json lists them)", *rest))
    rows.append(("all", *(f"{of_part.sum():,}" for of_part in counts)))
    return Table("", ("class", *parts), tuple(rows), names=1)


def _draw(dataset: Dataset) -> None:
    """Draw an example of each class, or print the first rows of a table."""
    if dataset.image_shape[0] == 1:
        out().print(Fitted(_rows(dataset)))
        return
    labels = dataset.train.labels
    known = np.unique(labels)
    firsts = [int(np.argmax(labels == label)) for label in known[:MOST_PICTURES]]
    names = [visible(dataset.class_names[labels[at]]) for at in firsts]
    blocks = [as_dots(dataset.train.images[at].reshape(dataset.image_shape)).split("\n") for at in firsts]
    titled = [[name, *block] for name, block in zip(names, blocks, strict=True)]
    width = max(len(blocks[0][0]), *map(cell_len, names)) + GAP
    many = max(1, (min(out().width, WIDEST) + GAP) // width)
    for start in range(0, len(blocks), many):
        for pieces in zip(*titled[start : start + many], strict=True):
            out().print("".join(set_cell_size(piece, width) for piece in pieces).rstrip(), soft_wrap=True)
    if len(known) > MOST_PICTURES:
        out().print(f"and {count(len(known) - MOST_PICTURES, 'more class')}")


def _rows(dataset: Dataset) -> Table:
    columns = dataset.meta.columns or tuple(map(str, range(dataset.image_shape[1])))
    shown, labels = columns[:MOST_COLUMNS], dataset.train.labels[:ROWS]
    rows = [
        (dataset.class_names[label], *(f"{value:.5g}" for value in values[: len(shown)]))
        for values, label in zip(_raw(dataset, ROWS), labels, strict=True)
    ]
    return Table("", ("class", *shown), tuple(rows), names=1)


def _raw(dataset: Dataset, n: int) -> NDArray[Any]:
    """Give the first training examples as they were before they were standardised."""
    few, meta = dataset.train.images[:n], dataset.meta
    return few * np.array(meta.std) + np.array(meta.mean) if meta.mean else few


def _facts(dataset: Dataset) -> Mapping[str, Any]:
    meta = dataset.meta
    parts = {
        name: {
            "examples": len(split),
            "classes": dict(zip(dataset.class_names, _classes(dataset, split).tolist(), strict=True)),
        }
        for name, split in _parts(dataset).items()
    }
    return {
        "source": dataset.source,
        "layout": meta.layout,
        "digest": dataset.digest,
        "shape": list(dataset.image_shape),
        "dtype": str(dataset.train.images.dtype),
        "columns": list(meta.columns),
        "lowest": meta.lowest,
        "highest": meta.highest,
        "classes": list(dataset.class_names),
        "parts": parts,
        "split": meta.split,
        "scale": meta.scale,
        "sorted": meta.sorted,
        "duplicates": meta.duplicates,
        "odd": list(meta.odd),
    }
