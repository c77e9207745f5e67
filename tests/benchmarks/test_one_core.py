import os
import threading

from nnexp.benchmarks.one_core import one_core


def test_every_thread_is_held_to_one_core_and_let_go_again():
    over = threading.Event()
    before, during = (threading.Thread(target=over.wait) for _ in range(2))
    cores = os.sched_getaffinity(0)
    before.start()
    try:
        with one_core():
            during.start()
            held = [os.sched_getaffinity(thread) for thread in (0, before.native_id, during.native_id)]
        free = [os.sched_getaffinity(thread) for thread in (0, before.native_id, during.native_id)]
    finally:
        over.set()
    assert held == [{max(cores)}] * 3
    assert free == [cores] * 3
