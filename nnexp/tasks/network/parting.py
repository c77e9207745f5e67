"""Where the compiled kernel parts from its definition: the batch, and the layer.

Both take the same epoch, batch after batch, from the same parameters. Of the epochs before it nothing is in doubt, so
the compiled kernel alone trains them, where nothing but parameters goes on from one to the next.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass

from numpy.random import Generator

from nnexp import core
from nnexp.tasks.network.config import Config
from nnexp.tasks.network.setup import dataset_of, examples_of, kernel_of, learning_of, network_of
from nnexp.tasks.seeding import streams


def parting(config: Config, epoch: int) -> str:
    """Say where in an epoch (from 1) they part, or that they do not; nothing where the compiled kernel does not run.

    Slow: for an epoch of MNIST the definition takes a minute or more.
    """
    if kernel_of(config, dataset_of(config.dataset)).kernel != "compiled":
        return ""
    compiled = _begun(config, "compiled")
    if config.optimiser == "sgd":
        compiled.train(epoch - 1)
        defined = _begun(config, "reference", after=compiled)
    else:  # its velocities go on as well
        defined = _begun(config, "reference")
        for one in (compiled, defined):
            one.train(epoch - 1)
    eta = core.eta_at(config.eta, epoch)
    steps = zip(*(one.descent.steps(eta, one.rng) for one in (compiled, defined)), strict=True)
    for batch, _ in steps:
        if layer := _layer_apart(compiled.network, defined.network):
            return f"in batch {batch} of epoch {epoch} the compiled kernel parts from its definition, first in {layer}"
    return f"in every batch of epoch {epoch} the compiled kernel does as its definition says: the record has other bits"


@dataclass
class _Training:
    """A run that is trained as far as it is told."""

    config: Config
    network: core.Network
    descent: core.Descent
    rng: Generator

    def train(self, epochs: int) -> None:
        for number in range(1, epochs + 1):
            self.descent.epoch(core.eta_at(self.config.eta, number), self.rng)


def _begun(config: Config, kernel: str, after: _Training | None = None) -> _Training:
    """Begin a run, or go on after another has come so far."""
    dataset, draw = dataset_of(config.dataset), streams(config.seed)
    network = deepcopy(after.network) if after else network_of(config, dataset, draw.parameters)
    descent = core.Descent(network, examples_of(dataset.train, dataset), learning_of(config), kernel)
    return _Training(config, network, descent, deepcopy(after.rng) if after else draw.shuffling)


def _layer_apart(one: core.Network, other: core.Network) -> str:
    """Name the first parameters that are not the same in every bit, the layers counted from 1."""
    theirs = other.parameters()
    for name, array in one.parameters().items():
        if array.tobytes() != theirs[name].tobytes():
            kind, k = name.split("_")
            return f"the {kind} of layer {int(k) + 1}"
    return ""
