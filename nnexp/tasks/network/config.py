"""The settings of the network, with the book's values as defaults: each is declared here, once.

What can be chosen from is what core/ and datasets/ have: nothing is listed twice. A `Config` made by
`SCHEMA.parse_config` has been checked once, and is trusted from there on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from nnexp.config.checks import absolute, flag, inside, number, one_of, optional, refuse, text, whole
from nnexp.config.schema import Schema
from nnexp.config.setting import setting
from nnexp.core import ACTIVATIONS, AUTO, COSTS, DTYPES, INITS, KERNELS, OPTIMISERS
from nnexp.datasets.options import BOOK, SPLITS
from nnexp.datasets.scale import AUTO as BY_DATA
from nnexp.datasets.scale import check_scale
from nnexp.errors import ConfigError

Stages = tuple[tuple[int, float], ...]


def _hidden(name: str, value: Any) -> int | tuple[int, ...]:
    layers = list(value) if isinstance(value, list | tuple) else [value]
    if any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in layers):
        wanted = "a whole number of at least 1, or a list of them like [100, 30]; [] has no hidden layer"
        raise refuse(name, wanted, value)
    return layers[0] if len(layers) == 1 else tuple(layers)


def _eta(name: str, value: Any) -> float | Stages:
    rate = number(above=0)
    if not isinstance(value, list | tuple):
        return rate(name, value)  # type: ignore[no-any-return]
    if not value or any(not isinstance(stage, list | tuple) or len(stage) != 2 for stage in value):
        raise refuse(name, "a number, or stages like [[31, 2.0], [30, 0.4]] (epochs, eta)", value)
    return tuple((whole(1)(f"{name} (a stage's epochs)", n), rate(f"{name} (a stage's rate)", r)) for n, r in value)


def _label(name: str, value: Any) -> str | int:
    return value if isinstance(value, int) and not isinstance(value, bool) else text(name, value)


def _columns(name: str, value: Any) -> tuple[str | int, ...]:
    if not isinstance(value, list | tuple):
        raise refuse(name, "a list of columns, by name or place, like [id]", value)
    return tuple(_label(name, one) for one in value)


def _classes(name: str, value: Any) -> int | tuple[int | str, ...]:
    if not isinstance(value, list | tuple):
        return whole(2)(name, value)  # type: ignore[no-any-return]
    if len(value) < 2:
        raise refuse(name, "how many there are, or a list of two at least like [3,8] or [cat,dog]", value)
    return tuple(_label(name, one) for one in value)


def _freeze(name: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise refuse(name, "a list of layers like [0]", value)
    return tuple(sorted({whole(0)(name, layer) for layer in value}))


@dataclass(frozen=True)
class DatasetConfig:
    """Which examples the network learns from, and how they are divided and scaled."""

    name: str = setting("mnist", text, "what the data are called", decides=False, costs=True)
    path: str | None = setting(
        None,
        optional(text),
        "a folder or a file of examples; null: MNIST as nnexp ships it",
        decides=False,
        costs=True,
        recorded=optional(absolute),
    )
    label: str | int | None = setting(
        None, optional(_label), "the column of a table that is its classes, by name or place; null: as it can be told"
    )
    drop: tuple[str | int, ...] = setting((), _columns, "columns of a table that are left out, like [id]", costs=True)
    classes: int | tuple[int | str, ...] | None = setting(
        None,
        optional(_classes),
        "how many classes there are, or a list of those that are kept; null: those that occur",
        costs=True,
    )
    grey: bool | None = setting(
        None,
        optional(flag),
        "colours: true makes them grey, false takes them as three planes; null: refused",
        costs=True,
    )
    transpose: bool = setting(False, flag, "rows and columns of the pictures are exchanged, as EMNIST needs it")
    split: str = setting(
        BY_DATA,
        one_of(SPLITS),
        "book: the last sixth of the training file validates; full: all of it trains; stratified: a share of every "
        "class is drawn; auto: book for MNIST, else stratified",
        costs=True,
        before=BOOK,
    )
    split_seed: int = setting(0, whole(0), "what examples are drawn by, for a part that is missing")
    val: float = setting(
        0.15, number(above=0, below=1), "the share of examples that validates, if none are given", costs=True
    )
    test: float = setting(
        0.15, number(above=0, below=1), "the share of examples that tests, if none are given", costs=True
    )
    scale: str = setting(
        BY_DATA,
        check_scale,
        "what an input is multiplied with: 1/256, 0.5, none; standard: by column, for tables; auto: by their range",
        before="1/256",
    )
    limit: int | None = setting(None, optional(whole(1)), "train on the first so many examples; null: all", costs=True)


@dataclass(frozen=True)
class Config:
    """One run of the network."""

    hidden: int | tuple[int, ...] = setting(
        30, _hidden, "neurons in the hidden layer, or a list for several: [100,30]", costs=True
    )
    eta: float | Stages = setting(3.0, _eta, "the learning rate, or stages of epochs and rate: [[20,0.5],[10,0.1]]")
    batch_size: int = setting(10, whole(1), "examples a step", costs=True)
    epochs: int = setting(30, whole(1), "how often every example is learnt from", lengthens=True)
    seed: int = setting(0, whole(0), "what all that is left to chance is drawn from")
    init: str = setting("normal", one_of(INITS), "how the first parameters are drawn")
    cost: str = setting("quadratic", one_of(COSTS), "the cost that is learnt by", costs=True)
    lmbda: float = setting(0.0, number(at_least=0), "L2 regularisation")
    optimiser: str = setting("sgd", one_of(OPTIMISERS), "how a gradient becomes a step", costs=True)
    mu: float = setting(0.9, number(at_least=0, below=1), "the momentum, for optimiser=momentum")
    activation: str = setting("sigmoid", one_of(ACTIVATIONS), "the hidden neurons' activation", costs=True)
    freeze: tuple[int, ...] = setting((), _freeze, "layers whose weights do not learn; their biases do", costs=True)
    shuffle: bool = setting(True, flag, "a new order of the examples for every epoch")
    dtype: str = setting("float32", one_of(DTYPES), "the numbers that are computed with", costs=True)
    kernel: str = setting(
        AUTO,
        one_of([AUTO, *KERNELS]),
        "what computes; auto: the compiled kernel where there is one. compiled's bits are the same everywhere",
        costs=True,
        before="numpy",
    )
    dataset: DatasetConfig = field(default_factory=DatasetConfig)
    experiment: str | None = setting(
        None, optional(inside), "the file of conf/experiment that these settings began with", decides=False
    )
    threads: int = setting(1, whole(1), "BLAS threads; they change bits", decides=False, costs=True)

    def __post_init__(self) -> None:
        """Refuse settings that only together cannot be used."""
        if self.dataset.name != "mnist" and self.dataset.path is None:
            raise ConfigError("dataset.path must name a folder or an .npz file: dataset=folder dataset.path=DIR")

    @property
    def layers(self) -> tuple[int, ...]:
        """The sizes of the hidden layers."""
        return (self.hidden,) if isinstance(self.hidden, int) else self.hidden


SCHEMA = Schema(Config)
