from nnexp.benchmarks.contestants import entrants
from nnexp.benchmarks.epoch import measure


def test_measures_all_for_every_hidden_and_batch_size(pictures):
    table = [*measure(pictures, [3, 4], [5, 7], rounds=2)]
    assert [(times.hidden, times.batch_size) for times in table] == [(3, 5), (3, 7), (4, 5), (4, 7)]
    for times in table:
        assert times.examples == len(pictures)
        assert list(times.seconds) == list(times.ratios) == list(entrants(pictures))
        assert min(times.seconds.values()) > 0
        assert times.ratios["loop"] == 1
