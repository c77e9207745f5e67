"""What a rerun proves: the same bits, other bits and why, or nothing.

Two environments round differently, and training carries the last bit of a sum into the choice of a digit: on MNIST two
kernels' runs were seen to differ by 43 of 10,000 test images midway and by 20 after 30 epochs. Runs are said to agree
within 0.5 points; where half a point is less than three images (a small test set), within three.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from nnexp.archive.changes import Mismatch
from nnexp.archive.noise import Noise
from nnexp.archive.run import Archive
from nnexp.measure import CHOOSE, REPORT, Measure, judging
from nnexp.tasks.task import is_foreign
from nnexp.tracking.records import Run
from nnexp.training.events import Epoch
from nnexp.undeclared import completed

TOLERANCE = 0.005  # of the test examples
FEWEST = 3  # examples


class Answer(StrEnum):
    """Whether the bits are the same."""

    IDENTICAL = "identical"
    DIFFERENT = "different"
    UNKNOWN = "cannot tell"
    NOISY = "within its own noise"  # other bits, and no farther off than it comes from itself


@dataclass(frozen=True)
class Verdict:
    """What became of one rerun."""

    run: Run
    answer: Answer
    summary: str  # identical in all 30 epochs
    reason: str = ""
    differences: tuple[Mismatch, ...] = ()
    parted: int | None = None  # the first epoch whose bits differ
    rerun_id: str | None = None  # the rerun's own record, if anything was trained

    def __str__(self) -> str:
        """Say it in one line; the differences are for whoever prints it."""
        return f"{self.summary}: {self.reason}" if self.reason else self.summary


def cannot_tell(run: Run, reason: str, differences: Sequence[Mismatch] = ()) -> Verdict:
    """Say why nothing can be proved."""
    return Verdict(run, Answer.UNKNOWN, str(Answer.UNKNOWN), reason, tuple(differences))


def other_data(run: Run, differences: Sequence[Mismatch]) -> Verdict:
    """Say that the data have changed, so that training would repeat nothing."""
    reason = "the data are not those that it learnt from; nothing was trained"
    return Verdict(run, Answer.DIFFERENT, str(Answer.DIFFERENT), reason, tuple(differences))


def other_figures(identical: Verdict, found: Sequence[Mismatch]) -> Verdict:
    """Say of the same bits which figures of the record, or numbers of its arrays, are others than of the rerun."""
    if not found:
        return identical
    reason = "the bits are the same, but not every figure: they were altered, or are computed otherwise here"
    differences = (*identical.differences, *found)
    return replace(identical, answer=Answer.DIFFERENT, summary="other figures", reason=reason, differences=differences)


def judge(
    archive: Archive,
    epochs: Sequence[Epoch],
    wanted: int,
    differences: Sequence[Mismatch],
    rerun_id: str | None,
    *,
    portable: bool = False,
) -> Verdict:
    """Compare the epochs that were trained again, of which `wanted` were to come, with those of the record.

    Where the bits are `portable`, another environment explains nothing.
    """
    compared = len(epochs)
    recorded = [epoch.digest for epoch in archive.epochs]
    apart = [k + 1 for k, epoch in enumerate(epochs) if [epoch.digest] != recorded[k : k + 1]]
    if compared < wanted and not apart:
        summary, reason = f"different from epoch {compared + 1} on", "it ended before it"
        return Verdict(archive.run, Answer.DIFFERENT, summary, reason, tuple(differences), compared + 1, rerun_id)
    if not apart:
        reason = "although the following differs" if differences else ""
        summary = f"identical in {_extent(compared, archive)}"
        return Verdict(archive.run, Answer.IDENTICAL, summary, reason, tuple(differences), None, rerun_id)
    if len(apart) < compared - apart[0] + 1:  # once parted, runs never meet again
        altered = ", ".join(map(str, apart))
        return cannot_tell(archive.run, f"the record was altered: later epochs agree, but not epoch {altered}")
    reason = _why(differences, archive, epochs, portable=portable)
    summary = f"different from epoch {apart[0]} on"
    return Verdict(archive.run, Answer.DIFFERENT, summary, reason, tuple(differences), apart[0], rerun_id)


def held_against(verdict: Verdict, noise: Noise, difference: float) -> Verdict:
    """Hold a run that came out otherwise, though nothing else differs, against its own noise."""
    if not noise.covers(difference):
        return verdict
    times = f"{len(noise.differences)} time{'s' if len(noise.differences) > 1 else ''}"
    reason = f"{verdict.reason} (standard deviation {noise.deviation:.2g}, trained again {times})"
    return replace(
        verdict, answer=Answer.NOISY, summary=f"{Answer.NOISY}, from epoch {verdict.parted} on", reason=reason
    )


def exit_status(verdicts: Iterable[Verdict]) -> int:
    """Sum verdicts up for a shell: 1 if any is different, else 2 if any proves nothing, else 0."""
    answers = {verdict.answer for verdict in verdicts}
    return 1 if Answer.DIFFERENT in answers else 2 if answers - {Answer.IDENTICAL} else 0


def agree(a: int, b: int, total: int) -> bool:
    """Tell whether two counts of correct examples are as near as two environments come."""
    return abs(a - b) <= max(TOLERANCE * total, FEWEST)


def _extent(compared: int, archive: Archive) -> str:
    whole = len(archive.epochs)
    if compared < whole:
        return f"the first {compared} of {whole} epochs" if compared > 1 else f"the first of {whole} epochs"
    return f"all {whole} epochs" if whole > 1 else "its one epoch"


def _why(differences: Sequence[Mismatch], archive: Archive, epochs: Sequence[Epoch], *, portable: bool) -> str:
    what = {"code" if difference.what.startswith("code") else "environment" for difference in differences}
    if portable:
        what.discard("environment")
    if not what and is_foreign(archive.task):
        return f"it does not repeat itself; {_agreement(archive, epochs)}"
    if not what:
        return (
            "THIS IS A DEFECT OF NNEXP: all that decides the bits is the same, and the bits are not; "
            "please report it with both run folders"
        )
    cause = "the code that decides the numbers has changed" if "code" in what else "expected in another environment"
    return f"{cause}; {_agreement(archive, epochs)}"


def _agreement(archive: Archive, epochs: Sequence[Epoch]) -> str:
    """Say how near the last epoch trained again came to the recorded one, in what the task reports."""
    last = min(len(epochs), len(archive.epochs)) - 1
    then, now = archive.epochs[last].metrics, epochs[last].metrics
    measure = reported(archive, now)
    if measure is None or measure.name not in then:
        return "there is nothing reported to compare"
    a, b, count = then[measure.name], now[measure.name], _count(measure, now)
    if not measure.is_fraction or not count:
        told, here = ((measure.show(one) if measure.is_fraction else f"{one:.6g}") for one in (a, b))
        return f"{measure.name} {told} was recorded, {here} is here"
    within = f"{TOLERANCE * 100:g} points" if TOLERANCE * count >= FEWEST else f"{FEWEST} examples"
    verb = "agrees" if agree(round(a * count), round(b * count), count) else "DOES NOT AGREE"
    return f"the {measure.label} {verb} within {within}: {a:.2%} was recorded, {b:.2%} is here"


def reported(archive: Archive, metrics: Mapping[str, float]) -> Measure | None:
    """Find the metric that a run is told by."""
    known = completed(archive.task.measures, [metrics])
    return next(iter(judging([one for one in known if one.name in metrics], (REPORT, CHOOSE))), None)


def _count(measure: Measure, metrics: Mapping[str, float]) -> int:
    """Tell of how many examples a fraction is one, where the task counts them beside it; 0 if not."""
    counted = metrics.get(measure.counted_by, 0.0)
    return round(counted / metrics[measure.name]) if counted and metrics[measure.name] else 0
