"""Task functions of Hydra applications, for worker processes to import."""

from __future__ import annotations

import os
import sys
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

import nnexp

RUNS = "runs.txt"  # a line for each time that a job was run


def square(cfg: DictConfig) -> Any:
    """Give a number, a mapping, a word, nothing, or fail, as the config asks for."""
    with Path(RUNS).open("a") as runs:
        runs.write(f"{cfg.x}\n")
    match cfg.get("what"):
        case "mapping":
            return {"square": cfg.x**2, "root": cfg.x**0.5}
        case "word":
            return f"square of {cfg.x}"
        case "nothing":
            return None
        case "failure":
            raise ArithmeticError(f"there is no square of {cfg.x}")
        case "processes":
            with get_context("spawn").Pool(1) as pool:
                return pool.map(abs, [-cfg.x])[0]
        case "exit":
            sys.exit(3)
        case "crash":
            os.abort()
    return cfg.x**2


def descent(cfg: DictConfig) -> float:
    """Say three epochs, and return the last."""
    for step in range(3):
        nnexp.log({"val/loss": cfg.x / 2**step}, step=step)
    return float(cfg.x / 4)
