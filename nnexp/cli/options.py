"""What several commands of the command line take, each declared once."""

from __future__ import annotations

from typing import Annotated, Any

import typer

PAGE = "report.html"  # what the page of a sweep is called
HYDRA: dict[str, Any] = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}
Overrides = Annotated[list[str] | None, typer.Argument(metavar="SETTING=VALUE...", show_default=False)]
Wanted = Annotated[list[str] | None, typer.Argument(metavar="[SWEEP|RUN]...", show_default=False)]
Run = Annotated[str, typer.Argument(metavar="RUN", help="The beginning of a run's id, or its name.")]
Better = Annotated[str | None, typer.Option(help="Which way the metric is better: low or high.")]
Task = Annotated[
    str | None, typer.Option(metavar="FILE.py:FUNCTION", help="Where their function is, if not in this folder.")
]
Results = Annotated[
    str | None, typer.Option(metavar="FILE", help="Of runs of a command, typed behind --: where its results are.")
]
WhenDone = Annotated[
    str | None,
    typer.Option(metavar="COMMAND|URL", help="Tell it when the sweep is over: JSON on its standard input, or by POST."),
]
Most = Annotated[int | None, typer.Option(help="List so many at the most.", min=1)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]
