"""The `nnexp` command itself, which the modules of its commands add to."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from nnexp import __version__
from nnexp.cli.complete import shells
from nnexp.cli.options import Shell


class Commands(TyperGroup):
    """The commands, of which an interrupt keeps its status: typer itself would end any of them with 130."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was typed."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt as ended:
            raise InterruptedError from ended


shells.register()
app = typer.Typer(
    name="nnexp",
    cls=Commands,
    help="Which settings of a small neural network are better, and is the difference real?",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
    shell: Shell = None,
) -> None:
    """Which settings of a small neural network are better, and is the difference real?"""
    if version or shell:
        print(__version__ if version else shells.script(shell or ""))  # noqa: T201
        raise typer.Exit
