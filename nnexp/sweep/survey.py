"""What a plan comes to before anything of it is run: what is done already, what is to do, and how long that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnexp.sweep.estimate import Estimator
from nnexp.sweep.ledger import Ledger
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.source import Growing
from nnexp.training.spec import RunSpec


@dataclass(frozen=True)
class Survey:
    """A plan under a policy, held against the store."""

    plan: Plan
    policy: Policy
    ledger: Ledger
    estimator: Estimator
    growing: Growing | None = None  # what asks for runs as it goes: what is to do is then what it asks for now

    @property
    def runs(self) -> Sequence[RunSpec]:
        """The runs that are known to be needed."""
        return self.growing.taken if self.growing else self.plan.runs

    @property
    def seconds(self) -> float:
        """How long all that is to do is thought to take."""
        return self.estimator.sweep_seconds(self.ledger.to_do, self.policy.slots)
