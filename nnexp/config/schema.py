"""What a person can set, with the book's values as defaults.

Plain frozen dataclasses that know neither Hydra nor YAML. A `Config` made by `nnexp.config.build.build` has been
checked once, and is trusted from there on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Stages = tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class DatasetConfig:
    """Which examples the network learns from, and how they are divided and scaled."""

    name: str = "mnist"
    path: str | None = None  # a folder or an .npz file; None: the MNIST files that nnexp ships
    split: str = "book"  # book: the last sixth of the training file validates; full: all of it trains
    scale: str = "1/256"  # what a pixel (0 to 255) is multiplied with: 1/256 (the book), 1/255, none
    classes: int | None = None  # None: the largest label + 1
    limit: int | None = None  # train on the first so many examples only; None: all


@dataclass(frozen=True)
class Config:
    """One run. Everything here but `experiment` (a name) and `threads` decides what is trained, and so the key."""

    hidden: int | tuple[int, ...] = 30  # neurons in the hidden layer, or in each of several
    eta: float | Stages = 3.0  # the learning rate, or stages of (epochs, eta)
    batch_size: int = 10
    epochs: int = 30
    seed: int = 0
    init: str = "normal"  # normal (the book), uniform_bias, scaled (weights / sqrt(n_in))
    cost: str = "quadratic"  # quadratic, cross_entropy
    lmbda: float = 0.0  # L2 regularisation
    activation: str = "sigmoid"  # sigmoid; step makes a perceptron, which cannot be trained
    freeze: tuple[int, ...] = ()  # layers k whose weights[k] do not learn; their biases do
    shuffle: bool = True  # a new order of the examples for every epoch
    dtype: str = "float32"
    dataset: DatasetConfig = field(default_factory=DatasetConfig)
    experiment: str | None = None  # the file of conf/experiment that these settings began with, if any
    threads: int = 1  # BLAS threads; they change bits, so they are recorded with the environment

    @property
    def layers(self) -> tuple[int, ...]:
        """The sizes of the hidden layers."""
        return (self.hidden,) if isinstance(self.hidden, int) else self.hidden


def flatten(value: Any) -> dict[str, Any]:
    """Flatten a nested mapping, with dots between the names: `{"dataset.split": "book"}`."""
    flat: dict[str, Any] = {}
    for name, item in value.items():
        if isinstance(item, dict) and item:
            flat |= {f"{name}.{inner}": leaf for inner, leaf in flatten(item).items()}
        else:
            flat[name] = item
    return flat
