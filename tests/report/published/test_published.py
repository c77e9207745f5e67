import io
from dataclasses import dataclass, field

import numpy as np
import pytest
from rich.console import Console

from nnexp.comparison.compare import compare
from nnexp.report.published.reproduction import FILE, reproductions, systems
from nnexp.report.published.table import notes, published_markdown, published_table, table
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


def rows(shelf):
    return table(reproductions(shelf.records, shelf, systems())).rows


def test_every_published_figure_is_read():
    known = {system.name: system for system in systems()}
    assert known["colab-py27"].accuracy[0] == (1, 0.9026)
    assert known["staged-20"].accuracy == ((66, 0.6034),)
    assert known["timed-yale-100"].seconds[0] == 7.61
    assert known["keras-data"].accuracy == ()
    assert set(known) == {file.stem for file in FILE.parent.glob("*.yaml")}


def test_first_best_and_last_stand_beside_the_published_ones(shelf):
    for last in (0.94, 0.949, 0.955):
        shelf.add("colab-py27", (0.9, 0.96, last))
    first, best, end = rows(shelf)
    assert first[2:] == ("90.26", "90.00", "90.00 to 90.00", "0 of 3", "0.26 points above all of our seeds")
    assert best[2:] == ("95.02", "96.00", "96.00 to 96.00", "3 of 3", "0.98 points below all of our seeds")
    assert end[1:] == (
        *("30, the last", "94.81", "94.90", "94.00 to 95.50"),
        *("2 of 3", "inside the range of our seeds"),
    )


def test_one_published_figure_gives_one_row(shelf):
    shelf.add("staged-20", (0.5, 0.62, 0.62))
    assert [row[1] for row in rows(shelf)] == ["66, the last"]


def test_a_system_without_a_result_shows_ours_alone(shelf):
    shelf.add("keras-data", (0.9, 0.95, 0.95))
    assert rows(shelf) == (("keras-data", "last", "–", "95.00", "95.00 to 95.00", "–", "published without a result"),)


def test_networks_that_lost_a_digit_are_counted(shelf):
    shelf.add("timed-yale-100", (0.7, 0.88, 0.88), lost=True)
    shelf.add("timed-yale-100", (0.7, 0.97, 0.97))
    found = reproductions(shelf.records, shelf, systems())
    assert table(found).rows[-1][-1] == "inside the range of our seeds; 1 of 2 seeds lost a digit"
    assert any("about 9 points each" in sentence for sentence in notes(found))


def test_a_figure_outside_is_set_against_the_seeds_that_lost_no_digit(shelf):
    for best, lost in ((0.87, True), (0.88, True), (0.961, False), (0.962, False), (0.963, False)):
        shelf.add("lesson-py3", (0.83, best, best), lost=lost)
    assert rows(shelf)[1][-1] == (
        "0.08 points above all of our seeds; 2 of 5 seeds lost a digit; "
        "inside what the other 3 let expect of one more, [95.70, 96.70]"
    )


def test_a_changed_run_is_no_reproduction(shelf):
    shelf.add("staged-20", (0.5, 0.95, 0.95), freeze=[])
    assert rows(shelf) == ()
    assert published_table(shelf.records, shelf) is None
    assert published_markdown(shelf.records, shelf) is None


def test_a_run_counts_by_its_settings_and_not_by_its_name(shelf):
    shelf.add("staged-20", (0.5, 0.62, 0.62), experiment=None)
    assert len(rows(shelf)) == 1


def test_the_time_of_an_epoch_is_compared_where_it_was_published(shelf):
    shelf.add("timed-yale-30", (0.9, 0.95, 0.95), seconds=0.2)
    shelf.add("timed-yale-100", (0.7, 0.88, 0.88), seconds=0.4)
    *_, said = notes(reproductions(shelf.records, shelf, systems()))
    assert said == (
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


def test_chance_is_named_where_a_figure_lies_outside(shelf):
    for last in (0.62, 0.63, 0.64):
        shelf.add("staged-20", (0.5, last, last))
    assert notes(reproductions(shelf.records, shelf, systems())) == [
        "By chance alone, in 2 of 4 cases the figure of one run lies outside the range of 3 other runs."
    ]


def test_is_drawn_whole_on_a_narrow_terminal(shelf):
    shelf.add("staged-20", (0.5, 0.62, 0.62), lost=True)
    console = Console(file=io.StringIO(), width=100)
    console.print(published_table(shelf.records, shelf))
    drawn = " ".join(console.file.getvalue().split())
    assert "60.34" in drawn
    assert "digit" in drawn


def test_is_written_in_markdown(shelf):
    shelf.add("staged-20", (0.5, 0.62, 0.62))
    written = published_markdown(shelf.records, shelf)
    assert "| staged-20 | 66, the last | 60.34 | 62.00 |" in written
