"""The `nnexp` command: what there is, and how errors look.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer

from nnexp.errors import NnexpError

app = typer.Typer(
    name="nnexp",
    help="Which settings of a small neural network are better, and is the difference real?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

HYDRA: dict[str, Any] = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
Overrides = Annotated[list[str] | None, typer.Argument(metavar="[SETTING=VALUE]...", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command(context_settings=HYDRA)
def train(context: typer.Context) -> None:
    """Train one run: `nnexp train hidden=100 seed=3`. Takes every flag of Hydra; -m makes it a multirun."""
    from nnexp.cli.train import train

    train(context.args)


@app.command(context_settings={"ignore_unknown_options": True})
def sweep(
    name: Annotated[str | None, typer.Argument(help="A file of sweeps/, without .yaml; none: list them.")] = None,
    overrides: Overrides = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Train again what is finished already.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and how long it takes.")] = False,
    budget: Annotated[str | None, typer.Option(help="Start no run that would pass it: 10m, 2h.")] = None,
) -> None:
    """Run a named sweep, or what is left of it: finished runs are reused."""
    from nnexp.cli.sweep import sweep

    sweep(name, overrides or [], fresh=fresh, dry_run=dry_run, budget=budget)


@app.command()
def runs(as_json: Json = False) -> None:
    """List the runs, newest first."""
    from nnexp.cli.runs import runs

    runs(as_json=as_json)


@app.command()
def compare(
    wanted: Annotated[list[str] | None, typer.Argument(metavar="[SWEEP|RUN]...", show_default=False)] = None,
    by: Annotated[str | None, typer.Option(help="The settings to tell apart: hidden,init.")] = None,
    metric: Annotated[str | None, typer.Option(help="What decides; by default the final validation accuracy.")] = None,
    baseline: Annotated[str | None, typer.Option(help="What the others are measured against: hidden=30.")] = None,
    reach: Annotated[float | None, typer.Option(help="An accuracy, such as 0.95, to count epochs and time to.")] = None,
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv")] = False,
    as_md: Annotated[bool, typer.Option("--md", help="Markdown.")] = False,
    as_latex: Annotated[bool, typer.Option("--latex", help="LaTeX, with booktabs.")] = False,
) -> None:
    """Compare settings over their seeds: which is better, by how much, and is it real? By default the last sweep's."""
    from nnexp.cli.compare import Question, compare

    forms = {"json": as_json, "csv": as_csv, "md": as_md, "latex": as_latex}
    form = next((name for name, asked in forms.items() if asked), None)
    compare(wanted or [], Question(by, metric, baseline, reach), form)


@app.command()
def ui(port: Annotated[int, typer.Option(help="The port of the page.")] = 5000) -> None:
    """Open MLflow's page on this machine, on the right store."""
    from nnexp.cli.ui import ui

    ui(port)


@app.command()
def doctor() -> None:
    """Look the tracking store over, and repair what can be repaired."""
    from nnexp.cli.doctor import doctor

    doctor()


def main() -> None:
    """Run the command line; a person's mistake ends it with one line, a defect of ours with its traceback."""
    try:
        app()
    except NnexpError as error:
        print(f"nnexp: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(getattr(error, "exit_status", 2))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # as in `nnexp runs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
