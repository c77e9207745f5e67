"""The table of a page's runs: sortable and filterable where scripts run, and with the commands that go on from each."""

from __future__ import annotations

from collections.abc import Iterator

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import seed_of
from nnexp.escape import in_html
from nnexp.measure import Measure, count
from nnexp.tracking.records import FIRST_TASK, Run

MOST_ROWS = 2000
LONG = 16  # characters, from which on a name may take several lines
ID = 8  # characters of an id, as everywhere


def runs_table(comparison: Comparison) -> str:
    """Write a row for each run that counts: what tells it apart, its seed, its values, and what to type."""
    measures = [comparison.measure, *([comparison.reported] if comparison.reported else [])]
    lost = ["lost"] if comparison.lost else []
    names = [*comparison.by, "seed", *(measure.column for measure in measures), *lost, "run", "to go on"]
    figures = range(len(comparison.by) + 1, len(comparison.by) + 1 + len(measures))
    rows = [(one.values, run) for one in comparison.configurations for run in one.runs]
    body = "".join(_row(values, run, measures, comparison) for values, run in rows[:MOST_ROWS])
    more = f"<p>and {len(rows) - MOST_ROWS:,} more: nnexp compare --json</p>" if len(rows) > MOST_ROWS else ""
    head = "".join(_head(name, is_name=place not in figures) for place, name in enumerate(names))
    return (
        '<div class="filter"><label>Show the runs that hold <input id="wanted" type="search" '
        f'placeholder="{in_html(_example(comparison))}"></label>'
        f'<button type="button" id="copy">Copy as a table</button>'
        f'<span id="told" role="status">{count(len(rows), "run")}</span></div>'
        '<div class="scroll" tabindex="0" role="region" aria-label="The table of runs"><table class="runs">'
        f"<caption><span>{count(len(rows), 'run')}, those of the first setting first</span></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
    )


def _example(comparison: Comparison) -> str:
    """Show what may be typed: a value of the first setting."""
    first = comparison.configurations[:1]
    return f"{comparison.by[0]}={first[0].values[0]}" if first and comparison.by else "seed=0"


def _head(name: str, *, is_name: bool) -> str:
    kind = ' class="name"' if is_name else ""
    return f'<th scope="col"{kind}><button type="button">{in_html(name)}</button></th>'


def _row(values: tuple[str, ...], run: Run, measures: list[Measure], comparison: Comparison) -> str:
    seed = seed_of(run)
    cells = [_name(value) for value in (*values, "" if seed == run.run_id else seed)]
    for measure in measures:
        value = run.metrics.get(measure.name)
        cells.append(
            "<td></td>" if value is None else f'<td data-value="{float(value)}">{in_html(measure.show(value))}</td>'
        )
    if comparison.lost:
        cells.append(_name(", ".join(comparison.lost.get(run.run_id, ()))))
    cells.append(f'<td class="name"><code>{run.run_id[:ID]}</code></td>')
    commands = " ".join(f"<code>{command}</code>" for command in _commands(run))
    return f'<tr>{"".join(cells)}<td class="name go">{commands}</td></tr>'


def _commands(run: Run) -> Iterator[str]:
    """Say what goes on from a run; a command, which no record runs, is to be typed again."""
    run_id, is_network = run.run_id[:ID], run.task == FIRST_TASK
    yield f"nnexp show {run_id}"
    yield f"nnexp rerun {run_id}{'' if is_network or ':' in run.task else ' -- …'}"
    if is_network:
        yield f"nnexp predict {run_id}"


def _name(value: str) -> str:
    return f'<td class="name{" long" if len(value) > LONG else ""}">{in_html(value)}</td>'
