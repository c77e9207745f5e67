"""Tables of values: CSV (with a header or without), Parquet (Hugging Face's too) and ARFF; the classes are a column.

A file, or a folder of files that name their parts (train.csv, mnist_test.csv, test-00000-of-00001.parquet). pyarrow
reads; here is decided which column is the label, and rows go, a batch at a time, into the one array that they end in.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.content import TRAIN
from nnexp.datasets.inputs import is_bytes
from nnexp.datasets.layouts.layout import Found, check_room
from nnexp.datasets.layouts.naming import part_of
from nnexp.datasets.layouts.tables.label import label_of, named
from nnexp.datasets.options import SETTING, Options, some
from nnexp.errors import DataError

if TYPE_CHECKING:
    from nnexp.datasets.layouts.tables.sheet import Sheet

NAME = "tables"
WANTED = "a table (.csv, .parquet, .arff)"
ENDINGS = (".csv", ".tsv", ".arff", ".data", ".tra", ".tes", ".parquet")
PACKED = (".gz", ".bz2", ".zst")  # and unpacked while it is read
NAMED = (".txt", ".dat", ".tab", ".train", ".test")  # tables if they are named, and else anything


def find(path: Path, options: Options) -> Found | None:
    """Find the files of each part; a part whose labels are a secret, as in a contest, is left out."""
    files = sorted(file for file in path.iterdir() if _ends(file, ENDINGS)) if path.is_dir() else [path]
    if not files or not _ends(files[0], ENDINGS + NAMED):
        return None
    parts = _parts(files, path)
    sheets = {part: _open(of_part[0]) for part, of_part in parts.items()}
    label = label_of(sheets[TRAIN], options.label)
    columns = _inputs(sheets[TRAIN], label, options)
    notes = [_told_apart(sheets[TRAIN], name) for name in columns if sheets[TRAIN].tells_apart(name)]
    for part, sheet in sheets.items():
        if part != TRAIN and sheet.columns == [name for name in sheets[TRAIN].columns if name != label]:
            notes.append(f"{parts[part][0].name} has no column {label!r}: it is left out")
            del parts[part]
        elif sheet.columns != sheets[TRAIN].columns:
            raise DataError(
                f"{parts[part][0]}: expected the columns of {parts[TRAIN][0].name}, but got {some(sheet.columns)}"
            )
    found = {f"{kind}_{part}": tuple(of_part) for part, of_part in parts.items() for kind in "xy"}
    return Found(
        found,
        notes=tuple(notes),
        columns=() if _of_examples(sheets[TRAIN], columns) else tuple(columns),
        classes=sheets[TRAIN].classes_of(label),
    )


def _ends(file: Path, endings: tuple[str, ...]) -> bool:
    name = file.name.lower()
    packing = next((packing for packing in PACKED if name.endswith(packing)), "")
    return file.is_file() and name.removesuffix(packing).endswith(endings)


def _parts(files: Sequence[Path], path: Path) -> dict[str, list[Path]]:
    """Sort files by their part; several of one are one after the other (test-00000-of-00002)."""
    parts: dict[str, list[Path]] = {}
    for file in files:
        parts.setdefault(part_of(file.name) or "", []).append(file)
    alone = parts.pop("", [])
    if TRAIN in parts:
        return parts
    if len(alone) != 1:
        names = some([file.name for file in files])
        raise DataError(
            f"{path}: expected a table to learn from (train.csv), but got {names}; name it: dataset.path=FILE"
        )
    return {TRAIN: alone, **parts}


def read(files: tuple[Path, ...], name: str, options: Options) -> NDArray[Any]:
    """Read the values (n, columns), pictures, or the column of labels."""
    sheets = [_open(file) for file in files]
    label = label_of(sheets[0], options.label)
    if name.startswith("y"):
        return np.concatenate([sheet.texts(label) for sheet in sheets])
    columns = _inputs(sheets[0], label, options)
    if column := _of_examples(sheets[0], columns):
        return np.concatenate([sheet.examples(column) for sheet in sheets])
    return _values(sheets, columns)


def _inputs(sheet: Sheet, label: str, options: Options) -> list[str]:
    """List the columns that are learnt from: all but the label, and those that are to be left out."""
    dropped = {named(sheet, one, "drop") for one in options.drop}
    return [name for name in sheet.columns if name != label and name not in dropped]


def _of_examples(sheet: Sheet, columns: list[str]) -> str | None:
    """Give the one column whose cells are whole examples, if there is one."""
    whole = next((name for name in columns if sheet.holds_examples(name)), None)
    if whole and len(columns) > 1:
        others = ",".join(name for name in columns if name != whole)
        got = f"each of {whole!r} is a whole one; {SETTING}drop=[{others}] leaves the other columns out"
        raise DataError(f"{sheet.file}: expected one column of examples, but {got}")
    return whole


def _told_apart(sheet: Sheet, name: str) -> str:
    told = f"column {name!r} numbers the rows, and says nothing of a class"
    return f"{sheet.file.name}: {told}; {SETTING}drop=[{name}] leaves it out"


def _values(sheets: Sequence[Sheet], columns: list[str]) -> NDArray[Any]:
    """Fill bytes while all values are such, and float32 from the first that is none on."""
    most = sum(sheet.most_rows() for sheet in sheets)
    rows: NDArray[Any] = np.empty((most, len(columns)), np.uint8)  # of which no page is taken before it is written to
    at = 0
    for sheet in sheets:
        for batch in sheet.batches(columns):
            if rows.dtype == np.uint8 and not is_bytes(batch):
                check_room((most, len(columns)), np.dtype(np.float32), str(sheet.file))
                wide = np.empty(rows.shape, np.float32)
                wide[:at], rows = rows[:at], wide
            rows[at : at + len(batch)] = batch
            at += len(batch)
    if not at:
        raise DataError(f"{sheets[0].file}: expected rows, but got none")
    return rows[:at]


def _open(file: Path) -> Sheet:
    from nnexp.datasets.layouts.tables.opened import open_sheet  # pyarrow is a tenth of a second, and most need none

    return open_sheet(file)
