"""The commands that look at what was trained: what each takes.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nnexp.cli.app import app
from nnexp.cli.complete import asked
from nnexp.cli.ending import Answering
from nnexp.cli.options import PAGE, SETTINGS, Better, Json, Metric, Most, OfData, Run, Wanted, Worthwhile


@app.command()
def runs(
    filters: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILTER]...", show_default=False, autocompletion=asked.conditions),
    ] = None,
    status: Annotated[
        str | None, typer.Option(help="FINISHED, FAILED, KILLED, PRUNED or RUNNING.", autocompletion=asked.fates)
    ] = None,
    sweep: Annotated[str | None, typer.Option(help="Only the runs of this sweep.", autocompletion=asked.sweeps)] = None,
    sort: Annotated[
        str | None, typer.Option(help="A metric (best first) or a setting.", autocompletion=asked.sorted_by)
    ] = None,
    better: Better = None,
    ascending: Annotated[bool, typer.Option("--ascending", help="The least first, or the oldest.")] = False,
    most: Most = None,
    as_json: Json = False,
) -> None:
    """List runs, newest first: `nnexp runs hidden=30,100 'eta>=0.5' --sort final/test_accuracy`.

    A filter is a setting or a metric, one of = != < <= > >=, and a value; behind = and != also several.
    """
    from nnexp.cli.runs import Choice, runs

    choice = Choice(filters or [], status, sweep, sort, better, ascending, most)
    runs(choice, as_json=as_json)


@app.command()
def sweeps(most: Most = None, as_json: Json = False) -> None:
    """List the sweeps, the one that was launched last first: what was swept, how many runs, its answer."""
    from nnexp.cli.sweeps import sweeps

    sweeps(most, as_json=as_json)


@app.command()
def compare(
    wanted: Wanted = None,
    by: Annotated[
        str | None, typer.Option(help="The settings to tell apart: hidden,init.", autocompletion=asked.settings)
    ] = None,
    metric: Metric = None,
    better: Better = None,
    reach: Annotated[float | None, typer.Option(help="A value, such as 0.95, to count epochs and time to.")] = None,
    worthwhile: Worthwhile = None,
    at_least: Annotated[float | None, typer.Option(help="Which settings reach so much? 97 for 97 %.")] = None,
    then: Annotated[
        str | None, typer.Option(help="Choose the cheapest of these: time.", autocompletion=lambda: ["time"])
    ] = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv")] = False,
    as_md: Annotated[bool, typer.Option("--md", help="Markdown.")] = False,
    as_latex: Annotated[bool, typer.Option("--latex", help="LaTeX, with booktabs.")] = False,
) -> None:
    """Compare settings over their seeds: which is better, by how much, and is it real? By default the last sweep's."""
    from nnexp.cli.compare import Question, compare

    forms = {"json": as_json, "csv": as_csv, "md": as_md, "latex": as_latex}
    form = next((name for name, asked in forms.items() if asked), None)
    compare(wanted or [], Question(by, metric, better, reach, worthwhile, at_least, then), form)


@app.command(cls=Answering)
def judge(
    wanted: Annotated[list[str], typer.Argument(metavar="FILE|NAME|A B", show_default=False)],
    by: Annotated[str, typer.Option("--by", "--setting", help="Columns that name a setting: lr,width.")] = "setting",
    result: Annotated[str | None, typer.Option(help="The column of results, or a metric. [default: result]")] = None,
    seed: Annotated[str | None, typer.Option(help="The column of seeds; seed, if any.")] = None,
    lost: Annotated[str | None, typer.Option(help="The column that says if a run is lost; lost, if any.")] = None,
    lower: Annotated[bool, typer.Option("--lower-is-better", help="As of a loss.")] = False,
    unit: Annotated[str | None, typer.Option(help="fraction, %, s, ...; fraction, if all lie in 0 to 1.")] = None,
    worthwhile: Annotated[float, typer.Option(help="The points that are too few to matter.")] = 0.2,
    resolution: Annotated[float, typer.Option(help="The least step of a result, in points.")] = 0.01,
    alpha: Annotated[float, typer.Option(help="The error of all statements together.")] = 0.05,
    sweep: Annotated[
        str | None,
        typer.Option(help="Whose settings A and B are; by default the last sweep's.", autocompletion=asked.sweeps),
    ] = None,
    as_json: Json = False,
) -> None:
    """Judge results that any tool made: which settings may be the best? Or is A better than B?

    FILE is a CSV, Parquet or JSON lines file, a row for each run, NAME an experiment of MLflow; A and B are two such
    files, or settings of a sweep. Ends with 0 if one is to be taken (A is better), with 1 if A is not better (it is
    worse, or the same within the margin), with 2 if that cannot be told yet, and with 64 if there is nothing that can
    be judged.
    """
    from nnexp.cli.judge import Question, judge
    from nnexp.comparison.judge import Terms
    from nnexp.comparison.table_results import Columns

    columns = Columns(tuple(by.split(",")), result or "result", seed, lost)
    terms = Terms(columns.result, lower, unit, worthwhile, resolution, alpha)
    raise typer.Exit(judge(wanted, Question(columns, terms, sweep, asked=result is not None), as_json=as_json))


@app.command()
def data(
    source: Annotated[str, typer.Argument(metavar="[import] SOURCE", help="A folder or a file; or: mnist.")],
    settings: OfData = None,
    to: Annotated[Path, typer.Option(help="With import: the .npz file to write.")] = Path("data.npz"),
    as_json: Json = False,
) -> None:
    """Show what is seen of a data set before it is trained on: `nnexp data DIR dataset.grey=true`.

    `nnexp data import SOURCE --to FILE.npz` writes anything that can be read as the file that trains fastest.
    """
    from nnexp.cli.data import convert, show

    given = settings or []
    if source == "import" and given:
        convert(given[0], to, given[1:], as_json=as_json)
    else:
        show(source, given, as_json=as_json)


@app.command()
def show(
    run: Run,
    env: Annotated[bool, typer.Option("--env", help="Print what to install to get its environment back.")] = False,
    as_json: Json = False,
) -> None:
    """Show one run: settings, environment, what it came to, learning curve, confusions."""
    from nnexp.cli.show import show, show_environment

    (show_environment if env else show)(run, as_json=as_json)


@app.command()
def diff(left: Run, right: Run, as_json: Json = False) -> None:
    """Show what differs between two runs, and nothing else."""
    from nnexp.cli.show import diff

    diff(left, right, as_json=as_json)


@app.command()
def report(
    wanted: Wanted = None,
    to: Annotated[
        Path | None, typer.Option(help="The file to write, or with --all the folder. [default: report.html, reports]")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="The pages of all sweeps, and a page of links to them.")] = False,
    metric: Metric = None,
    better: Better = None,
    show: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    as_json: Json = False,
) -> None:
    """Write the page of a sweep, one HTML file that needs nothing else. By default the last sweep's.

    One that tells the same already is left as it is. That of a sweep which is running reads itself anew.
    """
    from nnexp.cli.report import report
    from nnexp.cli.report_all import FOLDER, report_all

    if every and (wanted or metric or better):
        raise typer.BadParameter("--all writes the page of every sweep as it is: it takes no names, and no metric")
    if every:
        report_all(to or FOLDER, show=show, as_json=as_json)
    else:
        report(wanted or [], to or Path(PAGE), metric=metric, better=better, show=show, as_json=as_json)


@app.command()
def predict(
    run: Run,
    more: Annotated[list[Path] | None, typer.Argument(metavar="[PICTURE]...", help="More for --image.")] = None,
    index: Annotated[int | None, typer.Option(help="A test example; by default one at random.")] = None,
    image: Annotated[list[Path] | None, typer.Option(help="A picture instead, or a folder of them.")] = None,
    png: Annotated[Path | None, typer.Option(help="Also write what the network was given into this file.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Draw what it was given, of each of many pictures.")] = False,
    as_json: Json = False,
) -> None:
    """Ask a run's network what a test example is, or pictures of your own: `nnexp predict RUN --image *.png`."""
    from nnexp.cli.predict import Asked, predict

    predict(run, Asked(index, [*(image or ()), *(more or ())], png, show, as_json))


@app.command()
def export(
    run: Run,
    to: Annotated[
        Path | None, typer.Option(help="The new folder to write into. [default: the run's name and id]")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write what a run left: of a network its parameters and an MLflow model, else its arrays and pictures."""
    from nnexp.cli.export import export

    export(run, to, as_json=as_json)


@app.command()
def ui(
    sweep: Annotated[
        str | None,
        typer.Argument(help="Whose charts to open; by default the last sweep's.", autocompletion=asked.sweeps),
    ] = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port of the page.")] = 5000,
    show: Annotated[bool, typer.Option("--open/--no-open", help="Open the link in the browser.")] = True,
) -> None:
    """Serve MLflow's page on this machine, on the right store, and open it on a sweep's charts."""
    from nnexp.cli.ui import ui

    ui(sweep, port, show=show)


@app.command()
def inspect(
    overrides: Annotated[list[str] | None, typer.Argument(metavar=SETTINGS, autocompletion=asked.of_inspected)] = None,
    as_json: Json = False,
) -> None:
    """Print a small network layer by layer: `nnexp inspect sizes=[4,10,2] activation=step seed=1`."""
    from nnexp.cli.inspect import inspect

    inspect(overrides or [], as_json=as_json)
