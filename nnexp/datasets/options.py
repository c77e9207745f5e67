"""What a person can say of a data set: how its files are to be understood, divided and scaled. Each has a default.

The names are those of the settings `dataset.…`; whoever takes them from a person checks their types.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from nnexp.datasets.scale import AUTO, check_scale
from nnexp.errors import ConfigError

BOOK, FULL, STRATIFIED = "book", "full", "stratified"
SPLITS = (AUTO, BOOK, FULL, STRATIFIED)
SETTING = "dataset."  # what a person types before their names
LONGEST = 60  # characters of a name, as it is told


@dataclass(frozen=True)
class Options:
    """How a data set is read. Of these, `name` changes nothing, `limit` only how much is learnt from.

    `split`: `book` validates on the last sixth of the training file, `full` on nothing, `stratified` on a share of
    every class, drawn by `split_seed`; `auto` is the book's for MNIST and stratified for all others. `val` and `test`
    are the shares of a part that is missing; one that is there is used. `scale`: what a pixel is multiplied with, or
    `standard` for tables of numbers; `auto` goes by their range.
    """

    name: str = "mnist"
    label: str | int | None = None  # the column of a table that is its classes, by name or place
    drop: tuple[str | int, ...] = ()  # columns of a table that are left out
    classes: int | tuple[int | str, ...] | None = None  # how many there are, or which are kept
    grey: bool | None = None  # true: colours become grey; false: three planes, one below the other
    transpose: bool = False
    split: str = AUTO
    split_seed: int = 0
    val: float = 0.15
    test: float = 0.15
    scale: str = AUTO
    limit: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is none of its choices."""
        if self.split not in SPLITS:
            raise ConfigError(f"{SETTING}split must be one of {', '.join(SPLITS)}, but got {self.split!r}")
        check_scale(f"{SETTING}scale", self.scale)
        for name, share in (("val", self.val), ("test", self.test)):
            if not 0 < share < 1:
                raise ConfigError(f"{SETTING}{name} must be a share between 0 and 1, but got {share!r}")
        if self.val + self.test >= 1:
            raise ConfigError(
                f"{SETTING}val and {SETTING}test must leave a share to learn from, but got {self.val} and {self.test}"
            )

    @property
    def of_content(self) -> dict[str, Any]:
        """What decides the content that is made of the files."""
        return {name: value for name, value in asdict(self).items() if name not in ("name", "limit")}


def some(names: Iterable[object], most: int = 10) -> str:
    """List names, and how many more there are."""
    listed = [brief(str(name)) for name in names]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def brief(text: str) -> str:
    """Give the beginning of a text that fills a line."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
