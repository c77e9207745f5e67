"""Pruning by seeds, on sweeps whose truth is known: how often is a truly best setting closed, and what is saved?

    python -m tests.benchmarks.racing

Settings come one after the other, in random order, each with up to 12 seeds; at each look a setting is held against all
that have had as many. Printed are the share of truly best settings that were closed, and of the runs that were needed.
"""

from __future__ import annotations

import numpy as np

from nnexp.statistics.decision import Results
from nnexp.statistics.looks import LOOKS, look
from tests.simulated import INIT, LADDER, RESOLUTION, Case, equal, one_wide, winner

SEEDS, MARGIN, SEARCHES = 12, 0.2, 150
CASES: dict[str, Case] = {
    "20 equal": equal(20),
    "20 that lose 30 %": equal(20, p=0.3),
    "one of 20 ahead by 0.2": winner(20, 0.2),
    "one of 20 ahead by 0.5": winner(20, 0.5),
    "init": INIT,
    "ladder": LADDER,
    "one of 10 varies 3 times": one_wide(10, 0.6, 0.2),
}


def race(case: Case, rng: np.random.Generator) -> tuple[float, float]:
    kinds = [kind for kind in case for _ in range(kind.many)]
    runs: dict[str, tuple[np.ndarray, np.ndarray, int]] = {}
    closed = set()
    for number in rng.permutation(len(kinds)):
        values, lost = kinds[number].draw(SEEDS, rng)
        for seeds in (*(one for one in LOOKS if one < SEEDS), SEEDS):
            runs[str(number)] = values, lost, seeds
            of = {name: first(run, seeds) for name, run in runs.items() if run[2] >= seeds}
            if seeds < SEEDS and len(of) > 1:
                seen = look(of, seeds, resolution=RESOLUTION, margin=MARGIN)
                if str(number) not in (seen.found.may_be_best if seen.ending else seen.more):
                    closed.add(number)
                    break
    best = max(kind.mean for kind in kinds)
    tops = [number for number, kind in enumerate(kinds) if kind.mean == best]
    return float(np.mean([number in closed for number in tops])), sum(run[2] for run in runs.values()) / (
        SEEDS * len(kinds)
    )


def first(run: tuple[np.ndarray, np.ndarray, int], seeds: int) -> Results:
    values, lost = run[0][:seeds], run[1][:seeds]
    return Results(values[~lost].tolist(), values[lost].tolist())


def main() -> None:
    print(f"{'':26}{'a best one closed':>18}{'runs needed':>13}")
    for name, case in CASES.items():
        rng = np.random.default_rng(1)
        closed, needed = np.mean([race(case, rng) for _ in range(SEARCHES)], axis=0)
        print(f"{name:26}{100 * closed:16.1f} %{100 * needed:11.0f} %", flush=True)


if __name__ == "__main__":
    main()
