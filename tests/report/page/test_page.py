import base64
import gzip
import re
from dataclasses import replace

import numpy as np
from plotly.offline import get_plotlyjs_version

from nnexp.comparison.compare import compare
from nnexp.report.page.packed import library
from nnexp.report.page.page import page
from nnexp.report.prose.told import tell
from tests.shelf import run, runs

MEGABYTE = 1_000_000


def test_the_page_says_question_and_answer_first(sweep):
    comparison = compare(sweep.records, sweep, by=["hidden"])
    written = page(comparison, sweep)
    assert "<h1>hidden: 30, 60 or 100?</h1>" in written
    assert written.index(tell(comparison).answer) < written.index("<table>")


def test_what_may_be_best_is_marked_where_others_are_ruled_out():
    one, alike, worse = ([x + gap for x in (0.95, 0.951, 0.952)] for gap in (0, 0.0001, -0.1))
    near = runs({"hidden": 30}, one) + runs({"hidden": 60}, alike)
    written = page(compare(near + runs({"hidden": 9}, worse)))
    assert written.count('<tr class="left">') == 2 * written.count("<table>")
    assert '<tr class="left">' not in page(compare(near))


def test_the_library_is_of_the_version_that_python_draws_for():
    assert f" v{get_plotlyjs_version().split('.')[0]}." in unpacked()[:200]


def unpacked():
    text, length = library()
    return gzip.decompress(base64.b85decode(text.translate(str.maketrans(",.", "<&")))[:length]).decode()


def test_the_page_is_small_and_asks_for_nothing(sweep):
    images = np.random.default_rng(0).integers(0, 255, (2000, 28, 28)).astype(np.uint8)
    written = page(compare(sweep.records, sweep), sweep, images=images)
    assert len(written.encode()) < 2 * MEGABYTE
    own = written.replace(library()[0], "")
    assert "http" not in own.replace("http-equiv", "")


def test_the_page_of_a_large_sweep_is_small(shelf):
    random = np.random.default_rng(0)
    for hidden in range(10, 110):
        for eta in (0.5, 3.0):
            for seed in range(5):
                curve = 0.9 + 0.05 * random.random(30)
                shelf.add(run(curve[-1], hidden=hidden, eta=eta, seed=seed), curve, 0.2)
    written = page(compare(shelf.records, shelf), shelf)
    assert len(written) - len(library()[0]) < 2 * MEGABYTE


def test_what_comes_from_the_store_is_text_not_markup():
    evil = "</script><script>alert(1)</script>"
    written = page(compare(runs({"init": evil}, [0.9, 0.91, 0.93]) + runs({"init": "normal"}, [0.9, 0.92, 0.9])))
    assert evil not in written
    assert "&lt;script&gt;alert(1)" in written


def test_what_a_run_lost_stands_beside_it_by_its_name(shelf):
    record = shelf.add(run(0.85, hidden=30, seed=0), [0.85], 0.1)
    record.tags["nnexp.lost"] = "1"
    answers = {"labels": np.array([0, 0, 1, 1]), "predicted": np.array([0, 0, 0, 0]), "confidence": np.ones(4)}
    shelf.keep(record.run_id, "predictions.npz", **answers, classes=np.array(["cat", "dog"]))
    assert ">dog</td>" in page(compare(shelf.records, shelf), shelf)


def test_the_page_says_what_was_swept_what_was_held_and_lists_every_run():
    records = runs({"hidden": 30}, [0.95, 0.96]) + runs({"hidden": 60}, [0.96, 0.97])
    written = page(compare(records))
    assert "hidden = 30, 60; seed = 0, 1" in written
    assert "mnist data, 50 to train, 10 to test" in page(compare(records), sizes="50 to train, 10 to test")
    assert "eta=3.0 batch_size=10" in written
    assert all(f"nnexp rerun {record.run_id[:8]}" in written for record in records)


def test_the_page_says_where_it_was_computed(sweep):
    sweep_page = page(compare(sweep.records, sweep), sweep)
    assert "<dt>where</dt><dd>Some CPU</dd>" in sweep_page


def test_one_run_and_data_of_ones_own_stand_in_the_title():
    assert "<h1>One run: 784-30-10</h1>" in page(compare([run(0.95)]))
    own = runs({"hidden": 30, "dataset__path": "/data/tea.npz"}, [0.9]) + runs(
        {"hidden": 60, "dataset__path": "/data/tea.npz"}, [0.8]
    )
    assert "<h1>hidden: 30 or 60? On tea.npz.</h1>" in page(compare(own))


def test_every_word_of_the_tables_that_needs_it_is_explained():
    lost = [run(0.85, hidden=100, seed=seed, tags={"nnexp.lost": "3"}) for seed in range(3)]
    kept = runs({"hidden": 30}, [0.95, 0.96, 0.955], tags={"nnexp.lost": "nothing"})
    written = page(compare([*kept, *lost]))
    for word in ("lost", "behind", "ruled out: mean", "more often: p"):
        assert f"<dt>{word}</dt>" in written
    assert "<dt>lost</dt>" not in page(compare(kept))


def test_what_is_to_be_typed_is_written_as_code():
    one, other = ([0.95 + gap + seed / 1000 for seed in (0, 3, 1)] for gap in (0, 0.0005))
    undecided = compare(runs({"hidden": 30}, one) + runs({"hidden": 60}, other))
    [answer] = re.findall('<p class="answer">(.*)</p>', page(replace(undecided, command="nnexp sweep wide")))
    assert "<code>--until-decided</code>" in answer
    assert "`" not in answer


def test_a_foreign_task_has_no_column_of_lost_runs_and_no_predict():
    made = [run(0.9 + hidden / 1000, hidden=hidden, tags={"nnexp.task": "sgd"}) for hidden in (30, 60)]
    written = page(compare(made))
    assert "nnexp rerun" in written
    assert "nnexp predict" not in written
    assert ">lost<" not in written
