"""The pages of sweeps: written once a result, all of them with links, and of one that goes on as its runs end."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnexp.cli import live_page
from nnexp.cli.live_page import LivePage
from nnexp.recording.begin import new_recorder
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking import choose
from nnexp.tracking.choose import store_here
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, RunStart, Tag, sweep_claim
from nnexp.training.spec import make_spec
from tests.plans import events_of

Nnexp = Callable[..., tuple[int, str, str]]
KEY = "a" * 64


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    store = MemoryStore()
    monkeypatch.setenv("NNEXP_STORE", "memory")
    monkeypatch.setitem(choose.STORES, "memory", lambda: store)
    return store


@pytest.fixture
def sweep(store: MemoryStore, tiny_data: Path, tmp_path: Path, nnexp: Nnexp) -> Callable[..., str]:
    """Sweep over two settings on one of two data sets, or both; give what was printed."""
    arrays = dict(np.load(tiny_data))
    np.savez(tmp_path / "one.npz", **arrays)
    arrays["x_train"][0] = 0
    np.savez(tmp_path / "two.npz", **arrays)

    def sweep(paths: str, *more: str) -> str:
        data = ["dataset=folder", f"dataset.path={paths}", "dataset.split=book", "hydra.launcher.jobs=1"]
        status, out, _ = nnexp("train", "-m", "hidden=3,5", "epochs=1", *data, *more)
        assert status == 0
        return out

    return sweep


def times(*pages: Path) -> list[int]:
    return [page.stat().st_mtime_ns for page in pages]


@pytest.mark.parametrize("paths", ["one.npz", "one.npz,two.npz"], ids=["a page", "a page for each data set"])
def test_a_sweep_with_nothing_to_do_leaves_its_page_as_it_was(paths: str, sweep: Any, tmp_path: Path) -> None:
    sweep(paths)
    pages = [*tmp_path.glob("multirun/**/*.html")]
    before = times(*pages)
    out = sweep(paths)
    assert len(pages) == len(paths.split(","))
    assert times(*pages) == before
    assert (len([*tmp_path.glob("multirun/**/*.html")]), "as" in out.splitlines()[-1]) == (len(pages), True)


def test_a_page_is_written_again_only_where_it_tells_something_else(
    sweep: Any, nnexp: Nnexp, store: MemoryStore, tmp_path: Path
) -> None:
    sweep("one.npz")
    page = tmp_path / "report.html"
    assert nnexp("report")[:2] == (0, "report.html\n")
    before = times(page)
    assert nnexp("report")[:2] == (0, "report.html\n")
    assert times(page) == before
    nnexp("report", "--metric", "final/test_accuracy")
    assert times(page) != before
    nnexp("report")
    again = times(page)
    nnexp("tag", store.runs()[0].run_id, "paper=fig3")
    nnexp("report")
    assert times(page) != again


def test_all_pages_are_written_once_and_linked(sweep: Any, nnexp: Nnexp, store: MemoryStore, tmp_path: Path) -> None:
    sweep("one.npz")
    sweep("one.npz,two.npz", "init=scaled")
    store.create(RunStart("<b>none", 1, tags={Tag.KIND: Kind.SWEEP, Tag.SWEEP: KEY}))
    status, out, err = nnexp("report", "--all", "--to", tmp_path / "all")
    assert (status, out, err) == (0, f"{tmp_path}/all/index.html: 3 sweeps\n", "")
    linked = re.findall(r'<a href="([^"]+)">', (tmp_path / "all/index.html").read_text())
    pages = [tmp_path / "all" / file for file in linked]
    assert len(pages) == 3
    before = times(*pages)
    assert nnexp("report", "--all", "--to", tmp_path / "all")[0] == 0
    assert times(*pages) == before
    html = (tmp_path / "all/index.html").read_text()
    assert html.count("Nothing to compare") + html.count("One seed shows nothing of chance") == 3  # an answer of each
    assert "<b>none" not in html
    assert nnexp("report", "x", "--all")[0] == 2


class TestLive:
    @pytest.fixture
    def page(self, database: Path, tiny: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> LivePage:
        """The page of a sweep that goes on here, of two runs, of which one is finished."""
        store = store_here()
        tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: KEY, Tag.VARIES: "seed", Tag.OWNER: "this test"}
        sweep = store.create(RunStart("mine", 1000, {"runs": "2"}, tags))
        store.claims.take(sweep_claim(KEY))
        member = {Tag.member(KEY): Tag.YES}
        made = new_recorder(make_spec(NETWORK, tiny()), tmp_path / "0", store, say=print, parent_id=sweep, tags=member)
        for event in events_of(tiny()):
            made.record(event)
        monkeypatch.setattr(live_page, "FIRST_S", 0)
        monkeypatch.setattr(live_page, "SHARE", 1e-9)  # so that no machine is so slow that it is time again
        (tmp_path / "sitecustomize.py").touch()
        self.said: list[str] = []
        return LivePage(store, KEY, tmp_path / "report.html", self.said.append, time.monotonic())

    def test_is_written_by_a_process_of_its_own_and_said_once(self, page: LivePage, tmp_path: Path) -> None:
        page.touch()
        page._look(0)  # until it has ended
        html = (tmp_path / "report.html").read_text()
        assert "So far (1 of 2 runs): " in html
        assert "location.reload()" in html
        assert self.said == [f"the page so far, written anew as runs end: {tmp_path / 'report.html'}"]
        page.touch()
        assert page._process is None  # it is not time yet

    def test_what_is_being_written_ends_with_the_sweep(self, page: LivePage, tmp_path: Path) -> None:
        page.touch()
        process = page._process
        assert process
        os.kill(process, signal.SIGSTOP)  # so that it has not ended before
        assert os.getpriority(os.PRIO_PROCESS, process) == 19
        (tmp_path / ".report.html.0123abcd").touch()
        page.stop()
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
        assert not [*tmp_path.glob(".report.html*")]
        assert self.said == []


def test_the_pages_tell_of_a_sweep_that_goes_on_as_it_is(sweep: Any, nnexp: Nnexp, store: MemoryStore) -> None:
    sweep("one.npz")
    [record] = store.runs(Kind.SWEEP)
    store.end(record.run_id, record.status.RUNNING, 0)
    store.claims.take(sweep_claim(record.tags[Tag.SWEEP]))
    nnexp("report", "--all")
    nnexp("report")
    [page] = Path("reports").glob("multirun-*.html")
    assert "So far (2 of 2 runs): " in page.read_text() == Path("report.html").read_text()
    assert "2 of 2 runs so far" in Path("reports/index.html").read_text()
    assert json.loads(nnexp("compare", "--json")[1])["so_far"] == {"done": 2, "of": 2}
