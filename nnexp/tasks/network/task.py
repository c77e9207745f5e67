"""The task that ships: a network of core/ learns a data set of pictures.

What decides the numbers (core/, the split and scale of the data, setup and seeding) is the key's; this module only
hands it on.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate
from pathlib import Path, PurePath
from time import perf_counter

import numpy as np

from nnexp import core, datasets
from nnexp.config.paths import DATA
from nnexp.config.value import format_value
from nnexp.core import EpochResult
from nnexp.datasets import Dataset, Preparation
from nnexp.datasets.scale import AUTO as BY_DATA
from nnexp.errors import DataError, NnexpError
from nnexp.tasks.network import deciding
from nnexp.tasks.network.classes import recalls
from nnexp.tasks.network.config import SCHEMA, Config, DatasetConfig
from nnexp.tasks.network.lost import lost_classes
from nnexp.tasks.network.measures import MEASURES, declared_for, measured
from nnexp.tasks.network.presets import own_settings, trained_settings
from nnexp.tasks.network.setup import (
    PARAMETERS,
    STATE,
    begin,
    dataset_of,
    examples_of,
    kernel_of,
    learning_of,
    options_of,
    sizes_of,
)
from nnexp.tasks.task import Data, Examined, Files, Measured, Read, Result

PREPARATION = "preparation"  # the file of what was done to the inputs, where it was more than the usual
UNNAMED = ("mnist", "folder")  # what data are called that nobody named
CALIBRATION = 3000  # examples
CAUTIOUS = 0.01  # a learning rate that does not burst


class NetworkTask:
    """The digit classifier of the book's chapter 1, and whatever else its settings allow."""

    name = "network"
    schema = SCHEMA
    measures = MEASURES

    def examine(self, config: Config) -> Examined:
        """Check a config against its data."""
        if config.dataset.path:  # recorded so that it is found again from anywhere
            path = os.path.abspath(config.dataset.path)
            config = replace(config, dataset=replace(config.dataset, path=path))
        try:
            dataset = dataset_of(config.dataset)
        except OSError as error:
            raise DataError(f"{config.dataset.path}: expected to read it, but got: {error.strerror}") from error
        resolved = {f"dataset.{name}" for name in ("split", "scale") if getattr(config.dataset, name) == BY_DATA}
        chosen = replace(config.dataset, split=dataset.meta.split, scale=dataset.meta.scale)
        choice = kernel_of(config, dataset)
        config = replace(config, kernel=choice.kernel, dataset=chosen)
        sizes = sizes_of(config, dataset)
        learning = learning_of(config)
        core.check_learning(learning, depth=len(sizes) - 1, n=len(dataset.train), activation=config.activation)
        title, told = _title(config, sizes)
        told |= resolved
        data = Data(dataset.name, dataset.digest, dataset.source)
        cautions = (*dataset.meta.odd, *_kernel(choice), *_cautions(config))
        measures, portable = (*declared_for(dataset),), choice.kernel != "numpy"
        return Examined(config, title, data, told, cautions, portable=portable, measures=measures)

    def code(self) -> str:
        """Digest what decides the numbers."""
        return deciding.digest()

    def begin(self, config: Config, state: Files | None = None) -> Generator[Measured, None, Result]:
        """Train, an epoch at a time; what is left are the parameters, and what they make of the test set."""
        dataset = dataset_of(config.dataset)
        network, epochs = begin(config, dataset, state)
        declared = declared_for(dataset)
        last: EpochResult | None = None
        for last in epochs:
            yield Measured(measured(last, declared), last.digest, partial(_state, network, last))
        answers = predictions(network, dataset, kernel_of(config, dataset).kernel)
        arrays = {PARAMETERS: network.parameters(), "predictions": answers}
        prepared = Preparation.of(dataset.meta, transpose=config.dataset.transpose)
        if kept := prepared.arrays():
            arrays[PREPARATION] = kept
        never = last.test.never_predicted if last and last.test else ()
        lost = lost_classes(answers["labels"], answers["predicted"])
        remarks = {"lost": " ".join(map(str, lost)) or "nothing"}
        remarks |= {"never_predicted": " ".join(map(str, never))} if never else {}
        return Result(arrays, remarks, recalls(last, dataset) if last else {})

    def digest_of(self, config: Config, read: Read) -> str:
        """Digest the parameters."""
        return core.Network.from_parameters(read(PARAMETERS), activation=config.activation).digest()

    def epochs(self, config: Config) -> int:
        """Tell how many epochs there are: the setting promises it."""
        return config.epochs

    def epoch_seconds(self, config: Config) -> float:
        """Measure an epoch: learn a little from a few thousand examples, evaluate in full; 0 if that fails."""
        try:
            return _measure(replace(config, eta=CAUTIOUS, lmbda=0.0))
        except (NnexpError, MemoryError):
            return 0.0  # the run itself will say what is wrong with it

    def pack(self, config: Config) -> bytes:
        """Give a data set as the bytes of an .npz file."""
        path = Path(config.dataset.path) if config.dataset.path else DATA
        return datasets.pack(path, **options_of(config.dataset))

    def unpack(self, config: Config, digest: str, fetch: Callable[[], bytes]) -> Config:
        """Have a config name that file as it is kept here."""
        return replace(config, dataset=replace(config.dataset, path=str(datasets.unpack(digest, fetch))))


NETWORK = NetworkTask()


def predictions(network: core.Network, dataset: Dataset, kernel: str) -> dict[str, np.ndarray]:
    """Say what a network makes of the test set: labels, the predicted classes, and the winning outputs.

    The names of the classes and the shape of a picture are said where these do not show it.
    """
    outputs = core.predict(network, examples_of(dataset.test, dataset), kernel=kernel)
    small = np.min_scalar_type(dataset.classes - 1)
    found = {
        "labels": dataset.test.labels.astype(small),
        "predicted": outputs.argmax(axis=1).astype(small),
        "confidence": outputs.max(axis=1).astype(np.float16),
    }
    (h, w), names = dataset.image_shape, dataset.class_names
    if names != tuple(map(str, range(1 + int(max(found["labels"].max(), found["predicted"].max()))))):
        found["classes"] = np.array(names)
    if h != w:
        found["shape"] = np.array((h, w))
    return found


def _state(network: core.Network, epoch: EpochResult) -> Files:
    return {PARAMETERS: network.parameters(), STATE: epoch.state()}


def _cautions(config: Config) -> Iterator[str]:
    """Name the first stage of eta that never begins. The last stage may last longer than it says, or be cut short."""
    stages = config.eta if isinstance(config.eta, tuple) else ()
    begins = accumulate((epochs for epochs, _ in stages[:-1]), initial=0)
    if late := [passed + 1 for passed in begins if passed >= config.epochs]:
        eta = format_value(SCHEMA.values(config)["eta"])
        stage = "stage" if len(late) == 1 else "stages"
        yield f"eta={eta}: epochs={config.epochs} ends before its {stage} from epoch {late[0]} on"


def _kernel(choice: core.Choice) -> Iterator[str]:
    if choice.because:
        yield f"kernel=numpy, whose bits depend on the machine: {choice.because}"


def _title(config: Config, sizes: Sequence[int]) -> tuple[str, frozenset[str]]:
    """Name a run by its shape, its data and its experiment, with what differs from the experiment's own settings."""
    kernel = "" if config.kernel == "compiled" else f" kernel={config.kernel}"
    shape = f"{'-'.join(map(str, sizes))}{_on(config.dataset)}{kernel}"
    if not config.experiment:
        return shape, frozenset({"hidden", "experiment", "kernel"})
    own = own_settings(config.experiment) or {}
    changed = {name: value for name, value in trained_settings(config).items() if value != own.get(name, value)}
    words = [f"{name}={format_value(value)}" for name, value in changed.items() if name not in ("hidden", "kernel")]
    return " ".join([shape, config.experiment, *words]), frozenset({"hidden", "experiment", "kernel", *own})


def _on(dataset: DatasetConfig) -> str:
    """Name data that are not MNIST as nnexp ships it, by the last part of their path if they have no name."""
    if dataset.name not in UNNAMED:
        return f" on {dataset.name}"
    return f" on {PurePath(dataset.path).name}" if dataset.path else ""


def _measure(config: Config) -> float:
    full = dataset_of(config.dataset)
    n = min(CALIBRATION - CALIBRATION % config.batch_size or len(full.train), len(full.train))
    few = dataset_of(replace(config.dataset, limit=n))
    _, results = begin(replace(config, epochs=2, batch_size=min(config.batch_size, n)), few)
    next(results)  # the first epoch warms caches up
    began = perf_counter()
    result = next(results)
    rest = perf_counter() - began - result.epoch_s
    return result.epoch_s * len(full.train) / n + rest
