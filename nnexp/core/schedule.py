"""The learning rate eta of each epoch: one number, or stages of (epochs, eta).

After the last stage its eta stays, so a run can be made longer without another stage.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from nnexp.errors import ConfigError

Eta = float | Sequence[Sequence[float]]


def stages(eta: Eta) -> list[tuple[int, float]]:
    """Write eta as stages of (epochs, eta), and check them.

    Raises
    ------
    ConfigError
        An eta that is not a positive finite number, or a stage that is not a pair of whole epochs and such an eta.
    """
    if not isinstance(eta, Sequence):
        return [(1, _positive(eta))]
    if not eta or any(len(stage) != 2 or stage[0] < 1 or stage[0] != int(stage[0]) for stage in eta):
        raise ConfigError(f"eta must be a number or stages such as [[31, 2.0], [30, 0.4]] (epochs, eta), but got {eta}")
    return [(int(epochs), _positive(value)) for epochs, value in eta]


def eta_at(eta: Eta, epoch: int) -> float:
    """Look up the learning rate of an epoch, counted from 1."""
    plan = stages(eta)
    last = 0
    for epochs, value in plan:
        last += epochs
        if epoch <= last:
            return value
    return plan[-1][1]


def _positive(eta: float) -> float:
    if not (math.isfinite(eta) and eta > 0):
        raise ConfigError(f"eta must be a finite number above 0, but got {eta}")
    return float(eta)
