"""What a person decides about how a network learns. Checked where it meets a network and examples (nnexp.core.sgd)."""

from __future__ import annotations

from dataclasses import dataclass

from nnexp.core.schedule import Eta


@dataclass(frozen=True)
class Learning:
    """How to learn: eta a number or stages of (epochs, eta), freeze the layers k whose weights stay as drawn."""

    eta: Eta = 3.0
    batch_size: int = 10
    epochs: int = 30
    cost: str = "quadratic"
    lmbda: float = 0.0
    freeze: tuple[int, ...] = ()
    shuffle: bool = True
    optimiser: str = "sgd"
    mu: float = 0.9  # how much of its velocity a parameter keeps; momentum's alone
