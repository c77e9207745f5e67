"""The table of a page's runs: sortable and filterable where scripts run, and with the commands that go on from each."""

from __future__ import annotations

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import seed_of
from nnexp.escape import in_html
from nnexp.measure import Measure
from nnexp.tracking.records import FIRST_TASK, Run

MOST_ROWS = 2000
ID = 8  # characters of an id, as everywhere


def runs_table(comparison: Comparison) -> str:
    """Write a row for each run that counts: what tells it apart, its seed, its values, and what to type."""
    measures = [comparison.measure, *([comparison.reported] if comparison.reported else [])]
    heads = [*comparison.by, "seed", *(measure.column for measure in measures), "lost", "run", "to go on"]
    rows = [(one.values, run) for one in comparison.configurations for run in one.runs]
    body = "".join(_row(values, run, measures, comparison.lost.get(run.run_id, ())) for values, run in rows[:MOST_ROWS])
    more = f"<p>and {len(rows) - MOST_ROWS:,} more: nnexp compare --json</p>" if len(rows) > MOST_ROWS else ""
    head = "".join(f'<th scope="col"><button type="button">{in_html(name)}</button></th>' for name in heads)
    return (
        '<label class="filter">Show the runs that hold <input id="wanted" type="search"></label>'
        '<div class="scroll" tabindex="0" role="region" aria-label="Runs"><table class="runs">'
        f"<caption><span>{len(rows):,} runs</span></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
    )


def _row(values: tuple[str, ...], run: Run, measures: list[Measure], lost: tuple[str, ...]) -> str:
    seed = seed_of(run)
    named = [*values, "" if seed == run.run_id else seed]
    cells = [f'<td class="name">{in_html(value)}</td>' for value in named]
    for measure in measures:
        value = run.metrics.get(measure.name)
        cells.append(
            "<td></td>" if value is None else f'<td data-value="{float(value)}">{in_html(measure.show(value))}</td>'
        )
    cells.append(f"<td>{in_html(', '.join(lost))}</td>")
    cells.append(f"<td><code>{run.run_id[:ID]}</code></td>")
    verbs = ("show", "rerun", *(("predict",) if run.task == FIRST_TASK else ()))
    commands = " · ".join(f"<code>nnexp {verb} {run.run_id[:ID]}</code>" for verb in verbs)
    return f"<tr>{''.join(cells)}<td>{commands}</td></tr>"
