"""Commands of scripts that are written for the occasion."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnexp.tasks.command.task import CommandTask
from nnexp.tasks.command.template import Template

MakeTask = Callable[..., CommandTask]

TRAIN = """
import argparse, os
parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--seed", type=int, default=0)
args = parser.parse_args()
print(args)
for epoch in range(1, 4):
    print(f"Epoch {epoch}/3 - loss: {args.lr / epoch} - val_acc: {(100 * args.lr + args.seed) / 1000}")
"""


@pytest.fixture
def make_task(tmp_path: Path) -> MakeTask:
    """Make the task of a script's text, which is called train.py, and of the arguments that it takes."""

    def make_task(text: str = TRAIN, *arguments: str, folder: Path = tmp_path, **said: object) -> CommandTask:
        (folder / "train.py").write_text(text)
        typed = ("python", "train.py", *(arguments or (("--lr", "{lr}", "--seed", "{seed}") if text == TRAIN else ())))
        return CommandTask(Template(typed), str(folder), **said)  # type: ignore[arg-type]

    return make_task
