"""How long runs will take: from what was measured before, or from what the task measures now."""

from dataclasses import replace

import pytest

from nnexp.config.value import format_value
from nnexp.sweep import estimate
from nnexp.sweep.estimate import Estimator
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.task import NETWORK, NetworkTask
from nnexp.tracking.records import Run, Status, Tag
from nnexp.training.spec import make_spec


@pytest.fixture
def measured(monkeypatch):
    """Have an epoch of any shape take so long, and give what was measured."""
    hidden = []

    def epoch_takes(seconds):
        monkeypatch.setattr(
            NetworkTask, "epoch_seconds", lambda self, config: hidden.append(config.hidden) or float(seconds)
        )
        return hidden

    return epoch_takes


def record(config, seconds, **tags):
    params = make_spec(NETWORK, config).params
    return Run("id", "name", Status.FINISHED, 1, 2, params, {"time/total_s": seconds}, tags)


def test_the_median_of_earlier_runs_of_the_same_shape_counts(tiny, plan):
    earlier = [record(tiny(seed=seed, epochs=10), seconds) for seed, seconds in enumerate((10, 20, 90))]
    earlier.append(record(tiny(hidden=6, epochs=10), 1000))
    assert Estimator(earlier).seconds(plan({"epochs": 4}).runs[0]) == pytest.approx(8)


def test_a_run_of_another_task_tells_nothing(tiny, plan, measured):
    measured(3)
    earlier = [record(tiny(epochs=10), 10, **{Tag.TASK: "another"})]
    assert Estimator(earlier).seconds(plan({"epochs": 4}).runs[0]) == 12
    earlier = [record(tiny(epochs=10), 10, **{Tag.TASK: NETWORK.name})]
    assert Estimator(earlier).seconds(plan({"epochs": 4}).runs[0]) == 4


@pytest.mark.parametrize(
    ("status", "tags"), [(Status.FAILED, {}), (Status.KILLED, {}), (Status.FINISHED, {Tag.PRUNED: "after epoch 1"})]
)
def test_a_run_that_did_not_come_to_its_end_tells_nothing(tiny, plan, measured, status, tags):
    measured(3)
    earlier = [replace(record(tiny(epochs=10), 10, **tags), status=status)]
    assert Estimator(earlier).seconds(plan({"epochs": 4}).runs[0]) == 12


@pytest.mark.parametrize("name", [name for name, one in SCHEMA.settings.items() if one.costs])
def test_another_shape_is_whatever_costs(tiny, plan, measured, name):
    measured(3)
    run = record(tiny(epochs=10), 10)
    other = Run("id", "name", Status.FINISHED, 1, 2, {**run.params, name: format_value("other")}, run.metrics, {})
    assert Estimator([other]).seconds(plan({"epochs": 4}).runs[0]) == 12


def test_a_shape_that_was_never_run_is_measured_once(plan, measured):
    hidden = measured(2)
    estimator = Estimator()
    runs = plan({"seed": 0}, {"seed": 1}, {"hidden": 6, "epochs": 5}).runs
    assert [estimator.seconds(run) for run in runs] == [6, 6, 10]
    assert hidden == [5, 6]


@pytest.mark.parametrize(("slots", "seconds"), [(1, 12), (2, 8), (3, 7), (4, 6), (9, 6)])
def test_runs_share_the_slots(slots, seconds, plan, measured, monkeypatch):
    measured(1)
    monkeypatch.setattr(estimate, "START_S", 0.5)
    monkeypatch.setattr(estimate, "RECORD_S", 0.0)
    runs = plan(*({"epochs": epochs} for epochs in (1, 2, 3, 6))).runs
    assert Estimator().sweep_seconds(runs, slots) == seconds + 0.5


def test_no_runs_take_no_time():
    assert Estimator().sweep_seconds([], 2) == 0
