"""Which column of a table is its label: the one that is named, or the one that can only be it."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from nnexp.datasets.layouts.naming import part_of
from nnexp.datasets.options import SETTING, some
from nnexp.errors import DataError

if TYPE_CHECKING:
    from nnexp.datasets.layouts.tables.sheet import Sheet

USUAL = ("label", "labels", "class", "target", "y", "digit", "category", "fine_label")
FEW = 0.2  # of the rows looked at: classes are fewer than values


def label_of(sheet: Sheet, wanted: str | int | None) -> str:
    """Give the name of the label's column.

    Raises
    ------
    DataError
        If there is no such column, or none that is the label beyond doubt.
    """
    columns = sheet.columns
    if len(columns) < 2:
        raise DataError(f"{sheet.file}: expected a column of labels and others, but got {some(columns)}")
    if wanted is not None:
        return named(sheet, wanted, "label")
    usual = [name for name in columns if name.strip().lower() in USUAL]
    if len(usual) == 1 and (_are_few(sheet, usual[0]) or not any(_is_text_of_few(sheet, name) for name in columns)):
        return usual[0]
    columns = [name for name in columns if not sheet.holds_examples(name) and not _names_parts(sheet, name)]
    texts = [name for name in columns if sheet.is_text(name)]
    if len(texts) == 1 and _is_text_of_few(sheet, texts[0]):
        return texts[0]
    ends = [name for name in dict.fromkeys((*columns[:1], *columns[-1:])) if _may_be(sheet, name)]
    if len(ends) == 2 and not texts and sheet.are_pixels(columns[1:-1]):
        return columns[0]  # as in every MNIST that was made a table; the last pixel is the corner
    if len(ends) == 1 and not texts:
        return ends[0]
    likely = [name for name in columns if _may_be(sheet, name) or _is_text_of_few(sheet, name)]
    by_name = f"{SETTING}label={(likely or columns or sheet.columns)[-1]}, say"
    hint = by_name if sheet.has_header else f"{SETTING}label=0 is the first, -1 the last"
    raise DataError(f"{sheet.file}: expected to know the column of labels; name it ({hint}) of {some(sheet.columns)}")


def named(sheet: Sheet, wanted: str | int, setting: str) -> str:
    """Give the name of the column that a setting names, or numbers from 0; the last is -1.

    Raises
    ------
    DataError
        If there is none.
    """
    columns = sheet.columns
    if str(wanted) in columns:
        return str(wanted)
    if isinstance(wanted, int) and -len(columns) <= wanted < len(columns):
        return columns[wanted]
    near = get_close_matches(str(wanted), columns, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are {some(columns)}"
    raise DataError(f"{sheet.file}: {SETTING}{setting} names {wanted}, which is no column; {hint}")


def _names_parts(sheet: Sheet, name: str) -> bool:
    """Tell whether a column says which part each row is of, as FER2013's "Usage"."""
    return sheet.is_text(name) and all(map(part_of, sheet.head(name)))


def _may_be(sheet: Sheet, name: str) -> bool:
    whole = all(value.lstrip("+-").removesuffix(".0").isdigit() for value in sheet.head(name))
    return whole and _are_few(sheet, name)


def _is_text_of_few(sheet: Sheet, name: str) -> bool:
    return sheet.is_text(name) and _are_few(sheet, name)


def _are_few(sheet: Sheet, name: str) -> bool:
    """Tell whether a column holds few values; in what is sorted, the first rows are all of one class."""
    values = sheet.head(name)
    if len(set(values)) == 1:
        values = [str(one) for one in sheet.texts(name).tolist()]
    return 2 <= len(set(values)) <= max(2, FEW * len(values))
