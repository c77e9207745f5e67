"""What a shell takes of a command line that is not quoted: whoever is refused is told what to quote."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from nnexp.tracking import choose
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, RunStart, Tag

Nnexp = Callable[..., tuple[int, str, str]]


@pytest.mark.parametrize(("file", "quoted"), [("=60", "'hidden>=60'"), ("60", "'hidden>60'"), ("list.txt", "")])
def test_a_comparison_that_became_a_file_is_told(file: str, quoted: str, tmp_path: Path) -> None:
    with (tmp_path / file).open("w") as output:
        command = [sys.executable, "-m", "nnexp", "runs", "eta=3", "hidden"]
        environment = {**os.environ, "NNEXP_STORE": "memory"}
        ended = subprocess.run(command, stdout=output, stderr=subprocess.PIPE, text=True, env=environment)
    took = f"; the shell took >{file} for a file to write into; quote it: {quoted}" if quoted else ""
    told = f"nnexp: a filter must look like hidden=30, hidden=30,100 or 'eta>=0.5', but got 'hidden'{took}\n"
    assert (ended.returncode, ended.stderr) == (2, told)


@pytest.mark.parametrize(
    ("typed", "quoted"),
    [
        ("data my own.csv", "'my own.csv'"),
        ("data import my own.csv --to x.npz", "'my own.csv'"),
        ("train dataset=folder dataset.path=my own.csv", "'dataset.path=my own.csv'"),
        ("train hidden=[100, 30]", "'hidden=[100, 30]'"),
        ("train -m seed=0 hidden=[100, 30, 5],30 eta=1", "'hidden=[100, 30, 5],30'"),
        ("train -m seed=0, 1", "'seed=0, 1'"),
        ("inspect sizes=[4, 10, 2]", "'sizes=[4, 10, 2]'"),
        ("sweep eta 0.1", "'eta 0.1'"),
        ("tag eta 0.1 paper=fig3", "'eta 0.1'"),
        ("show eta 0.1", "'eta 0.1'"),
        ("train -m hidden=3, seed=0,1", ""),
        ("train hiden=3", ""),
        ("data none.csv", ""),
    ],
)
def test_what_a_blank_parted_is_told(typed: str, quoted: str, nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "my own.csv").touch()
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "eta 0.1.yaml").write_text("defaults: [config, _self_]\n")
    status, out, err = nnexp(*typed.split())
    assert (status, out) == (2, "")
    *_, last = err.splitlines()
    assert last.endswith(f"; quote it: {quoted}") if quoted else "quote it" not in last


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """A store of two runs, of which one has the other's name and more."""
    store = MemoryStore()
    monkeypatch.setenv("NNEXP_STORE", "memory")
    monkeypatch.setitem(choose.STORES, "memory", lambda: store)
    for name in ("784-30-10", "784-30-10 seed=3"):
        store.create(RunStart(name, 1000, {"seed": "3"}, {Tag.KIND: Kind.RUN}))
    return store


def test_no_part_of_a_name_becomes_a_tag_of_another_run(named: MemoryStore, nnexp: Nnexp) -> None:
    told = "nnexp: 784-30-10 seed=3 is the name of a run; quote it: '784-30-10 seed=3'\n"
    assert nnexp("tag", "784-30-10", "seed=3", "paper=fig3") == (2, "", told)
    assert not [run for run in named.runs() if run.own_tags]
    assert nnexp("tag", "784-30-10", "seed=3")[0] == 0
    assert nnexp("tag", "784-30-10 seed=3", "paper=fig3")[0] == 0


def test_whatever_part_of_a_name_is_typed_the_whole_one_is_told_with_its_quotes(
    named: MemoryStore, nnexp: Nnexp
) -> None:
    told = "did you mean 784-30-10 seed=3 (a name that holds blanks is quoted)?"
    assert told in nnexp("show", "seed=3")[2]
