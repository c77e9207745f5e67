"""A process and its kin: dying with its parent, taking in orphans, ending whatever descends from it.

Linux offers all three; elsewhere a command's process group is all that is ended. It takes the standard library alone,
because it is a program too: `kin.py CONTROL PROGRAM ARGUMENT...` runs a command for whoever holds the other end of
the socket CONTROL, asks it to end when it is told so, ends it at once when nobody is there any more, and outlives
nothing that it started.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

GRACE_S = 5.0  # between asking a command to end and ending it
MEANT_FOR_ALL = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)  # of processes that a system ends together
NOT_RUN = 127  # what a shell says of a program that cannot be run
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36  # of linux/prctl.h


def die_with(parent: int) -> None:
    """Have this process killed as soon as its parent is gone, which it may be already."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def take_in_orphans() -> None:
    """Have whatever descends from this process become its child once its own parent is gone."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def children() -> list[int]:
    """List the children of this process that go on, where the system tells."""
    if not _has_children():
        return []
    found = []
    for process in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else ()):
        with suppress(OSError), open(f"/proc/{process}/stat", errors="replace") as facts:  # it may have ended meanwhile
            state, parent = facts.read().rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid() and state not in "ZX":
                found.append(int(process))
    return found


def end_children(seconds: float = GRACE_S) -> None:
    """Kill the children of this process, and those that thereby become its own."""
    deadline = time.monotonic() + seconds
    while (left := children()) and time.monotonic() < deadline:
        for child in left:
            with suppress(OSError):
                os.kill(child, signal.SIGKILL)
        for child in left:
            with suppress(OSError):
                os.waitpid(child, 0)


def guard(control: int, command: Sequence[str]) -> None:
    """Run a command to its end, and write its exit code (less than 0: a signal) and what it left behind."""
    take_in_orphans()
    os.set_inheritable(control, False)
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # so that it comes through the pipe
    for number in MEANT_FOR_ALL:
        signal.signal(number, signal.SIG_IGN)  # the command gets it as well, and somebody has to outlive it
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    process = _begin(command)
    code, deadline = None, float("inf")
    while code is None and time.monotonic() < deadline:
        left = None if deadline == float("inf") else max(deadline - time.monotonic(), 0)
        ready, _, _ = select.select([awake] if deadline < float("inf") else [awake, control], [], [], left)
        if awake in ready:
            os.read(awake, 4096)
            code = _ended(process)
        if control in ready and code is None:
            is_asked = os.read(control, 1)  # or nobody is there any more to wait for it
            deadline = time.monotonic() + (GRACE_S if is_asked else 0)
            _signal_group(process, signal.SIGTERM)
    behind = len([child for child in children() if child != process])
    _signal_group(process, signal.SIGKILL)
    end_children()
    code = _ended(process) if code is None else code
    with suppress(OSError):
        os.write(control, f"{-signal.SIGKILL if code is None else code} {behind}\n".encode())


def _begin(command: Sequence[str]) -> int:
    """Start a command in a session of its own, as a shell would have it begin."""
    parent = os.getpid()
    process = os.fork()
    if process:
        return process
    try:
        os.setsid()
        die_with(parent)
        for number in (*MEANT_FOR_ALL, signal.SIGPIPE, signal.SIGCHLD):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        os.execvp(command[0], [*command])  # noqa: S606 - that it is none is what is wanted
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    finally:
        os._exit(NOT_RUN)


def _ended(process: int) -> int | None:
    """Take note of every child that has ended; give the exit code of one, if it has."""
    code = None
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == process:
                code = os.waitstatus_to_exitcode(ended[1])
    return code


def _signal_group(process: int, number: int) -> None:
    with suppress(OSError):
        os.killpg(process, number)


def _has_children() -> bool:
    """Ask the system, which is cheaper than looking for them."""
    if not hasattr(os, "waitid"):
        return True
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return False
    return True


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    guard(int(sys.argv[1]), sys.argv[2:])
