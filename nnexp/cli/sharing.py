"""The commands for what goes on elsewhere: a sweep in another terminal, another store. What each takes.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from nnexp.cli.app import app
from nnexp.cli.complete import asked
from nnexp.cli.options import Json, WhenDone, Worthwhile


@app.command()
def watch(
    sweep: Annotated[
        str | None,
        typer.Argument(
            metavar="[SWEEP]",
            help="By default the one that is running, or else the last.",
            autocompletion=asked.sweeps,
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a JSON document, in one line, at each change.")
    ] = False,
    worthwhile: Worthwhile = None,
    when_done: WhenDone = None,
) -> None:
    """Watch a sweep that runs in another terminal, or on another machine: how far it is, and what it shows so far.

    It ends with the sweep, and with its answer; Ctrl-C ends the watching alone. Its status is 0 if the sweep finished.
    """
    from nnexp.cli.watch import watch

    watch(sweep, as_json=as_json, worthwhile=worthwhile, when_done=when_done)


@app.command()
def merge(
    other: Annotated[
        str, typer.Argument(metavar="OTHER", help="A store: a database, its folder, or a URL.", show_default=False)
    ],
    experiment: Annotated[
        str | None, typer.Option(help="Of that store; by default the name that is used here.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come, and change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Bring another store's runs and sweeps into this one, proved by their keys: `nnexp merge OTHER.db`.

    Nothing there is changed, and what is here is not doubled. Ends with 1 if anything was refused, or came to other
    bits there than here; all else has come.
    """
    from nnexp.cli.merge import merge

    raise typer.Exit(merge(other, experiment, dry_run=dry_run, as_json=as_json))
