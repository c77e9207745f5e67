"""What opens a store is a secret: what may be shown of an address that holds one, and of what others say about it.

Parsers differ in where a password ends that holds a slash, a question mark or an @. What is shown here is what no
parser takes for a part of it.
"""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, unquote, unquote_plus

HIDDEN = "***"
SCHEME = re.compile(r"[a-z][a-z0-9+.-]*", re.IGNORECASE)
PLAIN = re.compile(r"[\w.+-]*")  # a user's name that may be shown
SHOWN = ("host", "port")  # what an address may ask for besides that is no secret
VARIABLE = re.compile(r"(PASSWORD|TOKEN|SECRET|SECRET_ACCESS_KEY)$")  # of the environment, that holds one
ENDS = re.compile(r"[][/?#@:&=]")  # where one parser or another ends a password
SHORTEST = 3  # characters: a shorter part of a secret tells nothing of it


def without_secrets(uri: str, *, user: bool = False) -> str:
    """Give an address without who logs in (with the user's name, if asked for), and hide what it asks for besides."""
    scheme, login, place = _parts(uri)
    if "?" in login:  # it may stand in the password, or the @ in what is asked for: nobody can tell
        return f"{scheme}{HIDDEN}"
    name, colon, _ = login.partition(":")
    named = f"{name if PLAIN.fullmatch(name) else HIDDEN}{f':{HIDDEN}' if colon else ''}@" if user and login else ""
    path, mark, asked = place.partition("?")
    return f"{scheme}{named}{path}{mark}{'&'.join(map(_without_value, asked.split('&'))) if mark else ''}"


def hide(text: str, uri: str) -> str:
    """Take every secret out that opens a store, in whatever form it stands there, and those of the environment."""
    for secret in sorted(_secrets(uri), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _parts(uri: str) -> tuple[str, str, str]:
    """Part an address: the scheme, who logs in, and where."""
    scheme, mark, rest = uri.partition("://")
    if not mark or not SCHEME.fullmatch(scheme):
        scheme, mark, rest = "", "", uri
    is_path = scheme in ("", "file") and rest.startswith("/")
    login, _, place = ("", "", rest) if is_path else rest.rpartition("@")
    return scheme + mark, login, place


def _without_value(asked: str) -> str:
    name, equals, _ = asked.partition("=")
    return asked if name in SHOWN else f"{name}={HIDDEN}" if equals else HIDDEN


def _secrets(uri: str) -> set[str]:
    scheme, login, place = _parts(uri)
    user, _, password = login.partition(":")
    asked = (one.partition("=") for one in place.partition("?")[2].split("&"))
    secrets = [password, *(value for name, _, value in asked if name not in SHOWN)]
    secrets += [value for name, value in os.environ.items() if VARIABLE.search(name)]
    secrets += [user] if scheme.startswith("http") and not password else []  # which is a token
    secrets += [uri.removeprefix(scheme)] if "?" in login else []
    users = (unquote(user), os.environ.get("MLFLOW_TRACKING_USERNAME", ""))
    headers = {_basic(one, unquote(secret)) for one in users for secret in secrets}
    return {*_written(secrets), *headers} - ({"", user} if password else {""})


def _written(secrets: Iterable[str]) -> Iterator[str]:
    """Give each secret as it may be written, and the parts that a parser may have taken for something else."""
    for secret in secrets:
        read = {secret, unquote(secret), unquote_plus(secret)}
        for one in read | {quote(one, safe="", errors="replace") for one in read} | {repr(one)[1:-1] for one in read}:
            yield one
            yield from (part for part in ENDS.split(one) if len(part) >= SHORTEST)


def _basic(user: str, password: str) -> str:
    """Write what a server is sent."""
    return b64encode(f"{user}:{password}".encode(errors="replace")).decode()
