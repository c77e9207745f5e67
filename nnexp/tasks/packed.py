"""Anything of Python's as bytes, for a process of ours beside this one: functions of the started script included.

What lies in a store is never unpacked: it could be code.
"""

from __future__ import annotations

import io
import marshal
from collections import ChainMap
from types import CodeType
from typing import Any, ClassVar

import cloudpickle


def pack(what: Any) -> bytes:
    """Pack an object: by its name where another process can import it, else as it is, with what it refers to.

    Raises
    ------
    Exception
        Whatever an object raises that cannot be packed.
    """
    packed = io.BytesIO()
    _Pickler(packed).dump(what)
    return packed.getvalue()


def unpack(packed: bytes) -> Any:
    """Make the object again."""
    return cloudpickle.loads(packed)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """Packs a function with the name of its file, which cloudpickle leaves out: a traceback shows its lines by it."""

    dispatch_table: ClassVar[Any] = ChainMap(
        {CodeType: lambda code: (marshal.loads, (marshal.dumps(code),))}, cloudpickle.Pickler.dispatch_table
    )
