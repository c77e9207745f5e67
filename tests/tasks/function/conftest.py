"""Files of somebody's, whose modules are forgotten after the test."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nnexp.tasks.function import locate

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Write a file in the current folder, which is not where Python looks for modules."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))
        return file

    modules, loaded, path = dict(sys.modules), dict(locate._LOADED), [*sys.path]
    yield write
    for name in sys.modules.keys() - modules.keys():
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", None)):
            del sys.modules[name]
    locate._LOADED.clear()
    locate._LOADED.update(loaded)
    assert sys.path == path or sys.path[1:] == path
    sys.path[:] = path
