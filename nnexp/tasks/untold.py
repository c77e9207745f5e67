"""What a task answers whose code is not nnexp's, to what that code alone could tell: nothing."""

from __future__ import annotations

from typing import Any

from nnexp.tasks.task import Read


class Untold:
    """The part of a task that foretells its runs and reads back what they left."""

    def digest_of(self, config: Any, read: Read) -> str:  # noqa: ARG002
        """Digest nothing: what a run leaves is its own."""
        return ""

    def epochs(self, config: Any) -> int | None:  # noqa: ARG002
        """Promise no number of epochs: it shows as they go."""
        return None

    def epoch_seconds(self, config: Any) -> float:  # noqa: ARG002
        """Tell nothing of how long one takes."""
        return 0.0
