"""What about data its owner may not have meant: a line each, with the setting that mends it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nnexp.datasets.content import PARTS, TEST, TRAIN, VAL, Content, Meta
from nnexp.datasets.options import BOOK, SETTING, STRATIFIED, Options, some
from nnexp.datasets.scale import AUTO, NONE, STANDARD, factor
from nnexp.datasets.split import book_border

RARE = 0.01  # of the training examples
DARK, BRIGHT = 0.25, 1.01  # what the highest input should come to
FAIRLY = f"; {SETTING}split=stratified draws a share of every class"
WORDS = {TRAIN: "training", VAL: "validation", TEST: "the test set"}


@dataclass(frozen=True)
class Odd:
    """The lines, and what two of them are made of."""

    told: tuple[str, ...]
    is_sorted: bool  # the training file, by class
    duplicates: int  # test examples that training has too


def oddities(content: Content, file_order: NDArray[np.int64], drawn: Sequence[str], options: Options) -> Odd:
    """Look for all of it; `file_order` are the training labels as they lay, `drawn` the parts that were missing."""
    duplicates, is_sorted = _duplicates(content), _is_sorted(file_order)
    lines = (
        *_drawn(drawn, options),
        *([_order(content, drawn)] if is_sorted else []),
        *_absent(content),
        *_rare(content),
        *([_alike(duplicates, content)] if duplicates else []),
    )
    return Odd(lines, is_sorted, duplicates)


def _drawn(drawn: Sequence[str], options: Options) -> Iterator[str]:
    if TEST in drawn:
        yield (
            f"there is no test set: {options.test:.0%} of the examples were drawn for one "
            f"({SETTING}test={options.test:g} {SETTING}split_seed={options.split_seed})"
        )


def _order(content: Content, drawn: Sequence[str]) -> str:
    told = "the training file is sorted by class"
    if content.has_val and VAL not in drawn:
        return f"{told}: {SETTING}limit would take the first of them alone"
    if content.meta.split == STRATIFIED:
        return f"{told}: it was mixed ({SETTING}split=stratified does so)"
    return f"{told}, and {SETTING}split={content.meta.split} takes it as it lies{FAIRLY}"


def _is_sorted(labels: NDArray[np.int64]) -> bool:
    """Tell whether the examples of every class lie together, more of them than one."""
    changes = int(np.count_nonzero(np.diff(labels)))
    classes = len(np.unique(labels))
    return classes > 1 and changes == classes - 1 and len(labels) >= 2 * classes


def _absent(content: Content) -> Iterator[str]:
    """Name classes that a part lacks; where the book's split will validate, its part is looked at too."""
    labels = {part: content.y(part) for part in PARTS if part != VAL or content.has_val}
    if content.meta.split == BOOK and not content.has_val:
        border = book_border(len(labels[TRAIN]))
        labels |= {TRAIN: labels[TRAIN][:border], VAL: labels[TRAIN][border:]}
    for part, there in labels.items():
        absent = sorted(set(range(len(content.meta.classes))) - set(np.unique(there).tolist()))
        if not absent:
            continue
        names = some(content.meta.classes[label] for label in absent)
        one = f"class {names} does" if len(absent) == 1 else f"the classes {names} do"
        mend = _mend_absent(content, part)
        yield f"{one} not occur in {WORDS[part]}{mend}"


def _mend_absent(content: Content, part: str) -> str:
    if content.meta.split != STRATIFIED and part != TEST:
        return FAIRLY
    if part == TRAIN:
        return f", so none can be recognised; add examples, or leave it out with {SETTING}classes=[…]"
    return ""


def _rare(content: Content) -> Iterator[str]:
    counts = np.bincount(content.y(TRAIN), minlength=len(content.meta.classes))
    total = counts.sum()
    rare = [label for label, count in enumerate(counts) if 0 < count < RARE * total]
    if rare:
        told = some(f"{content.meta.classes[label]} ({counts[label]})" for label in rare)
        which = "a class has" if len(rare) == 1 else f"{len(rare)} classes have"
        yield (
            f"{which} under 1 % of the {total:,} training examples: {told}; an accuracy hardly sees them, "
            "--metric val/balanced_accuracy does"
        )
    elif counts.max() > (1 - 1 / (2 * len(counts))) * total:
        name = content.meta.classes[int(counts.argmax())]
        yield (
            f"{counts.max() / total:.0%} of the training examples are of class {name}: to say so always is as "
            "accurate; --metric val/balanced_accuracy counts every class alike"
        )


def of_range(meta: Meta, options: Options) -> Iterator[str]:
    """Say where the range of values and their scale do not go together, and what `auto` came to."""
    if meta.scale == STANDARD:
        if options.scale != STANDARD and not meta.columns:
            lie = f"the inputs lie between {meta.lowest:g} and {meta.highest:g}"
            yield f"{lie}: each column is put on one scale ({SETTING}scale=standard)"
        return
    if meta.highest == meta.lowest:
        yield f"every input is {meta.highest:g}"
    reached = max(abs(meta.lowest), abs(meta.highest)) * factor(meta.scale)
    if meta.scale != "1/256" and options.scale == AUTO:
        by = "are taken as they are" if meta.scale == NONE else f"are multiplied with {meta.scale}"
        yield f"the inputs lie between {meta.lowest:g} and {meta.highest:g}, and {by} ({SETTING}scale={meta.scale})"
    elif not DARK <= reached <= BRIGHT:
        what = "dark" if reached < DARK else "large"
        yield (
            f"the inputs lie between {meta.lowest:g} and {meta.highest:g}, and with {SETTING}scale={meta.scale} the "
            f"highest is {reached:.3g}, which is {what}; {SETTING}scale=auto goes by their range"
        )


def _alike(duplicates: int, content: Content) -> str:
    n = len(content.y(TEST))
    which = "1 test example occurs" if duplicates == 1 else f"{duplicates:,} of {n:,} test examples occur"
    return f"{which} in training too: what they are is known, not recognised; take them out of one of the two"


def _duplicates(content: Content) -> int:
    """Count the test examples that training or validation has too, to the last bit."""
    parts = (part for part in PARTS if part != TEST and (part != VAL or content.has_val))
    known = {hash(row.tobytes()) for part in parts for row in content.x(part)}
    return sum(hash(row.tobytes()) in known for row in content.x(TEST))
