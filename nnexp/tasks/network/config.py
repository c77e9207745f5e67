"""The settings of the network, with the book's values as defaults: each is declared here, once.

What can be chosen from is what core/ and datasets/ have: nothing is listed twice. A `Config` made by
`SCHEMA.parse_config` has been checked once, and is trusted from there on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from nnexp.config.checks import absolute, flag, inside, number, one_of, optional, refuse, taking, text, whole
from nnexp.config.schema import Schema
from nnexp.config.setting import setting
from nnexp.core import ACTIVATIONS, AUTO, COSTS, DTYPES, INITS, KERNELS, OPTIMISERS
from nnexp.datasets.options import BOOK, SPLITS
from nnexp.datasets.scale import AUTO as BY_DATA
from nnexp.datasets.scale import check_scale
from nnexp.errors import ConfigError

Stages = tuple[tuple[int, float], ...]

of_network, of_training, of_data, of_run = (
    partial(setting, group=group) for group in ("The network", "Training", "Data", "The run")
)

LAYERS = "a whole number of at least 1, or a list of them like [100, 30]; [] has no hidden layer"


@taking(LAYERS)
def _hidden(name: str, value: Any) -> int | tuple[int, ...]:
    layers = list(value) if isinstance(value, list | tuple) else [value]
    if any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in layers):
        raise refuse(name, LAYERS, value)
    return layers[0] if len(layers) == 1 else tuple(layers)


@taking("a number above 0, or stages like [[31, 2.0], [30, 0.4]]")
def _eta(name: str, value: Any) -> float | Stages:
    rate = number(above=0)
    if not isinstance(value, list | tuple):
        return rate(name, value)
    if not value or any(not isinstance(stage, list | tuple) or len(stage) != 2 for stage in value):
        raise refuse(name, "a number, or stages like [[31, 2.0], [30, 0.4]] (epochs, eta)", value)
    return tuple((whole(1)(f"{name} (a stage's epochs)", n), rate(f"{name} (a stage's rate)", r)) for n, r in value)


@taking("a name, or a place: 0 is the first, -1 the last")
def _label(name: str, value: Any) -> str | int:
    return value if isinstance(value, int) and not isinstance(value, bool) else text(name, value)


@taking("a list of columns, by name or place")
def _columns(name: str, value: Any) -> tuple[str | int, ...]:
    if not isinstance(value, list | tuple):
        raise refuse(name, "a list of columns, by name or place, like [id]", value)
    return tuple(_label(name, one) for one in value)


@taking("a whole number of at least 2, or a list like [3,8] or [cat,dog]")
def _classes(name: str, value: Any) -> int | tuple[int | str, ...]:
    if not isinstance(value, list | tuple):
        return whole(2)(name, value)
    if len(value) < 2:
        raise refuse(name, "how many there are, or a list of two at least like [3,8] or [cat,dog]", value)
    return tuple(_label(name, one) for one in value)


@taking("a list of layers like [0]")
def _freeze(name: str, value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise refuse(name, "a list of layers like [0]", value)
    return tuple(sorted({whole(0)(name, layer) for layer in value}))


@dataclass(frozen=True)
class DatasetConfig:
    """Which examples the network learns from, and how they are divided and scaled."""

    name: str = of_data(
        "mnist", text, "what the data are called; dataset=NAME sets it with the path", decides=False, costs=True
    )
    path: str | None = of_data(
        None,
        optional(text),
        "a folder or a file of examples; null: MNIST as nnexp ships it",
        decides=False,
        costs=True,
        recorded=optional(absolute),
        example="flowers.csv",
    )
    label: str | int | None = of_data(
        None,
        optional(_label),
        "the column of a table that is its classes, by name or place; null: as it can be told",
        example="kind",
    )
    drop: tuple[str | int, ...] = of_data(
        (), _columns, "columns of a table that are left out", costs=True, example="[id]"
    )
    classes: int | tuple[int | str, ...] | None = of_data(
        None,
        optional(_classes),
        "how many classes there are, or a list of those that are kept; null: those that occur",
        costs=True,
        example="[3,8]",
    )
    grey: bool | None = of_data(
        None,
        optional(flag),
        "colours: true makes them grey, false takes them as three planes; null: refused",
        costs=True,
    )
    transpose: bool = of_data(False, flag, "rows and columns of the pictures are exchanged, as EMNIST needs it")
    split: str = of_data(
        BY_DATA,
        one_of(SPLITS),
        "book: the last sixth of the training file validates; full: all of it trains; stratified: a share of every "
        "class is drawn; auto: book for MNIST, else stratified",
        costs=True,
        before=BOOK,
    )
    split_seed: int = of_data(0, whole(0), "what examples are drawn by, for a part that is missing", example="1")
    val: float = of_data(
        0.15,
        number(above=0, below=1),
        "the share of examples that validates, if none are given",
        costs=True,
        example="0.1",
    )
    test: float = of_data(
        0.15, number(above=0, below=1), "the share of examples that tests, if none are given", costs=True, example="0.1"
    )
    scale: str = of_data(
        BY_DATA,
        taking("auto, standard, none, or a number such as 1/256")(check_scale),
        "what an input is multiplied with: 1/256, 0.5, none; standard: by column, for tables; auto: by their range",
        before="1/256",
        example="1/255",
    )
    limit: int | None = of_data(
        None, optional(whole(1)), "train on the first so many examples; null: all", costs=True, example="1000"
    )


@dataclass(frozen=True)
class Config:
    """One run of the network."""

    hidden: int | tuple[int, ...] = of_network(
        30, _hidden, "neurons in the hidden layer, or a list for several: [100,30]", costs=True, example="[100,30]"
    )
    eta: float | Stages = of_training(
        3.0, _eta, "the learning rate, or stages of epochs and rate: [[20,0.5],[10,0.1]]", example="0.5"
    )
    batch_size: int = of_training(10, whole(1), "examples a step", costs=True, example="20")
    epochs: int = of_training(30, whole(1), "how often every example is learnt from", lengthens=True, example="60")
    seed: int = of_training(0, whole(0), "what all that is left to chance is drawn from", example="3")
    init: str = of_network("normal", one_of(INITS), "how the first parameters are drawn")
    cost: str = of_training("quadratic", one_of(COSTS), "the cost that is learnt by", costs=True)
    lmbda: float = of_training(0.0, number(at_least=0), "L2 regularisation", example="0.1")
    optimiser: str = of_training("sgd", one_of(OPTIMISERS), "how a gradient becomes a step", costs=True)
    mu: float = of_training(0.9, number(at_least=0, below=1), "the momentum, for optimiser=momentum", example="0.8")
    activation: str = of_network("sigmoid", one_of(ACTIVATIONS), "the hidden neurons' activation", costs=True)
    freeze: tuple[int, ...] = of_network(
        (), _freeze, "layers whose weights do not learn; their biases do", costs=True, example="[0]"
    )
    shuffle: bool = of_training(True, flag, "a new order of the examples for every epoch")
    dtype: str = of_network("float32", one_of(DTYPES), "the numbers that are computed with", costs=True)
    kernel: str = of_run(
        AUTO,
        one_of([AUTO, *KERNELS]),
        "what computes; auto: the compiled kernel where there is one. compiled's bits are the same everywhere",
        costs=True,
        before="numpy",
    )
    dataset: DatasetConfig = field(default_factory=DatasetConfig)
    experiment: str | None = of_run(
        None,
        optional(inside),
        "the file of conf/experiment that these settings began with",
        decides=False,
        example="staged-20",
    )
    threads: int = of_run(1, whole(1), "BLAS threads; they change bits", decides=False, costs=True, example="2")

    def __post_init__(self) -> None:
        """Refuse settings that only together cannot be used."""
        if self.dataset.name != "mnist" and self.dataset.path is None:
            raise ConfigError("dataset.path must name a folder or an .npz file: dataset=folder dataset.path=DIR")

    @property
    def layers(self) -> tuple[int, ...]:
        """The sizes of the hidden layers."""
        return (self.hidden,) if isinstance(self.hidden, int) else self.hidden


SCHEMA = Schema(Config)
