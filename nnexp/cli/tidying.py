"""The commands that change what a store says of runs, and train nothing: what each takes.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from nnexp.cli.app import app
from nnexp.cli.complete import asked
from nnexp.cli.options import Json, Run, Several


@app.command()
def delete(
    wanted: Several,
    files: Annotated[bool, typer.Option("--files", help="Also what they left in their folders.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Delete runs, or a sweep and the runs that no other sweep has: MLflow's page hides them, `mlflow gc` removes them.

    Until then, `mlflow runs restore` brings one back. None that is RUNNING is deleted.
    """
    from nnexp.cli.delete import delete

    delete(wanted, files=files, yes=yes, as_json=as_json)


@app.command()
def tag(
    run: Run,
    tags: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", show_default=False)],
    as_json: Json = False,
) -> None:
    """Give a run tags of your own: `nnexp tag RUN paper=fig3 checked=yes`. `show` and `runs --json` tell them."""
    from nnexp.cli.tag import tag

    tag(run, tags, as_json=as_json)


@app.command()
def note(
    wanted: Annotated[
        str, typer.Argument(metavar="RUN|SWEEP", show_default=False, autocompletion=asked.runs_and_sweeps)
    ],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="In Markdown; empty takes it away.", show_default=False)],
    as_json: Json = False,
) -> None:
    """Say something of a run or a sweep, which `show`, `sweeps` and MLflow's page tell. A sweep's answer stays."""
    from nnexp.cli.note import note

    note(wanted, text, as_json=as_json)
