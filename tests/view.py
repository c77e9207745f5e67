"""The view of MLflow's page that nnexp leaves in a store, read as the page reads it."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode
from typing import Any

from nnexp.tracking.mlflow.view import PACKED


def unpacked(view: str) -> dict[str, Any]:
    assert view.startswith(PACKED)
    found: dict[str, Any] = json.loads(zlib.decompress(b64decode(view.removeprefix(PACKED))))
    return found
