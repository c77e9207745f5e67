"""Train one config and say how it goes. Writes nothing and tracks nothing: it runs in workers, which only compute."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from itertools import count
from time import perf_counter
from typing import Any

from threadpoolctl import ThreadpoolController

from nnexp.config.schema import EPOCHS, THREADS
from nnexp.errors import ChangedError, NnexpError
from nnexp.tasks.opened import opened_by
from nnexp.tasks.task import Files, Measured, Result, Task, is_foreign
from nnexp.training.begin import begin
from nnexp.training.checkpoint import Checkpoint, plain
from nnexp.training.environment import environment
from nnexp.training.events import Changed, Ending, Event, Failed, Finished, Pruned, Started
from nnexp.training.keeping import Keeper
from nnexp.training.measured import epoch_of, numbers
from nnexp.training.results import take_arrays, take_pictures
from nnexp.training.spec import Basis, basis_of
from nnexp.training.trace import trace_of

Execution = Generator[Event, Ending | None, None]


def execute(
    task: Task, values: Mapping[str, Any], basis: Basis | None = None, checkpoint: Checkpoint | None = None
) -> Execution:
    """Train with these settings, yielding an event at every turn; an exception becomes the event `Failed`.

    What is trained must be what was planned: where code or data are not those of `basis`, the run ends as `Changed`.
    From a `checkpoint` training goes on, after the epochs before it were said as they were then; where that is not
    exact, it is trained from its start. Whoever sends an ending has the run end with it, and leave its state if it is
    pruned.
    """
    foreign = is_foreign(task)
    try:
        with opened_by(task.name).seen() if foreign else nullcontext():
            config = task.schema.parse_config(values)
        pools = ThreadpoolController()
        with (
            pools.limit(limits=getattr(config, THREADS, 1), user_api=None if foreign else "blas"),
            opened_by(task.name).seen() if foreign else nullcontext(),
        ):
            told = yield Started(environment(pools, foreign=foreign))
            if basis and not told:
                check(task, config, basis)
            yield from [told] if told else _train(task, config, _Clock(), checkpoint)
    except Exception as error:
        yield failure(error, task)


class _Clock:
    """Counts the seconds of a run, but not those in which whoever listens to it does something else."""

    def __init__(self) -> None:
        self._began = perf_counter()

    def set(self, seconds: float) -> None:
        """Go on from where it stood after epochs that are taken over: these are what they cost."""
        self._began = perf_counter() - seconds

    def seconds(self) -> float:
        return perf_counter() - self._began

    @contextmanager
    def stopped(self) -> Iterator[None]:
        at = perf_counter()
        yield
        self._began += perf_counter() - at


def failure(error: Exception, task: Task | None = None) -> Ending:
    """Describe an exception as the end of a run."""
    kind = "" if isinstance(error, NnexpError) else f"{type(error).__name__}: "
    ending = Changed if isinstance(error, ChangedError) else Failed
    return ending(f"{kind}{' '.join(str(error).split())}", trace_of(error, task))


def check(task: Task, config: Any, planned: Basis) -> None:
    """Refuse to train what is not what was planned.

    Raises
    ------
    ChangedError
        Code or data that are others by now.
    """
    examined = task.examine(config)
    found = basis_of(task, examined)
    if found.code != planned.code:
        raise ChangedError("the code that decides its numbers was changed after it was planned")
    if found.data != planned.data:
        source = examined.data.source if examined.data else "none"
        raise ChangedError(f"its data ({source}) were changed after it was planned")
    if found != planned:
        raise ChangedError("its settings mean something else to who trains it than to who planned it")


def _train(task: Task, config: Any, clock: _Clock, checkpoint: Checkpoint | None) -> Execution:
    begun = begin(task, config, checkpoint)
    for event in begun.said:
        told = yield event
        if told:  # the run that left the checkpoint keeps it
            yield told
            return
    if checkpoint:
        clock.set(begun.seconds)
    keeper, measured = _keeper(task, config), begun.last
    for number in count(begun.number + 1):
        with clock.stopped():
            if measured:
                keeper.take(number - 1, measured)
        try:
            measured = next(begun.training)
        except StopIteration as end:
            yield _finished(task, end.value or Result(), measured)
            return
        epoch = epoch_of(task, number, measured, clock.seconds(), keeper.kept)
        with clock.stopped(), keeper.passing_on():
            told = yield epoch
        if told:
            ending = replace(told, state=_state(task, measured)) if isinstance(told, Pruned) else told
            _close(begun.training, task)
            yield ending
            return


def _close(training: Generator[Measured, None, Result], task: Task) -> None:
    """Close it where it stands, before anybody hears that it has ended; what goes wrong then is no news of the run."""
    try:
        training.close()
    except Exception as error:  # of somebody else's code
        sys.stderr.write(trace_of(error, task))


def _finished(task: Task, result: Result, last: Measured | None) -> Finished:
    pictures, left_out = take_pictures(result.pictures)
    remarks = {str(name): str(text) for name, text in result.remarks.items()} | left_out
    return Finished(
        take_arrays(result.arrays),
        remarks,
        state=_state(task, last),
        metrics=_known(result, last),
        pictures=pictures,
        opened=_opened(task),
        returned=result.returned,
    )


def _opened(task: Task) -> dict[str, str]:
    return opened_by(task.name).digests(task.sources.root) if is_foreign(task) else {}


def _known(result: Result, last: Measured | None) -> dict[str, float]:
    """Take the metrics that are known only at the end; none may be summed up as one of the last epoch's."""
    every = numbers({**(last.metrics if last else {}), **result.metrics})
    return {str(name): every[str(name)] for name in result.metrics}


def _keeper(task: Task, config: Any) -> Keeper:
    """Make what keeps states on the way: of code of others the last but one too, if a longer run may go on from it."""
    if not is_foreign(task):
        return Keeper(left=task.epochs(config))
    epochs = task.schema.settings.get(EPOCHS)
    bound: int | None = getattr(config, EPOCHS) if epochs and epochs.lengthens else None
    return Keeper(wanted=bound and bound - 1)


def _state(task: Task, last: Measured | None) -> Files:
    """Give the state that a run ends with; to go on from code of others takes an epoch more, by which it is proved."""
    return plain(last.state()) if last and last.state and not is_foreign(task) else {}
