"""The generators of random numbers that a process shares: seeded before a run, each that is there.

A library that nobody has imported has drawn nothing; one that is imported later begins as it begins by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter

LEGACY = 1 << 32  # what seeds of the old generators are below
SEEDED = {  # by module, what seeds it
    "random": "seed",
    "numpy": "random.seed",
    "torch": "manual_seed",  # of every device
    "tensorflow": "random.set_seed",
}


def seed_all(seed: int) -> tuple[str, ...]:
    """Seed every generator that is there, and name the modules that they are of."""
    there = []
    for name in SEEDED:
        with suppress(KeyError, AttributeError):  # it is not there, or is a module of somebody's with its name
            seeder: Callable[[int], object] = attrgetter(SEEDED[name])(sys.modules[name])
            seeder(seed % LEGACY)
            there.append(name)
    return tuple(there)
