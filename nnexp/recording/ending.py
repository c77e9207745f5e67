"""What a record says of how its run ended: a status and tags, and where a run may go on from there."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import accumulate

from nnexp.measure import Measure
from nnexp.names import FILE
from nnexp.recording.fields import DIGEST
from nnexp.recording.files import ARRAYS, CHECKPOINT, METRICS, OPENED, PICTURES, TRACEBACK
from nnexp.recording.folder import RunFolder
from nnexp.recording.identity import LONGEST_REASON, remarks
from nnexp.recording.metrics import declaration
from nnexp.recording.opened import write_opened
from nnexp.tasks.task import Files
from nnexp.tracking.records import Status, Tag
from nnexp.training.checkpoint import digest_state
from nnexp.training.events import Ending, Epoch, Failed, Finished, Killed, Pruned

KEPT = CHECKPOINT.removesuffix(ARRAYS)
SHORT_MS = 1000  # of a run that is not worth a flush
DRAWN_MS = 30  # of a run that is worth a picture: to draw it takes a few
LONGEST = 6000  # characters of the names of files: MLflow cuts off what is beyond 8000


@dataclass(frozen=True)
class Stand:
    """Where a run stood when it ended: after which epoch, and which files hold its state, less their ending.

    Of one whose end left none this is what it had kept on its way, and the digest covers the next epoch too.
    """

    epoch: int
    files: tuple[str, ...]
    digest: str  # of its epochs and its state

    def __str__(self) -> str:
        """Write it as the text of a tag."""
        return json.dumps(asdict(self))


def read_stand(text: str | None) -> Stand | None:
    """Read a tag back; None for what is none."""
    try:
        found = json.loads(text or "")
        stand = Stand(found["epoch"], tuple(found["files"]), found["digest"])
        names = all(FILE.fullmatch(name) for name in stand.files) and DIGEST.fullmatch(stand.digest)
        return stand if names and type(stand.epoch) is int and stand.epoch > 0 else None
    except (ValueError, LookupError, TypeError, RecursionError):
        return None


def read_left(tags: Mapping[str, str]) -> list[str]:
    """Name the files that a run left besides those of every run, by its tags."""
    return [name for name in tags.get(Tag.FILES, "").split() if FILE.fullmatch(name)]


def fate(ending: Ending) -> Status:
    """Give the status of a run that ended so."""
    match ending:
        case Finished() | Pruned():
            return Status.FINISHED
        case Killed():
            return Status.KILLED
        case _:
            return Status.FAILED


def reason(ending: Ending) -> str | None:
    """Say why a run did not come to its last epoch."""
    return None if isinstance(ending, Finished) else ending.error


def leave(
    ending: Ending,
    tags: Mapping[str, str],
    folder: RunFolder,
    began_at: int,
    epochs: Sequence[Epoch],
    measures: Collection[Measure],
) -> None:
    """Write what a run leaves into its folder, and last how it ended.

    What a process wrote stays when it is killed; only a machine that loses its power loses what was not flushed. Each
    flush takes 1 to 10 ms on a common disk, more than all the rest of writing. So only what cannot be had again without
    training is flushed, the journal, the arrays and the end; and of a short run nothing, which is soon trained again.
    """
    left, flush = arrays_left(ending), not 0 <= ending.time - began_at < SHORT_MS
    for name, arrays in left.items():
        folder.write_arrays(name, arrays, flush=flush)
    if isinstance(ending, Finished):
        _leave_results(ending, folder)
    if isinstance(ending, Failed):
        folder.write_text(TRACEBACK, ending.traceback)
    if not 0 <= ending.time - began_at < DRAWN_MS:
        _draw(ending, folder, epochs, measures)
    stand = read_stand(tags.get(Tag.STATE))
    kept = {*left, *(stand.files if stand else ())}
    folder.write_end(fate(ending), ending.time, reason(ending), tags, kept, flush=flush)


def _draw(ending: Ending, folder: RunFolder, epochs: Sequence[Epoch], measures: Collection[Measure]) -> None:
    """Write pictures of what a run came to; whatever is amiss with these, the record stands without them."""
    with suppress(Exception):
        from nnexp.recording.drawn import drawn  # Pillow takes a while to come, and many commands train nothing

        for name, picture in drawn(ending, epochs, measures):
            if not folder.file(name).exists():  # it returned one itself
                folder.write(name, picture)


def _leave_results(ending: Finished, folder: RunFolder) -> None:
    if ending.opened:
        folder.write(OPENED, write_opened(ending.opened))
    if ending.metrics:
        folder.write_metrics(ending.metrics)
    for name, picture in ending.pictures.items():
        folder.write_picture(name, picture)


def arrays_left(ending: Ending) -> Files:
    """Give the arrays that a run leaves, by the name of their file."""
    match ending:
        case Finished():
            return {**ending.state, **ending.arrays}
        case Pruned():
            return ending.state
        case _:
            return {}


def is_stood_by(ending: Ending) -> bool:
    """Tell whether the end leaves a state to go on from, or something by the name of what was kept on the way."""
    return bool(getattr(ending, "state", None)) or KEPT in arrays_left(ending)


def known_at_the_end(ending: Ending) -> Mapping[str, float]:
    """Give the metrics that no epoch measured."""
    return ending.metrics if isinstance(ending, Finished) else {}


def end_tags(ending: Ending, epochs: Sequence[Epoch], declared: Iterable[Measure]) -> dict[str, str]:
    """Give the tags of a run that ended so, after these epochs; `declared` is what its task declares."""
    return declaration(declared, epochs, known_at_the_end(ending)) | _tags(ending, epochs)


def _tags(ending: Ending, epochs: Sequence[Epoch]) -> dict[str, str]:
    match ending:
        case Finished():
            return remarks(ending) | _left(ending) | _stand(epochs, ending.state)
        case Pruned():
            return {Tag.PRUNED: ending.error[:LONGEST_REASON]} | _stand(epochs, ending.state)
        case _:
            return {Tag.REASON: ending.error[:LONGEST_REASON]}


def _left(ending: Finished) -> dict[str, str]:
    """Name the files that the run left besides those of every run."""
    arrays = [f"{name}{ARRAYS}" for name in arrays_left(ending)]
    names = [*arrays, *(f"{name}{PICTURES}" for name in ending.pictures), *([METRICS] if ending.metrics else [])]
    lengths = accumulate(1 + len(name) for name in names)
    text = " ".join(name for name, length in zip(names, lengths, strict=True) if length <= LONGEST)
    return {Tag.FILES: text} if text else {}


def _stand(epochs: Sequence[Epoch], state: Files) -> dict[str, str]:
    if not (epochs and state):
        return {}
    return {Tag.STATE: str(Stand(len(epochs), tuple(sorted(state)), digest_state(epochs, state)))}
