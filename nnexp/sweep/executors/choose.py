"""Which executor a launch asks for. Ray is imported only where it is asked for."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from nnexp.errors import ConfigError
from nnexp.sweep.executors.executor import MakeExecutor
from nnexp.sweep.executors.pool import PoolExecutor
from nnexp.sweep.policy import Policy, RayPolicy


def choose(policy: Policy) -> tuple[Policy, MakeExecutor]:
    """Choose what runs the runs; on Ray as many at once as there is room for, unless the policy says how many.

    Raises
    ------
    ConfigError
        If Ray is not installed, or there is no such cluster.
    """
    if not isinstance(policy, RayPolicy):
        return policy, PoolExecutor
    try:
        from nnexp.sweep.executors.ray import RayExecutor
        from nnexp.sweep.executors.ray_cluster import room
    except ImportError as error:
        raise ConfigError(f"hydra/launcher=ray needs Ray ({error}): pip install 'nnexp[ray]'") from error
    most = room(policy.address, policy.cpus)
    return replace(policy, jobs=policy.jobs or most), partial(RayExecutor, address=policy.address, cpus=policy.cpus)
