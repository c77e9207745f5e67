"""Training: epoch after epoch, each with its results, until the last or until the parameters burst.

`train` only computes. Whoever iterates over it prints, logs, tracks, or stops early; and may go on later: from the
network, and from the state that an epoch gives. What follows has the same bits as if nobody had stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from nnexp.core.draws import move, position
from nnexp.core.evaluation import Evaluation, Evaluator
from nnexp.core.examples import Examples
from nnexp.core.learning import Learning
from nnexp.core.network import Network
from nnexp.core.schedule import eta_at
from nnexp.core.sgd import Descent
from nnexp.errors import DataError, DivergedError

State = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class EpochResult:
    """What one epoch brought. Times are seconds; `digest` is the network's at the epoch's end."""

    epoch: int  # from 1
    eta: float
    train_cost: float  # the mean over the epoch's examples, each as it was learnt from
    val: Evaluation | None
    test: Evaluation | None
    epoch_s: float  # learning alone
    eval_s: float
    digest: str
    state: Callable[[], State] = field(default=dict, compare=False)  # what to go on from; until the next is asked for


def train(
    network: Network,
    examples: Examples,
    *,
    learning: Learning,
    rng: Generator,
    val: Examples | None = None,
    test: Examples | None = None,
    kernel: str = "numpy",
    state: State | None = None,
) -> Iterator[EpochResult]:
    """Train the network in place, and yield each epoch's result.

    Settings and data are checked at the call, before the first epoch is asked for. `rng` shuffles; evaluating draws
    nothing from it, so the parameters do not depend on whether `val` and `test` are given. With the state that an epoch
    gave, and the network as that epoch left it, the next epoch is the first.

    Raises
    ------
    ConfigError, DataError
        Settings or examples that do not fit the network or one another, or a state that does not fit them.
    DivergedError
        On iterating: parameters that are no longer finite after an epoch.
    """
    descent = Descent(network, examples, learning, kernel)
    evaluators = [None if part is None else Evaluator(network, part, learning.cost, kernel) for part in (val, test)]
    done = 0 if state is None else _restore(state, descent, rng)
    return _epochs(network, descent, learning, rng, evaluators, done)


def _epochs(
    network: Network,
    descent: Descent,
    learning: Learning,
    rng: Generator,
    evaluators: list[Evaluator | None],
    done: int,
) -> Iterator[EpochResult]:
    for epoch in range(done + 1, learning.epochs + 1):
        eta = eta_at(learning.eta, epoch)
        began = perf_counter()
        train_cost = descent.epoch(eta, rng)
        epoch_s = perf_counter() - began
        _check_finite(network, epoch, eta)
        began = perf_counter()
        val, test = (None if evaluator is None else evaluator.evaluate() for evaluator in evaluators)
        eval_s = perf_counter() - began
        state = partial(_state, epoch, descent, rng)
        yield EpochResult(epoch, eta, train_cost, val, test, epoch_s, eval_s, network.digest(), state)


def _state(epoch: int, descent: Descent, rng: Generator) -> State:
    """Copy all that training goes on from, beside the network's parameters."""
    memory = {name: array.copy() for name, array in descent.memory.items()}
    return {"epoch": np.array(epoch), "shuffling": position(rng), **memory}


def _restore(state: State, descent: Descent, rng: Generator) -> int:
    """Have training go on from a state, and give the number of its epoch."""
    epoch, shuffling, memory = np.asarray(state.get("epoch")), state.get("shuffling"), descent.memory
    kept = {name: array for name, array in state.items() if name not in ("epoch", "shuffling")}
    fits = kept.keys() == memory.keys() and all(
        (kept[name].shape, kept[name].dtype) == (array.shape, array.dtype) and np.isfinite(kept[name]).all()
        for name, array in memory.items()
    )
    if not fits or shuffling is None or epoch.shape or epoch.dtype.kind not in "iu" or epoch < 1:
        raise DataError(f"expected the state of such a training, but got {', '.join(sorted(state)) or 'nothing'}")
    move(rng, shuffling)
    for name, array in memory.items():
        array[...] = kept[name]
    return int(epoch)


def _check_finite(network: Network, epoch: int, eta: float) -> None:
    if not all(np.isfinite(array).all() for array in (*network.weights, *network.biases)):
        raise DivergedError(
            f"the parameters stopped being finite in epoch {epoch}: eta={eta:g} is too large; try a smaller eta"
        )
