"""Making the database: what goes wrong with MLflow alone when processes meet or die."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow.inside import close
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader
from nnexp.tracking.mlflow.sqlite import create_sqlite, schema_kept
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import RunStart, Status, Tag

RUN = RunStart("r", 1, tags={Tag.KIND: "run"})
# Both import everything once and fork: what matters is that the processes meet, or die, while they make the database.
MEET = """
import os, sys
import nnexp.tracking.mlflow.writer
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import RunStart, Status, Tag
wait, go = os.pipe()
children = []
for _ in range(4):
    children.append(os.fork())
    if not children[-1]:
        os.close(go)
        os.read(wait, 1)
        MlflowStore(Location(sys.argv[1], "x")).create(RunStart("r", 1, tags={Tag.KIND: "run"}))
        os._exit(0)
os.close(go)
sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in children))
"""
DIE = """
import os, random, signal, sys, time
from pathlib import Path
from nnexp.tracking.mlflow.sqlite import create_sqlite
moments = random.Random(7)
for number in range(6):
    file = Path(sys.argv[1]) / str(number) / "mlflow.db"
    child = os.fork()
    if not child:
        create_sqlite(file)
        os._exit(0)
    while not [*file.parent.glob(".mlflow-new-*")]:
        time.sleep(0.001)
    time.sleep(moments.uniform(0, 1.0))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""
COPY = """
import sys
from pathlib import Path
from nnexp.tracking.mlflow.sqlite import create_sqlite
create_sqlite(Path(sys.argv[1]))
assert "mlflow" not in sys.modules
"""


def run(code: str, *arguments: object) -> None:
    ended = subprocess.run([sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr


def usable(file: Path) -> bool:
    store = MlflowStore(Location(f"sqlite:///{file}", "x"))
    return store.create(RUN) in {record.run_id for record in store.runs()}


def copied(folder: Path) -> Path:
    """Make a database without MLflow, from the one that is kept."""
    run(COPY, folder / "mlflow.db")
    return folder / "mlflow.db"


def content(file: Path) -> tuple[list[object], list[object]]:
    """Give the columns and the rows of a database, without the times and places that differ by nature."""
    with closing(sqlite3.connect(file)) as connection:
        columns = connection.execute(
            "SELECT m.name, c.* FROM sqlite_master m JOIN pragma_table_info(m.name) c ORDER BY m.name, c.cid"
        )
        rows = [line for line in connection.iterdump() if line.startswith("INSERT")]
        return list(columns), sorted(re.sub(r"\d{13}|file://[^']*", "", row) for row in rows)


class TestCreateSqlite:
    def test_four_processes_at_once_in_a_fresh_folder_all_succeed(self, tmp_path: Path) -> None:
        file = tmp_path / "fresh" / "mlflow.db"
        run(MEET, f"sqlite:///{file}")
        assert len(MlflowStore(Location(f"sqlite:///{file}", "x")).runs()) == 4
        assert not list(file.parent.glob(".mlflow-new-*"))

    def test_a_process_that_is_killed_on_the_way_breaks_nothing(self, tmp_path: Path) -> None:
        run(DIE, tmp_path)
        files = [tmp_path / str(number) / "mlflow.db" for number in range(6)]
        assert all(usable(file) for file in files if file.exists())  # where it was quicker than the signal
        killed = next(file for file in files if file.parent.exists() and not file.exists())
        assert usable(killed)
        assert not list(killed.parent.glob(".mlflow-new-*"))

    def test_a_copy_of_the_empty_database_that_is_kept_is_the_same(self, tmp_path: Path) -> None:
        made = tmp_path / "made" / "mlflow.db"
        create_sqlite(made)
        assert schema_kept()
        assert content(copied(tmp_path / "copied")) == content(made)

    @pytest.mark.parametrize("damage", [b"", b"garbage", None], ids=["empty", "garbage", "cut short"])
    def test_one_that_is_damaged_is_made_anew(self, damage: bytes | None, tmp_path: Path, kept: Path) -> None:
        whole = content(copied(tmp_path / "copied"))
        kept.write_bytes(kept.read_bytes()[:300_000] if damage is None else damage)
        assert schema_kept() is None
        create_sqlite(tmp_path / "anew" / "mlflow.db")
        assert content(tmp_path / "anew" / "mlflow.db") == whole == content(copied(tmp_path / "again"))

    def test_where_none_can_be_kept_a_database_is_made_all_the_same(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "a file").touch()
        monkeypatch.setenv("NNEXP_CACHE", str(tmp_path / "a file"))
        create_sqlite(tmp_path / "mlflow.db")
        assert usable(tmp_path / "mlflow.db")

    def test_readers_do_not_wait_for_the_writer(self, database: Path) -> None:
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_a_database_that_is_there_is_left_as_it_is(self, tmp_path: Path) -> None:
        file = tmp_path / "mlflow.db"
        file.write_bytes(b"anything")
        create_sqlite(file)
        assert file.read_bytes() == b"anything"


class TestUnusable:
    @pytest.fixture
    def nobody(self) -> Callable[[], AbstractContextManager[None]]:
        """Be somebody without rights for a while: root may do anything, so as root it takes another user."""

        @contextmanager
        def nobody() -> Iterator[None]:
            root = os.geteuid() == 0
            if root:
                os.seteuid(65534)
            try:
                yield
            finally:
                if root:
                    os.seteuid(0)

        return nobody

    @pytest.mark.parametrize(
        "content",
        [b"garbage" * 1000, os.urandom(5000), b"SQLite format 3\0" + b"\1" * 4000],
        ids=["garbage", "noise", "a header and no more"],
    )
    def test_a_damaged_database_is_named_in_one_line_and_kept(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "mlflow.db"
        file.write_bytes(content)
        with pytest.raises(TrackingError, match=r"the tracking store .*mlflow\.db cannot be used: ") as raised:
            MlflowStore(Location(f"sqlite:///{file}", "x")).prepare()
        assert "\n" not in str(raised.value)
        assert file.read_bytes() == content

    def test_a_folder_that_cannot_be_written_is_named(self, nobody: Callable[[], Any]) -> None:
        with tempfile.TemporaryDirectory() as name:
            Path(name).chmod(0o555)
            with nobody(), pytest.raises(TrackingError, match=r"cannot be used: .* may not be written"):
                MlflowStore(Location(f"sqlite:///{name}/mlflow.db", "x")).prepare()
            assert list(Path(name).iterdir()) == []

    @pytest.mark.parametrize(("folder_mode", "file_mode"), [(0o555, 0o666), (0o777, 0o444)])
    def test_a_database_that_may_not_be_written_is_named_before_anything_slow(
        self, folder_mode: int, file_mode: int, database: Path, nobody: Callable[[], Any],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.delitem(sys.modules, "nnexp.tracking.mlflow.writer", raising=False)
        with tempfile.TemporaryDirectory() as name:
            file = Path(shutil.copy(database, name))
            file.chmod(file_mode)
            file.parent.chmod(folder_mode)
            with nobody(), pytest.raises(TrackingError, match=r"cannot be used: .* may not be written"):
                MlflowStore(Location(f"sqlite:///{file}", "x")).prepare()
        assert "nnexp.tracking.mlflow.writer" not in sys.modules

    def test_a_database_that_may_not_be_written_is_read_beside_an_empty_log(
        self, database: Path, nobody: Callable[[], Any]
    ) -> None:
        MlflowStore(Location(f"sqlite:///{database}", "nnexp")).create(RUN)
        with closing(sqlite3.connect(database)) as written:
            written.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with tempfile.TemporaryDirectory() as name:
            file = Path(shutil.copy(database, name))
            file.with_name(f"{file.name}-wal").touch()
            file.parent.chmod(0o555)
            with nobody():
                assert len(MlflowStore(Location(f"sqlite:///{file}", "nnexp")).runs()) == 1

    def test_a_database_that_may_not_be_looked_at_is_named(self, nobody: Callable[[], Any]) -> None:
        with tempfile.TemporaryDirectory() as name:
            Path(name).chmod(0)
            store = MlflowStore(Location(f"sqlite:///{name}/mlflow.db", "x"))
            for act in (store.runs, store.prepare):
                with nobody(), pytest.raises(TrackingError, match=r"cannot be read: Permission denied"):
                    act()

    def test_a_folder_in_the_databases_place_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "mlflow.db").mkdir()
        with pytest.raises(TrackingError, match="unable to open database file"):
            MlflowStore(Location(f"sqlite:///{tmp_path}/mlflow.db", "x")).prepare()


@pytest.mark.parametrize("bring", [shutil.move, shutil.copytree], ids=["moved", "copied"])
def test_a_store_that_was_moved_or_copied_has_its_artifacts_with_it(
    bring: Callable[..., object], database: Path, tmp_path: Path
) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(name)
    (tmp_path / "here").mkdir()
    shutil.move(database, tmp_path / "here")
    first = MlflowStore(Location(f"sqlite:///{tmp_path}/here/mlflow.db", "my runs"))
    old = first.create(RUN)
    first.save(old, [tmp_path / "a.txt"])
    close(first.open()._client)
    bring(tmp_path / "here", tmp_path / "there")
    before = {file for file in (tmp_path / "here").rglob("*") if file.is_file()}
    store = MlflowStore(Location(f"sqlite:///{tmp_path}/there/mlflow.db", "my runs"))
    new = store.create(RunStart("s", 2, tags={Tag.KIND: "run"}))
    for run_id in (old, new):
        store.save(run_id, [tmp_path / "b.txt"])
        assert store.artifact(run_id, "b.txt") == b"b"
    assert store.artifact(old, "a.txt") == b"a"
    assert len([*(tmp_path / "there" / "mlruns" / "my runs").rglob("?.txt")]) == 3
    assert {file for file in (tmp_path / "here").rglob("*") if file.is_file()} == before


def test_artifacts_lie_beside_the_database_wherever_the_command_is_typed(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    store = MlflowStore(Location(f"sqlite:///{database}", "my runs"))
    (tmp_path / "note.txt").write_text("x")
    run_id = store.create(RUN)
    store.save(run_id, [tmp_path / "note.txt"])
    assert store.artifact(run_id, "note.txt") == b"x"
    assert list((tmp_path / "mlruns" / "my runs").rglob("note.txt"))
    assert not list((tmp_path / "elsewhere").iterdir())


class TestWhileItIsOpen:
    def test_one_that_is_removed_is_missed_and_not_made_again(self, database: Path) -> None:
        store = MlflowStore(Location(f"sqlite:///{database}", "x"))
        run_id = store.create(RUN)
        for file in database.parent.glob(f"{database.name}*"):
            file.unlink()
        for _ in range(2):
            with pytest.raises(TrackingError, match=r"mlflow\.db cannot be used: .*its file is gone"):
                store.end(run_id, Status.FINISHED, 2)
        assert not database.exists()

    def test_what_is_written_goes_into_the_one_that_was_put_in_its_place(self, database: Path, tmp_path: Path) -> None:
        store = MlflowStore(Location(f"sqlite:///{database}", "x"))
        close(store.open()._client)
        shutil.copy(database, tmp_path / "other")
        store.create(RUN)
        for file in database.parent.glob(f"{database.name}-*"):
            file.unlink()
        os.replace(tmp_path / "other", database)
        run_id = store.create(RUN)
        assert [run.run_id for run in SqlReader(store.location).runs()] == [run_id]
