"""scikit-learn's linear classifier, an epoch at a time: a task by somebody who never saw the inside of nnexp."""

import hashlib
import math
import os
import signal
import struct
import time
import zlib
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier

from nnexp.config.checks import whole
from nnexp.config.schema import Schema
from nnexp.config.setting import setting
from nnexp.measure import Measure
from nnexp.tasks.code import digest_code
from nnexp.tasks.task import Data, Examined, Files, Measured, Read, Result

TRAINING = 1200  # examples
SOURCES = {"linear_task.py": Path(__file__).read_text()}


def picture(width: int, height: int) -> bytes:
    """Make a grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = (b"\0" + bytes(128 for _ in range(width))) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


PICTURE = picture(30, 10)


@dataclass(frozen=True)
class Settings:
    alpha: float = 1e-4
    loss: Literal["hinge", "log_loss"] = "hinge"
    epochs: int = setting(5, whole(1), "passes over the digits", lengthens=True)
    seed: int = 0


class Linear:
    name = "linear"
    schema = Schema(Settings)
    measures = (
        Measure("val/accuracy", "fraction", "up", "choose"),
        Measure("val/margin", better="up"),
        Measure("val/mistakes", better="down"),
    )

    def examine(self, config: Settings) -> Examined:
        images, labels = load_digits(return_X_y=True)
        digest = hashlib.sha256(images.tobytes() + labels.tobytes()).hexdigest()
        return Examined(config, "linear", Data("written", digest, "scikit-learn"))

    def code(self) -> str:
        return digest_code(SOURCES)

    def begin(self, config: Settings, state: Files | None = None) -> Generator[Measured, None, Result]:
        images, labels = load_digits(return_X_y=True)
        x, y, val_x, val_y = images[:TRAINING], labels[:TRAINING], images[TRAINING:], labels[TRAINING:]
        model = SGDClassifier(loss=config.loss, alpha=config.alpha, random_state=config.seed)
        rng, done = np.random.default_rng(config.seed), 0
        if state:
            model.partial_fit(x[:10], y[:10], classes=np.arange(10))  # which makes the room for what it learnt
            model.coef_[:], model.intercept_[:] = state["model"]["coefficients"], state["model"]["intercepts"]
            model.t_, done = float(state["clock"]["steps"]), int(state["clock"]["epoch"])
        for epoch in range(1, config.epochs + 1):
            order = rng.permutation(TRAINING)
            if epoch <= done:
                continue
            model.partial_fit(x[order], y[order], classes=np.arange(10))
            scores = model.decision_function(val_x)
            right = scores.argmax(axis=1) == val_y
            metrics = {
                "val/accuracy": float(right.mean()),
                "val/margin": float(scores.max(axis=1).mean()),
                "val/mistakes": float((~right).sum()),
            }
            clock = {"epoch": np.array(epoch), "steps": np.array(model.t_)}
            learnt = {"coefficients": model.coef_, "intercepts": model.intercept_}
            digest = hashlib.sha256(model.coef_.tobytes()).hexdigest()
            yield Measured(metrics, digest, partial(dict, model=learnt, clock=clock))
        return Result({"model": {"coefficients": model.coef_, "intercepts": model.intercept_}})

    def digest_of(self, config: Settings, read: Read) -> str:
        return hashlib.sha256(read("model")["coefficients"].tobytes()).hexdigest()

    def epochs(self, config: Settings) -> int | None:
        return config.epochs

    def epoch_seconds(self, config: Settings) -> float:
        return 0.0


class Silent(Linear):
    """It declares no metric; of one it has a number every other epoch, and some it knows only at the end."""

    name = "silent.py:train"
    measures = ()

    def begin(self, config: Settings, state: Files | None = None) -> Generator[Measured, None, Result]:
        training = super().begin(config, state)
        for epoch in range(1, config.epochs + 1):
            measured = next(training)
            accuracy, margin = (measured.metrics[name] for name in ("val/accuracy", "val/margin"))
            metrics = {
                "train/loss": 1 / epoch,
                "val_loss": (0.5 if config.alpha > 100 else 0.1) - accuracy / 100,
                "val_acc": 100 * accuracy,
            }
            if config.alpha > 100 and config.seed == 0:
                metrics["val_loss"] = math.nan
            if epoch % 2 == 0:
                metrics["spread"] = margin / epoch
            yield Measured(metrics, measured.digest)
        ended = {"energy": 1000.5 + config.seed, "test_acc": 99 * accuracy, "time/fit_s": time.perf_counter()}
        pictures = {"scatter": PICTURE, "broad": PICTURE}
        return Result({"model": {"steps": np.arange(3)}}, metrics=ended, pictures=pictures)

    def digest_of(self, config: Settings, read: Read) -> str:
        return ""


class Mortal(Linear):
    """The process of one run is killed in its second epoch, once."""

    def begin(self, config: Settings, state: Files | None = None) -> Generator[Measured, None, Result]:
        training = super().begin(config, state)
        yield next(training)
        if (config.alpha, config.seed) == (10.0, 1) and not Path("killed").exists():
            Path("killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return (yield from training)
