"""A command as a task: what it is told, what is read of it, how it fails and how it is ended."""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from nnexp.errors import ConfigError, DataError, UnfinishedError
from nnexp.tasks.command.program import command_in
from nnexp.tasks.command.task import CommandTask
from nnexp.tasks.command.template import Template
from nnexp.tasks.task import Open, Result, is_foreign
from tests.patience import HANGS_S
from tests.tasks.command.conftest import MakeTask


def trained(task: CommandTask, **settings: Any) -> tuple[list[dict[str, float]], Result]:
    training, epochs = task.begin(task.schema.parse_config(settings)), []
    while True:
        try:
            epochs.append(dict(next(training).metrics))
        except StopIteration as end:
            return epochs, end.value


def wait_for(condition: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + HANGS_S
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def is_gone(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    return True


def pids_in(file: Path, count: int) -> list[int]:
    """Wait until so many processes have written down who they are."""
    found: list[str] = wait_for(lambda: file.exists() and len(lines := file.read_text().split()) == count and lines)
    return [int(pid) for pid in found]


def test_its_epochs_are_read_and_its_output_goes_on(make_task: MakeTask, capfd: pytest.CaptureFixture[str]) -> None:
    task = make_task()
    assert is_foreign(task)
    assert isinstance(task, Open)
    assert task.name == "train.py"
    epochs, result = trained(task, lr=0.5, seed=7)
    assert epochs == [{"loss": 0.5 / n, "val_acc": 0.057} for n in (1, 2, 3)]
    assert result.remarks == {}
    assert command_in(task.sources) == "-- python train.py --lr '{lr}' --seed '{seed}'"
    out = capfd.readouterr().out
    assert out.startswith("Namespace(lr=0.5, seed=7)\nEpoch 1/3")
    assert out.count("Epoch") == 3


def test_an_epoch_is_given_as_soon_as_the_next_begins(make_task: MakeTask, tmp_path: Path) -> None:
    task = make_task("""
import os, time
print("epoch 1 loss: 3", flush=True)
print("epoch 2 loss: 2", flush=True)
while not os.path.exists("go"):
    time.sleep(0.01)
""")
    training = task.begin(task.schema.parse_config({}))
    assert next(training).metrics == {"loss": 3.0}
    (tmp_path / "go").touch()
    assert next(training).metrics == {"loss": 2.0}


def test_it_is_told_its_settings_by_arguments_and_by_the_environment(make_task: MakeTask) -> None:
    task = make_task(
        """
import os, sys
assert sys.argv[1:] == ["--lr=1e-05", "two words; $(echo no)", "3"], sys.argv
told = [os.environ[f"NNEXP_{name}"] for name in ("LR", "WORDS", "MODEL_DEPTH", "DECAY", "SEED")]
assert told == ["1e-05", "two words; $(echo no)", "3", "0.5", "4"], told
assert os.environ["OMP_NUM_THREADS"] == os.environ["NNEXP_THREADS"] == "2"
assert os.path.isdir(os.environ["NNEXP_FOLDER"])
assert sys.stdin.read() == ""
print("fine: 1")
""",
        "--lr={lr}", "{words}", "{model.depth}", told=("decay",),
    )  # fmt: skip
    settings = {"lr": 1e-5, "words": "two words; $(echo no)", "model": {"depth": 3}, "decay": 0.5}
    assert trained(task, **settings, seed=4, threads=2)[0] == [{"fine": 1.0}]


def test_a_misspelt_setting_is_refused(make_task: MakeTask) -> None:
    with pytest.raises(ConfigError, match=r"there is no setting lrr; did you mean lr\?"):
        make_task().schema.parse_config({"lrr": 1})


def test_results_are_read_from_a_file_of_each_run(make_task: MakeTask) -> None:
    task = make_task(
        """
import sys
print("loss: 100")
open(sys.argv[1], "w").write("epoch,loss\\n1,3\\n2,2\\n")
""",
        "{folder}/metrics.csv",
        results="{folder}/metrics.csv",
    )
    assert trained(task)[0] == [{"loss": 3.0}, {"loss": 2.0}]
    assert command_in(task.sources) == "--results '{folder}/metrics.csv' -- python train.py '{folder}/metrics.csv'"
    assert task.examine(task.schema.parse_config({})).cautions == ()


def test_a_file_that_is_the_same_in_every_run_is_named(make_task: MakeTask) -> None:
    task = make_task("open('m.json', 'w').write('{\"loss\": 1}')", results="m.json")
    [caution] = task.examine(task.schema.parse_config({})).cautions
    assert caution == "every run writes its results to m.json: {folder} is a folder of its own for each"
    assert trained(task)[0] == [{"loss": 1.0}]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("print('loss: 1'); import sys; sys.exit(3)", "the command ended with status 3"),
        ("print('loss: 1'); raise ValueError('bad  lr')", "the command ended with status 1: ValueError: bad  lr"),
        ("import os; os.abort()", "the command was ended by SIGABRT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the command was ended by SIGKILL"),
        ("import no_such_module", "the command ended with status 1: ModuleNotFoundError: No module named 'no_such_mod"),
        ("loss = ", "the command ended with status 1: SyntaxError: invalid syntax"),
    ],
)
def test_its_exit_status_decides(text: str, error: str, make_task: MakeTask) -> None:
    with pytest.raises(UnfinishedError) as raised:
        trained(make_task(text))
    assert str(raised.value).startswith(error)
    if "ValueError" in error:
        assert "line 1, in <module>" in raised.value.__notes__[0]


def test_no_result_at_all_is_a_failure_that_says_what_was_looked_for(make_task: MakeTask) -> None:
    with pytest.raises(DataError, match=r"status 0 and gave no result; looked for was name: value, .* --results FILE"):
        trained(make_task("print('hello')"))
    task = make_task("open('m.csv', 'w').write('a,b\\n')", results="m.csv")
    with pytest.raises(DataError, match=r"gave no result; m\.csv was looked through for names and numbers"):
        trained(task)


def test_megabytes_on_both_outputs_and_lines_without_end_are_no_deadlock(
    make_task: MakeTask, capfd: pytest.CaptureFixture[str]
) -> None:
    task = make_task("""
import os
for _ in range(100):
    os.write(1, b"x" * 30_000)
    os.write(2, b"y" * 30_000)
print()
print("loss: 1", end="")
""")
    assert trained(task)[0] == [{"loss": 1.0}]
    captured = capfd.readouterr()
    assert (captured.out.count("x"), captured.err.count("y")) == (3_000_000, 3_000_000)


TREE = """
import os, signal, subprocess, sys, time
IGNORES = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
sessions = [subprocess.Popen([sys.executable, "-c", IGNORES], start_new_session=new) for new in (False, True)]
with open("pids", "w") as pids:
    print(os.getpid(), *(one.pid for one in sessions), file=pids)
signal.signal(signal.SIGTERM, lambda *_: (print("asked to end", flush=True), sys.exit(0)))
print("epoch: 1 loss: 1", flush=True)
print("epoch: 2 loss: 1", flush=True)
"""


def test_stopping_it_asks_it_to_end_and_ends_whatever_it_has_begun(
    make_task: MakeTask, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    task = make_task(TREE + "time.sleep(600)")
    training = task.begin(task.schema.parse_config({}))
    assert next(training).metrics == {"loss": 1.0}
    pids = pids_in(tmp_path / "pids", 3)
    training.close()
    assert all(map(is_gone, pids))
    assert capfd.readouterr().out.endswith("asked to end\n")


def test_what_it_leaves_behind_is_ended_and_remarked_on(make_task: MakeTask, tmp_path: Path) -> None:
    epochs, result = trained(make_task(TREE))
    assert (len(epochs), result.remarks["left_behind"]) == (2, "2 processes")
    assert all(map(is_gone, pids_in(tmp_path / "pids", 3)))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends at its next line")
def test_nothing_of_it_outlives_who_trains_it(make_task: MakeTask, tmp_path: Path) -> None:
    task, child = make_task(TREE + "time.sleep(600)"), os.fork()
    if not child:
        next(task.begin(task.schema.parse_config({})))
        time.sleep(600)
        os._exit(0)
    pids = pids_in(tmp_path / "pids", 3)
    os.kill(child, 9)
    os.waitpid(child, 0)
    wait_for(lambda: all(map(is_gone, pids)))


def test_it_is_sent_as_what_was_typed(make_task: MakeTask, tmp_path: Path) -> None:
    task = make_task(told=("decay",)).within({"A": "1"})
    code = task.code()
    (tmp_path / "train.py").write_text("print(1)")
    sent = pickle.loads(pickle.dumps(task))
    assert (sent.template, sent.told, sent.variables) == (task.template, ("decay",), {"A": "1"})
    assert task.code() == code != sent.code()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("no-such-program", "{lr}"), "there is no program 'no-such-program' to run"),
        (("{lr}",), "there is no program '{lr}' to run"),
        (("python", "none.py"), "there is no script none.py in "),
        (("python", "{script}"), "'{script}' cannot be a setting: which script is run decides on the code"),
        (("python", "-m", "{script}"), "'{script}' cannot be a setting"),
        (("python", "-u"), "python is given nothing to run"),
    ],
)
def test_what_cannot_be_run_is_refused_before(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        CommandTask(Template(arguments), str(tmp_path)).code()
    assert str(raised.value).startswith(said)
