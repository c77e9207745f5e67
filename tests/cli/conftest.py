"""The stores that are servers."""

from tests.contracts.conftest import postgres, server  # noqa: F401
