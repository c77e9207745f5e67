"""One seed, spawned into named streams of random numbers.

The streams are independent, so changing the hidden layers (which draws more initial parameters) leaves the order of the
examples alone.
"""

from typing import NamedTuple

from numpy.random import PCG64, Generator, SeedSequence


class Streams(NamedTuple):
    """A generator for each thing in training that is left to chance."""

    parameters: Generator
    shuffling: Generator


def streams(seed: int) -> Streams:
    """Spawn the streams of a seed, each of NumPy's PCG64, whose integers will never change."""
    return Streams(*(Generator(PCG64(child)) for child in SeedSequence(seed).spawn(2)))
