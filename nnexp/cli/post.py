"""Sending a document to a URL. Whatever is said of what went wrong names the host alone: the rest may be a secret."""

from __future__ import annotations

from base64 import b64encode
from http.client import HTTPException
from threading import Thread
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import SplitResult, unquote, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from nnexp.errors import UnfinishedError

DEADLINE_S = 10.0


def post(url: SplitResult, document: bytes) -> None:
    """Send a document of JSON, with who logs in, if the URL says so.

    Raises
    ------
    UnfinishedError
        If it was not taken, or not answered in time: also by whoever answers a byte a second.
    """
    met: list[UnfinishedError] = []

    def send() -> None:
        try:
            _post(url, document)
        except UnfinishedError as error:
            met.append(error)

    sending = Thread(target=send, daemon=True)
    sending.start()
    sending.join(DEADLINE_S + 1)
    if sending.is_alive():
        met.append(UnfinishedError(f"{url.hostname} gave no answer in {DEADLINE_S:.0f} s"))
    if met:
        raise met[0]


def _post(url: SplitResult, document: bytes) -> None:
    headers = {"Content-Type": "application/json", "User-Agent": "nnexp"}
    if url.username is not None:
        login = f"{unquote(url.username)}:{unquote(url.password or '')}"
        headers["Authorization"] = f"Basic {b64encode(login.encode()).decode()}"
    address = urlunsplit(url._replace(netloc=url.netloc.rpartition("@")[2], fragment=""))
    try:
        with build_opener(_NoRedirects).open(Request(address, document, headers), timeout=DEADLINE_S):  # noqa: S310
            return
    except HTTPError as error:
        why = f"answered {error.code}"
    except TimeoutError:
        why = f"gave no answer in {DEADLINE_S:.0f} s"
    except URLError as error:
        timed_out = isinstance(error.reason, TimeoutError)
        why = f"gave no answer in {DEADLINE_S:.0f} s" if timed_out else f"cannot be asked: {error.reason}"
    except (OSError, HTTPException, ValueError) as error:
        why = f"cannot be asked ({type(error).__name__})"
    raise UnfinishedError(f"{url.hostname} {why}")


class _NoRedirects(HTTPRedirectHandler):
    """Follows none: the document would not be sent along."""

    def redirect_request(self, *_: Any) -> None:
        """Follow none."""
