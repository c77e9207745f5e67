"""Installed as `hydra_plugins.nnexp_plugins`, because Hydra takes plugins from no other package.

It is copied at installation, so it only names what shim.py holds: an edit there needs no new installation. Hydra
runs it anew whenever it looks for plugins.
"""

from nnexp.sweep.hydra import shim

shim.register()


class GridSweeper(shim.GridSweeper):
    """See shim.py."""


class SearchSweeper(shim.SearchSweeper):
    """See shim.py."""


class PoolLauncher(shim.PoolLauncher):
    """See shim.py."""


class RayLauncher(shim.RayLauncher):
    """See shim.py."""


class NnexpLauncher(shim.NnexpLauncher):
    """See shim.py."""
