"""Train one config and say how it goes. Writes nothing and tracks nothing: it runs in workers, which only compute."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from nnexp import core, datasets
from nnexp.config.schema import Config
from nnexp.errors import NnexpError
from nnexp.tasks.network.setup import begin, dataset_of, examples_of
from nnexp.training.environment import environment
from nnexp.training.events import Ending, Epoch, Event, Failed, Finished, Started


def execute(config: Config) -> Iterator[Event]:
    """Train, yielding an event at every turn; an exception becomes the event `Failed`."""
    began = perf_counter()
    try:
        with threadpool_limits(config.threads, user_api="blas"):
            yield Started(environment())
            dataset = dataset_of(config.dataset)
            network, results = begin(config, dataset)
            for result in results:
                yield Epoch(result, perf_counter() - began)
            yield Finished(network.parameters(), predictions(network, dataset))
    except Exception as error:
        yield failure(error)


def failure(error: Exception) -> Ending:
    """Describe an exception as the end of a run."""
    kind = "" if isinstance(error, NnexpError) else f"{type(error).__name__}: "
    return Failed(f"{kind}{' '.join(str(error).split())}", traceback.format_exc())


def predictions(network: core.Network, dataset: datasets.Dataset) -> dict[str, NDArray[Any]]:
    """Say what a network makes of the test set: labels, the predicted classes, and the winning outputs."""
    outputs = core.predict(network, examples_of(dataset.test, dataset))
    small = np.min_scalar_type(dataset.classes - 1)
    return {
        "labels": dataset.test.labels.astype(small),
        "predicted": outputs.argmax(axis=1).astype(small),
        "confidence": outputs.max(axis=1).astype(np.float16),
    }
