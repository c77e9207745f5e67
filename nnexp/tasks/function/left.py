"""The state that a function left at a yield, and what it goes on from: its `state` another time."""

from __future__ import annotations

from typing import Any

import numpy as np

from nnexp.errors import DataError
from nnexp.tasks.function.tree import take_apart
from nnexp.tasks.task import Files

STATE, EPOCH = "state", "epoch"  # the file of what it goes on from, and the array in it that says from where


class Left:
    """The state that an epoch left. It is copied when it is asked for: a large one costs nothing where nobody does.

    When the function goes on it may change it in place; from then on there is none.
    """

    def __init__(self, state: Any, epoch: int, said: str) -> None:
        self._state = state
        self._epoch = epoch
        self._said = said

    def __call__(self) -> Files:
        """Take it apart.

        Raises
        ------
        DataError
            For what cannot be kept.
        """
        if self._state is None:
            return {}
        try:
            return {STATE: take_apart(self._state) | {EPOCH: np.array(self._epoch)}}
        except DataError as error:
            raise DataError(f"{self._said} a state that cannot be kept: {error}") from error

    def let_go(self) -> None:
        """Forget it."""
        self._state = None
