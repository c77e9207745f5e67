"""`nnexp predict`: one digit, the ten outputs, and the answer."""

from __future__ import annotations

from pathlib import Path
from random import randrange

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from nnexp.archive.network import TrainedNetwork, read_trained
from nnexp.cli.console import out, say
from nnexp.datasets.drawing import as_text, read_drawing, write_png
from nnexp.errors import ConfigError
from nnexp.recording.store import open_store
from nnexp.sweep.find import find_run

BAR = 40  # characters of an output of 1


def predict(wanted: str, index: int | None, image: Path | None, png: Path | None) -> None:
    """Ask a run's network about a test example (one at random if none is named) or about a picture."""
    store = open_store(say)
    trained = read_trained(find_run(store, wanted), store)
    dataset = trained.dataset
    if image:
        drawing = read_drawing(image, dataset.image_shape)
        for change in drawing.changes:
            say(f"{image}: {change}")
        picture, truth = drawing.picture, None
    else:
        at = _index(index, len(dataset.test))
        picture, truth = dataset.test.images[at].reshape(dataset.image_shape), int(dataset.test.labels[at])
        out().print(f"test example {at}")
    for line in as_text(picture).split("\n"):
        out().print(line, soft_wrap=True)
    if png:
        write_png(picture, png)
        say(f"the digit is in {png}")
    _print_outputs(trained, picture.reshape(-1), dataset.scale, truth)


def _print_outputs(trained: TrainedNetwork, pixels: NDArray[np.uint8], scale: float, truth: int | None) -> None:
    outputs = trained.outputs(pixels, scale)
    table = Table(box=None, pad_edge=False, show_header=False)
    for digit, value in enumerate(outputs):
        table.add_row(str(digit), f"{value:.3f}", "█" * round(BAR * float(value)))
    out().print(table)
    answer = int(outputs.argmax())
    verdict = "" if truth is None else (", and it is" if answer == truth else f", but it is a {truth}")
    out().print(f"the network says {answer}{verdict}")


def _index(index: int | None, n: int) -> int:
    if index is None:
        return randrange(n)  # noqa: S311
    if not 0 <= index < n:
        raise ConfigError(f"--index must be between 0 and {n - 1} (the test set), but got {index}")
    return index
