"""How a command ends that a signal met in an odd place."""

import subprocess
import sys

import pytest

from tests.patience import HANGS_S

COLLECTED = """
import time
from nnexp.cli.ending import run_to_its_end
from nnexp.sweep.interrupt import CutShortError

class Garbage:
    def __del__(self):
        raise RAISED

def command(standalone_mode):
    Garbage()
    while True:
        time.sleep(0.01)

run_to_its_end(command)
"""


@pytest.mark.parametrize(("raised", "status"), [("KeyboardInterrupt", 130), ("CutShortError(15)", 143)])
def test_a_signal_is_heard_though_python_was_collecting_garbage(raised, status):
    command = [sys.executable, "-c", COLLECTED.replace("RAISED", raised)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=HANGS_S)
    assert (ended.returncode, ended.stderr) == (status, "")


ASKED = """
from nnexp.cli.app import app
from nnexp.cli.ending import run_to_its_end
from nnexp.sweep.interrupt import CutShortError

@app.command()
def first():
    raise RAISED

@app.command()
def second():
    pass

run_to_its_end(app)
"""


@pytest.mark.parametrize(("raised", "status"), [("KeyboardInterrupt", 130), ("CutShortError(15)", 143)])
def test_a_command_ends_with_the_status_of_its_signal(raised, status):
    command = [sys.executable, "-c", ASKED.replace("RAISED", raised), "first"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=HANGS_S)
    assert (ended.returncode, ended.stderr) == (status, "")


PRINTED = """
from nnexp.cli.app import app
from nnexp.cli.console import out, write
from nnexp.cli.ending import run_to_its_end

@app.command()
def first():
    out().print("much " * 100_000)

@app.command()
def second():
    write("much " * 100_000)

@app.command()
def third():
    write("little")

run_to_its_end(app)
"""


@pytest.mark.parametrize("command", ["first", "second", "third"])
def test_who_reads_no_further_is_no_failure_and_a_full_disk_is_said(command):
    typed = [sys.executable, "-c", PRINTED, command]
    with subprocess.Popen(typed, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as printing:
        printing.stdout.close()
        assert printing.stderr.read() == ""
        assert printing.wait(HANGS_S) == 0
    with open("/dev/full", "w") as full:
        ended = subprocess.run(typed, stdout=full, stderr=subprocess.PIPE, text=True, timeout=HANGS_S)
    told = "nnexp: it cannot be written: no space is left; make room, and type it again\n"
    assert (ended.returncode, ended.stderr) == (2, told)


def test_a_folder_that_is_gone_is_said(tmp_path):
    (tmp_path / "gone").mkdir()
    typed = f"cd gone && rmdir ../gone && exec {sys.executable} -m nnexp runs"
    ended = subprocess.run(["/bin/sh", "-c", typed], cwd=tmp_path, capture_output=True, text=True, timeout=HANGS_S)
    assert (ended.returncode, ended.stderr) == (
        2,
        "nnexp: the working directory is gone; type it in one that is there\n",
    )


HALF_TAKEN = """
from threading import Lock
from nnexp.cli.ending import run_to_its_end

def command(standalone_mode):
    with (lock := Lock()):
        lock.release()  # as Condition.wait does, which Ctrl-C may leave before it has taken it again
        raise KeyboardInterrupt

run_to_its_end(command)
"""


def test_ctrl_c_is_one_though_it_leaves_a_lock_half_taken():
    ended = subprocess.run([sys.executable, "-c", HALF_TAKEN], capture_output=True, text=True, timeout=HANGS_S)
    assert (ended.returncode, ended.stderr) == (130, "")
