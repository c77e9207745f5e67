"""What a run prints: kept in its record, and of a single run shown as it comes."""

from __future__ import annotations

import io
from pathlib import Path

from nnexp.sweep.plan import make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.progress import RunProgress
from nnexp.sweep.session import Session
from nnexp.terminal import Terminal
from nnexp.tracking.memory import MemoryStore
from nnexp.training.spec import RunSpec, make_spec
from tests.contracts.loud import LOUD
from tests.plans import Diary


def spec(folder: Path, seed: int = 0, acts: str = "prints") -> RunSpec:
    return make_spec(LOUD, LOUD.schema.parse_config({"acts": acts, "seed": seed}), number=seed, folder=folder)


def test_what_the_runs_of_a_sweep_print_is_kept_and_not_shown(tmp_path: Path) -> None:
    store, diary = MemoryStore(), Diary()
    configs = [LOUD.schema.parse_config({"seed": seed}) for seed in range(2)]
    plan = make_plan("loud", LOUD, [(n, config, tmp_path / str(n)) for n, config in enumerate(configs)])
    Session(store, LOUD, diary).sweep(plan, Policy(jobs=2))
    for run in store.runs():
        output = store.artifact(run.run_id, "output.txt")
        assert output
        assert f"run {run.params['seed']}: Grüße\n" in output.decode()
    assert not [line for line in diary.lines if "Grüße" in line]


def test_what_a_single_run_prints_is_shown_and_kept(tmp_path: Path) -> None:
    store, diary = MemoryStore(), Diary()
    Session(store, LOUD, diary).train(spec(tmp_path / "out"))
    assert "run 0: Grüße\n" in diary.shown
    assert (tmp_path / "out" / "output.txt").read_text() == diary.shown


def test_what_a_crash_leaves_is_kept_with_the_run_that_crashed(tmp_path: Path) -> None:
    store = MemoryStore()
    Session(store, LOUD).train(spec(tmp_path / "out", acts="crashes"))
    for run in store.runs():
        output = store.artifact(run.run_id, "output.txt")
        assert output
        assert b"Segmentation fault" in output


def test_lines_are_shown_whole_and_what_was_written_over_is_not(tmp_path: Path) -> None:
    file = io.StringIO()
    progress = RunProgress(Terminal(file=file, width=20))
    run = spec(tmp_path)
    for text in ("one", " line\nhalf 1\rhalf 2\rdone\n", "a line that is longer than the terminal\r\n", "the end"):
        progress.printed(run, text)
    assert file.getvalue() == "one line\ndone\na line that is longer than the terminal\n"
    progress.printed(run, ", \x1b[31mred\n")
    assert file.getvalue().endswith("the end, \\x1b[31mred\n")
