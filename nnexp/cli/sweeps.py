"""`nnexp sweeps`: what was swept, when, how many of its runs are there, and what came out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from nnexp.cli.console import out, say, write
from nnexp.cli.filters import place
from nnexp.cli.nothing import tell_no_sweeps
from nnexp.comparison.searched import searched
from nnexp.config.schema import SEED
from nnexp.config.value import parse_value
from nnexp.errors import NnexpError
from nnexp.escape import from_markdown, in_json, shortened
from nnexp.measure import count
from nnexp.recording.store import open_store
from nnexp.sweep.called import SHORT, moment_told, names_of
from nnexp.tracking.records import Kind, Run, Tag
from nnexp.tracking.store import RunStore
from nnexp.tracking.sweeps import latest_first, launched_at, mark_of

MOST_VALUES = 6  # of a setting that are listed
LONGEST = 300  # characters of a setting with its values
HEAD, BOLD = "### ", "**"  # of a sweep's answer in Markdown


@dataclass(frozen=True)
class Summary:
    """What is told of a sweep."""

    sweep: Run
    runs: Sequence[Run]
    swept: dict[str, list[str]]  # the values of each setting that varies; of a search, the space of each

    @property
    def finished(self) -> int:
        """How many of its experiments are finished; one that was trained twice counts once."""
        return len({run.key for run in self.runs if run.is_finished})

    @property
    def of(self) -> int:
        """How many there are to be, as far as that is known."""
        asked = parse_value(self.sweep.params.get("runs", "0"))
        return max(asked if isinstance(asked, int) else 0, len({run.key for run in self.runs}))

    @property
    def answers(self) -> list[str]:
        """The answer that it left when it last ended, or, of several data sets, those on each; empty before that."""
        found, on = [], ""
        for line in map(from_markdown, self.sweep.answer.splitlines()):
            if line.startswith(HEAD):
                on = f"{line.removeprefix(HEAD)}: "
            elif line.startswith(BOLD) and line.endswith(BOLD):
                found.append(f"{on}{line.removeprefix(BOLD).removesuffix(BOLD)}")
        return found


def sweeps(most: int | None, *, as_json: bool) -> None:
    """List the sweeps, the one that was launched last first."""
    store = open_store(say)
    found = summaries(store, most)
    if as_json:
        write(in_json([_json(one) for one in found]))
    else:
        for one in found:
            _print(one)
    if not found:
        tell_no_sweeps(store, aside=as_json)


def summaries(store: RunStore, most: int | None) -> list[Summary]:
    """Read the sweeps, the one that was launched last first."""
    records = store.runs(None)
    sweeps = latest_first(record for record in records if record.kind == Kind.SWEEP)[:most]
    runs: dict[str, list[Run]] = defaultdict(list)
    marks = {mark_of(sweep) for sweep in sweeps}
    for record in records:
        if record.kind == Kind.RUN:
            for mark in marks & record.tags.keys():
                runs[mark].append(record)
    return [Summary(sweep, runs[mark_of(sweep)], _swept(sweep, runs[mark_of(sweep)], store)) for sweep in sweeps]


def _swept(sweep: Run, runs: Sequence[Run], store: RunStore) -> dict[str, list[str]]:
    """Gather the values of what varies, numbers by their size."""
    if Tag.SEARCH in sweep.tags:
        try:
            found = searched(sweep, runs, store)
        except NnexpError:  # who compares it is told what is amiss
            found = None
        return {name: [dimension.typed] for name, dimension in found.space.items()} if found else {}
    names = sweep.tags.get(Tag.VARIES, "").split()
    values = {name: {run.params[name] for run in runs if name in run.params} for name in names}
    return {name: sorted(texts, key=place) for name, texts in values.items()}


def _print(one: Summary) -> None:
    sweep = one.sweep
    runs = f"{one.finished} of {count(one.of, 'run')}"
    when = moment_told(launched_at(sweep))
    out().print(f"{sweep.run_id[:SHORT]}  {sweep.name}  {when}  {sweep.status}, {runs}", style="bold", soft_wrap=True)
    swept = swept_told(one)
    sentences = [f"{answer.partition('. ')[0].removesuffix('.')}." for answer in one.answers]
    for line in filter(None, [sweep.tags.get(Tag.SAID), swept, *sentences]):
        out().print(f"    {line}", soft_wrap=True)


def swept_told(one: Summary) -> str:
    """Write what was swept: hidden=10,30  3 seeds."""
    return "  ".join(_told(name, values) for name, values in one.swept.items() if values)


def _told(name: str, values: Sequence[str]) -> str:
    if name == SEED:
        return count(len(values), "seed")
    listed = ",".join(values) if len(values) <= MOST_VALUES else f"{values[0]}…{values[-1]} ({len(values)} values)"
    return shortened(f"{name}={listed}", LONGEST)


def _json(one: Summary) -> dict[str, object]:
    sweep = one.sweep
    return {
        "run_id": sweep.run_id,
        "name": sweep.name,
        "names": names_of(sweep),
        "status": sweep.status,
        "launched_at": launched_at(sweep),
        "finished": one.finished,
        "runs": one.of,
        "swept": {name: [*map(parse_value, values)] for name, values in one.swept.items()},
        "answer": " ".join(one.answers) or None,
        "note": sweep.tags.get(Tag.SAID),
    }
