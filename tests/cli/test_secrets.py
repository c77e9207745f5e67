"""A password is in nothing that any command prints, writes, records or starts."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest
from sqlalchemy import MetaData, create_engine, select

from tests.server import free_port
from tests.zygote import Zygote

Nnexp = Callable[..., tuple[int, str, str]]

PARTS = ("s3cret", "swordfish", "xyzzy")
PASSWORD = "s3cret/swordfish%40%25xyzzy"  # a slash as it is; an @ and a per cent sign as an address writes them
TOKEN = "s3cret-t0ken"


def secrets_in(text: str) -> list[str]:
    return [part for part in PARTS if part in text]


@pytest.fixture
def typed(nnexp: Nnexp) -> Callable[..., str]:
    """Type a command, for what it prints, in which there must be no secret."""

    def type_(*arguments: object, status: int = 0) -> str:
        ended, out, err = nnexp(*arguments)
        assert ended == status, err
        assert secrets_in(out + err) == []
        return out

    return type_


@pytest.fixture
def address(postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database with a password, and what else a command may be told in secret."""
    uri = postgres.replace("postgres:@", f"postgres:{PASSWORD}@")
    assert uri != postgres
    for name, value in {"URI": uri, "TOKEN": TOKEN, "PASSWORD": "s3cret xyzzy"}.items():
        monkeypatch.setenv(f"MLFLOW_TRACKING_{name}", value)
    return uri


def everything_in(address: str) -> Iterator[str]:
    """Give every row of every table of a database."""
    engine, tables = create_engine(address), MetaData()
    tables.reflect(engine)
    with engine.connect() as database:
        for table in tables.sorted_tables:
            for row in database.execute(select(table)):
                yield f"{table.name} {row}"
    engine.dispose()


@pytest.mark.xdist_group("postgres")
def test_after_every_command_a_password_stands_nowhere(
    typed: Callable[..., str], address: str, tiny_data: Path, tmp_path: Path
) -> None:
    where = ["dataset=folder", f"dataset.path={tiny_data}", "dataset.split=book"]
    data = [*where, "hidden=5", "epochs=2", "hydra.launcher.jobs=1"]
    typed("train", *data)
    told = f"http://{PARTS[0]}:{PARTS[1]}@127.0.0.1:1/{PARTS[2]}"
    typed("train", "-m", "seed=0,1", "eta=1,3", *data, "--when-done", told)
    runs = [run["run_id"] for run in json.loads(typed("runs", "--json"))]
    assert len(runs) == 4
    for form in ((), ("--json",), ("--csv",), ("--md",), ("--latex",)):
        typed("compare", *form)
    for command in ("show", "predict", "export", "rerun", "certify"):
        typed(command, runs[0])
    typed("verify", f"{runs[0]}.certificate.json", "--data", tiny_data)
    for arguments in (["runs"], ["show", "--env", runs[0]], ["diff", *runs[:2]], ["report"], ["doctor"], ["sweep"]):
        typed(*arguments)
    typed("watch")
    typed("report", "--all")
    typed("merge", address, status=2)  # into itself
    typed("judge", "eta=1", "eta=3", status=2)
    for arguments in (["show", "nothing"], ["judge", "nothing"], ["ui", "nothing"], ["train", "eta=fast"]):
        typed(*arguments, status=64 if arguments[0] == "judge" else 2)
    written = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file() and file.suffix != ".npz"}
    assert len(written) > 50
    assert [file for file, content in written.items() if secrets_in(content.decode("latin-1"))] == []
    rows = [*everything_in(address)]
    assert any("nnexp.key" in row for row in rows)
    assert [row for row in rows if secrets_in(row)] == []


@pytest.mark.xdist_group("postgres")
def test_mlflows_page_is_served_without_it_among_the_arguments_of_any_process(
    address: str, zygote: Zygote, tmp_path: Path
) -> None:
    port, log = free_port(), tmp_path / "err.txt"
    said, ours = os.pipe()
    with open(ours, "w") as out, log.open("w") as err:
        served = zygote.start(["ui", "--no-open", "--port", str(port)], tmp_path, os.environ, out, err)
    with open(said) as lines:
        link = lines.readline().strip()
    assert link.startswith(f"http://127.0.0.1:{port}/"), log.read_text()
    try:
        ours = psutil.Process(served.pid)
        called = [" ".join(process.cmdline()) for process in (ours, *ours.children(recursive=True))]
        assert any("mlflow" in one for one in called)
        assert [one for one in called if secrets_in(one)] == []
        page = f"http://127.0.0.1:{port}/ajax-api/2.0/mlflow"
        with urlopen(f"{page}/experiments/get-by-name?experiment_name=nnexp") as answer:
            assert answer.status == 200  # it is the store that was meant
    finally:
        os.killpg(served.pid, signal.SIGTERM)
        served.wait()
    assert secrets_in(link + log.read_text()) == []
