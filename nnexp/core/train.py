"""Training: epoch after epoch, each with its results, until the last or until the parameters burst.

`train` only computes. Whoever iterates over it prints, logs, tracks, or stops early.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.random import Generator

from nnexp.core.evaluation import Evaluation, Evaluator
from nnexp.core.examples import Examples
from nnexp.core.learning import Learning
from nnexp.core.network import Network
from nnexp.core.schedule import eta_at
from nnexp.core.sgd import Descent
from nnexp.errors import DivergedError


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


def train(
    network: Network,
    examples: Examples,
    *,
    learning: Learning,
    rng: Generator,
    val: Examples | None = None,
    test: Examples | None = None,
    kernel: str = "numpy",
) -> Iterator[EpochResult]:
    """Train the network in place, and yield each epoch's result.

    Settings and data are checked at the call, before the first epoch is asked for. `rng` shuffles; evaluating draws
    nothing from it, so the parameters do not depend on whether `val` and `test` are given.

    Raises
    ------
    ConfigError, DataError
        Settings or examples that do not fit the network or one another.
    DivergedError
        On iterating: parameters that are no longer finite after an epoch.
    """
    descent = Descent(network, examples, learning, kernel)
    evaluators = [None if part is None else Evaluator(network, part, learning.cost, kernel) for part in (val, test)]
    return _epochs(network, descent, learning, rng, evaluators)


def _epochs(
    network: Network, descent: Descent, learning: Learning, rng: Generator, evaluators: list[Evaluator | None]
) -> Iterator[EpochResult]:
    for epoch in range(1, learning.epochs + 1):
        eta = eta_at(learning.eta, epoch)
        began = perf_counter()
        train_cost = descent.epoch(eta, rng)
        epoch_s = perf_counter() - began
        _check_finite(network, epoch, eta)
        began = perf_counter()
        val, test = (None if evaluator is None else evaluator.evaluate() for evaluator in evaluators)
        eval_s = perf_counter() - began
        yield EpochResult(epoch, eta, train_cost, val, test, epoch_s, eval_s, network.digest())


def _check_finite(network: Network, epoch: int, eta: float) -> None:
    if not all(np.isfinite(array).all() for array in (*network.weights, *network.biases)):
        raise DivergedError(
            f"the parameters stopped being finite in epoch {epoch}: eta={eta:g} is too large; try a smaller eta"
        )
