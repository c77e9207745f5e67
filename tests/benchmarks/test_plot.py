from xml.etree import ElementTree

import pytest

from nnexp.benchmarks.epoch import EpochTimes
from nnexp.benchmarks.plot import draw


def drawn(*times):
    return ElementTree.fromstring(draw(times))


def found(root, tag):
    return list(root.iter(f"{{http://www.w3.org/2000/svg}}{tag}"))


def times(hidden=30, batch_size=10, **seconds):
    ratios = {name: seconds["loop"] / each for name, each in seconds.items()}
    return EpochTimes(50_000, hidden, batch_size, seconds, ratios)


def test_equal_ratios_are_equal_distances():
    circles = found(drawn(times(loop=2.0, numpy=0.2, compiled=0.02)), "circle")
    loop, numpy, compiled = (float(each.get("cx")) for each in circles)
    assert loop - numpy == pytest.approx(numpy - compiled, abs=0.2)
    assert loop > compiled
    assert len({each.get("cy") for each in circles}) == 3


def test_says_what_is_what():
    texts = ["".join(each.itertext()) for each in found(drawn(times(loop=2.0, compiled=0.02)), "text")]
    assert texts[0] == "Seconds for an epoch of 50,000 examples in batches of ● 10"
    assert {"784-30-10", "per-example loop", "1.0×", "kernel=compiled", "100×"} <= {*texts}


def test_has_a_panel_for_each_network_and_a_colour_for_each_batch_size():
    root = drawn(*(times(h, m, loop=2.0, numpy=0.1) for h in (30, 60, 100) for m in (1, 10)))
    assert len(found(root, "g")) == 3
    assert len(found(root, "circle")) == 12
    assert len({each.get("fill") for each in found(root, "circle")}) == 2
