"""What several commands of the command line take, each declared once."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from nnexp.cli.complete import asked
from nnexp.cli.complete.shells import FLAG

PAGE = "report.html"  # what the page of a sweep is called
HYDRA: dict[str, Any] = {"ignore_unknown_options": True}
SETTINGS = "SETTING=VALUE..."
Overrides = Annotated[list[str] | None, typer.Argument(metavar=SETTINGS, autocompletion=asked.training)]
OfData = Annotated[list[str] | None, typer.Argument(metavar=SETTINGS, autocompletion=asked.of_data)]
Wanted = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SWEEP|RUN]...", show_default=False, autocompletion=asked.runs_and_sweeps),
]
Several = Annotated[
    list[str], typer.Argument(metavar="RUN...|SWEEP", show_default=False, autocompletion=asked.runs_and_sweeps)
]
Run = Annotated[
    str, typer.Argument(metavar="RUN", help="The beginning of a run's id, or its name.", autocompletion=asked.runs)
]
Metric = Annotated[
    str | None,
    typer.Option(help="What decides; by default what its task chooses by.", autocompletion=asked.metrics),
]
Better = Annotated[
    str | None, typer.Option(help="Which way the metric is better: low or high.", autocompletion=asked.ways)
]
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
Worthwhile = Annotated[float | None, typer.Option(help="Points that matter; of an accuracy, 0.2.")]
Most = Annotated[int | None, typer.Option(help="List so many at the most.", min=1)]
Shell = Annotated[str | None, typer.Option(FLAG, "-sc", hidden=True)]  # as Hydra's own help has it
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document, for a program.")]
