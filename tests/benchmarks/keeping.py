"""Print what it costs to keep states while a run goes on: python tests/benchmarks/keeping.py [runs]

Runs of the network on MNIST, in this process and recorded in a folder. What is counted is the time of the processor,
so that others at work on the machine do not show: all of it, and that in which a state is taken, packed and written.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from nnexp.recording.begin import new_recorder
from nnexp.recording.folder import RunFolder
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.training.execute import execute
from nnexp.training.keeping import Keeper
from nnexp.training.spec import make_spec

EPOCHS = 30
spent: list[float] = []


def counted(call: Callable[..., Any]) -> Callable[..., Any]:
    """Count the time that a call takes."""

    def counting(*arguments: Any) -> None:
        began = process_time()
        call(*arguments)
        spent.append(process_time() - began)

    return counting


def run(hidden: int, folder: Path) -> float:
    """Train and record; give the seconds of the processor."""
    spec = make_spec(NETWORK, SCHEMA.parse_config({"hidden": hidden, "epochs": EPOCHS}))
    recorder = new_recorder(spec, folder, MemoryStore(), say=print)
    began = process_time()
    for event in execute(spec.task, spec.values, spec.basis):
        recorder.record(event)
    return process_time() - began


if __name__ == "__main__":
    keep = RunFolder.write_checkpoint
    Keeper.take = counted(Keeper.take)  # type: ignore[method-assign]
    RunFolder.write_checkpoint = counted(keep)  # type: ignore[method-assign]
    print("hidden   a run, s   keeping, ms   states   of the time")
    for hidden in (30, 100):
        with tempfile.TemporaryDirectory() as folder:
            run(hidden, Path(folder) / "warm")
            spent.clear()
            runs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
            whole = sum(run(hidden, Path(folder) / str(number)) for number in range(runs))
        states = len(spent) - runs * (EPOCHS - 1)  # each epoch but the last is asked whether it is time
        told = (whole / runs, 1000 * sum(spent) / runs, states / runs, sum(spent) / whole)
        print("{:6d}{:11.2f}{:14.2f}{:9.1f}{:14.3%}".format(hidden, *told))
