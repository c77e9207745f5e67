"""What is said beside what a sweep shows on its way."""

from __future__ import annotations

from nnexp.comparison.so_far import SoFar
from nnexp.measure import count

ON_THE_WAY = (
    "Looked at on the way, with a third of the 5 % error. Whoever looks whenever a run ends, and stops as soon as it "
    "pleases, is misled more often; --until-decided looks five times at the most, and keeps to 5 % in all."
)


def tell_so_far(so_far: SoFar) -> str:
    """Say before an answer that it is none yet: So far (12 of 30 runs):."""
    told = count(so_far.of or so_far.done, so_far.what)
    return f"So far ({f'{so_far.done:,} of {told}' if so_far.of else told}):"
