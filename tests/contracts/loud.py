"""A task of somebody else's that prints, crashes, and leaves behind what it is told to."""

# ruff: noqa: T201

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial

from nnexp.config.schema import Schema
from nnexp.tasks.sources import Sources
from nnexp.tasks.task import Examined, Measured, Result

MEGABYTES = 3
STAYS = ["sleep", "600"]
CHATS = [sys.executable, "-c", "while True: print('from a child of the first run', flush=True)"]


@dataclass(frozen=True)
class Acts:
    acts: str = "prints"
    seed: int = 0


class Loud:
    name = "loud"
    schema = Schema(Acts)
    measures = ()
    sources = Sources({"loud.py": "loud"})

    def examine(self, config: Acts) -> Examined:
        return Examined(config, "loud")

    def code(self) -> str:
        return self.sources.digest

    def begin(self, config: Acts) -> Generator[Measured, None, Result]:
        ACTS[config.acts](config.seed)
        try:
            yield Measured({"loss": 1.0})
            yield Measured({"loss": 0.5})
        finally:
            print(f"run {config.seed} is over")
        return Result()

    def digest_of(self, config: Acts, read: object) -> str:
        return ""

    def epochs(self, config: Acts) -> int | None:
        return None

    def epoch_seconds(self, config: Acts) -> float:
        return 0.0


def prints(seed: int) -> None:
    """Print by every way there is, the last line unfinished."""
    print(f"run {seed}: Grüße")
    print(f"run {seed}: on standard error", file=sys.stderr)
    warnings.warn(f"run {seed} warns", stacklevel=1)
    subprocess.run(["echo", f"run {seed}: from a child"], check=True)
    sys.stdout.write(f"run {seed}: unfinished\N{HORIZONTAL ELLIPSIS} ")


def chats(seed: int) -> None:
    """Print megabytes, each line with its number."""
    for number in range(MEGABYTES * 10_000):
        print(f"{seed} {number:<97}")


def crashes(_seed: int) -> None:
    """End as a segmentation fault does."""
    print("before")
    faulthandler._sigsegv()


def closes(_seed: int) -> None:
    """Leave nothing that could be printed to, and come back."""
    os.close(1)
    os.close(2)
    os.open(os.devnull, os.O_WRONLY)
    os.open(os.devnull, os.O_WRONLY)


def hashes(_seed: int) -> None:
    """Tell how sets of texts are ordered."""
    print(os.environ["PYTHONHASHSEED"], hash("text"))


def leaves(what: list[str], seed: int, **how: bool) -> None:
    """Leave a process behind after the first run, which has its descriptors."""
    if seed == 0:
        print("left", subprocess.Popen(what, **how).pid)  # type: ignore[call-overload]


def sleeps(_seed: int) -> None:
    """Take longer for an epoch than anybody waits."""
    time.sleep(600)


def thread(seed: int) -> None:
    """Leave a thread that goes on printing, after the first run."""
    if seed == 0:
        threading.Thread(target=_print_on).start()


def _print_on() -> None:
    while True:
        print("from a thread of the first run")
        time.sleep(0.001)


ACTS = {
    "prints": prints,
    "chats": chats,
    "crashes": crashes,
    "closes": closes,
    "hashes": hashes,
    "sleeps": sleeps,
    "thread": thread,
    "process": partial(leaves, STAYS),
    "session": partial(leaves, STAYS, start_new_session=True),
    "chatty": partial(leaves, CHATS),
}
LOUD = Loud()
