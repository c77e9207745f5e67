from dataclasses import replace

import pytest

from nnexp.sweep import estimate
from nnexp.sweep.estimate import Estimator, calibrate
from nnexp.tracking.records import Run, Status
from nnexp.training.spec import params


def record(config, seconds):
    return Run("id", "name", Status.FINISHED, 1, 2, params(config), {"time/total_s": seconds}, {})


def test_the_median_of_earlier_runs_of_the_same_shape_counts(config, plan):
    earlier = [record(config(seed=seed, epochs=10), seconds) for seed, seconds in enumerate((10, 20, 90))]
    earlier.append(record(config(hidden=6, epochs=10), 1000))
    assert Estimator(earlier).seconds(plan({"epochs": 4}).runs[0].prepared) == pytest.approx(8)


def test_a_shape_that_was_never_run_is_measured_once(plan, monkeypatch):
    measured = []
    monkeypatch.setattr(estimate, "calibrate", lambda config: measured.append(config.hidden) or 2.0)
    estimator = Estimator()
    runs = plan({"seed": 0}, {"seed": 1}, {"hidden": 6, "epochs": 5}).runs
    assert [estimator.seconds(run.prepared) for run in runs] == [6, 6, 10]
    assert measured == [5, 6]


@pytest.mark.parametrize(("slots", "seconds"), [(1, 12), (2, 8), (3, 7), (4, 6), (9, 6)])
def test_runs_share_the_slots(slots, seconds, plan, monkeypatch):
    monkeypatch.setattr(estimate, "calibrate", lambda config: 1.0)
    monkeypatch.setattr(estimate, "START_S", 0.5)
    monkeypatch.setattr(estimate, "RECORD_S", 0.0)
    runs = plan(*({"epochs": epochs} for epochs in (1, 2, 3, 6))).runs
    assert Estimator().sweep_seconds(runs, slots) == seconds + 0.5


def test_no_runs_take_no_time():
    assert Estimator().sweep_seconds([], 2) == 0


@pytest.mark.parametrize(("batch_size", "limit"), [(10, None), (50, None), (7, None), (3, 3)])
def test_calibrating_gives_seconds_whatever_the_settings(batch_size, limit, config):
    given = config(batch_size=batch_size)
    assert calibrate(replace(given, dataset=replace(given.dataset, limit=limit))) > 0


def test_a_setting_that_would_burst_in_calibration_stops_nothing(config):
    assert calibrate(config(lmbda=5000.0)) > 0
    assert calibrate(config(hidden=10**13)) == 0
