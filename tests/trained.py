"""A task trained to its end, in this process: what its epochs gave, and what it left."""

from typing import Any

from nnexp.tasks.task import Measured, Result, Task


def train(task: Task, config: Any) -> tuple[list[Measured], Result]:
    """Train to the end."""
    training, epochs = task.begin(config), []
    while True:
        try:
            epochs.append(next(training))
        except StopIteration as end:
            return epochs, end.value
