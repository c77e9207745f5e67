"""`--when-done`: who is told when a sweep is over: a command of the person's own, or a URL.

What is told is the answer as JSON. A command is run by the shell, as it was typed, and reads it from its standard
input; what it prints goes to standard error; it is waited for, and ended when its time is over. A URL is sent it by
POST. Neither ever comes out of a record, and what becomes of them changes nothing of the sweep.
"""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from nnexp import kin
from nnexp.cli.console import say
from nnexp.errors import ConfigError, NnexpError, UnfinishedError
from nnexp.escape import in_json
from nnexp.measure import count
from nnexp.sweep.progress import duration
from nnexp.tracking.records import Run
from nnexp.tracking.store import Store

FLAG = "--when-done"
STDERR = 2
KILLED = b"-9 0"  # what a guard cannot say any more
DEADLINE_S = 600.0  # of a command
URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)  # of any kind: no command begins so


@dataclass(frozen=True)
class WhenDone:
    """Tells a command or a URL of a sweep that is over."""

    typed: str = field(repr=False)

    def tell(self, store: Store, sweep: Run, worthwhile: float | None = None) -> None:
        """Tell how a sweep ended, and what it answers; where that cannot be, say why in a line."""
        from nnexp.cli.answered import answered  # which a run need not wait for that has nobody to tell
        from nnexp.comparison.readable import Readable
        from nnexp.sweep.view import view_sweep

        try:
            found = answered(view_sweep(store, sweep), Readable(store, say), worthwhile)
            self.send(f"{in_json(found.record)}\n".encode())
        except NnexpError as error:
            say(f"{FLAG}: {error}; the sweep is as it was")

    def send(self, document: bytes) -> None:
        """Hand a document over.

        Raises
        ------
        UnfinishedError
            If it was not taken.
        """
        if _is_url(self.typed):
            from nnexp.cli.post import post  # likewise

            post(urlsplit(self.typed), document)
            return
        say(f"{FLAG}: the command is waited for, {duration(DEADLINE_S)} at the most; Ctrl-C ends it")
        if status := _run(self.typed, document):
            raise UnfinishedError(f"the command ended with {status}")


def _run(command: str, document: bytes) -> int:
    """Run a command by the shell, and give its exit status; it ends when its time is over, and with this process."""
    control, theirs = socket.socketpair()
    with control, theirs:
        guard = subprocess.Popen(  # noqa: S603 - the person typed it
            [sys.executable, "-I", "-S", kin.__file__, str(theirs.fileno()), "/bin/sh", "-c", command],
            stdin=subprocess.PIPE,
            stdout=STDERR,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        with guard:
            try:
                guard.communicate(document, timeout=DEADLINE_S)
            except BaseException as cut_off:
                control.close()  # by which the guard knows
                if isinstance(cut_off, subprocess.TimeoutExpired):
                    raise UnfinishedError(
                        f"the command was not over in {duration(DEADLINE_S)}, and was ended"
                    ) from None
                raise
        code, behind = map(int, (control.recv(64) or KILLED).split())
    if behind:
        say(f"{FLAG}: the command left {count(behind, 'process')} behind, which ended with it")
    return code


def when_done(typed: str | None) -> WhenDone | None:
    """Take what was typed, if anything was.

    Raises
    ------
    ConfigError
        If it is blank, or a URL without a host.
    """
    if typed is None:
        return None
    try:
        is_usable = bool(typed.strip()) and (not _is_url(typed) or _has_host(typed))
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ConfigError(f"{FLAG} must be given a command, or a URL that begins with http:// or https:// and a host")
    return WhenDone(typed)


def taken_from(arguments: Sequence[str]) -> tuple[WhenDone | None, list[str]]:
    """Take the flag out of a command line that Hydra is to read, and give the rest; behind -- it is another's."""
    typed, rest, given = None, list[str](), iter(arguments)
    for one in given:
        name, equals, value = one.partition("=")
        if one == "--":
            rest += [one, *given]
        elif name == FLAG:
            typed = value if equals else next(given, "")
        else:
            rest.append(one)
    return when_done(typed), rest


def _has_host(typed: str) -> bool:
    url = urlsplit(typed)
    has_host = bool(url.hostname) and url.port != 0  # of no port that is, it raises
    return has_host and url.scheme in ("http", "https") and not any(map(str.isspace, typed))


def _is_url(typed: str) -> bool:
    return bool(URL.match(typed))
