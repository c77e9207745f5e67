"""What a command that swept says at the end: the plan of a dry run, the answer, what failed, what is left."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from nnexp import __version__
from nnexp.cli.compare import show_comparison, show_each
from nnexp.cli.console import out, say
from nnexp.cli.found import found_by
from nnexp.cli.options import PAGE
from nnexp.cli.rerun import show_verdicts
from nnexp.comparison.compare import compare
from nnexp.comparison.comparison import Comparison
from nnexp.comparison.datasets import by_dataset
from nnexp.comparison.facts import search_facts
from nnexp.comparison.readable import Readable
from nnexp.errors import NnexpError, TrackingError, UnfinishedError
from nnexp.measure import count
from nnexp.report.prose.until_decided import tell_until_decided
from nnexp.report.tables.formats import as_markdown, each, searched_as_markdown, searched_as_terminal
from nnexp.sweep.launched import Swept
from nnexp.sweep.outcome import Outcome
from nnexp.sweep.plan import Plan
from nnexp.sweep.progress import duration
from nnexp.sweep.rerun import sample
from nnexp.sweep.search.searching import Searching
from nnexp.sweep.session import Session
from nnexp.sweep.survey import Survey
from nnexp.sweep.until_decided import UntilDecided
from nnexp.tracking.records import Kind, Run, Tag, described
from nnexp.tracking.store import Store


def conclude(swept: Swept, session: Session) -> None:
    """Compare a sweep's runs, whatever became of them, and say how it ended; of a dry run, print the plan."""
    survey, outcome = swept.survey, swept.outcome
    if outcome is None:
        _print_plan(survey)
        return
    try:
        runs = session.runs_of(survey.plan)
    except TrackingError:  # there is nothing to compare, but how it ended is known
        _say_time(outcome, survey)
        _check(outcome, survey)
        raise
    if any(run.is_finished for run in runs):
        _answer(swept, runs, session.store)
    if isinstance(survey.growing, UntilDecided):
        out().print(_told(survey.growing), soft_wrap=True)
    _say_time(outcome, survey)
    _check(outcome, survey)
    if survey.policy.verify:
        _verify(sample(runs, survey.policy.verify, survey.plan.key), survey, session)


def _print_plan(survey: Survey) -> None:
    """List each run, done or to do, and how long it takes; where seeds are added, those of the present look."""
    ledger, growing = survey.ledger, survey.growing
    if isinstance(growing, Searching):
        _print_search(growing)
        return
    for run in survey.runs:
        state = "done" if run.key in ledger.done else f"to do, about {duration(survey.estimator.seconds(run))}"
        out().print(f"{run.key[:8]}  {run.name}  {state}", soft_wrap=True)
    least = f"{len(ledger.to_do)} to do, {survey.policy.slots} at a time: about {duration(survey.seconds)}"
    out().print(f"{len(survey.runs)} runs: {len(ledger.done)} done, {'at the least ' if growing else ''}{least}")
    if isinstance(growing, UntilDecided):
        seconds = survey.estimator.sweep_seconds(growing.at_most, survey.policy.slots)
        out().print(f"at the most {len(growing.at_most)} to do: about {duration(seconds)}")
        if growing.looks:
            out().print(_told(growing), soft_wrap=True)


def _print_search(searching: Searching) -> None:
    """List what is searched, and how much of it is done."""
    for name, dimension in searching.search.space.items():
        out().print(f"{name}: {dimension.typed}", soft_wrap=True)
    terms, over = searching.search.terms, sum(trial.state is not None for trial in searching.trials)
    confirm = f", and {terms.confirm} more of the best" if terms.confirm else ""
    points = f"{count(searching.most, 'point')} of {count(terms.replicates, 'seed')}{confirm}"
    out().print(f"{points}: {over} done, at the most {count(searching.runs_at_most, 'run')} to do", soft_wrap=True)


def _told(until: UntilDecided) -> str:
    return tell_until_decided(until.last, until.looks, len(until.asked), until.ended)


def _answer(swept: Swept, runs: Sequence[Run], store: Store) -> None:
    """Print the answer, and leave it with the sweep: on its page, and in the description of its parent run.

    A page that says the same stands already where nothing was run.
    """
    from nnexp.cli.report import write_page

    readable = Readable(store, say)
    found = found_by([swept.parent_id], runs, readable) if swept.survey.plan.search else None
    worthwhile = swept.survey.policy.worthwhile
    if not found and (parts := by_dataset(runs)):
        _answer_each(
            {name: compare(part, readable, worthwhile=worthwhile) for name, part in parts.items()}, swept, store
        )
        return
    comparison = compare(found.tried if found else runs, readable, worthwhile=worthwhile)
    if found:
        out().print(searched_as_terminal(found, search_facts(found, readable)))
    else:
        show_comparison(comparison, readable)
    note = searched_as_markdown(found) if found else as_markdown(comparison)
    page = swept.survey.runs[0].folder.parent / PAGE
    told = _digest(note, runs)
    if standing := _page_of(told, swept.survey.plan, store):
        out().print(f"the sweep's page, as it was: {standing}", soft_wrap=True)
        return
    try:
        write_page(comparison, readable, page, found=found)
        said = _said(swept.survey.plan, store)
        store.log(swept.parent_id, tags={Tag.NOTE: described(said, note), Tag.PAGE: f"{told} {page.absolute()}"})
        store.save(swept.parent_id, [page])
    except NnexpError as error:
        say(str(error))
    else:
        out().print(f"the sweep's page: {page}", soft_wrap=True)


def _answer_each(comparisons: Mapping[str, Comparison], swept: Swept, store: Store) -> None:
    """Print the answer on each data set, and leave a page of each."""
    from nnexp.cli.report import beside, write_page

    readable = Readable(store, say)
    show_each(comparisons, readable)
    page = swept.survey.runs[0].folder.parent / PAGE
    pages = {name: beside(page, name) for name in comparisons}
    note = each("md", comparisons)
    told = _digest(note, [run for comparison in comparisons.values() for run in comparison.runs])
    if standing := _page_of(told, swept.survey.plan, store, [*comparisons]):
        out().print(f"a page for each data set, as they were: {standing}", soft_wrap=True)
        return
    try:
        for name, comparison in comparisons.items():
            write_page(comparison, readable, pages[name])
        said = _said(swept.survey.plan, store)
        store.log(swept.parent_id, tags={Tag.NOTE: described(said, note), Tag.PAGE: f"{told} {page.absolute()}"})
        store.save(swept.parent_id, list(pages.values()))
    except NnexpError as error:
        say(str(error))
    else:
        out().print(f"a page for each data set: {', '.join(map(str, pages.values()))}", soft_wrap=True)


def _said(plan: Plan, store: Store) -> str:
    """Read what a person says of the sweep."""
    return next((one.tags.get(Tag.SAID, "") for one in store.runs(Kind.SWEEP, tags={Tag.SWEEP: plan.key})), "")


def _digest(note: str, runs: Sequence[Run]) -> str:
    """Digest what a page tells: the answer, and of which runs."""
    return sha256("\n".join([__version__, note, *sorted(run.run_id for run in runs)]).encode()).hexdigest()


def _page_of(told: str, plan: Plan, store: Store, parts: Sequence[str] = ()) -> str | None:
    """Find the page that was written when the sweep last ended, or those of its parts, if they tell this."""
    from nnexp.cli.report import beside

    for sweep in store.runs(Kind.SWEEP, tags={Tag.SWEEP: plan.key}):
        digest, _, page = sweep.tags.get(Tag.PAGE, "").partition(" ")
        pages = [beside(Path(page), name) for name in parts if page] or [Path(page)]
        if digest == told and all(map(os.path.isfile, pages)):
            return ", ".join(map(str, pages))
    return None


def _say_time(outcome: Outcome, survey: Survey) -> None:
    """Hold the estimate against the truth, where all that was estimated was run."""
    wanted = len(survey.runs) - len(survey.ledger.done) - len(outcome.reused)
    if survey.growing and wanted:
        say(f"{count(len(outcome.finished), 'run')} in {duration(outcome.seconds)}")
    elif len(outcome.finished) == wanted > 0:
        say(f"{count(wanted, 'run')} in {duration(outcome.seconds)} (estimated: {duration(survey.seconds)})")
    elif wanted:
        say(f"{len(outcome.finished):,} of {count(wanted, 'run')} finished, in {duration(outcome.seconds)}")


def tell_failures(outcome: Outcome) -> None:
    """Say which runs failed, and how many the store has not been told of."""
    for failure in outcome.failures:
        say(f"{failure.name} failed in epoch {failure.epoch + 1}: {failure.error} (see {failure.folder})")
    if outcome.unsent:
        waiting = count(outcome.unsent, "run")
        say(f"{waiting} still to be written to the store: the next command, or nnexp doctor, does it")


def _check(outcome: Outcome, survey: Survey) -> None:
    tell_failures(outcome)
    again = "type the same command again to go on where it stood"
    if outcome.interrupted:
        raise UnfinishedError(f"{survey.plan.name} was stopped; {again}", outcome.exit_status)
    if outcome.failures:
        raise UnfinishedError(f"{len(outcome.failures)} of {count(len(survey.runs), 'run')} failed; {again}")
    if outcome.pruned:
        pruned = f"{count(len(outcome.pruned), 'run')} {'was' if len(outcome.pruned) == 1 else 'were'} pruned"
        say(f"{pruned}: ended before the last epoch, as not worth going on with")
    if outcome.left:
        say(f"{count(len(outcome.left), 'run')} left for the next time, to keep to the budget; {again}")


def _verify(runs: Sequence[Run], survey: Survey, session: Session) -> None:
    say(f"verifying: {len(runs)} of the runs are trained again from their records")
    reruns = session.rerun(runs, survey.policy)
    show_verdicts(reruns.verdicts)
    if reruns.exit_status:
        raise UnfinishedError("not every rerun was identical", reruns.exit_status)
