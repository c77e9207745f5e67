"""Print how long it takes to read a large store: python tests/benchmarks/reading.py [settings seeds epochs]

A sweep of a function, with five metrics an epoch; then commands in one process each, twice: the first time with all
that they import, the second time their own work alone. Seconds of the CPU, which a busy machine does not lengthen.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from time import process_time

SETTINGS, SEEDS, EPOCHS = 20, 50, 60
MINE = """\
import random

def train(width: int = 1, epochs: int = 1, *, seed: int):
    draw = random.Random(seed)
    for epoch in range(epochs):
        accuracy = 0.9 + 0.05 * width / (1 + width) - 0.3 / (1 + epoch) + draw.gauss(0, 0.002)
        names = ("val/accuracy", "test/accuracy", "train/accuracy")
        yield {**dict.fromkeys(names, accuracy), "train/loss": 1 - accuracy, "val/loss": 1.1 - accuracy}
"""
COMMANDS = ("runs", "runs --json", "sweeps", "compare", "compare --json", "doctor")


def fill(folder: Path, settings: int, seeds: int, epochs: int) -> str:
    """Run the sweep; give its command, which typed again has nothing to do."""
    (folder / "mine.py").write_text(MINE)
    command = f"train -m mine.py:train width=range(1,{settings + 1}) seed=range({seeds}) epochs={epochs}"
    subprocess.run([sys.executable, "-m", "nnexp", *command.split()], check=True, capture_output=True)
    return command


def twice(command: str) -> None:
    """Type a command twice in this process, and print the seconds of each."""
    from nnexp.cli.main import app

    sys.argv = ["nnexp", *command.split()]
    took = []
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        for _ in range(2):
            began = process_time()
            with contextlib.suppress(SystemExit):
                app()
            took.append(process_time() - began)
    print(f"{command[:28]:28}{took[0]:8.2f}{took[1]:12.2f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--command"]:
        twice(sys.argv[2])
        sys.exit()
    here, numbers = Path(__file__).resolve(), [int(word) for word in sys.argv[1:]] or [SETTINGS, SEEDS, EPOCHS]
    with tempfile.TemporaryDirectory() as temporary:
        os.chdir(temporary)
        os.environ |= {"MLFLOW_TRACKING_URI": f"sqlite:///{temporary}/mlflow.db", "NNEXP_STATE": f"{temporary}/state"}
        again = fill(Path(temporary), *numbers)
        print("command                      first s  own work s", flush=True)
        for one in (*COMMANDS, again):
            subprocess.run([sys.executable, here, "--command", one], check=True)
