"""How a command ends that a signal met in an odd place."""

import subprocess
import sys

COLLECTED = """
import signal, time
from nnexp.cli.ending import run_to_its_end

class Garbage:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

def command(standalone_mode):
    Garbage()
    while True:
        time.sleep(0.01)

run_to_its_end(command)
"""


def test_ctrl_c_is_heard_though_python_was_collecting_garbage():
    ended = subprocess.run([sys.executable, "-c", COLLECTED], capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (130, "")
