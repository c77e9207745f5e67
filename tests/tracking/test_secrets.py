"""What opens a store is shown nowhere: not in its name, not in what any layer of it says, not in a traceback."""

from __future__ import annotations

import threading
import traceback
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import quote

import hypothesis
import pytest
from hypothesis import strategies as st

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.page import page_of
from nnexp.tracking.mlflow.secrets import hide
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Tag
from tests.server import free_port

PARTS = ("s3cret", "swordfish", "xyzzy")  # of passwords: none of them may be seen
PASSWORDS = {
    "plain": "s3cret",
    "a slash": "s3cret/swordfish",
    "an at": "s3cret@swordfish",
    "escaped": "s3cret%2Fswordfish%40xyzzy",
    "per cent": "s3cret%swordfish%%",
    "a question mark": "s3cret?swordfish",
    "a hash and colons": "s3cret#swordfish:xyzzy",
    "a bracket": "[s3cret]swordfish",
    "all of them": "s3cret/swordfish@xyzzy?#:%2F",
}


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("postgresql://me:pass@host:1/runs", "postgresql://me:***@host:1/runs"),
        ("postgresql+psycopg://postgres:@/runs?host=/x", "postgresql+psycopg://postgres:***@/runs?host=/x"),
        ("postgresql://me:pa/ss@host/runs", "postgresql://me:***@host/runs"),
        ("postgresql://me:p@ss@host/runs", "postgresql://me:***@host/runs"),
        ("postgresql://me:p%40ss@host/runs", "postgresql://me:***@host/runs"),
        ("postgresql://me@host/runs", "postgresql://me@host/runs"),
        ("postgresql://me:pa?ss@host/runs", "postgresql://***"),
        ("postgresql://host/runs?password=a@b", "postgresql://***"),
        ("postgresql://host/runs?user=me&password=pass", "postgresql://host/runs?user=***&password=***"),
        ("mssql+pyodbc:///?odbc_connect=PWD%3Dpass", "mssql+pyodbc:///?odbc_connect=***"),
        ("sqlite+pysqlcipher://:pass@/x.db", "sqlite+pysqlcipher://:***@/x.db"),
        ("me:pass@host/runs", "me:***@host/runs"),
        ("http://host:5000", "http://host:5000"),
        ("http://me:pass@host:5000/mlflow", "http://host:5000/mlflow"),
        ("https://t0ken@host", "https://host"),
        ("https://me:pa/ss@host", "https://host"),
        ("https://host/?token=t0ken", "https://host/?token=***"),
        ("databricks://profile", "databricks://profile"),
        ("./runs", "./runs"),
        ("file:///home/a@b/runs", "file:///home/a@b/runs"),
        ("postgresql:///me:pa/ss@host/runs", "postgresql://***:***@host/runs"),
    ],
)
def test_an_address_is_shown_without_what_opens_it(uri: str, shown: str) -> None:
    location = Location(uri, "x")
    assert str(location) == shown
    assert repr(location) == "Location(experiment='x')"


@hypothesis.given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_whatever_the_password_nothing_of_it_is_shown(password: str) -> None:
    assert str(Location(f"postgresql://me:{password}@host/db", "x")) in (
        "postgresql://me:***@host/db",
        "postgresql://***",
    )
    assert str(Location(f"http://me:{password}@host", "x")) in ("http://host", "http://***")


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_what_others_say_is_told_without_it_in_whatever_form(password: str) -> None:
    said = [password, quote(password, safe=""), repr(password), *password.split("/"), *password.split("@")]
    header = b64encode(f"me:{password}".encode()).decode()
    for uri in (f"postgresql://me:{password}@host/db", f"http://me:{password}@host", f"x://me:@host?sent={password}"):
        assert [part for part in PARTS if part in hide(" and ".join([uri, *said]), uri)] == []
        assert "sent" in uri or header not in hide(header, uri)


def test_a_command_is_recorded_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_TOKEN", "t0ken")
    location = Location("postgresql://me:s3cret@host/runs", "nnexp")
    typed = {Tag.COMMAND: "nnexp train -m hub.py:fit hub=t0ken store=me:s3cret@host", Tag.NAMES: "hub"}
    assert location.shown(typed) == {
        Tag.COMMAND: "nnexp train -m hub.py:fit hub=*** store=me:***@host",
        Tag.NAMES: "hub",
    }


def test_a_user_and_a_database_are_named_also_where_the_password_is_called_like_them() -> None:
    uri = "postgresql://postgres:postgres@host/postgres"
    assert hide('database "runs" of user "postgres" on host', uri) == 'database "runs" of user "postgres" on host'


BAD = [
    "postgresql+psycopg://me:{password}@127.0.0.1:{port}/runs",
    "postgresql+psycopg://me:{password}@127.0.0.1:port/runs",
    "postgresql+psycopg://me:{password}@host with spaces/runs",
    "postgresql+psycopg://127.0.0.1:{port}/runs?password={password}",
    "mysql+nodriver://me:{password}@host/runs",
    "nonsense://me:{password}@somewhere",
    "me:{password}@127.0.0.1:{port}/runs",
    "http://me:{password}@127.0.0.1:{port}",
    "http://{password}@127.0.0.1:{port}",
    "https://me:{password}@[half/",
]


@pytest.mark.parametrize("password", [PASSWORDS[kind] for kind in ("plain", "a bracket", "all of them")])
@pytest.mark.parametrize("uri", BAD)
def test_a_store_that_cannot_be_used_says_so_without_it(uri: str, password: str) -> None:
    store = MlflowStore(Location(uri.format(password=password, port=free_port()), "x"))
    for act in (store.runs, store.prepare):
        with pytest.raises(TrackingError, match=r"the tracking store .* cannot be (read|used|reached): ") as raised:
            act()
        told = [str(store), str(raised.value), *traceback.format_exception(raised.value)]
        assert [part for part in PARTS if part in "\n".join(told)] == []


class Echo(BaseHTTPRequestHandler):
    """A server that refuses, and tells the world what it was sent."""

    def do_GET(self) -> None:
        self.send_response(403)
        self.end_headers()
        self.wfile.write(f"no: {self.headers['Authorization']} {self.headers}".encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def echo() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("login", "given"),
    [
        ("me:s3cret%2Fswordfish@", {}),
        ("", {"MLFLOW_TRACKING_USERNAME": "me", "MLFLOW_TRACKING_PASSWORD": "s3cret/swordfish"}),
        ("", {"MLFLOW_TRACKING_TOKEN": "s3cret/swordfish"}),
    ],
    ids=["in the address", "a password", "a token"],
)
def test_a_server_that_repeats_what_it_was_sent_is_told_without_it(
    login: str, given: dict[str, str], echo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    store = MlflowStore(Location(f"http://{login}{echo}", "x"))
    with pytest.raises(TrackingError, match=r"no: (Basic|Bearer) \*\*\* ") as raised:
        store.runs()
    sent = b64encode(b"me:s3cret/swordfish").decode()
    told = "\n".join(traceback.format_exception(raised.value))
    assert [part for part in (*PARTS, sent) if part in told] == []


@pytest.mark.parametrize("password", PASSWORDS.values(), ids=PASSWORDS)
def test_no_process_and_no_link_is_called_with_it(password: str) -> None:
    uri = f"postgresql+psycopg://me:{password}@127.0.0.1:1/runs"
    page = page_of(MlflowStore(Location(uri, "x")), "127.0.0.1", 5000)
    assert [part for part in PARTS if part in " ".join(page.command)] == []
    assert page.environment["MLFLOW_BACKEND_STORE_URI"] == uri
    served = page_of(MlflowStore(Location(f"http://me:{password}@host:1", "x")), "127.0.0.1", 5000)
    assert [part for part in PARTS if part in served.address] == []
