"""Bytes on disk -> verified arrays. Knows no network, no configuration and no tracking."""

from nnexp.datasets.dataset import Dataset, Examples, digest, load

__all__ = ["Dataset", "Examples", "digest", "load"]
