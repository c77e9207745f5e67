"""Taking the state of an epoch now and then while a run goes on, so that a kill costs little. Writes nothing.

How often is a matter of what it costs: about a tenth of the time, and at the most once in a moment, so that runs whose
epochs take milliseconds lose nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf
from time import perf_counter

from nnexp.tasks.task import Files, Measured
from nnexp.training.checkpoint import pack, plain
from nnexp.training.events import Kept

MOST = 1 << 28  # bytes of a state: several copies of it are in memory for an instant
MOMENT_S = 1.0
TIMES = 10  # what it took


class Keeper:
    """Takes states, each for the next epoch to bring along, and decides by what that took when the next is due."""

    def __init__(self, *, left: int | None = None, wanted: int | None = None) -> None:
        """Take the epoch whose state the run leaves as it ends, and the one whose state is to be taken in any case."""
        self.kept: Kept | None = None
        self._left = left
        self._wanted = wanted
        self._began = self._due = -inf
        self._took_s = 0.0

    def take(self, number: int, measured: Measured) -> None:
        """Take the state that an epoch left, if it has one and it is time."""
        self.kept = None
        began = perf_counter()
        is_due = began >= self._due or (number == self._wanted and self._due < inf)
        if measured.state and number != self._left and is_due:
            self.kept = _kept(number, measured.state)
            self._began, self._took_s = began, perf_counter() - began

    @contextmanager
    def passing_on(self) -> Iterator[None]:
        """Have whoever listens take an epoch, and with it what was kept."""
        began = perf_counter()
        yield
        if self.kept:
            took_s = self._took_s + perf_counter() - began
            self._due = inf if self.kept.error else self._began + max(MOMENT_S, TIMES * took_s)


def _kept(number: int, state: Callable[[], Files]) -> Kept | None:
    found = plain(state())
    size = sum(array.nbytes for arrays in found.values() for array in arrays.values())
    if size > MOST:
        limit = f"{MOST:,} are the most that are kept while it goes on"
        return Kept(error=f"its state has {size:,} bytes, and {limit}; if it is killed, it is trained anew")
    return Kept(pack(number, found)) if found else None
