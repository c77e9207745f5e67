"""How a command ends that a signal met in an odd place."""

import subprocess
import sys

import pytest

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
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (status, "")
