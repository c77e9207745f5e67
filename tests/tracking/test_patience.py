"""Signals and waits."""

import signal
import threading

import pytest

from nnexp.tracking.patience import signals_put_off


def test_a_signal_waits_for_what_must_not_be_cut_in_two():
    done, told = [], []

    def begin_a_thread_in_the_middle_of_it():
        with signals_put_off():
            signal.raise_signal(signal.SIGINT)
            thread = threading.Thread(target=lambda: told.append(signal.pthread_sigmask(signal.SIG_BLOCK, ())))
            thread.start()
            done.append(thread)

    with pytest.raises(KeyboardInterrupt):
        begin_a_thread_in_the_middle_of_it()
    done[0].join()
    assert told[0] >= {signal.SIGINT, signal.SIGTERM}
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())
