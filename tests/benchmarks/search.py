"""What a search is worth: samplers against each other, and pruning against none, on the real digits.

    python -m tests.benchmarks.search --repeats 5

Each repeat runs `nnexp sweep search` with another seed of the sampler, in an empty folder. It takes a minute a search.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from nnexp.comparison.searched import Searched, searched
from nnexp.statistics.estimates import mean_interval
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader
from nnexp.tracking.records import Kind

WAYS = {
    "tpe": ("hydra.sweeper.sampler=tpe", "hydra.sweeper.pruner=none"),
    "random": ("hydra.sweeper.sampler=random", "hydra.sweeper.pruner=none"),
    "tpe, halving": ("hydra.sweeper.sampler=tpe", "hydra.sweeper.pruner=halving"),
    "tpe, median": ("hydra.sweeper.sampler=tpe", "hydra.sweeper.pruner=median"),
}


def search(seed: int, *settings: str) -> Searched:
    with tempfile.TemporaryDirectory(prefix="nnexp-search-") as folder:
        command = [sys.executable, "-m", "nnexp", "sweep", "search", f"hydra.sweeper.seed={seed}", *settings]
        clean = {name: value for name, value in os.environ.items() if not name.startswith("MLFLOW_")}
        subprocess.run(command, cwd=folder, env=clean, check=True, capture_output=True)
        store = SqlReader(Location(f"sqlite:///{Path(folder) / 'mlflow.db'}", "nnexp"))
        found = searched(store.runs(Kind.SWEEP)[0], store.runs(), store)
        assert found
        assert found.best
        return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.search")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--way", choices=WAYS, action="append")
    parser.add_argument("settings", nargs="*", help="of every search, as hydra.sweeper.n_trials=20")
    asked = parser.parse_args()
    print(f"{'':14}{'best %':>8}{'95 %':>18}{'fresh %':>10}{'epochs':>9}  best of each")
    for way in asked.way or WAYS:
        found = [search(seed, *WAYS[way], *asked.settings) for seed in range(asked.repeats)]
        best = [100 * (one.best.value or 0.0) for one in found if one.best]
        low, high = mean_interval(best)
        fresh = [100 * one.worth.estimate for one in found]
        trained = sum(one.epochs for one in found) / sum(one.epochs_of_all for one in found)
        mean, each = sum(best) / len(best), " ".join(f"{value:.2f}" for value in best)
        worth = sum(fresh) / len(fresh)
        print(f"{way:14}{mean:8.2f}  [{low:6.2f}, {high:6.2f}]{worth:10.2f}{100 * trained:7.0f} %  {each}", flush=True)


if __name__ == "__main__":
    main()
