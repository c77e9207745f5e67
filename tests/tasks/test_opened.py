"""Which files code of others is seen to read, and when one of them is another."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from nnexp.tasks.opened import GONE, Opened, changed


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "numbers.csv").write_text("1\n2\n")
    return tmp_path


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_what_is_read_is_seen_by_its_path_within_the_folder(data, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "more.csv"
    elsewhere.write_text("3")
    opened = Opened()
    with opened.seen():
        (data / "data" / "numbers.csv").read_text()
        os.close(os.open(elsewhere, os.O_RDONLY))
    (data / "unread.csv").write_text("4")
    (data / "unread.csv").read_text()
    assert opened.digests(data) == {"data/numbers.csv": sha256("1\n2\n"), str(elsewhere): sha256("3")}


def test_what_it_has_written_itself_is_no_data(data):
    opened = Opened()
    with opened.seen():
        (data / "out.txt").write_text("x")
        (data / "out.txt").read_text()
        with (data / "log.txt").open("a+") as log:
            log.read()
    assert opened.digests(data) == {}


def test_code_packages_and_the_system_are_no_data(data):
    (data / "more.py").write_text("x = 1")
    opened = Opened()
    with opened.seen():
        (data / "more.py").read_text()
        Path(json.__file__).read_bytes()
        Path(pytest.__file__).with_name("py.typed").exists()
        Path("/proc/self/status").read_text()
    assert opened.digests(data) == {}


def test_what_a_run_before_it_has_read_counts_for_the_next(data):
    opened = Opened()
    with opened.seen():
        (data / "data" / "numbers.csv").read_text()
    with opened.seen():
        pass  # it kept what it read
    assert list(opened.digests(data)) == ["data/numbers.csv"]


def test_a_file_that_changed_or_went_is_named(data):
    recorded = {"data/numbers.csv": sha256("1\n2\n"), "gone.csv": sha256("")}
    assert [*changed(recorded, data)] == [("gone.csv", sha256(""), GONE)]
    (data / "data" / "numbers.csv").write_text("1\n3\n")
    assert [name for name, _, _ in changed(recorded, data)] == ["data/numbers.csv", "gone.csv"]
