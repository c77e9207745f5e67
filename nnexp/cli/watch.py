"""`nnexp watch`: a sweep that runs in another terminal, or on another machine, looked at as it goes. It only reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace

from rich.console import Group, RenderableType
from rich.live import Live
from rich.padding import Padding

from nnexp.cli.answered import Answered, answered
from nnexp.cli.compare import Question, compare
from nnexp.cli.console import out, say, write
from nnexp.cli.when_done import when_done as told_when_done
from nnexp.comparison.readable import Readable
from nnexp.config.sweeps import sweep_names
from nnexp.errors import NotFoundError, TrackingError, UnfinishedError
from nnexp.escape import in_json
from nnexp.measure import count
from nnexp.recording.examine import CONFIRMING, POINTS
from nnexp.recording.store import open_store
from nnexp.report.prose.so_far import ON_THE_WAY
from nnexp.report.prose.told import tell
from nnexp.report.tables.formats import titled_table
from nnexp.report.tables.table import tables
from nnexp.sweep.called import SHORT
from nnexp.sweep.progress import duration
from nnexp.sweep.view import Going, View, view_sweep, watched_sweep
from nnexp.terminal import Prose
from nnexp.tracking.records import Run, Status, Tag
from nnexp.tracking.store import Store

SOONEST_S, LATEST_S = 1.0, 10.0  # between two looks
BEGINNING = 15  # looks at a store that has no such sweep: until one is there its launch takes seconds
PATIENCE = 20.0  # times what a look took: so looking costs a twentieth of a core at the most
MOST_GOING = 8  # runs that are shown as they go
HOW_TO_STOP = (
    "Ctrl-C here ends the watching alone. To stop the sweep, Ctrl-C where it runs: its runs end at their next epoch, "
    "and the same command goes on."
)

# By what is counted of a sweep.
COUNTED = {POINTS: ("point", "over"), CONFIRMING: ("run", "finished that confirm the best point")}

Pause = Callable[[float], None]


@dataclass(frozen=True)
class Look:
    """A sweep as it was seen, and what it answers so far."""

    answered: Answered

    @property
    def view(self) -> View:
        """How it stands."""
        return self.answered.view

    @property
    def ended(self) -> dict[str, Run]:
        """The runs that are over, by their ids."""
        return _ended(self.view)

    @property
    def answer(self) -> str:
        """The answer so far, on each of several data sets."""
        return " ".join(
            f"{f'On {name}: ' if name else ''}{tell(one).answer}" for name, one in self.answered.comparisons.items()
        )


def watch(
    wanted: str | None,
    *,
    as_json: bool,
    worthwhile: float | None = None,
    when_done: str | None = None,
    pause: Pause = time.sleep,
) -> None:
    """Show how a sweep stands until it is over, and then what it answers.

    Raises
    ------
    UnfinishedError
        If it did not come to a good end, or whoever watches ends the watching.
    """
    alert, store = told_when_done(when_done), open_store(say)
    sweep = _found(store, wanted, pause)
    on_terminal = out().is_terminal and not as_json
    try:
        with Live(console=out(), transient=True, auto_refresh=False) if on_terminal else nullcontext() as live:
            last = _follow(sweep, store, worthwhile, live, as_json=as_json, pause=pause)
    except KeyboardInterrupt:
        raise UnfinishedError(f"sweep {sweep.name} goes on; nnexp watch {sweep.run_id[:SHORT]} looks on", 130) from None
    if not as_json:
        compare([sweep.run_id], Question(worthwhile=worthwhile), None)
    if alert:
        alert.tell(store, sweep, worthwhile)
    _conclude(last.view)


def _found(store: Store, wanted: str | None, pause: Pause) -> Run:
    """Find the sweep to watch; one that was launched a moment ago is waited for."""
    for place in range(BEGINNING):
        try:
            return watched_sweep(store, wanted, say)
        except NotFoundError as error:
            if wanted is not None and wanted not in sweep_names():
                raise
            if place == 0:
                say(f"{error}; one that is being started is waited for, {duration(BEGINNING * SOONEST_S)}")
        pause(SOONEST_S)
    return watched_sweep(store, wanted, say)


def _follow(
    sweep: Run, store: Store, worthwhile: float | None, live: Live | None, *, as_json: bool, pause: Pause
) -> Look:
    """Look again and again, and show what is new, until the sweep is over; give the last look."""
    readable, seen, is_away = Readable(store, say), None, False
    while True:
        began = time.monotonic()
        try:
            look = _look(view_sweep(store, sweep), seen, readable, worthwhile)
        except TrackingError as error:
            if seen is None:
                raise
            if not is_away:
                say(f"{error}; it is looked at again until it is back")
            is_away = True
            pause(LATEST_S)
            continue
        is_away = False
        if live:
            live.update(Group(*_drawn(look)), refresh=True)
        elif as_json and (seen is None or _changes(seen.view) != _changes(look.view)):
            write(in_json(_json(look), line=True))
        elif not as_json:
            for line in _lines(look, seen):
                out().print(line, soft_wrap=True)
        seen = look
        if not look.view.is_launched:
            return look
        pause(min(max(SOONEST_S, PATIENCE * (time.monotonic() - began)), LATEST_S))


def _look(view: View, before: Look | None, store: Readable, worthwhile: float | None) -> Look:
    """Compare anew only where a run ended, or the sweep did, or a search noted something."""
    if before and _said(before.view) == _said(view):
        return Look(replace(before.answered, view=view))
    return Look(answered(view, store, worthwhile))


def _said(view: View) -> object:
    """Give what an answer depends on: which runs are over, and what a search has noted of its points."""
    noted = view.sweep.tags if Tag.SEARCH in view.sweep.tags else {}
    return view.is_launched, _ended(view).keys(), noted


def _ended(view: View) -> dict[str, Run]:
    return {run.run_id: run for run in view.runs if run.status is not Status.RUNNING}


def _changes(view: View) -> object:
    """Give what of a view is news to a program."""
    return view.fate, view.is_launched, view.progress, [(one.run.run_id, one.epoch) for one in view.going]


def _drawn(look: Look) -> Iterator[RenderableType]:
    """Draw a look for a terminal."""
    view = look.view
    yield Prose(f"sweep {view.sweep.name} ({view.sweep.run_id[:SHORT]}): {_stand(view)}", "bold")
    for one in view.going[:MOST_GOING]:
        yield Padding(_going(one), (0, 0, 0, 2), expand=False)
    if len(view.going) > MOST_GOING:
        yield Padding(f"and {len(view.going) - MOST_GOING} more", (0, 0, 0, 2), expand=False)
    yield ""
    yield Prose(look.answer)
    for comparison in look.answered.comparisons.values():
        for table in tables(comparison)[:1]:
            yield from titled_table(table)
    yield ""
    for line in (ON_THE_WAY, HOW_TO_STOP) if view.is_launched else ():
        yield Prose(line, "dim")


def _lines(look: Look, seen: Look | None) -> Iterator[str]:
    """Tell what is new, a line for each run that ended, where there is no terminal."""
    if seen is None:
        yield _stand(look.view)
        yield from (ON_THE_WAY, HOW_TO_STOP) if look.view.is_launched else ()
    new = [run for run_id, run in look.ended.items() if seen and run_id not in seen.ended]
    for run in sorted(new, key=lambda run: run.ended_at or 0):
        yield f"{run.name}: {run.fate}; {_stand(look.view)}"
    if look.view.is_launched and (seen is None or seen.answer != look.answer):
        yield look.answer


def _stand(view: View) -> str:
    """Say how far a sweep is: 12 of 60 runs finished, 2 running, 46 left; about 3 min left."""
    parts = [_done(view), f"{len(view.going)} running"]
    parts += [f"{view.left:,} left"] if view.left is not None else []
    parts += [f"{len(view.failed)} failed"] if view.failed else []
    if looks := view.sweep.tags.get(Tag.LOOKS):
        parts.append(f"looked at {', '.join(looks.split())} seeds")
    seconds = view.seconds_left
    return ", ".join(parts) + (f"; about {duration(seconds)} more" if seconds is not None else "")


def _done(view: View) -> str:
    done, wanted = view.progress.done, view.progress.wanted
    noun, fate = COUNTED.get(view.progress.of, ("run", "finished"))
    return f"{done:,} of {count(wanted, noun)} {fate}" if wanted else f"{count(done, noun)} {fate}"


def _going(one: Going) -> str:
    of = f" of {one.of}" if one.of else ""
    return f"{one.run.name}  epoch {one.epoch}{of}"


def _json(look: Look) -> dict[str, object]:
    view = look.view
    going = [{"run_id": x.run.run_id, "name": x.run.name, "epoch": x.epoch, "epochs": x.of} for x in view.going]
    return {
        **look.answered.record,
        "going": going,
        "left": view.left,
        "seconds_left": view.seconds_left,
    }


def _conclude(view: View) -> None:
    """Say how a sweep ended, if not well."""
    sweep, stand = view.sweep, _done(view)
    if view.fate is not Status.FINISHED:
        again = f"{sweep.tags.get(Tag.COMMAND) or 'the command that began it'} goes on where it stood"
        raise UnfinishedError(f"sweep {sweep.name} is {view.fate} ({stand}); {again}")
    say(f"sweep {sweep.name} is {view.fate}: {stand}")
