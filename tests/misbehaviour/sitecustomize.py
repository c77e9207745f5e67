"""Python runs this file at its start where this folder is on PYTHONPATH: it makes runs of chosen seeds misbehave.

NNEXP_MISBEHAVE="3=exit 5=raise:7" names the seeds and what they do after their second epoch, or another. Only nnexp's
spawned workers are concerned, Ray's, and what tests/zygote.py forks, which runs this file too. NNEXP_CLOCK sets the
clock so many seconds ahead, for whoever runs here.
"""

import os
import resource
import signal
import sys
import time


def act(what: str | None) -> None:
    if what == "exit":
        sys.exit(3)
    if what == "abort":
        os.abort()
    if what == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "raise":
        raise RuntimeError("boom")
    while what == "hang":
        time.sleep(60)
    while what == "wait" and not os.path.exists("go"):
        time.sleep(0.01)
    while what == "stop" and os.path.exists(os.environ["NNEXP_STOP"]):  # wherever this runs
        time.sleep(0.01)


if ahead_s := int(os.environ.get("NNEXP_CLOCK", "0")):
    TIME, TIME_NS = time.time, time.time_ns
    time.time = lambda: TIME() + ahead_s
    time.time_ns = lambda: TIME_NS() + ahead_s * 10**9

TRAIN = ("--multiprocessing-fork", "tests.zygote", "default_worker.py")
if os.environ.get("NNEXP_MISBEHAVE") and any(argument.endswith(TRAIN) for argument in sys.orig_argv):
    from nnexp import core
    from nnexp.tasks.network import setup

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    ACTS = {}
    for pair in os.environ["NNEXP_MISBEHAVE"].split():
        seed, told = pair.split("=")
        what, _, epoch = told.partition(":")
        ACTS[int(seed), int(epoch or 2)] = what
    streams, train, current = setup.streams, core.train, []

    def streams_of(seed):
        current[:] = [seed]
        return streams(seed)

    def misbehaving_train(*arguments, **options):
        for result in train(*arguments, **options):
            yield result
            act(ACTS.get((*current, result.epoch)))  # none, where it is only measured how long an epoch takes

    setup.streams = streams_of
    core.train = misbehaving_train
