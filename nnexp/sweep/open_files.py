"""How many files a sweep may have open at once, asked before it begins: one that has too few would end midway."""

from __future__ import annotations

import resource

from nnexp.errors import PlaceError

OWN = 32  # of the launcher: a store, its connections, what Python imports
OF_A_WORKER = 5  # pipes


def allow_for(workers: int) -> None:
    """See that as many files may be open as a launcher of so many workers needs.

    Raises
    ------
    PlaceError
        If this machine allows fewer.
    """
    needed, (allowed, most) = OWN + OF_A_WORKER * workers, resource.getrlimit(resource.RLIMIT_NOFILE)
    if resource.RLIM_INFINITY in (allowed, most) or allowed >= needed:
        return
    if most < needed:
        lower = f"; hydra.launcher.jobs={(most - OWN) // OF_A_WORKER} needs fewer" if most >= OWN + OF_A_WORKER else ""
        raise PlaceError(f"{needed} files must be open at once, but {most} may be (ulimit -n){lower}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, most))
