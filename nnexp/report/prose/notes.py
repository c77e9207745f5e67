"""What a reader has to know about the runs to read the figures rightly: a sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import isfinite, nan, sqrt
from statistics import fmean

from nnexp.archive.noise import noise_of
from nnexp.comparison.comparison import Comparison, Nothing
from nnexp.comparison.deciding import Deciding
from nnexp.comparison.eligible import LeftOut, Reason, dataset_settings
from nnexp.comparison.groups import SEED, varying
from nnexp.measure import BALANCED, count, with_article
from nnexp.report.prose.finding import listed
from nnexp.report.prose.lost import tell_stake
from nnexp.report.prose.so_far import ON_THE_WAY
from nnexp.tracking.records import Tag

FATES = (Reason.FAILED, Reason.KILLED, Reason.RUNNING, Reason.PRUNED)
OTHER = {
    Reason.TASK: "another task",
    Reason.CODE: "other code",
    Reason.DATASET: "another data set",
    Reason.DATA: "other data",
}
DIGESTS = (Reason.CODE, Reason.DATA)


def notes(comparison: Comparison) -> Iterator[str]:
    """Say which runs are left out and why, what decides where that is news, and what else limits the comparison."""
    if comparison.so_far:
        yield ON_THE_WAY
    yield from _left_out(comparison)
    if comparison.nothing in (Nothing.NO_RUN, Nothing.NONE_FINISHED):
        return
    yield from _data(comparison.by)
    yield from _deciding(comparison.deciding)
    yield from _numberless(comparison)
    if comparison.nothing:
        return
    if comparison.missing:
        yield f"No run that counts: {_listed(comparison.missing)}."
    for limit in (_uneven, _lost, _looks, _averaged, _seeds, _noise, _environments, _target):
        yield from limit(comparison)


def _left_out(comparison: Comparison) -> Iterator[str]:
    unfinished = [one for one in comparison.left_out if one.reason in FATES]
    if unfinished:
        fates = ", ".join(f"{one.runs} {one.reason}" for one in unfinished)
        yield f"{count(sum(one.runs for one in unfinished), 'run')} left out: {fates}."
    for one in comparison.left_out:
        if one.reason is Reason.REPEATED:
            yield f"{count(one.runs, 'run')} left out: {one.reason}."
        elif one.reason in OTHER:
            yield f"{count(one.runs, 'run')} left out: made with {_other(one)}."


def _other(left: LeftOut) -> str:
    kept = left.kept[:8] if left.reason in DIGESTS else left.kept
    among = f" than most with {left.among}" if left.among else ""
    return f"{OTHER[left.reason]}{among} ({left.reason} is not {kept or 'absent'})"


def _data(by: Sequence[str]) -> Iterator[str]:
    names = dataset_settings(by)
    if names:
        yield f"The settings differ in their data ({', '.join(names)}): each is measured on its own."


def _deciding(deciding: Deciding) -> Iterator[str]:
    label, wanted = deciding.measure.label, deciding.instead_of
    if deciding.measure.guessed:
        yield from _guessed(deciding)
    if not deciding.is_reported_only:
        return
    if deciding.asked:
        what = "the test set" if deciding.is_of_the_test_set else label
        yield f"Ordered by {what}, as asked: good for reporting, not for choosing."
        return
    if wanted is None:
        lack = "Nothing is declared to choose by"
    elif deciding.some_have_it:
        lack = f"Not every setting has {with_article(wanted.label)}"
    else:
        lack = f"The runs have no {wanted.label}"
    yield f"{lack}, so the {label} decides: read the best as a little flattered."


def _guessed(deciding: Deciding) -> Iterator[str]:
    """Say what was taken of a metric that nobody declared, where a person said nothing either."""
    measure, other = deciding.measure, "low" if deciding.measure.higher_is_better else "high"
    order = "more" if measure.higher_is_better else "less"
    if not measure.better:
        yield f"Nothing says which way {measure.label} is better: more was taken for it, --better {other} says less."
    elif not (deciding.asked or deciding.is_reported_only):
        yield (
            f"Nobody declared what to choose by: the {measure.label} was taken, {order} of it for better, by its name; "
            f"--metric names another, --better {other} turns it."
        )


def _numberless(comparison: Comparison) -> Iterator[str]:
    for one in comparison.left_out:
        if one.reason is Reason.NO_NUMBER:
            yield f"{count(one.runs, 'run')} left out: {one.reason} for {comparison.measure.label}."


def _uneven(comparison: Comparison) -> Iterator[str]:
    for one in comparison.besides:
        if one.noun == BALANCED:
            yield (
                f"Some classes have few of the examples, and accuracy hardly counts them: {one.label} counts every "
                f"class alike (--metric {one.history})."
            )
            return


def _lost(comparison: Comparison) -> Iterator[str]:
    if comparison.stake and not comparison.stake.are_digits:  # of digits the published figures say it
        yield tell_stake(comparison.stake)


def tell_looks(looks: Sequence[int]) -> str:
    """Say that looks were made before, and what that costs this one."""
    at = listed([*map(str, looks)])
    before = f"Some of these runs were looked at before, at {at} seeds, to add more where they decide"
    return f"{before}: each look, and this one, has a third of the error."


def _looks(comparison: Comparison) -> Iterator[str]:
    looks = comparison.verdict.looks if comparison.verdict else ()
    if looks:
        yield tell_looks(looks)


def _averaged(comparison: Comparison) -> Iterator[str]:
    others = [name for name in varying(comparison.runs) if name not in comparison.by]
    if others:
        yield f"Not told apart, but averaged within each seed: {_listed(others)}. Name it in --by to tell it apart."


def _seeds(comparison: Comparison) -> Iterator[str]:
    configurations = comparison.in_natural_order
    if SEED in comparison.by:
        return
    fewest = min(configurations, key=lambda one: len(one.seeds))
    most = max(configurations, key=lambda one: len(one.seeds))
    if len(fewest.seeds) < len(most.seeds):
        numbers = f"{fewest.label} has {len(fewest.seeds)}, {most.label} {len(most.seeds)}"
        yield f"The settings do not have the same number of seeds ({numbers})."


def _noise(comparison: Comparison) -> Iterator[str]:
    """Tell the noise of a machine from that of seeds, where runs were trained again and came out otherwise."""
    measure = comparison.measure
    noise = noise_of(comparison.runs, measure.history)
    if noise is None:
        return
    again = measure.gap(noise.deviation, nan, nan)
    spread = [one.level.sd for one in comparison.configurations if isfinite(one.level.sd)]
    seeds = f", among seeds {measure.gap(sqrt(fmean(sd**2 for sd in spread)), nan, nan)}" if spread else ""
    yield (
        f"The runs do not repeat themselves: trained again, the {measure.label} of one has a standard deviation of "
        f"{again}{seeds}."
    )


def _environments(comparison: Comparison) -> Iterator[str]:
    environments = {run.tags.get(Tag.ENVIRONMENT, "") for run in comparison.runs}
    if len(environments) > 1:
        number = count(len(environments), "environment")
        yield f"The runs come from {number} (machine, BLAS, versions): mind their seconds."


def _target(comparison: Comparison) -> Iterator[str]:
    if comparison.target:
        goal = comparison.target.measure.show_goal(comparison.target.value)
        yield f"Epochs and seconds to {goal} are medians over all runs, with those that never reach it as never."


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    return ", ".join(shown[:5]) + (f" and {len(shown) - 5} more" if len(shown) > 5 else "")
