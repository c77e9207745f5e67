"""An error of commands alone."""

from __future__ import annotations

from nnexp.errors import NnexpError


class UnfinishedError(NnexpError):
    """A run or a sweep that did not finish; everything has been said by the time this is raised."""

    def __init__(self, message: str, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status
