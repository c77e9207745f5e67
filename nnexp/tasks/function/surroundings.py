"""The folder a function is in, and the environment: what it changes of them, the next run does not find."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def kept() -> Iterator[None]:
    """Put back what is changed within."""
    folder, variables = os.getcwd(), dict(os.environ)
    try:
        yield
    finally:
        with suppress(OSError):  # it is gone
            os.chdir(folder)
        if dict(os.environ) != variables:
            os.environ.clear()
            os.environ.update(variables)
