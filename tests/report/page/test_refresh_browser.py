"""The page of a sweep that goes on, and the page of links to all, in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nnexp.comparison.compare import compare
from nnexp.comparison.so_far import SoFar
from nnexp.report.page.head import tells
from nnexp.report.page.index import Entry, index
from nnexp.report.page.page import page
from tests.hostile import TEXTS
from tests.patience import HANGS_MS
from tests.shelf import small_and_large

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium browser"),
    pytest.mark.xdist_group("browser"),
]
LONGER_MS = 31_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as api:
        running = api.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def live(tmp_path: Path) -> Path:
    file = tmp_path / "page.html"
    file.write_text(page(compare(small_and_large(), so_far=SoFar(10, 12)), told_of="abc"))
    return file


@pytest.fixture
def tab(browser: Any, live: Path) -> Iterator[Any]:
    """The page, as it is seen by somebody who has scrolled down; its clock stands."""
    context = browser.new_context(viewport={"width": 390, "height": 600})
    context.set_default_timeout(HANGS_MS)
    tab = context.new_page()
    tab.clock.install()
    tab.goto(live.as_uri())
    tab.evaluate("window.isOld = true")
    tab.evaluate("scrollTo(0, 300)")
    yield tab
    context.close()


def is_read_anew(tab: Any) -> bool:
    """Let half a minute pass; tell whether the page was read again."""
    tab.clock.fast_forward(LONGER_MS)
    tab.wait_for_load_state()
    return not tab.evaluate("window.isOld === true")


def test_it_is_read_anew_where_it_stood_until_the_sweep_is_over(tab: Any, live: Path) -> None:
    assert "So far (10 of 12 runs): hidden=100 is the best" in tab.locator(".answer").inner_text()
    assert "this page is read anew every 30 seconds" in tab.locator(".going").inner_text()
    live.write_text(page(compare(small_and_large())))
    with tab.expect_navigation():
        tab.clock.fast_forward(LONGER_MS)
    assert "So far" not in tab.locator(".answer").inner_text()
    assert tab.locator(".going").count() == 0
    tab.evaluate("window.isOld = true")
    assert not is_read_anew(tab)


def test_it_keeps_its_place(tab: Any) -> None:
    with tab.expect_navigation():
        tab.clock.fast_forward(LONGER_MS)
    tab.wait_for_function("scrollY === 300")


def test_it_waits_while_somebody_is_at_work_on_it(tab: Any) -> None:
    tab.locator("#wanted").fill("97")
    assert not is_read_anew(tab)
    tab.locator("#wanted").fill("")
    tab.locator("#wanted").blur()
    tab.locator(".going button").click()
    assert not is_read_anew(tab)
    assert "this page stays as it is" in tab.locator(".going").inner_text()


def test_a_page_is_known_again_by_what_it_tells_of(live: Path) -> None:
    assert (tells(live, "abc"), tells(live, "abd"), tells(live, ""), tells(live.parent / "none", "abc")) == (
        True, False, False, False,
    )  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_can_read_the_links_whatever_sweeps_are_called(
    browser: Any, live: Path, tmp_path: Path, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    names = [*TEXTS.values()]
    entries = [Entry(name, ("0123abcd", name), name, (name,), (("", f"{n}?#.html"),)) for n, name in enumerate(names)]
    entries += [Entry("two", (), "", (), (("a", "a.html"), ("b", "b.html"))), Entry("none", ("KILLED",), "", (), ())]
    (tmp_path / "index.html").write_text(index("Sweeps in here", entries), encoding="utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 800}, color_scheme=scheme)
    context.set_default_timeout(HANGS_MS)
    tab = context.new_page()
    heard: list[str] = []
    tab.on("request", lambda request: heard.append(request.url))
    tab.goto((tmp_path / "index.html").as_uri())
    assert len(heard) == 1
    assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert [one["id"] for one in axe.run(tab).response["violations"]] == []
    links = tab.locator(".sweeps a")
    assert links.count() == len(names) + 2
    assert os.path.basename(links.first.evaluate("link => decodeURIComponent(link.href)")) == "0?#.html"
    tab.goto(live.as_uri())
    tab.locator(".going button").wait_for()
    found = axe.run(tab).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
    context.close()
