"""Every figure and every array of a record, held against those of the same run trained again, value by value.

A record says most of it more than once: what a run came to, what each epoch came to, and the journal that it left. What
it lacks is older than the code that trained it again, or is missing, which the audit says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.archive.audit import same
from nnexp.archive.changes import Mismatch
from nnexp.archive.run import Archive
from nnexp.tracking.store import RunStore
from nnexp.training.events import Epoch

Arrays = Mapping[str, NDArray[Any]]


def altered_figures(
    archive: Archive,
    store: RunStore,
    epochs: Sequence[Epoch],
    finals: Mapping[str, float],
    timed: Callable[[str], bool],
) -> Iterator[Mismatch]:
    """Compare all figures but those that are `timed`; `finals` is what the run came to."""
    run = archive.run
    for name, value in finals.items():
        if name in run.metrics and not timed(name) and not same(run.metrics[name], value):
            yield Mismatch(name, repr(run.metrics[name]), repr(value))
    names = {name: None for epoch in epochs for name in epoch.metrics if not timed(name)}
    for name in names:
        history = dict(store.history([run.run_id], name).get(run.run_id, []))
        for then, now in zip(archive.epochs, epochs, strict=False):
            if name not in now.metrics:
                continue
            here = now.metrics[name]
            said = {then.metrics.get(name, here), history.get(now.number, here)}
            for recorded in sorted(one for one in said if not same(one, here)):
                is_told = now is epochs[-1] and same(run.metrics.get(name), recorded)
                if not is_told or name not in finals:
                    yield Mismatch(f"{name} of epoch {now.number}", repr(recorded), repr(here))


def altered_metrics(
    file: str, recorded: Mapping[str, float], here: Mapping[str, float], timed: Callable[[str], bool]
) -> Iterator[Mismatch]:
    """Compare the metrics of one file; what the record has and the rerun lacks, or has besides, differs too."""
    for name in sorted(recorded.keys() | here.keys() if recorded else ()):
        then, now = recorded.get(name), here.get(name)
        if not timed(name) and not same(then, now):
            yield Mismatch(f"{file}, {name}", *("nothing" if one is None else repr(one) for one in (then, now)))


def altered_arrays(file: str, recorded: Arrays, here: Arrays) -> Iterator[Mismatch]:
    """Compare the arrays of one file, and name the first value of each that differs."""
    for name in sorted(recorded.keys() & here.keys()):
        then, now = recorded[name], here[name]
        if (then.shape, then.dtype) != (now.shape, now.dtype):
            yield Mismatch(f"{file}, {name}", f"{then.dtype} {then.shape}", f"{now.dtype} {now.shape}")
            continue
        others = np.argwhere((then != now) & ~((then != then) & (now != now)))
        if len(others):
            at = tuple(others[0])
            where = ", ".join(map(str, at))
            more = f" and {len(others) - 1} more" if len(others) > 1 else ""
            yield Mismatch(f"{file}, {name}[{where}]{more}", repr(then[at].item()), repr(now[at].item()))
