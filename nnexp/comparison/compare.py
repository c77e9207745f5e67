"""Runs -> numbers: which of them count, what each configuration reached, and how configurations differ.

    >>> comparison = compare(store.runs(), store)  # doctest: +SKIP
    >>> comparison.headline.estimate.difference  # doctest: +SKIP
    0.0218

What the numbers come to is said by nnexp/report/prose, and given as a data frame by nnexp/comparison/frame.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nnexp.comparison.comparison import Comparison, Nothing
from nnexp.comparison.contrast import contrasts, headline, lead
from nnexp.comparison.curves import LearningCurves, read_curves, target_of
from nnexp.comparison.deciding import Deciding, deciding, reported
from nnexp.comparison.eligible import COUNTED, eligible, of_one_content, of_one_dataset, with_number
from nnexp.comparison.groups import SEED, Group, check_names, find, group, label_of, setting_of, varying, with_defaults
from nnexp.comparison.predictions import compare_predictions, read_predictions
from nnexp.comparison.summary import summarize
from nnexp.measure import Measure, measure_named
from nnexp.tracking.records import Run, declared_by
from nnexp.tracking.store import RunStore


def compare(
    runs: Sequence[Run],
    store: RunStore | None = None,
    *,
    by: Sequence[str] | None = None,
    metric: str | None = None,
    baseline: str | None = None,
    reach: float | None = None,
) -> Comparison:
    """Compare the configurations that runs are of.

    Parameters
    ----------
    runs
        Records of any runs: those that cannot count are left out, and counted.
    store
        Where the runs' histories and predictions are read: needed for `reach` and to compare two single runs.
    by
        The settings to tell apart; all that differ, but for the seed, when not given.
    metric
        What decides, such as final/val_accuracy; what the task declares to choose by, when not given.
    baseline
        The configuration the others are measured against, such as hidden=30; the first in natural order when not given.
    reach
        A value to which epochs and seconds are counted; an accuracy is a fraction.

    Raises
    ------
    ConfigError
        If `by`, `metric`, `baseline` or `reach` names what the runs do not have.
    """
    runs = with_defaults(runs)
    kept, left_out = eligible(runs)
    if not kept:
        nothing = Nothing.NONE_FINISHED if runs else Nothing.NO_RUN
        return Comparison((), _undecided(runs, metric), tuple(left_out), nothing=nothing)
    if by is None:
        kept, others = of_one_dataset(kept)
        left_out += others
    names = _differing(kept) if by is None else check_names(by, kept)
    kept, others = of_one_content(kept, names)
    decides = deciding(kept, names, metric)
    target = target_of(kept, decides.measure, reach)
    counted, numberless = with_number(kept, decides.measure)
    left_out += others + numberless
    if not counted:
        return Comparison(names, decides, tuple(left_out), nothing=Nothing.NO_NUMBER)
    groups = group(counted, names, decides.measure)
    first = find(groups, baseline) if baseline else groups[0]
    found = _compared(names, decides, groups, first, read_curves(counted, store, target))
    found = replace(found, left_out=tuple(left_out), missing=_missing(runs, counted, by))
    return found if store is None else _with_predictions(found, store)


def _compared(
    by: tuple[str, ...], decides: Deciding, groups: Sequence[Group], baseline: Group, curves: LearningCurves
) -> Comparison:
    measure, beside = decides.measure, reported(declared_by([run for one in groups for run in one.runs]))
    told = {one.label: one.per_seed for one in _groups_of(beside, groups, by)}
    summaries = [summarize(one, told.get(one.label, ()), curves) for one in groups]
    best_first = sorted(summaries, key=lambda one: one.decides.mean, reverse=measure.higher_is_better)
    ranked = [one.label for one in best_first]
    found = contrasts(baseline, [one for one in groups if one is not baseline])
    return Comparison(
        by=by,
        deciding=decides,
        configurations=tuple(best_first),
        baseline=baseline.label if len(groups) > 1 else None,
        contrasts=found,
        headline=headline(found, ranked, measure),
        lead=lead(groups, found, ranked, baseline, measure),
        reported=beside,
        target=curves.target,
    )


def _groups_of(measure: Measure | None, groups: Sequence[Group], by: Sequence[str]) -> list[Group]:
    """Group the runs anew, by another metric."""
    if measure is None:
        return []
    counted, _ = with_number([run for one in groups for run in one.runs], measure)
    return group(counted, by, measure)


def _with_predictions(comparison: Comparison, store: RunStore) -> Comparison:
    """Compare two networks, where two single runs are all there is."""
    if [len(one.runs) for one in comparison.configurations] != [1, 1]:
        return comparison
    a, b = (read_predictions(store, run.run_id) for run in comparison.runs)
    if a is None or b is None:
        return comparison
    met = compare_predictions(a, b)
    return replace(comparison, mcnemar=met, other_examples=met is None)


def _differing(runs: Sequence[Run]) -> tuple[str, ...]:
    """Name what tells the runs apart; the seed only where it is all that tells two runs apart."""
    names = varying(runs)
    if not names and len(runs) == 2 and setting_of(runs[0], SEED) != setting_of(runs[1], SEED):
        return (SEED,)
    return names


def _missing(runs: Sequence[Run], counted: Sequence[Run], by: Sequence[str] | None) -> tuple[str, ...]:
    """Name the configurations of which no run counts: they are not in the table, and that is news."""
    given = [run for run in runs if run.kind in COUNTED]
    names = varying(given) if by is None else by
    there = {label_of(run, names) for run in counted}
    return tuple(dict.fromkeys(one for run in given if (one := label_of(run, names)) not in there))


def _undecided(runs: Sequence[Run], metric: str | None) -> Deciding:
    """Name what would decide if there were runs that count."""
    declared = declared_by(runs)
    usual = reported(declared) or deciding(runs, ()).measure
    return Deciding(measure_named(metric, declared) if metric else usual)
