"""How a command line ends: with one line for a person's mistake, a traceback for a defect of ours; and its status."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from typer.core import TyperCommand

from nnexp.errors import InputError, NnexpError


class Answering(TyperCommand):
    """A command whose exit status is an answer: a mistake in typing it has one of its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed."""
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            if not hasattr(error, "format_message"):  # only usage errors have it: where their class is, varies
                raise
            raise InputError(f"{error.format_message()} (nnexp {ctx.info_name} --help)") from error


def run_to_its_end(app: Callable[[], None]) -> None:
    """Run an application, and end as it did."""
    try:
        app()
    except NnexpError as error:
        print(f"nnexp: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(getattr(error, "exit_status", 2))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # as in `nnexp runs | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
