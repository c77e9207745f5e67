"""MLflow's page, as `nnexp ui` serves it, in a real browser: what a person sees without a click."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.patience import HANGS_MS
from tests.server import free_port
from tests.zygote import Zygote

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium browser"),
    pytest.mark.xdist_group("page"),
]

SWEEP = """
defaults:
  - config
  - _self_
epochs: 2
dataset:
  limit: 500
hydra:
  sweeper:
    params:
      hidden: 30,100
      seed: range(2)
"""
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture(scope="module")
def link(store_file: Path, tmp_path_factory: pytest.TempPathFactory, zygote: Zygote) -> Iterator[str]:
    """Run a sweep, start `nnexp ui`, and wait for the link that it prints."""
    folder = tmp_path_factory.mktemp("ui")
    shutil.copy(store_file, folder)
    (folder / "sweeps").mkdir()
    (folder / "sweeps" / "widths.yaml").write_text(SWEEP)
    environment = os.environ | {"NNEXP_CACHE": str(folder / "cache"), "NNEXP_STATE": str(folder / "state")}
    zygote.run(["sweep", "widths"], folder, environment)
    said, ours = os.pipe()
    with open(ours, "w") as out, open(os.devnull, "w") as nowhere:
        served = zygote.start(
            ["ui", "widths", "--no-open", "--port", str(free_port())], folder, environment, out, nowhere
        )
    with open(said) as lines:
        yield lines.readline().strip()
    os.killpg(served.pid, signal.SIGTERM)
    served.wait()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1600, "height": 1000})
    page.set_default_timeout(HANGS_MS)
    expect.set_options(timeout=HANGS_MS)
    yield page
    page.close()


def test_the_link_opens_on_the_sweeps_charts_grouped_by_what_varies(link: str, page: Page) -> None:
    assert link.startswith("http://127.0.0.1:")
    page.goto(link)
    for seed in (0, 1):
        for shape in ("784-30-10", "784-100-10"):
            expect(
                page.get_by_text(f"{shape} epochs=2 dataset.limit=500 seed={seed}", exact=True).first
            ).to_be_visible()
    expect(page.get_by_text("Group: 30")).to_be_visible()
    expect(page.get_by_text("Group by: hidden")).to_be_visible()
    chart = page.get_by_text("30 (val/accuracy)")
    expect(chart.first).to_be_visible()
    expect(page.get_by_text("100 (val/accuracy)").first).to_be_visible()  # both widths in one chart
    page.wait_for_function("document.querySelector('.js-plotly-plot')?.querySelectorAll('path.js-line').length >= 2")
    page.screenshot(path=os.environ.get("NNEXP_SCREENSHOT", "page.png"))


def test_the_children_stand_under_their_parent(link: str, page: Page) -> None:
    page.goto(link.split("&viewStateShareKey")[0])
    parent = page.get_by_role("link", name="widths", exact=True)
    expect(parent.first).to_be_visible()
    expect(page.get_by_text("784-30-10 epochs=2 dataset.limit=500 seed=0", exact=True)).to_have_count(0)
    page.get_by_role("row").filter(has=parent).get_by_role("button").first.click()
    expect(page.get_by_text("784-30-10 epochs=2 dataset.limit=500 seed=0", exact=True).first).to_be_visible()


def test_the_sweeps_own_run_has_its_answer_and_its_page(link: str, page: Page) -> None:
    page.goto(link.split("&viewStateShareKey")[0])
    page.get_by_role("link", name="widths", exact=True).first.click()
    expect(page.get_by_text("5 % error").first).to_be_attached()
    page.get_by_role("tab", name="Artifacts").click()
    page.get_by_text("report.html").first.click()
    expect(page.frame_locator("iframe").get_by_role("heading", name="hidden").first).to_be_visible()
