"""Which executor a launch gets, where it cannot have Ray."""

import socket
import sys

import pytest

from nnexp.errors import ConfigError
from nnexp.sweep.executors.choose import choose
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.sweep.policy import Policy, RayPolicy


def test_a_pool_unless_ray_is_asked_for():
    assert choose(Policy(jobs=3)) == (Policy(jobs=3), PoolExecutor)


def test_without_ray_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "nnexp.sweep.executors.ray", raising=False)
    with pytest.raises(ConfigError, match=r"^hydra/launcher=ray needs Ray \(.*\): pip install 'nnexp\[ray\]'$"):
        choose(RayPolicy())


@pytest.mark.xdist_group("ray")
def test_where_nothing_answers_there_is_no_cluster(monkeypatch):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        told = f"^hydra.launcher.address={address} must be a Ray cluster, but got: .* refused; `ray start --head` beg"
        monkeypatch.setattr("ray.is_initialized", lambda: False)  # by whatever was tested before
        with pytest.raises(ConfigError, match=told):
            choose(RayPolicy(address=address))
