import numpy as np
import pytest

from nnexp.benchmarks.contestants import COMPILED, CONTESTANTS, LOOP, Contestant, entrants
from nnexp.benchmarks.lesson import lessons
from nnexp.core.kernels import build
from nnexp.tasks.network.config import DatasetConfig
from nnexp.tasks.network.setup import dataset_of, examples_of

INSTALLED = [name for name, one in CONTESTANTS.items() if not one.package or one.version]


@pytest.fixture(scope="module")
def lesson():
    dataset = dataset_of(DatasetConfig(limit=5000))
    return next(lessons(examples_of(dataset.train, dataset), [30], [10]))


@pytest.mark.parametrize("name", [name for name in INSTALLED if name != "floor"])
def test_every_contestant_learns_the_lesson(name, lesson):
    learner = CONTESTANTS[name].ready(lesson)
    for _ in range(3):
        learner.epoch()
    assert np.mean(np.asarray(learner.answers(lesson.inputs)) == lesson.examples.labels) > 0.6


def test_the_floor_only_computes(lesson):
    floor = CONTESTANTS["floor"].ready(lesson)
    floor.epoch()
    assert floor.answers is None


def test_who_is_not_installed_takes_no_part(pictures, monkeypatch):
    monkeypatch.setitem(CONTESTANTS, "other", Contestant("Other", CONTESTANTS[LOOP].ready, "no-such-package"))
    assert list(entrants(pictures)) == INSTALLED


def test_the_compiled_kernel_takes_part_where_it_was_built(pictures, monkeypatch, tmp_path):
    monkeypatch.setattr(build, "LIBRARY", tmp_path / "none")
    assert list(entrants(pictures)) == [name for name in INSTALLED if name != COMPILED]
