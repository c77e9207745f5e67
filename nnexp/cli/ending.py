"""How a command line ends: with one line for a person's mistake, a traceback for a defect of ours; and its status."""

from __future__ import annotations

import errno
import os
import sys
import time
from _thread import interrupt_main, start_new_thread
from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Any

from typer.core import TyperCommand

from nnexp.errors import InputError, NnexpError

SOON_S = 0.01
MORE = "unexpected extra argument"  # in the words of click


class Answering(TyperCommand):
    """A command whose exit status is an answer: a mistake in typing it has one of its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read what was typed."""
        try:
            return super().parse_args(ctx, args)
        except Exception as error:
            raise InputError(_mistyped(error)) from error


def run_to_its_end(app: Callable[..., Any]) -> None:
    """Run an application, and end as it did."""
    from nnexp.cli.console import print_anywhere, say

    print_anywhere()
    met: list[BaseException] = []  # what came where Python lets no exception out
    sys.unraisablehook = partial(_hear_again, met)
    try:
        status = app(standalone_mode=False)
        sys.stdout.flush()
    except NnexpError as error:
        status = getattr(error, "exit_status", 2)
        say(_with_hint(str(error)) if status == 2 else str(error))
    except KeyboardInterrupt as ended:
        status = getattr((*met, ended)[0], "exit_status", 130)
    except (BrokenPipeError, SystemExit) as ended:  # as in `nnexp runs | head`, of which typer and rich make an exit
        if isinstance(ended, SystemExit) and not isinstance(ended.__context__, BrokenPipeError):
            raise
        _print_nowhere()
        status = 0
    except Exception as error:
        interrupt = _interrupt_beneath(error)
        if not interrupt and (line := _amiss(error) or _mistyped(error)):
            say(_with_hint(line))
        status = getattr((*met, interrupt)[0], "exit_status", 130) if interrupt else 2
    if status:
        sys.exit(status)


def _with_hint(refusal: str) -> str:
    """Add to a refusal what a shell may have taken of what was typed."""
    from nnexp.cli.unquoted import hint  # which only who is refused waits for

    found = hint(sys.argv[1:])
    return f"{refusal}; {found}" if found else refusal


def _hear_again(met: list[BaseException], ignored: Any) -> None:
    """Raise a Ctrl-C once more that came where Python lets no exception out: while it collects garbage, say."""
    if isinstance(ignored.exc_value, KeyboardInterrupt):
        met.append(ignored.exc_value)
        is_over = Event()
        start_new_thread(_interrupt, (is_over,))
        is_over.set()
    else:
        sys.__unraisablehook__(ignored)


def _interrupt_beneath(error: BaseException) -> BaseException | None:
    """Find the Ctrl-C on whose way out an error arose: it may have left a lock of Python's own that is not held."""
    beneath: BaseException | None = error
    while beneath and not isinstance(beneath, KeyboardInterrupt):
        beneath = beneath.__context__
    return beneath


def _interrupt(is_over: Event) -> None:
    is_over.wait()
    time.sleep(SOON_S)
    interrupt_main()


def _amiss(error: Exception) -> str:
    """Say what is amiss with the place where a command is typed, if that is what it met; else nothing."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        _print_nowhere()
        return "it cannot be written: no space is left; make room, and type it again"
    if isinstance(error, FileNotFoundError):
        try:
            os.getcwd()
        except FileNotFoundError:
            return "the working directory is gone; type it in one that is there"
    return ""


def _print_nowhere() -> None:
    """Let what was not printed yet go: nobody takes it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _mistyped(error: Any) -> str:
    """Say what typer cannot read of a command line, and where help is; nothing where that was printed already.

    Whatever else is raised is raised again. (Only what was mistyped has `format_message`: where its class is, varies.)
    """
    if not hasattr(error, "format_message"):
        raise error
    message, context = error.format_message(), getattr(error, "ctx", None)
    if message and MORE in message:
        message += "; a name that holds blanks is quoted"
    return f"{message} ({context.command_path} --help)" if message and context else message
