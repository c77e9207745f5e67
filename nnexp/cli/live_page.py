"""The page of a sweep that goes on: written as runs end, by a process of its own that everything else comes before.

What a page costs, in time of a processor, is a few percent of what passes between two of them.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from nnexp.cli.options import PAGE
from nnexp.errors import TrackingError
from nnexp.sweep.progress import SweepProgress
from nnexp.sweep.survey import Survey
from nnexp.sweep.watcher import Estimate
from nnexp.terminal import Terminal
from nnexp.tracking.records import Kind, Tag
from nnexp.tracking.store import Store
from nnexp.training.events import Ending
from nnexp.training.spec import RunSpec

FIRST_S = 30.0  # a sweep that is shorter has its page soon enough
SHARE = 0.03  # of one processor
LAST = 19  # in the order in which processes are served


class LivePage:
    """Writes one page again and again, by `nnexp report`, whenever it is touched and enough time has passed."""

    def __init__(self, store: Store, key: str, page: Path, say: Callable[[str], None], began: float) -> None:
        """Take the page of a sweep of a key, which `began` by the clock of this process."""
        self._store = store
        self._key = key
        self._page = page
        self._say = say
        self._process: int | None = None
        self._due = began + FIRST_S

    def touch(self) -> None:
        """Have the page written anew, unless that is being done, or was a moment ago."""
        self._look(os.WNOHANG)
        if self._process is None and time.monotonic() >= self._due:
            with suppress(OSError, TrackingError):  # it is written when the sweep is over
                self._begin()

    def stop(self) -> None:
        """End what is being written: the last page is to come."""
        if self._process is not None:
            with suppress(OSError):
                os.kill(self._process, signal.SIGKILL)
            self._look(0)
            for left in self._page.parent.glob(f".{self._page.name}.*"):
                left.unlink(missing_ok=True)

    def _begin(self) -> None:
        [sweep, *_] = self._store.runs(Kind.SWEEP, tags={Tag.SWEEP: self._key})
        command = [sys.executable, "-P", "-m", "nnexp", "report", sweep.run_id, "--to", str(self._page)]
        silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in range(3)]
        self._began = time.monotonic()
        self._process = os.posix_spawn(command[0], command, os.environ, file_actions=silent, setpgroup=0)
        os.setpriority(os.PRIO_PROCESS, self._process, LAST)

    def _look(self, how: int) -> None:
        """Look whether it is written, and say where when that is the first time."""
        if self._process is None:
            return
        found, status, used = os.wait4(self._process, how)
        if not found:
            return
        self._process = None
        self._due = self._began + (used.ru_utime + used.ru_stime) / SHARE
        if os.waitstatus_to_exitcode(status) == 0:
            self._say(f"the page so far, written anew as runs end: {self._page}")
            self._say = lambda _: None


class PagedProgress(SweepProgress):
    """What a person sees of a sweep in the terminal, and on its page."""

    def __init__(self, console: Terminal, store: Store) -> None:
        super().__init__(console)
        self._store = store
        self._page: LivePage | None = None
        self._key = ""  # of a sweep: reruns have no page

    def surveyed(self, survey: Survey) -> None:
        """Note whose page it is; of a store that no other process reaches there is none before the end."""
        super().surveyed(survey)
        self._key = survey.plan.key if self._store.address else ""
        self._since = time.monotonic()

    @contextmanager
    def watching(self, runs: Sequence[RunSpec], estimate: Estimate) -> Iterator[None]:
        """Draw while the runs go on."""
        try:
            with super().watching(runs, estimate):
                yield
        finally:
            if self._page:
                self._page.stop()

    def ended(self, run: RunSpec, ending: Ending, *, again: bool) -> None:
        """Show how a run ended, in the folder of whose sweep the page is to stand."""
        super().ended(run, ending, again=again)
        if self._key and not again:
            page = run.folder.parent / PAGE
            self._page = self._page or LivePage(self._store, self._key, page, self.say, self._since)
            self._page.touch()
