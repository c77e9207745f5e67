import pytest

from nnexp.benchmarks.epoch import EpochTimes
from nnexp.benchmarks.growth import by_examples, by_hidden, by_launches, exponent


def times(hidden, batch_size, **seconds):
    return EpochTimes(100, hidden, batch_size, seconds, {})


def test_the_exponent_of_a_power_is_found():
    assert exponent({n: 3 * n**1.5 for n in (1, 7, 20, 300)}) == pytest.approx(1.5)


def test_the_hidden_size_is_fitted_for_each_batch_size_that_has_enough():
    measured = [times(h, 10, loop=h**2, numpy=5) for h in (30, 60, 100)] + [times(h, 1, loop=1) for h in (30, 60)]
    (growth,) = by_hidden(measured)
    assert (growth.of, growth.sizes) == ("hidden, batch 10", [30, 60, 100])
    assert growth.exponents == {"loop": pytest.approx(2), "numpy": pytest.approx(0)}


def test_the_number_of_examples_grows_to_all_of_them(pictures):
    growth = by_examples(pictures, rounds=1)
    assert growth.sizes == [10, 20, 40, 100]
    assert growth.exponents.keys() == growth.seconds.keys()


def test_sweeps_grow_by_runs_and_by_workers():
    runs, workers = by_launches(lambda runs, workers: runs / workers, cores=4, rounds=1)
    assert (runs.of, runs.sizes) == ("runs on one worker", [1, 2, 4, 8])
    assert (workers.of, workers.sizes) == ("workers on 8 runs", [1, 2, 4])
    assert (runs.exponents, workers.exponents) == ({"sweep": pytest.approx(1)}, {"sweep": pytest.approx(-1)})


def test_one_core_has_no_more_workers():
    (runs,) = by_launches(lambda runs, workers: runs / workers, cores=1, rounds=1)
    assert runs.of == "runs on one worker"
