"""A command of somebody's, as it is typed behind `--`: what click reads of a command line ends there."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperCommand

BEHIND = "nnexp.behind"


class Typed(TyperCommand):
    """A command of nnexp's that takes another one behind `--`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep what stands behind for whoever asks, and read the rest."""
        if "--" in args:
            at = args.index("--")
            ctx.meta[BEHIND], args = args[at + 1 :], args[:at]
        return super().parse_args(ctx, args)


def typed(context: typer.Context) -> list[str] | None:
    """Give the command that stands behind; None if there is no `--`."""
    behind: list[str] | None = context.meta.get(BEHIND)
    return behind
