"""Bytes on disk -> verified arrays. Knows no network, no configuration and no tracking."""

from nnexp.datasets.convert import convert
from nnexp.datasets.loader import digest, load
from nnexp.datasets.options import Options
from nnexp.datasets.parcel import pack, unpack
from nnexp.datasets.preparation import Preparation
from nnexp.datasets.split import Dataset, Split

__all__ = ["Dataset", "Options", "Preparation", "Split", "convert", "digest", "load", "pack", "unpack"]
