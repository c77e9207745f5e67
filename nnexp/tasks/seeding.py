"""One seed, spawned into named streams of random numbers.

The streams are independent, so changing the hidden layers (which draws more initial parameters) leaves the order of the
examples alone.
"""

from typing import NamedTuple

import numpy as np
from numpy.random import Generator


class Streams(NamedTuple):
    """A generator for each thing in training that is left to chance."""

    parameters: Generator
    shuffling: Generator


def streams(seed: int) -> Streams:
    """Spawn the streams of a seed."""
    return Streams(*(np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(2)))
