"""Any layout into the one that is read fastest: an .npz of plain arrays, with the labels as they were called."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.layouts.npz import COLUMNS
from nnexp.datasets.options import Options
from nnexp.datasets.prepare import gather
from nnexp.datasets.source import find
from nnexp.errors import DataError

ENDING = ".npz"


def convert(path: Path, to: Path, **settings: Any) -> dict[str, NDArray[Any]]:
    """Write the parts that a data set has into a new file, and give their arrays by name.

    What the settings say of labels, columns, colours and rows is done; dividing and scaling are left to whoever
    trains.

    Raises
    ------
    DataError
        For what cannot be read, or a file that cannot be written, or is there already.
    """
    if to.suffix != ENDING:
        raise DataError(f"{to}: expected a file that ends with {ENDING}")
    if to.exists():
        raise DataError(f"{to} is there already; name a new file, or remove it")
    options = Options(**settings)
    source = find(path, options)
    arrays = {name: source.layout.read(files, name, options) for name, files in source.files.items()}
    parts = gather(arrays, {name: source.where(name) for name in source.files}, source.found, options)
    plain = tuple(map(str, range(len(parts.classes)))) == parts.classes
    made: dict[str, NDArray[Any]] = {}
    for part, x in parts.x.items():
        y = parts.y[part]
        made |= {f"x_{part}": x, f"y_{part}": y if plain else np.array(parts.classes)[y]}
    if source.found.columns:
        made[COLUMNS] = np.array(source.found.columns)
    _write(made, to)
    return made


def _write(arrays: dict[str, NDArray[Any]], to: Path) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=to.absolute().parent, prefix=f".{to.stem}") as aside:
            new = Path(aside, to.name)
            np.savez(new, **arrays)  # type: ignore[arg-type]
            os.replace(new, to)
    except OSError as problem:
        raise DataError(f"{to} cannot be written: {problem.strerror}") from problem
