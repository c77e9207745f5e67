"""Settings compared: the figures of each, the differences, and the answer in words.

    >>> comparison = compare(store.runs(), store)  # doctest: +SKIP
    >>> comparison.answer  # doctest: +SKIP
    'hidden=100 beats hidden=30 by 2.2 points [1.9, 2.5], 5 paired seeds, p = 0.0004; it costs 1.9 times the time.'

Where the runs cannot carry an answer, the sentence says so; it is never left to the reader to notice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nnexp.comparison.contrast import Contrast, differences
from nnexp.comparison.eligible import COUNTED, TEST, deciding_metric, sift, sift_data, sift_metric, sift_task
from nnexp.comparison.groups import SEED, Group, check_names, find, group, value, varying
from nnexp.comparison.summary import NO_CURVES, LearningCurves, Summary, summarize
from nnexp.errors import ConfigError
from nnexp.measure import Measure, measure_named
from nnexp.report.prose import notes as note
from nnexp.report.prose.answer import leading, sentences
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """What a comparison found. `settings` stand best first, `differences` to the baseline in natural order."""

    by: tuple[str, ...]
    measure: Measure  # what decides
    baseline: str | None
    settings: tuple[Summary, ...]
    differences: tuple[Contrast, ...]
    lead: Contrast | None  # the best to the next best, once the best has beaten the baseline
    reach: float | None
    answer: str
    details: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def runs(self) -> list[Run]:
        """The runs that count, by setting."""
        return [run for setting in self.settings for run in setting.runs]

    @property
    def frame(self) -> pd.DataFrame:
        """A row for each setting, in full precision."""
        from nnexp.comparison.frame import comparison_frame

        return comparison_frame(self)

    def difference(self, label: str) -> Contrast | None:
        """Give a setting's difference to the baseline; None for the baseline itself."""
        return next((one for one in self.differences if one.setting == label), None)


def compare(
    runs: Sequence[Run],
    store: RunStore | None = None,
    *,
    by: Sequence[str] | None = None,
    metric: str | None = None,
    baseline: str | None = None,
    reach: float | None = None,
) -> Comparison:
    """Compare the settings that runs differ in.

    Parameters
    ----------
    runs
        Records of any runs: those that cannot count are left out, with a note.
    store
        Where the runs' histories and predictions are read: needed for `reach` and to compare two single runs.
    by
        The settings to tell apart; all that differ, but for the seed, when not given.
    metric
        What decides: the final validation accuracy where there is one, when not given.
    baseline
        The setting the others are measured against, such as hidden=30; the first in natural order when not given.
    reach
        An accuracy, as a fraction, to which epochs and seconds are counted.

    Raises
    ------
    ConfigError
        If `by`, `metric`, `baseline` or `reach` names what the runs do not have.
    """
    _check_reach(reach)
    kept, notes = sift(runs)
    if not kept:
        return _nothing(metric, f"Nothing to compare: {'none of the runs has finished' if runs else 'no run'}.", notes)
    if by is None:
        kept, task_notes = sift_task(kept)
        notes += task_notes
    names = _differing(kept) if by is None else check_names(by, kept)
    kept, data_notes = sift_data(kept, names)
    deciding, metric_notes = _deciding(kept, names, metric)
    counted, missing_notes = sift_metric(kept, deciding)
    notes += data_notes + metric_notes + missing_notes
    if not counted:
        return _nothing(
            metric, f"Nothing to compare: no run has a number for {measure_named(deciding, {}).label}.", notes
        )
    notes += note.lost([run for run in runs if run.kind in COUNTED], counted, by)
    groups = group(counted, names, deciding)
    first = find(groups, baseline) if baseline else groups[0]
    return _compared(
        names, measure_named(deciding, {}), groups, first, _course(counted, store, deciding, reach), store, notes
    )


def _compared(
    by: tuple[str, ...],
    measure: Measure,
    groups: Sequence[Group],
    baseline: Group,
    course: LearningCurves,
    store: RunStore | None,
    notes: list[str],
) -> Comparison:
    test = {one.label: one.per_unit for one in _test_groups(groups, by)}
    summaries = [summarize(one, test.get(one.label, ()), course) for one in groups]
    sign = -1 if measure.higher_is_better else 1
    ranked = sorted(summaries, key=lambda one: sign * one.decides.mean)
    found = differences(baseline, [one for one in groups if one is not baseline])
    next_best = leading(groups, ranked, found, baseline, measure)
    answer, *details = sentences(ranked, found, next_best, measure, store)
    return Comparison(
        by=by,
        measure=measure,
        baseline=baseline.label if len(groups) > 1 else None,
        settings=tuple(ranked),
        differences=found,
        lead=next_best,
        reach=course.target,
        answer=answer,
        details=tuple(details),
        notes=(*notes, *note.about(by, groups, found, course.target)),
    )


def _test_groups(groups: Sequence[Group], by: Sequence[str]) -> list[Group]:
    tested, _ = sift_metric([run for one in groups for run in one.runs], TEST)
    return group(tested, by, TEST)


def _differing(runs: Sequence[Run]) -> tuple[str, ...]:
    """Name what tells the runs apart; the seed only where it is all that tells two runs apart."""
    names = varying(runs)
    if not names and len(runs) == 2 and value(runs[0], SEED) != value(runs[1], SEED):
        return (SEED,)
    return names


def _deciding(runs: Sequence[Run], by: Sequence[str], metric: str | None) -> tuple[str, list[str]]:
    fitting, notes = deciding_metric(runs, by)
    if metric is None:
        return fitting, notes
    known = sorted({name for run in runs for name in run.metrics})
    if metric not in known:
        raise ConfigError(f"metric must be one that the runs have ({', '.join(known)}), but got {metric!r}")
    if measure_named(metric, {}).history.startswith("test/"):
        return metric, ["Ordered by the test set, as asked: good for reporting, not for choosing."]
    return metric, []


def _course(runs: Sequence[Run], store: RunStore | None, metric: str, target: float | None) -> LearningCurves:
    if store is None:
        return NO_CURVES
    ids = [run.run_id for run in runs]
    epochs = store.history(ids, "time/epoch_s")
    if target is None:
        return LearningCurves(epochs, {}, {}, None)
    accuracy = metric if measure_named(metric, {}).is_fraction else deciding_metric(runs, ())[0]
    return LearningCurves(
        epochs, store.history(ids, "time/total_s"), store.history(ids, measure_named(accuracy, {}).history), target
    )


def _check_reach(reach: float | None) -> None:
    if reach is not None and not 0 < reach <= 1:
        raise ConfigError(f"reach must be an accuracy above 0 and up to 1 (0.95 for 95 %), but got {reach:g}")


def _nothing(metric: str | None, answer: str, notes: Sequence[str]) -> Comparison:
    return Comparison((), measure_named(metric or TEST, {}), None, (), (), None, None, answer, (), tuple(notes))
