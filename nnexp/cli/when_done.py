"""`--when-done`: who is told when a sweep is over: a command of the person's own, or a URL.

What is told is the answer as JSON. A command is run by the shell, as it was typed, and reads it from its standard
input; what it prints goes to standard error. A URL is sent it by POST. Neither ever comes out of a record, and what
becomes of them changes nothing of the sweep.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from nnexp.cli.console import say
from nnexp.errors import ConfigError, NnexpError, UnfinishedError
from nnexp.escape import in_json
from nnexp.tracking.records import Run
from nnexp.tracking.store import Store

FLAG = "--when-done"
STDERR = 2


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
        done = subprocess.run(self.typed, shell=True, input=document, stdout=STDERR, check=False)  # noqa: S602
        if done.returncode:
            raise UnfinishedError(f"the command ended with {done.returncode}")


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
    return bool(url.hostname) and url.port != 0 and not any(map(str.isspace, typed))  # of no port that is, it raises


def _is_url(typed: str) -> bool:
    return typed.lower().startswith(("http://", "https://"))
