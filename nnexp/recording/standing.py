"""Where a run stands while it goes on: what it went on from, and the state that it has kept on its way.

What is kept is one file in its folder. It is gone when the run comes to its end, if that leaves a state, or if no other
run can go on from there; else the record says how to.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from nnexp.errors import RecordError
from nnexp.recording.ending import KEPT, Stand, is_stood_by
from nnexp.recording.folder import RunFolder
from nnexp.tracking.records import Tag
from nnexp.training.checkpoint import digest_state, unpack
from nnexp.training.events import Ending, Epoch, Finished, Kept, Resumed


@dataclass
class Standing:
    """Hears what one run says of it, and says what a person should know."""

    say: Callable[[str], None]
    done: int = 0  # the last epoch that it took over from another run
    tags: dict[str, str] = field(default_factory=dict)

    def resumed(self, event: Resumed) -> None:
        """Note that the run goes on from another, or that it cannot."""
        where = f"from run {event.run_id[:8]}"
        if event.error:
            self.say(f"does not go on {where}: {event.error}; it is trained anew")
            return
        self.done = event.epoch
        self.tags = {Tag.CONTINUED_FROM: f"epoch {event.epoch} of {event.run_id}"}
        self.say(f"goes on from epoch {event.epoch} of run {event.run_id[:8]}")

    def keep(self, kept: Kept, folder: RunFolder) -> None:
        """Keep a state in the place of the one before; one that cannot be kept hinders nothing."""
        if kept.error:
            self.say(kept.error)
            return
        try:
            folder.write_checkpoint(kept.state)
        except OSError as error:
            self.say(f"its state cannot be kept in {folder.path} ({error.strerror})")

    def tags_at(self, ending: Ending, folder: RunFolder, epochs: Sequence[Epoch]) -> dict[str, str]:
        """Give the tags that the end of the run adds."""
        if is_stood_by(ending) or (isinstance(ending, Finished) and not _may_be_longer(folder)):
            return self.tags
        try:
            return self.tags | kept_tags(folder, epochs)
        except (RecordError, OSError) as error:
            self.say(f"what it has kept cannot be gone on from: {error}")
            return self.tags


def kept_tags(folder: RunFolder, epochs: Sequence[Epoch]) -> dict[str, str]:
    """Give the tag that says where a run may be gone on from by what it kept on its way.

    Raises
    ------
    RecordError
        If what it has kept cannot be read.
    """
    packed = folder.checkpoint
    epoch, state = (0, {}) if packed is None else unpack(packed)
    if not 0 < epoch < len(epochs):
        return {}
    stand = Stand(epoch, (KEPT,), digest_state(epochs[: epoch + 1], state))
    return {Tag.STATE: str(stand)}


def _may_be_longer(folder: RunFolder) -> bool:
    """Tell whether another run may begin as this one does and have more epochs."""
    tags = folder.run.tags
    return tags.get(Tag.COURSE) != tags.get(Tag.KEY)
