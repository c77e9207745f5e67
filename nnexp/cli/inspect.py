"""`nnexp inspect`: a small network, layer by layer, as colab-py27 and lesson-py3 show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nnexp.cli.console import out, write
from nnexp.config.value import format_value, parse_value
from nnexp.errors import ConfigError
from nnexp.escape import in_json
from nnexp.report.tables.formats import titled_table
from nnexp.report.tables.table import Table
from nnexp.tasks.network.config import SCHEMA, Config
from nnexp.tasks.network.layers import Layer, draw_network, layers

SIZES = [4, 10, 2]
SETTINGS = ("sizes", "seed", "init", "activation", "dtype")
MOST = 12  # neurons that are listed of one layer


def inspect(overrides: Sequence[str], *, as_json: bool = False) -> None:
    """Draw a network and print what each of its layers makes of one random example."""
    sizes, config = _read(overrides)
    network, inputs = draw_network(sizes, config)
    if as_json:
        told = [_layer(layer) for layer in layers(network, inputs)]
        write(in_json({"sizes": sizes, "inputs": inputs.tolist(), "layers": told}))
        return
    name = "-".join(map(str, sizes))
    out().print(
        f"{name}, activation={config.activation}, init={config.init}, seed={config.seed}: "
        f"{sum(w.size for w in network.weights)} weights, {sum(b.size for b in network.biases)} biases",
        style="bold",
        soft_wrap=True,
    )
    out().print()
    out().print(f"inputs x {inputs.shape}: {_numbers(inputs)}", soft_wrap=True)
    for k, layer in enumerate(layers(network, inputs)):
        for part in titled_table(_table(k, layer)):
            out().print(part)
        if len(layer.biases) > MOST:
            out().print(f"and {len(layer.biases) - MOST} more neurons")


def _read(overrides: Sequence[str]) -> tuple[list[int], Config]:
    settings: dict[str, Any] = {"sizes": SIZES}
    for override in overrides:
        name, equals, value = override.partition("=")
        if not equals or name not in SETTINGS:
            raise ConfigError(f"expected SETTING=VALUE with one of {', '.join(SETTINGS)}, but got {override!r}")
        settings[name] = parse_value(value)
    sizes = settings.pop("sizes")
    if not isinstance(sizes, list) or len(sizes) < 2 or any(type(n) is not int or n < 1 for n in sizes):
        raise ConfigError(
            f"sizes must list the neurons of at least two layers like [4,10,2], but got {format_value(sizes)}"
        )
    return sizes, SCHEMA.parse_config(settings)


def _layer(layer: Layer) -> dict[str, Any]:
    arrays = {name: getattr(layer, name).tolist() for name in ("weights", "biases", "weighted", "activations")}
    return {"activation": layer.activation, **arrays}


def _table(k: int, layer: Layer) -> Table:
    shape = f"weights[{k}] {layer.weights.shape}, biases[{k}] {layer.biases.shape}, {layer.activation} neurons"
    rows = tuple(
        (
            str(j),
            f"{layer.biases[j]:.4f}",
            f"{layer.weighted[j]:.4f}",
            f"{layer.activations[j]:.4f}",
            _numbers(layer.weights[j]),
        )
        for j in range(min(MOST, len(layer.biases)))
    )
    columns = ("neuron", "bias", "weighted input z = w·a + b", "activation", "weights")
    return Table(f"layer {k}: {shape}", columns, rows, names=1, words=1)


def _numbers(values: Any) -> str:
    shown = " ".join(f"{value:.2f}" for value in values[:MOST])
    return f"{shown} and {len(values) - MOST} more" if len(values) > MOST else shown
