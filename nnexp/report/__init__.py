"""What people look at: comparisons, tables, plots and pages.

A module is imported when a name of its is first used, so that a table costs neither pandas nor plotly.
"""

from nnexp.report.comparison import Comparison, compare

__all__ = ["Comparison", "compare", "history_frame", "runs_frame"]

_LATER = {"history_frame": "nnexp.report.frame", "runs_frame": "nnexp.report.frame"}


def __getattr__(name: str) -> object:
    """Import the frames on first use."""
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_LATER[name]), name)
