import pytest

from nnexp.core.schedule import eta_at, stages
from nnexp.errors import ConfigError


def test_one_eta_is_for_every_epoch():
    assert {eta_at(3, epoch) for epoch in range(1, 50)} == {3.0}


def test_each_stage_lasts_its_epochs_and_the_last_one_stays():
    staged = [[31, 2.0], [30, 0.4], [5, 0.01]]
    etas = [eta_at(staged, epoch) for epoch in range(1, 70)]
    assert etas == [2.0] * 31 + [0.4] * 30 + [0.01] * 8


@pytest.mark.parametrize("eta", [0, -1.0, float("nan"), float("inf"), [[3, 0.0]], [[3, 1.0], [2, float("nan")]]])
def test_an_eta_that_cannot_learn_is_refused(eta):
    with pytest.raises(ConfigError, match="eta must be a finite number above 0, but got"):
        stages(eta)


@pytest.mark.parametrize("eta", [[], [[3]], [[0, 1.0]], [[1.5, 1.0]], [[1, 2.0, 3.0]]])
def test_stages_that_are_not_pairs_are_refused(eta):
    with pytest.raises(ConfigError, match=r"stages such as \[\[31, 2.0\], \[30, 0.4\]\]"):
        stages(eta)
