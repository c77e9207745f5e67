"""The cluster that Ray's tasks run on: one that there is, or one of this machine's own."""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from subprocess import Popen
from threading import current_thread, main_thread

import ray
from ray._private import services, utils, worker
from ray.exceptions import RayError

from nnexp.errors import ConfigError

PATIENCE_S = 5.0  # for a cluster to answer


def room(address: str | None, cpus: int) -> int:
    """Count the runs of so many CPUs each that a cluster has room for; without an address, this machine.

    Raises
    ------
    ConfigError
        If there is no such cluster, or no room in it for any.
    """
    if address is None and not ray.is_initialized():
        return max(1, len(os.sched_getaffinity(0)) // cpus)
    with connected(address):
        most = [int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]]
    if max(most, default=0) < cpus:
        raise ConfigError(
            f"hydra.launcher.cpus must be at most {max(most, default=0)}, all that a node of the Ray cluster has, "
            f"but got {cpus}"
        )
    return sum(of_node // cpus for of_node in most)


@contextmanager
def connected(address: str | None, cpus: int | None = None) -> Iterator[None]:
    """Be connected to a cluster; without an address, to one of this machine's own, which ends with the connection.

    A process that is connected already stays so, whatever the address.

    Raises
    ------
    ConfigError
        If there is no such cluster, or this machine cannot be part of it.
    """
    if ray.is_initialized():
        yield
        return
    own = {"num_cpus": cpus, "include_dashboard": False} if address is None else {}
    with ExitStack() as connection:
        try:
            if address:
                host, _, port = address.rpartition(":")
                socket.create_connection((host, int(port)), PATIENCE_S).close()  # Ray itself would wait ten minutes
            with _tamed():
                connection.callback(ray.shutdown)
                ray.init(address or "local", log_to_driver=False, logging_level=logging.CRITICAL, **own)
        except (OSError, RuntimeError, ValueError, RayError) as error:
            wanted = f"hydra.launcher.address={address} must be a Ray cluster" if address else "Ray must start here"
            remedy = "`ray start --head` begins one" if address else "see Ray's own words in /tmp/ray"
            raise ConfigError(f"{wanted}, but got: {first_sentence(error)}; {remedy}") from error
        yield


@contextmanager
def _tamed() -> Iterator[None]:
    """Have Ray leave the signals and the terminal to us: what it would print of lost workers, the launch policy tells.

    A SIGTERM to our process group would end a cluster of our own, and with it this process, before any run is recorded.
    """
    kept = utils.set_sigterm_handler, worker.listen_error_messages, services.ConsolePopen
    utils.set_sigterm_handler = worker.listen_error_messages = lambda *_: None
    services.ConsolePopen = partial(Popen, start_new_session=True)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        yield
    finally:
        utils.set_sigterm_handler, worker.listen_error_messages, services.ConsolePopen = kept
        if current_thread() is main_thread():  # beneath Python Ray takes SIGTERM all the same, to print a stack
            signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGTERM))


def first_sentence(error: BaseException) -> str:
    """Shorten what Ray says of an error."""
    return " ".join(str(error).split()).partition(". ")[0].rstrip(".") or type(error).__name__
