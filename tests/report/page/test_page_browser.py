"""The page in a real browser: every plot is drawn, nothing is asked of the network, axe finds nothing serious."""

import json
import shutil
from contextlib import contextmanager

import numpy as np
import pytest

from nnexp.comparison.compare import compare
from nnexp.measure import CHOOSE, DOWN, Measure, write_measures
from nnexp.report.page.page import page
from nnexp.report.plots.figures import plots
from nnexp.tracking.records import Tag
from tests.hostile import STORED, amiss, shown, squeezed
from tests.patience import HANGS_MS
from tests.shelf import Shelf, run, runs

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="needs the chromium browser"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as api:
        running = api.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 255, (2000, 28, 28)).astype(np.uint8)


@pytest.fixture(scope="module")
def address(sweep, images, tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(page(compare(sweep.records, sweep, reach=0.9), sweep, images=images), encoding="utf-8")
    return file.as_uri()


@contextmanager
def opened(browser, address, **how):
    """Open the page and collect what it asks for and complains of."""
    context = browser.new_context(**how)
    context.set_default_timeout(HANGS_MS)
    tab = context.new_page()
    tab.heard = []
    tab.on("request", lambda request: None if request.url == address else tab.heard.append(request.url))
    tab.on("pageerror", lambda error: tab.heard.append(str(error)))
    tab.on("console", lambda said: tab.heard.append(said.text) if said.type == "error" else None)
    tab.goto(address)
    tab.wait_for_function("[...document.querySelectorAll('.drawing')].every(one => one.querySelector('.main-svg'))")
    yield tab
    context.close()


@pytest.mark.parametrize(
    "how",
    [{}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 800}}],
    ids=["light", "dark", "phone"],
)
def test_every_plot_is_drawn_in_silence_and_all_can_read_it(browser, address, sweep, images, how):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with opened(browser, address, **how) as tab:
        assert tab.locator(".drawing").count() == len(plots(compare(sweep.records, sweep), sweep, images))
        assert tab.heard == []
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert [one["id"] for one in axe.run(tab).response["violations"]] == []


def test_runs_are_found_and_sorted_in_their_table(browser, address):
    with opened(browser, address) as tab:
        rows = tab.locator("table.runs tbody tr:not([hidden])")
        every = rows.count()
        tab.locator("#wanted").fill("rerun")
        assert rows.count() == every
        place = tab.locator("table.runs thead button").all_inner_texts().index("validation %")
        wanted = rows.nth(1).locator("td").nth(place).inner_text()
        tab.locator("#wanted").fill(f"predict {wanted}")
        assert 1 <= rows.count() < every
        assert all(wanted in text for text in rows.all_inner_texts())
        tab.locator("#wanted").fill("")
        tab.locator("table.runs thead button").nth(place).click()
        values = [float(row.locator("td").nth(place).inner_text()) for row in rows.all()]
        assert values == sorted(values)


def test_runs_are_filtered_by_what_a_column_holds_and_copied_as_they_are(browser, address, sweep):
    with opened(browser, address) as tab:
        rows = tab.locator("table.runs tbody tr:not([hidden])")
        tab.locator("#wanted").fill("validation<2")  # in per cent, as it is shown
        assert rows.count() == 0
        tab.locator("#wanted").fill("hidden=30 seed<2 validation>20 init!=none")
        assert rows.count() == 4
        assert tab.locator("#told").inner_text() == "4 of 30 runs"
        tab.evaluate("() => { navigator.clipboard.writeText = async (text) => { window.copied = text; }; }")
        tab.locator("#copy").click()
        tab.wait_for_function("window.copied")
        head, *lines = tab.evaluate("window.copied").split("\n")
        assert head.split("\t")[:4] == ["hidden", "init", "seed", "validation %"]
        known = {str(one.metrics["final/val_accuracy"]) for one in sweep.records}
        assert len(lines) == 4
        assert {line.split("\t")[3] for line in lines} <= known
        assert tab.locator("#told").inner_text() == "4 rows copied"


def test_a_table_is_sorted_by_keyboard_and_says_so(browser, address):
    with opened(browser, address) as tab:
        tab.locator("table.runs thead button").nth(2).focus()
        assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        tab.keyboard.press("Enter")
        assert tab.locator("table.runs th").nth(2).get_attribute("aria-sort") == "ascending"
        tab.keyboard.press("Enter")
        assert tab.locator("table.runs th").nth(2).get_attribute("aria-sort") == "descending"
        assert tab.locator("table.runs tbody tr").first.locator("td").nth(2).inner_text() == "4"


@pytest.mark.parametrize(("form", "begin"), [("SVG", b"<svg"), ("PNG", b"\x89PNG")])
def test_a_plot_is_saved_by_keyboard_as_it_looks_on_paper(browser, address, form, begin):
    with opened(browser, address, color_scheme="dark") as tab:
        with tab.expect_download() as saved:
            tab.locator(".save button", has_text=form).first.press("Enter")
        assert saved.value.suggested_filename == f"Every-run-validation-accuracy.{form.lower()}"
        with open(saved.value.path(), "rb") as file:
            content = file.read()
        assert content.startswith(begin)
        if form == "SVG":
            assert b"Every run: validation accuracy" in content
            assert b"rgb(28, 36, 48)" in content  # ink, as in light


def test_on_paper_all_is_light_and_whole_and_nothing_is_to_be_clicked(browser, address):
    with opened(browser, address, color_scheme="dark") as tab:
        tab.emulate_media(media="print", color_scheme="dark")
        tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert (
            tab.evaluate("getComputedStyle(document.querySelector('.drawing .xtick text')).fill") == "rgb(28, 36, 48)"
        )
        widths = tab.evaluate("[...document.querySelectorAll('.main-svg')].map((one) => one.clientWidth)")
        assert max(widths) <= 690
        assert tab.locator("button:visible:not(table button), input:visible").count() == 0
        table = tab.evaluate("document.querySelector('table.runs').getBoundingClientRect().width")
        assert table <= 703  # A4 less its margins
        tab.evaluate("window.dispatchEvent(new Event('afterprint'))")


@pytest.mark.parametrize("epochs", [2, 3, 6, 7, 8])
def test_epochs_are_whole(browser, tmp_path, epochs):
    shelf = Shelf()
    for hidden in (30, 60):
        curve = [0.9 + hidden / 1000 + epoch / 100 for epoch in range(epochs)]
        shelf.add(run(curve[-1], hidden=hidden), curve, 0.1)
    file = tmp_path / "page.html"
    file.write_text(page(compare(shelf.records, shelf), shelf), encoding="utf-8")
    with opened(browser, file.as_uri()) as tab:
        figure = tab.locator("figure", has=tab.locator("figcaption", has_text="by epoch"))
        shown = figure.locator(".xtick text").all_text_contents()
        assert len(shown) == len({*shown}) >= min(epochs, 3)
        assert {*shown} <= {str(epoch + 1) for epoch in range(epochs)}
        assert figure.locator(".point").count() == 2 * epochs


@pytest.fixture(scope="module")
def kinds(tmp_path_factory):
    """Pages of other kinds: sixteen settings with long names, and a task of others whose metric is a loss."""
    sixteen, loss, folder = Shelf(), Shelf(), tmp_path_factory.mktemp("kinds")
    for number in range(16):
        for seed in range(2):
            curve = [0.9 + number / 500 + seed / 1000 + epoch / 1000 for epoch in range(12)]
            own = {"a_setting_with_a_long_name": number, "optimiser": "sgd" if number % 2 else "momentum"}
            sixteen.add(run(curve[-1], seed=seed, **own), curve, 0.1 + number / 100)
    measure = write_measures([Measure("val/loss", better=DOWN, purpose=CHOOSE)])
    for alpha in (1e-5, 1e-3, 1e-1):
        for seed in range(3):
            value = (1000.0 if alpha > 0.01 else alpha) + seed / 100
            own = {"final/val_loss": value, "val/loss": value}
            loss.records.append(
                run(0.9, seed=seed, alpha=alpha, metrics=own, tags={Tag.TASK: "fit", Tag.MEASURES: measure})
            )
    made = {}
    for name, shelf in (("sixteen", sixteen), ("loss", loss)):
        file = folder / f"{name}.html"
        file.write_text(page(compare(shelf.records, shelf), shelf), encoding="utf-8")
        made[name] = file.as_uri()
    return made


@pytest.mark.parametrize("name", ["sixteen", "loss"])
@pytest.mark.parametrize(
    "how", [{"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 800}}], ids=["dark", "phone"]
)
def test_pages_of_other_kinds_can_be_read_by_all(browser, kinds, name, how):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with opened(browser, kinds[name], **how) as tab:
        assert tab.heard == []
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert [one["id"] for one in axe.run(tab).response["violations"]] == []


def test_panels_stand_in_as_many_columns_as_there_is_room_for(browser, kinds):
    def columns(tab):
        figure = tab.locator("figure", has=tab.locator("figcaption", has_text="by epoch"))
        lefts = figure.locator(".subplot .plotbg rect, .cartesianlayer .subplot .gridlayer").evaluate_all(
            "(all) => all.map((one) => Math.round(one.getBoundingClientRect().left))"
        )
        return len({*lefts})

    with opened(browser, kinds["sixteen"], viewport={"width": 1280, "height": 800}) as tab:
        wide = columns(tab)
    with opened(browser, kinds["sixteen"], viewport={"width": 390, "height": 800}) as tab:
        assert columns(tab) < wide


def test_plots_follow_the_change_to_dark(browser, address):
    ink = "getComputedStyle(document.querySelector('.drawing .xtick text')).fill"
    with opened(browser, address, color_scheme="light") as tab:
        light = tab.evaluate(ink)
        tab.emulate_media(color_scheme="dark")
        tab.wait_for_function(f"{ink} !== {light!r}")


@pytest.mark.parametrize(("width", "beside"), [(1280, True), (390, False)])
def test_the_names_of_strips_stand_beside_them_where_there_is_room(browser, address, width, beside):
    with opened(browser, address, viewport={"width": width, "height": 800}) as tab:
        strip = tab.locator("figure", has=tab.locator("figcaption", has_text="Every run"))
        name = strip.locator(".annotation-text", has_text="hidden=100 init=scaled").bounding_box()
        plot = strip.locator(".gridlayer").first.bounding_box()
        assert (name["x"] + name["width"] <= plot["x"]) is beside
        assert name["x"] >= 0
        assert name["x"] + name["width"] <= width


@pytest.fixture(scope="module")
def long_names(tmp_path_factory):
    """The page of settings whose values are long, of which each lost many a digit."""
    shelf = Shelf()
    for value in ("[[2, 3.0], [1, 0.30000000001]]", "[[1, 0.5], [1, 0.25], [1, 0.125]]"):
        for hidden in ("[120, 60, 40, 20]", "[60, 60, 60, 60, 30, 20]"):
            made = run(0.5, eta=value, hidden=hidden, tags={Tag.LOST: "0 1 2 3 4 5 6 8 9"})
            shelf.add(made, [0.4, 0.5], 0.1)
    file = tmp_path_factory.mktemp("long") / "page.html"
    file.write_text(page(compare(shelf.records, shelf), shelf), encoding="utf-8")
    return file.as_uri()


def test_figures_and_commands_stand_beside_long_names_and_long_lists(browser, long_names):
    with opened(browser, long_names, viewport={"width": 1280, "height": 800}) as tab:
        assert tab.evaluate(
            "[...document.querySelectorAll('.scroll')].every(one => one.scrollWidth <= one.clientWidth)"
        )
        lost = tab.locator("table.runs tbody tr").first.locator("td", has_text="0, 1, 2")
        assert lost.bounding_box()["width"] >= 120


def test_on_a_phone_no_name_of_a_plot_is_cut_off(browser, long_names):
    with opened(browser, long_names, viewport={"width": 390, "height": 800}) as tab:
        assert tab.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        beyond = """[...document.querySelectorAll('.legendtext, .annotation-text')].map(one => {
            const [text, drawing] = [one, one.closest('.drawing')].map(each => each.getBoundingClientRect());
            return Math.max(drawing.left - text.left, text.right - drawing.right);
        })"""
        assert max(tab.evaluate(beyond)) <= 1


def test_a_finger_scrolls_the_page_over_a_plot(browser, address):
    phone = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
    with opened(browser, address, **phone) as tab:
        drawing = tab.locator(".drawing").first
        drawing.scroll_into_view_if_needed()
        box, before = drawing.bounding_box(), tab.evaluate("scrollY")
        finger, y = tab.context.new_cdp_session(tab), box["y"] + box["height"] / 2
        for moved in range(0, 201, 20):
            kind, at = "touchMove" if moved else "touchStart", {"x": box["x"] + 150, "y": y - moved}
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        tab.wait_for_function(f"scrollY > {before} + 100")


def test_plots_beside_each_other_begin_at_one_height(browser, kinds):
    with opened(browser, kinds["sixteen"], viewport={"width": 1280, "height": 800}) as tab:
        boxes = [one.bounding_box() for one in tab.locator(".plot:not(.wide)").all()]
        drawings = [one.bounding_box() for one in tab.locator(".plot:not(.wide) .drawing").all()]
        pairs = [(a, b) for a in range(len(boxes)) for b in range(a) if boxes[a]["y"] == boxes[b]["y"]]
        assert pairs
        assert all(drawings[a]["y"] == drawings[b]["y"] for a, b in pairs)


def test_a_grid_of_two_numbers_gets_a_heat_map(browser, tmp_path):
    grid = [run(0.9 + eta / 100 + size / 1e5, eta=eta, batch_size=size) for eta in (0.5, 3.0) for size in (10, 100)]
    file = tmp_path / "grid.html"
    file.write_text(page(compare(grid)), encoding="utf-8")
    with opened(browser, file.as_uri()) as tab:
        assert tab.locator(".heatmaplayer image").count() == 1
        assert tab.heard == []


def test_a_comparison_without_answer_still_makes_a_page(browser, tmp_path):
    for name, records in (("none", []), ("one", runs({}, [0.95]))):
        file = tmp_path / f"{name}.html"
        file.write_text(page(compare(records)), encoding="utf-8")
        with opened(browser, file.as_uri()) as tab:
            assert "Nothing to compare" in tab.locator(".answer").inner_text()
            assert tab.heard == []


OPTION = "<b>opt</b> <a href='http://evil.example'>x</a> \u202e"  # a setting's name


@pytest.fixture(scope="module")
def hostile(sweep):
    """Runs whose settings, data and environment are called by texts that would be more; with every plot there is."""
    shelf, left = Shelf(), next(one for one in sweep.artifacts if one[1] == "predictions.npz")[0]
    for number, text in enumerate(STORED.values()):
        for seed in range(2):
            record = run(0.95 - number / 500 + seed / 3000, seed=seed, seconds=6 + number, run_id=f"{number} {seed}")
            record.params.update({"init": text, OPTION: text if number % 2 else "none", "dataset.name": text[:9]})
            record.tags.update({"nnexp.code": "<i>code", "nnexp.environment": text, "nnexp.key": record.run_id})
            record = shelf.add(record, [0.5, 0.7, record.metrics["final/val_accuracy"]], 0.2)
            for name in ("predictions.npz", "parameters.npz"):
                shelf.artifacts[record.run_id, name] = sweep.artifacts[left, name]
            content = json.dumps({"environment": {text: text}}).encode()
            shelf.artifacts[record.run_id, "environment.json"] = content
    return shelf


@pytest.fixture(scope="module")
def hostile_page(hostile, images, tmp_path_factory):
    file = tmp_path_factory.mktemp("page") / "page.html"
    comparison = compare(hostile.records, hostile, by=["init", OPTION])
    file.write_text(page(comparison, hostile, images=images), encoding="utf-8")
    return file.as_uri()


def test_no_name_is_a_link_a_script_or_markup(browser, hostile_page):
    with opened(browser, hostile_page) as tab:
        tab.on("dialog", lambda dialog: tab.heard.append(dialog.message))
        assert tab.locator(".drawing").count() == 9
        for drawing in tab.locator(".drawing").all():  # what is written when a mouse comes near, as well
            drawing.scroll_into_view_if_needed()
            box = drawing.bounding_box()
            for part in (0.2, 0.5, 0.8):
                tab.mouse.move(box["x"] + box["width"] * part, box["y"] + box["height"] * 0.6)
        for forbidden in ("a:not(.modebar-btn)", "img", "iframe", "b", "[onerror]", "[onload]"):
            assert tab.locator(forbidden).count() == 0, forbidden
        assert tab.evaluate("[...document.scripts].filter(one => !one.type).length") == 2  # plotly and ours
        assert tab.heard == []
        assert amiss(tab.locator("body").inner_text().replace("\t", " ")) == []


def test_every_name_is_read_as_it_is(browser, hostile_page):
    with opened(browser, hostile_page) as tab:

        def read(place):
            return {squeezed(text) for text in tab.locator(place).all_text_contents()}

        texts, names = {shown(text) for text in STORED.values()}, {shown("init"), shown(OPTION)}
        assert read("table.runs td") >= texts
        assert read(".xtick text") >= names
        assert read("th") >= names
        assert len(read("th") & texts) >= 20  # of the rows that are shown
        legends, ours = read(".legendtext"), {squeezed("a lost run"), "level"}
        assert legends >= ours
        legends -= ours | {squeezed("on the line"), squeezed("the others")}
        assert legends
        assert all(any(text in one for text in texts) and shown(OPTION) in one for one in legends)
        assert shown(OPTION) in squeezed(tab.title())
