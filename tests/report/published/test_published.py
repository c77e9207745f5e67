import io
from dataclasses import dataclass, field

import numpy as np
import pytest
from rich.console import Console

from nnexp.comparison.compare import compare
from nnexp.report.published.reproduction import FILE, reproductions, systems
from nnexp.report.published.table import notes, published_markdown, published_table, tables
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.presets import own_settings
from nnexp.tracking.records import Kind, Run, Status, Tag

EPOCHS = {"staged-20": 66}


@dataclass
class Shelf:
    """A RunStore of what it is given."""

    records: list = field(default_factory=list)
    histories: dict = field(default_factory=dict)
    predictions: dict = field(default_factory=dict)

    def runs(self, kind):
        return [run for run in self.records if run.kind == kind]

    def history(self, run_ids, metric):
        known = self.histories.get(metric, {})
        return {run_id: known[run_id] for run_id in run_ids if run_id in known}

    def artifact(self, run_id, name):
        return self.predictions.get(run_id) if name == "predictions.npz" else None

    def add(self, system, accuracies, *, seconds=0.2, lost=False, **changed):
        """Add a run of the system whose test accuracy is at first, best and last what is given."""
        first, best, last = accuracies
        epochs = EPOCHS.get(system, 30)
        config = SCHEMA.parse_config(
            {**own_settings(system), "experiment": system, "seed": len(self.records), **changed}
        )
        run_id = f"run{len(self.records)}"
        values = [first, best, *[last] * (epochs - 2)]
        self.histories.setdefault("test/accuracy", {})[run_id] = list(enumerate(values, start=1))
        self.histories.setdefault("time/epoch_s", {})[run_id] = [(n, seconds) for n in range(1, epochs + 1)]
        self.predictions[run_id] = predictions(lost=lost)
        metrics = {"final/test_accuracy": last}
        tags = {Tag.KIND: Kind.RUN, Tag.KEY: run_id, Tag.CODE: "code", Tag.DATA: "data"}
        self.records.append(Run(run_id, "", Status.FINISHED, 0, 1, SCHEMA.params(config), metrics, tags))


@pytest.fixture
def shelf():
    return Shelf()


def predictions(*, lost):
    labels = np.arange(100) % 10
    predicted = np.where(lost & (labels == 8) & (np.arange(100) > 10), 5, labels)
    content = io.BytesIO()
    np.savez(content, labels=labels, predicted=predicted, confidence=np.ones(100, np.float16))
    return content.getvalue()


def found(shelf):
    return reproductions(compare(shelf.records, shelf), shelf, systems())


def said(shelf):
    return notes(found(shelf), compare(shelf.records, shelf).stake)


def rows(shelf):
    return tables(found(shelf))[0].rows


def drawn(shelf, width=80):
    console = Console(file=io.StringIO(), width=width)
    console.print(published_table(compare(shelf.records, shelf), shelf))
    return console.file.getvalue()


def test_every_published_figure_is_read():
    known = {system.name: system for system in systems()}
    assert known["colab-py27"].accuracy[0] == (1, 0.9026)
    assert known["staged-20"].accuracy == ((66, 0.6034),)
    assert known["timed-yale-100"].seconds[0] == 7.61
    assert known["keras-data"].accuracy == ()
    assert set(known) == {file.stem for file in FILE.parent.glob("*.yaml")}


def test_first_best_and_last_stand_beside_the_published_ones(shelf):
    for last in (0.94, 0.949, 0.954):
        shelf.add("colab-py27", (0.9, 0.96, last))
    assert rows(shelf) == (
        ("colab-py27", "1", "90.26", "–", "90.00", "90.00", "90.00", "+0.26"),
        ("colab-py27", "best", "95.02", "96.00 ± 0.00", "96.00", "96.00", "96.00", "-0.98"),
        ("colab-py27", "30", "94.81", "94.77 ± 0.71", "94.00", "94.90", "95.40", "inside"),
    )


def test_one_published_figure_gives_one_row(shelf):
    shelf.add("staged-20", (0.5, 0.62, 0.62))
    assert [row[1] for row in rows(shelf)] == ["66"]


def test_a_system_without_a_result_shows_ours_alone(shelf):
    shelf.add("keras-data", (0.9, 0.95, 0.95))
    assert rows(shelf) == (("keras-data", "30", "–", "95.00", "95.00", "95.00", "95.00", "–"),)
    assert not any("published" in note for note in said(shelf))


MIXED = ((0.87, True), (0.88, True), (0.961, False), (0.962, False), (0.963, False))


def test_a_level_is_of_the_seeds_that_lost_no_digit_and_the_lost_ones_are_told_beside_it(shelf):
    for best, lost in MIXED:
        shelf.add("lesson-py3", (0.83, best, best), lost=lost)
    figures, losses = tables(found(shelf))
    assert figures.rows[1] == ("lesson-py3", "best", "96.38", "96.20 ± 0.10", "87.00", "96.10", "96.30", "+0.08")
    assert losses.rows == (("lesson-py3", "2 of 5", "[5, 85] %", "8"),)
    assert any("about 10 points each" in note for note in said(shelf))


def test_every_figure_is_that_of_a_comparison_of_the_same_runs(shelf):
    for system, off in (("timed-yale-100", 0.0), ("timed-yale-30", -0.01)):
        for last, lost in MIXED:
            shelf.add(system, (0.7, last, last + off), lost=lost)
    compared = compare(shelf.records, shelf, metric="final/test_accuracy", by=["hidden"])
    expected = {one.values[0]: one for one in compared.configurations}
    for one in found(shelf):
        same = expected[one.system.name.rpartition("-")[2]]
        ours = one.last
        assert (ours.level, ours.median, ours.worst) == (same.level, same.median, same.worst)
        assert (ours.loss, ours.lost) == (same.loss, same.lost)


def test_of_seeds_that_all_lost_a_digit_there_is_no_level(shelf):
    for last in (0.86, 0.87):
        shelf.add("timed-yale-100", (0.7, last, last), lost=True)
    assert rows(shelf)[-1][3:] == ("–", "86.00", "86.50", "87.00", "+1.35")


def test_a_seed_that_was_trained_anew_counts_once(shelf):
    for last in (0.61, 0.63):
        shelf.add("staged-20", (0.5, last, last), seed=1)
    shelf.records[1].tags[Tag.KEY] = shelf.records[0].key
    assert rows(shelf)[0][3:7] == ("63.00", "63.00", "63.00", "63.00")


def test_a_changed_run_is_no_reproduction(shelf):
    shelf.add("staged-20", (0.5, 0.95, 0.95), freeze=[])
    assert rows(shelf) == ()
    assert published_table(compare(shelf.records, shelf), shelf) is None
    assert published_markdown(compare(shelf.records, shelf), shelf) is None


def test_a_run_counts_by_its_settings_and_not_by_its_name(shelf):
    shelf.add("staged-20", (0.5, 0.62, 0.62), experiment=None)
    assert len(rows(shelf)) == 1


def test_the_time_of_an_epoch_is_compared_where_it_was_published(shelf):
    shelf.add("timed-yale-30", (0.9, 0.95, 0.95), seconds=0.2)
    shelf.add("timed-yale-100", (0.7, 0.88, 0.88), seconds=0.4)
    *_, told = said(shelf)
    assert told == (
        "The fastest epoch of timed-yale-100 took 2.0 times (0.400 s over 0.200 s) that of timed-yale-30; "
        "published: 3.2 times (7.54 s over 2.37 s)."
    )


def test_a_comparison_tells_experiments_apart_by_their_names_alone(shelf):
    for experiment in ("colab-py27", "staged-20"):
        for _ in range(3):
            shelf.add(experiment, (0.5, 0.62, 0.62))
    assert compare(shelf.records, shelf).by == ("experiment",)
    shelf.add("staged-20", (0.5, 0.95, 0.95), freeze=[])
    assert compare(shelf.records, shelf).by == ("experiment", "freeze")


def test_what_chance_alone_does_is_told_for_each_number_of_seeds(shelf):
    for last in (0.62, 0.63, 0.64):
        shelf.add("staged-20", (0.5, last, last))
    shelf.add("colab-py27", (0.9, 0.95, 0.94))
    assert said(shelf)[-1] == (
        "By chance alone one more run lies outside the range of 1 in 2 of 2 cases, of 3 in 2 of 4 cases."
    )


def test_is_drawn_in_eighty_columns_and_no_row_is_broken_in_two(shelf):
    for system in ("timed-yale-100", "keras-data"):
        for last, lost in MIXED:
            shelf.add(system, (0.7, last, last), lost=lost)
    lines = drawn(shelf).splitlines()
    assert max(map(len, lines)) <= 80
    assert sum(line.startswith(("timed-yale-100 ", "keras-data ")) for line in lines) == 4 + 2
    assert any("96.20 ± 0.10" in line and "inside" in line for line in lines)


def test_is_written_in_markdown(shelf):
    shelf.add("staged-20", (0.5, 0.62, 0.62))
    written = published_markdown(compare(shelf.records, shelf), shelf)
    assert "| staged-20 | 66 | 60.34 | 62.00 | 62.00 | 62.00 | 62.00 | -1.66 |" in written
    assert "- A published figure is of one run, which may have lost a digit: it lies inside the range" in written
