"""Runs -> numbers: which of them count, what each configuration reached, and how configurations differ.

    >>> comparison = compare(store.runs(), store)  # doctest: +SKIP
    >>> comparison.verdict.decision.may_be_best  # doctest: +SKIP
    ['hidden=100']

What the numbers come to is said by nnexp/report/prose, and given as a data frame by nnexp/comparison/frame.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf

from nnexp.archive.predictions import read_predictions
from nnexp.comparison.comparison import Comparison, Nothing
from nnexp.comparison.curves import LearningCurves, read_curves, target_of
from nnexp.comparison.deciding import Deciding, besides, deciding, reported
from nnexp.comparison.eligible import COUNTED, eligible, of_one_content, of_one_dataset, with_number
from nnexp.comparison.groups import SEED, Group, check_names, group, label_of, setting_of, varying, with_defaults
from nnexp.comparison.looks_made import looks_made
from nnexp.comparison.losses import Lost, lost_runs, stake
from nnexp.comparison.predictions import compare_predictions
from nnexp.comparison.price import price_of_choosing
from nnexp.comparison.requirement import Then, required, requirement
from nnexp.comparison.so_far import SoFar
from nnexp.comparison.summary import Summary, counted_alike, summarize
from nnexp.comparison.sweep_of import seeding_command
from nnexp.comparison.times import comparable_seconds, time_ratio
from nnexp.comparison.verdict import Verdict, resolution, verdict
from nnexp.errors import ConfigError
from nnexp.measure import Measure
from nnexp.statistics.decision import Results
from nnexp.statistics.variance_shares import variance_shares
from nnexp.tracking.records import Run, declared_by
from nnexp.tracking.store import RunStore
from nnexp.undeclared import measure_named


def compare(
    runs: Sequence[Run],
    store: RunStore | None = None,
    *,
    by: Sequence[str] | None = None,
    metric: str | None = None,
    better: str | None = None,
    reach: float | None = None,
    worthwhile: float | None = None,
    at_least: float | None = None,
    then: str | None = None,
    so_far: SoFar | None = None,
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
    better
        Which way that is better, `low` or `high`; what is declared or its name says, when not given.
    reach
        A value to which epochs and seconds are counted; an accuracy is a fraction.
    worthwhile
        The difference from which on it matters which is better, as it is shown: 0.2 points of an accuracy by default.
    at_least
        What a setting has to reach, as it is shown: 97 for 97 %.
    then
        By what to choose among the settings that reach it: `time`.
    so_far
        How far the sweep is whose runs these are, if more of them are coming.

    Raises
    ------
    ConfigError
        If `by`, `metric` or `reach` names what the runs do not have, `better` no direction, `at_least` what none can
        reach, or `worthwhile` no difference.
    """
    if worthwhile is not None and not 0 <= worthwhile < inf:
        raise ConfigError(f"worthwhile must be at least 0, but got {worthwhile:g}")
    runs = with_defaults(runs)
    kept, left_out = eligible(runs)
    if not kept:
        nothing = Nothing.NONE_FINISHED if runs else Nothing.NO_RUN
        return Comparison((), _undecided(runs, metric), tuple(left_out), nothing=nothing, so_far=so_far)
    if by is None:
        kept, others = of_one_dataset(kept)
        left_out += others
    names = _differing(kept) if by is None else check_names(by, kept)
    kept, others = of_one_content(kept, names)
    decides = deciding(kept, names, metric, better)
    target = target_of(kept, decides.measure, reach)
    wanted = required(at_least, then, decides.measure)
    counted, numberless = with_number(kept, decides.measure)
    left_out += others + numberless
    if not counted:
        return Comparison(names, decides, tuple(left_out), nothing=Nothing.NO_NUMBER, so_far=so_far)
    lost, curves = lost_runs(counted, store), read_curves(counted, store, target)
    found = _compared(names, decides, counted, curves, lost, worthwhile, looks_made(counted, store), so_far)
    found = _with_requirement(found, wanted) if wanted else found
    found = replace(
        found,
        left_out=tuple(left_out),
        missing=_missing(runs, counted, by),
        lost=lost or {},
        stake=stake(counted, lost, store),
        command=seeding_command(counted, store),
    )
    return found if store is None else _with_predictions(found, store)


def _compared(
    by: tuple[str, ...], decides: Deciding, runs: Sequence[Run], curves: LearningCurves, lost: Lost | None,
    worthwhile: float | None, looks: Sequence[int], so_far: SoFar | None,
) -> Comparison:  # fmt: skip
    measure, beside = decides.measure, reported(declared_by(runs), decides.measure)
    groups = group(runs, by, measure, lost or ())
    told = {} if beside is None else _groups_of(beside, runs, by, lost)
    others = {one: _groups_of(one, runs, by, lost) for one in besides(declared_by(runs), measure, beside)}
    others = {one: found for one, found in others.items() if found}
    reports = {one.label: _results(one, told) for one in groups}
    more = {one.label: [_results(one, found) for found in others.values()] for one in groups}
    summaries = [
        summarize(one, reports[one.label].good, curves, measure, lost, [each.good for each in more[one.label]])
        for one in groups
    ]
    decidable = len(groups) > 1 and by[0] != SEED
    on_the_way = so_far is not None
    decided = (
        verdict(summaries, measure, worthwhile=worthwhile, looks=looks, on_the_way=on_the_way) if decidable else None
    )
    if decided and decided.decision.as_they_are:
        summaries = [
            counted_alike(one, reports[one.label].all, [each.all for each in more[one.label]]) for one in summaries
        ]
    found = Comparison(
        by=by,
        deciding=decides,
        configurations=_ranked(summaries, decided, measure),
        verdict=decided,
        reported=beside,
        besides=(*others,),
        target=curves.target,
        so_far=so_far,
    )
    return _with_what_follows(found, decided, {one.label: one for one in groups}, told) if decided else found


def _with_what_follows(
    comparison: Comparison, decided: Verdict, groups: Mapping[str, Group], told: Mapping[str, Group]
) -> Comparison:
    """Add what a decision among settings lets one say: what mattered, what choosing cost, and what the best takes."""
    configurations, measure, beside = comparison.configurations, comparison.measure, comparison.reported
    cells = {one.values: one.results.good for one in configurations}
    best, price = decided.decision.may_be_best[0], None
    if beside and best in told:
        price = price_of_choosing(groups[best], told[best], comparison.deciding, beside, len(groups))
    return replace(
        comparison,
        mattered=variance_shares(
            comparison.by, cells, resolution=resolution([one.results for one in configurations], measure)
        ),
        price=price,
        time_ratio=time_ratio(decided, comparable_seconds(configurations)),
    )


def _with_requirement(comparison: Comparison, wanted: tuple[float, Then | None]) -> Comparison:
    configurations, measure = comparison.configurations, comparison.measure
    decided = comparison.verdict or verdict(configurations, measure)
    return replace(comparison, requirement=requirement(decided, measure, wanted, comparable_seconds(configurations)))


def _ranked(summaries: Sequence[Summary], found: Verdict | None, measure: Measure) -> tuple[Summary, ...]:
    """Put what may be best first, each part best level first."""
    if found is None:
        return tuple(sorted(summaries, key=lambda one: one.median, reverse=measure.higher_is_better))
    named = {one.label: one for one in summaries}
    return tuple(named[label] for label in (*found.decision.may_be_best, *found.decision.ruled_out))


def _groups_of(measure: Measure, runs: Sequence[Run], by: Sequence[str], lost: Lost | None) -> dict[str, Group]:
    """Group the runs that have another metric than decides, by their labels."""
    counted, _ = with_number(runs, measure)
    return {one.label: one for one in group(counted, by, measure, lost or ())}


def _results(one: Group, found: Mapping[str, Group]) -> Results:
    return found[one.label].results if one.label in found else Results(())


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
