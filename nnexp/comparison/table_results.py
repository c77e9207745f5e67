"""The results of each setting in a table: which columns say what, and whether every cell can be used."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nnexp.comparison.groups import label
from nnexp.comparison.table_file import Table, read_table
from nnexp.errors import DataError
from nnexp.measure import LARGEST
from nnexp.statistics.decision import Results

MOST_SETTINGS = 2000  # each is compared with every other
MOST_NAMED = 12
SETTING = ("setting",)  # the usual column
YES, NO = {"true", "1", "1.0", "yes"}, {"false", "0", "0.0", "no"}


@dataclass(frozen=True)
class Columns:
    """The names of the columns; None: the usual one, which may be absent."""

    by: Sequence[str] = SETTING
    result: str = "result"
    seed: str | None = None
    lost: str | None = None


def results_in(table: Table, columns: Columns) -> dict[str, Results]:
    """Gather the results of each setting; a setting that one column names is called by its value alone.

    Raises
    ------
    DataError
        If there is no row, a column is absent, a cell cannot be used, or a seed of a setting stands there twice.
    """
    if table.frame.empty:
        raise DataError(f"{table.name} must hold a row for each run, but holds none")
    by = [_cells(table, name) for name in columns.by]
    names = by[0] if len(by) == 1 else [label(columns.by, values) for values in zip(*by, strict=True)]
    numbers, lost = _numbers(table, columns.result), _lost(table, columns.lost or _usual(table, "lost"))
    _check_seeds(table, names, columns.seed or _usual(table, "seed"))
    codes, found = pd.factorize(np.array(names, dtype=object))
    if len(found) > MOST_SETTINGS:
        raise DataError(
            f"{table.name} must hold at most {MOST_SETTINGS:,} settings, but {', '.join(columns.by)} names "
            f"{len(found):,}; name other columns"
        )
    order = np.argsort(codes, kind="stable")
    parts = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    pairs = ((str(name), numbers[part], lost[part]) for name, part in zip(found, parts, strict=True))
    return {name: Results(part[~gone].tolist(), part[gone].tolist()) for name, part, gone in pairs}


def results_of_files(paths: Sequence[Path], columns: Columns) -> dict[str, Results]:
    """Gather the results of files of one setting each, called as their files are, which need not name it.

    Raises
    ------
    DataError
        If one holds several settings, or anything that cannot be used.
    """
    stems = {path.stem for path in paths}
    return {(path.stem if len(stems) == len(paths) else str(path)): _of_file(path, columns) for path in paths}


def _of_file(path: Path, columns: Columns) -> Results:
    table = read_table(path)
    if columns.by == SETTING and SETTING[0] not in table.frame.columns:
        table = replace(table, frame=table.frame.assign(**{SETTING[0]: path.stem}))
    found = results_in(table, columns)
    if len(found) > 1:
        raise DataError(f"{path} must hold one setting, but holds {len(found)}: {', '.join([*found][:MOST_NAMED])}")
    return next(iter(found.values()))


def column_in(table: Table, name: str) -> pd.Series[Any]:
    """Give a column.

    Raises
    ------
    DataError
        If there is none of that name, or there are several.
    """
    known = [str(one) for one in table.frame.columns]
    if known.count(name) != 1:
        shown = ", ".join(known[:MOST_NAMED]) + (", ..." if len(known) > MOST_NAMED else "")
        number = "several" if name in known else "none"
        raise DataError(
            f"{table.name} must have one column {name!r}, but has {number}: its columns are {shown}; "
            "--by, --seed, --result and --lost name others"
        )
    return table.frame.iloc[:, known.index(name)]


def _usual(table: Table, name: str) -> str | None:
    return name if name in table.frame.columns else None


def _cells(table: Table, name: str) -> list[str]:
    column = column_in(table, name)
    cells = _texts(column)
    if "" in cells:
        raise DataError(f"{table.place(column.index[cells.index('')], name)}: must name a setting, but is empty")
    return cells


def _numbers(table: Table, name: str) -> NDArray[np.float64]:
    column = column_in(table, name)
    numbers = np.array([_number(value, decimal_comma=table.decimal_comma) for value in column])
    bad = np.flatnonzero(~(np.abs(numbers) <= LARGEST))
    if bad.size:
        value = column.iloc[bad[0]]
        shown = value.item() if isinstance(value, np.generic) else value
        kind = f"number of at most {LARGEST:g}" if isfinite(numbers[bad[0]]) else "finite number"
        place = table.place(column.index[bad[0]], name)
        raise DataError(f"{place}: must be a {kind}, but is {shown!r}; mend it, or leave that run out")
    return numbers


def _number(value: Any, *, decimal_comma: bool) -> float:
    if isinstance(value, str) and decimal_comma and value.count(",") == 1 and "." not in value:
        value = value.replace(",", ".")
    try:
        return nan if value is None or (isinstance(value, str) and "_" in value) else float(value)
    except (TypeError, ValueError, OverflowError):
        return nan


def _lost(table: Table, name: str | None) -> NDArray[np.bool_]:
    if name is None:
        return np.zeros(len(table.frame), dtype=bool)
    column = column_in(table, name)
    cells = [cell.lower() for cell in _texts(column)]
    for row, cell in enumerate(cells) if not {*cells} <= YES | NO else ():
        if cell not in YES | NO:
            place = table.place(column.index[row], name)
            raise DataError(f"{place}: must be true or false (or 1, 0, yes, no), but is {column.iloc[row]!r}")
    return np.array([cell in YES for cell in cells], dtype=bool)


def _check_seeds(table: Table, names: Sequence[str], seed: str | None) -> None:
    """Refuse a run that stands there twice: it would count as two."""
    if seed is None:
        return
    column = column_in(table, seed)
    seeds = pd.DataFrame({"name": names, "seed": _texts(column)}, index=column.index)
    twice = seeds[seeds["seed"].ne("") & seeds.duplicated()]
    if len(twice):
        name, number = twice.iloc[0]
        first = seeds.index[(seeds["name"] == name) & (seeds["seed"] == number)][0]
        raise DataError(
            f"{table.place(twice.index[0], seed)}: seed {number} of {name} stands there already, in {table.places} "
            f"{table.number(first)}; leave one of them out, or name in --by what tells them apart"
        )


def _texts(column: pd.Series[Any]) -> list[str]:
    """Write cells as names; of a column of texts, each that there is only once."""
    if not isinstance(column.dtype, pd.StringDtype):
        return [_text(value) for value in column]
    codes, values = pd.factorize(column, use_na_sentinel=False)
    return list(np.array([_text(value) for value in values], dtype=object)[codes])


def _text(value: Any) -> str:
    """Write a cell as a name: what is a number to the file keeps the form that it has there."""
    if isinstance(value, str):
        return value.strip()
    value = value.tolist() if hasattr(value, "tolist") else value
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return ""
    return json.dumps(value, default=str) if isinstance(value, list | dict) else str(value)
