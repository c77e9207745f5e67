"""The shelf of made-up runs."""

from tests.shelf import shelf, sweep  # noqa: F401
