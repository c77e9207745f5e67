"""Who takes part, by name. To add a contestant: a function from a lesson to a learner, and a line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version

from nnexp.benchmarks.lesson import DIGITS, Learner, Lesson
from nnexp.benchmarks.others import jax_scan, pytorch, scikit_learn
from nnexp.benchmarks.ours import floor, kernel, loop
from nnexp.core import AUTO, Examples, Learning, choose

LOOP, COMPILED = "loop", "compiled"


@dataclass(frozen=True)
class Contestant:
    """A way to learn a lesson, and the package that it takes besides nnexp, as an installer knows it."""

    title: str
    ready: Callable[[Lesson], Learner]
    package: str = ""

    @property
    def version(self) -> str:
        """The version of its package; empty where that is not installed."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return ""


CONTESTANTS: Mapping[str, Contestant] = {
    LOOP: Contestant("per-example loop", loop),
    "scikit-learn": Contestant("scikit-learn", scikit_learn, "scikit-learn"),
    "torch": Contestant("PyTorch", pytorch, "torch"),
    "jax": Contestant("JAX", jax_scan, "jax"),
    "floor": Contestant("dense products", floor),
    "numpy": Contestant("kernel=numpy", partial(kernel, name="numpy")),
    COMPILED: Contestant("kernel=compiled", partial(kernel, name=COMPILED)),
}


def entrants(examples: Examples) -> dict[str, Contestant]:
    """Pick out those that can run here: whose package is installed, and the compiled kernel where it was built."""
    here = {name: one for name, one in CONTESTANTS.items() if not one.package or one.version}
    if choose(AUTO, examples, Learning(), "sigmoid", DIGITS).kernel != COMPILED:
        del here[COMPILED]
    return here
