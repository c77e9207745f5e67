"""`nnexp predict`: a test example or pictures of one's own, the outputs, and the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import randrange
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnexp.archive.network import TrainedNetwork, read_trained
from nnexp.cli.console import out, say, write
from nnexp.cli.taken import take_run
from nnexp.datasets import Preparation
from nnexp.datasets.drawing import Manner, Picture, as_text, manner_of, read_drawing, write_png
from nnexp.datasets.layouts.pictures import ENDINGS
from nnexp.errors import ConfigError, DataError
from nnexp.escape import in_json
from nnexp.measure import DIGITS
from nnexp.recording.store import open_store
from nnexp.report.tables.fitted import Fitted
from nnexp.report.tables.formats import pairs
from nnexp.report.tables.table import Table

BAR = 40  # characters of an output of 1; half of them in a terminal that is not WIDE
WIDE = 80
UNSURE = 0.5  # the largest output of a network that knows no answer
EXAMPLES = 100  # of the data, to tell how they are drawn
MOST_ROWS = 20  # of a table's example


@dataclass(frozen=True)
class Asked:
    """What the network is asked about, a test example (by default one at random) or pictures; how to show it."""

    index: int | None = None
    images: Sequence[Path] = ()  # files, and folders of them
    png: Path | None = None  # where to write what the network was given
    show: bool = False  # whether to draw it even where there are many
    as_json: bool = False


@dataclass(frozen=True)
class Answer:
    """The outputs for one input, by the names of their classes."""

    outputs: Mapping[str, float]

    @property
    def name(self) -> str:
        """What the network says it is."""
        return max(self.outputs, key=self.outputs.__getitem__)

    @property
    def is_sure(self) -> bool:
        """Whether any output stands out."""
        return self.outputs[self.name] >= UNSURE


def predict(wanted: str, asked: Asked) -> None:
    """Ask a run's network."""
    if asked.images and asked.index is not None:
        raise ConfigError("--index names a test example and --image a picture; give one of them")
    store = open_store(say)
    trained = read_trained(take_run(store, wanted), store)
    if not trained.is_of_pictures and (asked.images or asked.png):
        n = trained.network.sizes[0]
        raise ConfigError(f"--image and --png are for pictures, but this network was trained on rows of {n} values")
    if asked.images:
        _ask_of_pictures(trained, asked)
    else:
        _ask_of_example(trained, asked)


def _ask_of_example(trained: TrainedNetwork, asked: Asked) -> None:
    test = trained.dataset.test
    at = _index(asked.index, len(test))
    inputs, truth = test.images[at], trained.classes[int(test.labels[at])]
    answer = _answer(trained, inputs)
    picture = _as_picture(inputs, trained.preparation) if trained.is_of_pictures else None
    if picture is not None and asked.png:
        _write(picture, asked.png)
    if asked.as_json:
        write(in_json([{"index": at, "answer": answer.name, "truth": truth, "outputs": answer.outputs}]))
        return
    out().print(f"test example {at}")
    if picture is None:
        _print_row(inputs, trained.preparation)
    else:
        _draw(picture)
    _print_outputs(answer)
    out().print(f"the network says {answer.name}, {'and it is' if answer.name == truth else f'but it is a {truth}'}")


def _ask_of_pictures(trained: TrainedNetwork, asked: Asked) -> None:
    files, manner = _files(asked.images), _manner(trained)
    if asked.png and len(files) > 1:
        raise ConfigError(f"--png writes one picture, but --image names {len(files)}")
    told = []
    for file in files:
        try:
            told.append(_ask_of_picture(file, trained, manner, asked, is_one=len(files) == 1))
        except DataError as error:
            if len(files) == 1:
                raise
            say(str(error))
            told.append({"image": str(file), "error": str(error)})
    if asked.as_json:
        write(in_json(told))
    if unread := sum("error" in one for one in told):
        raise DataError(f"{unread} of {len(files)} pictures could not be asked about")


def _ask_of_picture(
    file: Path, trained: TrainedNetwork, manner: Manner, asked: Asked, *, is_one: bool
) -> dict[str, Any]:
    drawing = read_drawing(file, trained.preparation.shape, manner)
    answer = _answer(trained, _as_inputs(drawing.picture, trained.preparation))
    doubt = drawing.doubt or ("" if answer.is_sure else "no output stands out")
    is_shown = is_one or asked.show
    for change in drawing.changes if is_shown else ():
        say(f"{file}: {change}")
    if doubt:
        say(f"{file}: this may not be one {'digit' if trained.classes == DIGITS else 'of the classes'}: {doubt}")
    if asked.png:
        _write(drawing.picture, asked.png)
    if not asked.as_json:
        if is_shown:
            _draw(drawing.picture)
        if is_one:
            _print_outputs(answer)
        says = f"the network says {answer.name}"
        out().print(says if is_one else f"{file}: {says}, {answer.outputs[answer.name]:.3f}", soft_wrap=True)
    return {
        "image": str(file), "answer": answer.name, "outputs": answer.outputs,
        "changes": drawing.changes, "doubt": doubt,
    }  # fmt: skip


def _files(images: Sequence[Path]) -> list[Path]:
    """Give the files, with those of pictures that lie in a folder in its place."""
    files: list[Path] = []
    for image in images:
        within = [image]
        if image.is_dir():
            within = sorted(file for file in image.iterdir() if file.suffix.lower() in ENDINGS)
            if not within:
                raise DataError(f"{image}: expected pictures in this folder, but there are none")
        files += within
    return files


def _manner(trained: TrainedNetwork) -> Manner:
    """Tell how the data's own pictures are drawn; as MNIST's are, where they are no more."""
    try:
        some = trained.dataset.test.images[:EXAMPLES]
    except DataError as error:
        say(f"{error}; the drawing is made like MNIST's digits")
        return Manner()
    return manner_of([_as_picture(inputs, trained.preparation) for inputs in some])


def _as_picture(inputs: NDArray[Any], prepared: Preparation) -> Picture:
    shares = (inputs.astype(np.float64) - prepared.lowest) / max(prepared.highest - prepared.lowest, 1e-9)
    return (255 * shares).round().clip(0, 255).astype(np.uint8).reshape(prepared.shape)


def _as_inputs(picture: Picture, prepared: Preparation) -> NDArray[Any]:
    """Bring a picture's bytes into the range of what the network was trained on."""
    inputs = prepared.lowest + picture.reshape(-1) / 255 * (prepared.highest - prepared.lowest)
    return inputs.round().astype(np.uint8) if prepared.is_of_bytes else inputs.astype(np.float32)


def _answer(trained: TrainedNetwork, inputs: NDArray[Any]) -> Answer:
    outputs = trained.outputs(inputs, trained.scale)
    return Answer(dict(zip(trained.classes, map(float, outputs), strict=True)))


def _draw(picture: Picture) -> None:
    for line in as_text(picture).split("\n"):
        out().print(line, soft_wrap=True)


def _write(picture: Picture, png: Path) -> None:
    write_png(picture, png)
    say(f"the digit is in {png}")


def _print_row(inputs: NDArray[Any], prepared: Preparation) -> None:
    """Print the values of a table's example, as they stood in it."""
    values = prepared.undone(inputs)
    names = prepared.columns or tuple(f"value {n}" for n in range(1, len(values) + 1))
    rows = [(name, f"{value:g}") for name, value in zip(names, values, strict=True)]
    out().print(pairs(rows[:MOST_ROWS]))
    if len(values) > MOST_ROWS:
        out().print(f"and {len(values) - MOST_ROWS} more")


def _print_outputs(answer: Answer) -> None:
    bar = BAR if out().width >= WIDE else BAR // 2
    rows = tuple((name, f"{value:.3f}", "█" * round(bar * value)) for name, value in answer.outputs.items())
    out().print(Fitted(Table("", ("", "", ""), rows, names=1, words=1)))


def _index(index: int | None, n: int) -> int:
    if index is None:
        return randrange(n)  # noqa: S311
    if not 0 <= index < n:
        raise ConfigError(f"--index must be between 0 and {n - 1} (the test set), but got {index}")
    return index
