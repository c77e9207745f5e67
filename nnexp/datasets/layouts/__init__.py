"""How data sets lie on disk. A new source of data is a module here that keeps `Layout`, and its name in `LAYOUTS`."""

from nnexp.datasets.layouts import idx, npz, pickled, pictures, tables
from nnexp.datasets.layouts.layout import Files, Found, Layout

LAYOUTS: tuple[Layout, ...] = (idx, npz, pictures, tables, pickled)  # the first that knows a path reads it

__all__ = ["LAYOUTS", "Files", "Found", "Layout"]
