"""What a plan comes to before anything of it is run: what is done already, what is to do, and how long that takes."""

from __future__ import annotations

from dataclasses import dataclass

from nnexp.sweep.estimate import Estimator
from nnexp.sweep.ledger import Ledger
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy


@dataclass(frozen=True)
class Survey:
    """A plan under a policy, held against the store."""

    plan: Plan
    policy: Policy
    ledger: Ledger
    estimator: Estimator

    @property
    def seconds(self) -> float:
        """How long all that is to do is thought to take."""
        return self.estimator.sweep_seconds(self.ledger.to_do, self.policy.slots)
