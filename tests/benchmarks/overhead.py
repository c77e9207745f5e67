"""Print what a sweep costs besides its training, in ms a run: python tests/benchmarks/overhead.py [runs ...]

Runs of one epoch on 1,000 examples, through `nnexp sweep` with a fresh store. What training costs is the runs' own
time/total_s, shared by the workers that ran them; all the rest of the command's time is overhead: starting, composing,
the workers, the store, the table at the end.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader

JOBS = 2
SWEEP = """\
defaults: [config, _self_]
epochs: 1
dataset: {{limit: 1000}}
hydra:
  launcher: {{jobs: {jobs}}}
  sweeper: {{params: {{seed: range({runs})}}}}
"""


def measure(runs: int, folder: Path) -> tuple[float, float]:
    """Run a sweep; give the command's seconds and the training's."""
    (folder / "sweeps").mkdir()
    (folder / "sweeps" / "overhead.yaml").write_text(SWEEP.format(jobs=JOBS, runs=runs))
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    environment = os.environ | {"MLFLOW_TRACKING_URI": uri, "NNEXP_STATE": str(folder / "state")}
    began = perf_counter()
    command = [sys.executable, "-m", "nnexp", "sweep", "overhead"]
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    wall = perf_counter() - began
    records = SqlReader(Location(uri, "nnexp")).runs()
    assert len(records) == runs
    return wall, sum(record.metrics["time/total_s"] for record in records) / JOBS


if __name__ == "__main__":
    print(" runs    wall s   training s   overhead ms a run")
    for runs in [int(word) for word in sys.argv[1:]] or [200, 1000]:
        with tempfile.TemporaryDirectory() as folder:
            wall, training = measure(runs, Path(folder))
        print(f"{runs:5d}{wall:10.1f}{training:13.1f}{1000 * (wall - training) / runs:20.1f}")
