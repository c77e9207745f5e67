"""What a plan comes to before anything of it is run: what is done already, what is to do, and how long that takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nnexp.sweep.estimate import Estimator
from nnexp.sweep.ledger import Ledger
from nnexp.sweep.plan import Plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.until_decided import UntilDecided
from nnexp.training.spec import RunSpec


@dataclass(frozen=True)
class Survey:
    """A plan under a policy, held against the store."""

    plan: Plan
    policy: Policy
    ledger: Ledger
    estimator: Estimator
    until: UntilDecided | None = None  # what adds seeds; what is to do is then what its present look asks for

    @property
    def runs(self) -> Sequence[RunSpec]:
        """The runs that are known to be needed."""
        return self.until.taken if self.until else self.plan.runs

    @property
    def seconds(self) -> float:
        """How long all that is to do is thought to take."""
        return self.estimator.sweep_seconds(self.ledger.to_do, self.policy.slots)

    @property
    def seconds_at_most(self) -> float:
        """How long it takes if seeds are added up to the last look."""
        return self.estimator.sweep_seconds(self.until.at_most, self.policy.slots) if self.until else self.seconds
