"""The commands that look at what there is, on a small sweep that really ran."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from nnexp.cli.filters import place
from nnexp.config.value import format_value
from tests.zygote import Zygote

pytestmark = pytest.mark.xdist_group("looks")

SWEEP = """
defaults:
  - config
  - _self_
epochs: 4
init: scaled
dataset: {name: tiny, path: %s}
hydra:
  sweeper:
    params:
      hidden: 4,8
      seed: range(3)
"""


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory, tiny_data: Path, store_file: Path, zygote: Zygote) -> Path:
    """Run a sweep of six runs once for all the tests that only look."""
    folder = tmp_path_factory.mktemp("swept")
    (folder / "sweeps").mkdir()
    (folder / "sweeps" / "small.yaml").write_text(SWEEP % tiny_data)
    (folder / "mlflow.db").write_bytes(store_file.read_bytes())
    zygote.run(["sweep", "small"], folder, os.environ)
    return folder


@pytest.fixture(autouse=True)
def here(swept: Path, monkeypatch: pytest.MonkeyPatch, isolated: Path) -> None:
    monkeypatch.chdir(swept)


@pytest.fixture
def run_id(nnexp) -> str:
    return listed(nnexp)[0]["run_id"]


def listed(nnexp, *arguments):
    status, out, _ = nnexp("runs", "--json", *arguments)
    assert status == 0
    return json.loads(out)


class TestRuns:
    def test_the_newest_comes_first_with_all_that_was_promised(self, nnexp):
        found = listed(nnexp)
        assert len(found) == 6
        told = {
            "run_id",
            "name",
            "status",
            "epoch",
            "sweep",
            "started_at",
            "seconds",
            "key",
            "params",
            "metrics",
            "tags",
        }
        assert set(found[0]) == told
        assert found[0]["metrics"]["final/test_accuracy"] <= 1

    def test_filters_narrow_and_sorting_orders(self, nnexp):
        assert {run["params"]["hidden"] for run in listed(nnexp, "hidden=8")} == {8}
        accuracies = [run["metrics"]["final/test_accuracy"] for run in listed(nnexp, "--sort", "final/test_accuracy")]
        assert accuracies == sorted(accuracies, reverse=True)
        assert [run["params"]["seed"] for run in listed(nnexp, "--sort", "seed", "hidden=4")] == [0, 1, 2]
        assert len(listed(nnexp, "--sweep", "small", "--most", "2")) == 2

    def test_a_metric_goes_by_the_head_of_its_column_and_a_tag_by_its_name(self, nnexp):
        best = listed(nnexp, "--sort", "test")[0]
        reached = 100 * best["metrics"]["final/test_accuracy"]
        assert best in listed(nnexp, f"test>={reached - 1e-6}")
        assert listed(nnexp, f"test>{reached + 1e-6}") == []
        assert nnexp("tag", best["run_id"], "paper=fig3")[0] == 0
        assert [run["run_id"] for run in listed(nnexp, "paper=fig3")] == [best["run_id"]]
        assert "fig3" in nnexp("runs", "paper=fig3")[1]
        assert listed(nnexp, "paper!=fig3") == []  # the others have no such tag

    def test_settings_are_sorted_as_what_they_are(self):
        texts = ["10", "9", "[10, 9]", "[9, 10]", "1e-3", "words", "null", "[8]", "-1"]
        ordered = ["-1", "1e-3", "9", "10", "[8]", "[9, 10]", "[10, 9]", "null", "words"]
        assert sorted(texts, key=place) == ordered

    def test_a_status_may_have_none(self, nnexp):
        assert listed(nnexp, "--status", "failed") == []

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--status", "done"], "--status must be one of RUNNING, FINISHED, FAILED, KILLED"),
            (["--sort", "hiden"], "did you mean hidden?"),
            (["hidden"], "a filter must look like hidden=30"),
            (
                ["hiden=30"],
                "a filter must name a setting, a metric or a tag of the runs, but got 'hiden'; did you mean hidden?",
            ),
            (["final/test_accuracy>80"], "is kept as a share, 0.8 for 80 %; or write 'test>80'"),
            (["--sweep", ""], "must be named, but got an empty name"),
            (["--sweep", "smal"], "there is no sweep smal in this store; did you mean small?"),
            (["--sweep", "init"], "sweep init was not run in this store; nnexp sweep init does it"),
        ],
    )
    def test_a_mistake_is_told_in_one_line(self, nnexp, arguments, message):
        status, _, err = nnexp("runs", *arguments)
        assert status == 2
        assert message in err
        assert err.count("\n") == 1

    def test_ids_are_shortened_to_what_is_unique_before_what_the_network_declares(self, nnexp):
        _, out, _ = nnexp("runs")
        head, *lines = out.splitlines()
        assert head.split()[2:] == [
            "sweep",
            "status",
            "started",
            "took",
            "epochs",
            "val",
            "%",
            "test",
            "%",
            "s",
            "an",
            "epoch",
        ]
        shown = [line.split()[0] for line in lines if not line.startswith(" ")]  # where a long name goes on
        assert len(set(shown)) == 6
        assert max(map(len, shown)) < 12


class TestCompare:
    def test_the_last_sweep_is_compared_by_what_varies(self, nnexp):
        status, out, _ = nnexp("compare", "--json")
        assert status == 0
        assert [setting["n"] for setting in json.loads(out)["settings"]] == [3, 3]

    @pytest.mark.parametrize("form", ["--csv", "--md", "--latex"])
    def test_it_goes_into_a_paper(self, nnexp, form):
        status, out, _ = nnexp("compare", "small", form)
        assert status == 0
        assert "hidden" in out
        assert not out.endswith("\n\n")

    def test_the_cheapest_that_reaches_so_much_is_asked_for(self, nnexp):
        status, out, _ = nnexp("compare", "--at-least", "1", "--then", "time", "--json")
        assert status == 0
        required = json.loads(out)["requirement"]
        assert (required["at_least"], required["then"], len(required["reached"])) == (0.01, "time", 2)
        assert required["cheapest"] in required["reached"]
        status, _, err = nnexp("compare", "small", "--at-least", "101")
        assert (status, err.count("\n")) == (2, 1)

    def test_an_unknown_sweep_is_told_in_one_line(self, nnexp):
        assert nnexp("compare", "smol") == (
            2, "", "nnexp: there is no run or sweep smol in this store; did you mean small?\n"
        )  # fmt: skip


def test_show_has_settings_environment_curve_and_confusions(nnexp, run_id):
    status, out, _ = nnexp("show", run_id[:6])
    assert status == 0
    for part in ("batch_size", "numpy", "accuracy, %", "is a"):
        assert part in out
    assert "\x1b" not in out


def test_diff_shows_only_what_differs(nnexp):
    a, b = (run["run_id"] for run in listed(nnexp, "hidden=8", "--sort", "seed", "--most", "2"))
    _, out, _ = nnexp("diff", a, b)
    assert "seed" in out
    assert "batch_size" not in out
    assert "numpy" not in out
    assert nnexp("diff", a, a)[1].strip() == "nothing differs"


def test_the_page_is_one_file_that_names_what_was_asked(nnexp, tmp_path):
    status, out, _ = nnexp("report", "small", "--to", tmp_path / "page.html")
    assert status == 0
    assert "hidden: 4 or 8?" in (tmp_path / "page.html").read_text()
    assert "page.html" in out


def test_the_sweep_left_its_page_and_its_answer_with_its_parent_run(swept):
    from nnexp.tracking.mlflow.location import Location
    from nnexp.tracking.mlflow.store import MlflowStore
    from nnexp.tracking.records import Kind, Tag

    store = MlflowStore(Location.from_environment())
    [parent] = store.runs(Kind.SWEEP)
    assert "hidden" in parent.tags[Tag.NOTE]
    assert b"<!doctype html>" in (store.artifact(parent.run_id, "report.html") or b"").lower()
    assert {run.parent_id for run in store.runs()} == {parent.run_id}


class TestPredict:
    def test_a_test_example_is_drawn_and_answered(self, nnexp, run_id, tmp_path):
        status, out, _ = nnexp("predict", run_id, "--index", 1, "--png", tmp_path / "one.png")
        assert status == 0
        assert "the network says" in out
        with Image.open(tmp_path / "one.png") as image:
            assert image.size == (48, 48)

    def test_a_drawing_of_ones_own_is_made_fit_and_said_so(self, nnexp, run_id, tmp_path):
        status, out, err = nnexp("predict", run_id, "--image", drawing(tmp_path / "mine.png"))
        assert status == 0
        assert "the network says" in out
        for change in ("made grey", "inverted", "resized from 90 x 120 to 6 x 6"):
            assert change in err

    def test_a_picture_as_the_data_have_them_is_answered_as_the_example_is(self, nnexp, run_id, tmp_path, tiny_data):
        _, out, _ = nnexp("predict", run_id, "--index", 7, "--json")
        Image.fromarray(np.load(tiny_data)["x_test"][7]).save(tmp_path / "seven.png")
        _, asked, _ = nnexp("predict", run_id, "--image", tmp_path / "seven.png", "--json")
        [example], [picture] = json.loads(out), json.loads(asked)
        assert picture["outputs"] == example["outputs"]
        assert (example["index"], example["truth"], picture["changes"]) == (7, "1", [])

    def test_many_pictures_get_a_line_each_and_the_unreadable_are_told(self, nnexp, run_id, tmp_path):
        drawing(tmp_path / "all" / "one.png")
        drawing(tmp_path / "two.png")
        (tmp_path / "all" / "notes.txt").write_text("no picture, nor named so")
        (tmp_path / "none.png").write_text("no picture")
        files = ["--image", tmp_path / "all", tmp_path / "none.png", "--image", tmp_path / "two.png"]
        status, out, err = nnexp("predict", run_id, *files)
        lines = out.splitlines()
        assert status == 2
        assert [line.split("/")[-1].split(":")[0] for line in lines] == ["one.png", "two.png"]
        assert all("the network says" in line for line in lines)
        assert "none.png: expected a picture" in err
        assert "1 of 3 pictures could not be asked about" in err
        assert len(nnexp("predict", run_id, *files, "--show")[1].splitlines()) > len(lines)
        told = {Path(each["image"]).name: each for each in json.loads(nnexp("predict", run_id, *files, "--json")[1])}
        assert set(told["one.png"]) == {"image", "answer", "outputs", "changes", "doubt"}
        assert set(told["none.png"]) == {"image", "error"}

    def test_what_may_not_be_one_digit_is_answered_and_said_so(self, nnexp, run_id, tmp_path):
        noise = np.random.default_rng(0).integers(0, 256, (90, 90)).astype(np.uint8)
        Image.fromarray(noise).save(tmp_path / "noise.png")
        status, out, err = nnexp("predict", run_id, "--image", tmp_path / "noise.png")
        assert (status, "the network says" in out) == (0, True)
        assert "this may not be one of the classes: nothing stands out from the paper" in err

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["--index", "60"], "--index must be between 0 and 59"),
            (["--image", "none.png"], "expected a picture"),
            (["--image", "none.png", "--index", "1"], "give one of them"),
            (["--image", "none.png", "gone.png", "--png", "one.png"], "--png writes one picture, but --image names 2"),
            (["--image", "multirun"], "expected pictures in this folder"),
        ],
    )
    def test_a_mistake_is_told_in_one_line(self, nnexp, run_id, arguments, message):
        status, _, err = nnexp("predict", run_id, *arguments)
        assert status == 2
        assert message in err.splitlines()[-1]  # behind which run it is


def drawing(file: Path) -> Path:
    file.parent.mkdir(exist_ok=True)
    image = Image.new("RGB", (90, 120), "white")
    ImageDraw.Draw(image).rectangle((20, 30, 70, 50), fill="black")
    image.save(file)
    return file


def test_an_exported_network_answers_as_the_run_did(nnexp, run_id, tmp_path, tiny_data):
    status, out, _ = nnexp("export", run_id, "--to", tmp_path / "exported")
    assert status == 0
    assert "parameters.npz" in out
    about = json.loads((tmp_path / "exported" / "run.json").read_text())
    [run] = [run for run in listed(nnexp) if run["run_id"] == run_id]
    assert (about["run_id"], about["key"], about["metrics"]) == (run_id, run["key"], run["metrics"])
    assert about["settings"]["hidden"] == format_value(run["params"]["hidden"])
    for file in (tmp_path / "exported").rglob("*.*"):
        assert str(tiny_data).encode() not in file.read_bytes()
    asked = subprocess.run(  # where nnexp is not imported
        [sys.executable, "-c", ANSWERS, tmp_path / "exported" / "model", tiny_data],
        capture_output=True,
        text=True,
        check=True,
    )
    assert float(asked.stdout.splitlines()[-1]) == run["metrics"]["final/test_accuracy"]
    assert nnexp("export", run_id, "--to", tmp_path / "exported")[0] == 2


ANSWERS = """
import sys, numpy, mlflow
sys.modules["nnexp"] = None  # cannot be imported
data = numpy.load(sys.argv[2])
outputs = mlflow.pyfunc.load_model(sys.argv[1]).predict(data["x_test"])
print((outputs.argmax(axis=1) == data["y_test"]).mean())
"""


def test_a_blank_picture_is_refused(nnexp, run_id, tmp_path):
    Image.fromarray(np.full((9, 9), 255, np.uint8)).save(tmp_path / "blank.png")
    status, _, err = nnexp("predict", run_id, "--image", tmp_path / "blank.png")
    assert (status, "blank" in err) == (2, True)
