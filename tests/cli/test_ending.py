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
