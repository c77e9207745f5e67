"""Runs on data of which some classes have few examples: accuracy and balanced accuracy, side by side."""

from __future__ import annotations

import json

import pytest

from nnexp.comparison.compare import compare
from nnexp.errors import ConfigError
from nnexp.measure import TOTAL, write_measures
from nnexp.report.prose.told import tell
from nnexp.report.tables.formats import as_json
from nnexp.report.tables.table import tables
from nnexp.tasks.network.measures import declared
from nnexp.tracking.records import Run, Tag
from tests.shelf import run, small_and_large

DECLARED = write_measures([*declared("01", uneven=True), TOTAL])
BALANCED = {30: 0.8, 100: 0.6}  # the better accuracy has the worse balanced one


@pytest.fixture
def uneven() -> list[Run]:
    """Five seeds each of 30 hidden neurons and of 100."""
    return [
        run(
            accuracy + seed / 1000,
            seed=seed,
            hidden=hidden,
            tags={Tag.MEASURES: DECLARED},
            metrics={
                "val/balanced_accuracy": BALANCED[hidden] + seed / 1000,
                "final/val_balanced_accuracy": BALANCED[hidden] + seed / 1000,
                "final/test_balanced_accuracy": BALANCED[hidden] - 0.01,
                "val/recall/1": BALANCED[hidden] - 0.2 + seed / 1000,
            },
        )
        for hidden, accuracy in ((30, 0.95), (100, 0.97))
        for seed in range(5)
    ]


def test_accuracy_decides_and_balanced_accuracy_stands_beside_it(uneven: list[Run]) -> None:
    comparison = compare(uneven)
    told = tell(comparison)
    assert told.answer.startswith("hidden=100 is the best: 97.20 %")
    assert any("(--metric val/balanced_accuracy)" in note for note in told.notes)
    beside = tables(comparison)[1]
    assert beside.columns == ("hidden", "validation balanced %", "test balanced %")
    assert beside.rows == (("100", "60.20 ± 0.16", "59.00 ± 0.00"), ("30", "80.20 ± 0.16", "79.00 ± 0.00"))
    assert json.loads(as_json(comparison))["settings"][1]["val/balanced_accuracy"] == pytest.approx(0.802)


@pytest.mark.parametrize(
    ("metric", "level"),
    [("val/balanced_accuracy", "80.20 %"), ("final/val_balanced_accuracy", "80.20 %"), ("val/recall/1", "60.20 %")],
)
def test_settings_are_chosen_by_what_is_asked_for(uneven: list[Run], metric: str, level: str) -> None:
    comparison = compare(uneven, metric=metric)
    told = tell(comparison)
    assert told.answer.startswith(f"hidden=30 is the best: {level}")
    assert "validation %" in tables(comparison)[1].columns
    assert not any("Nobody declared" in note or "Ordered by" in note for note in told.notes)


def test_a_metric_that_the_runs_lack_is_refused_and_the_classes_are_not_all_listed(uneven: list[Run]) -> None:
    with pytest.raises(ConfigError, match=r"val/recall/…\), but got 'val/recall/2'; did you mean val/recall/1\?"):
        compare(uneven, metric="val/recall/2")


def test_where_classes_are_even_nothing_stands_beside() -> None:
    comparison = compare(small_and_large(tags={Tag.MEASURES: write_measures(declared("01", uneven=False))}))
    assert not comparison.besides
    assert not any("balanced" in text for table in tables(comparison) for text in (table.title, *table.columns))
