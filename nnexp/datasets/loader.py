"""The way in: a path is found, decoded or taken from the cache, and split. Knows no layout and no arithmetic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from nnexp.datasets.cache import cached, kept_at
from nnexp.datasets.content import Content
from nnexp.datasets.oddities import of_range
from nnexp.datasets.options import Options
from nnexp.datasets.scale import AUTO, NONE, STANDARD
from nnexp.datasets.source import find
from nnexp.datasets.split import Dataset, arrange
from nnexp.errors import DataError


def load(path: Path, **settings: Any) -> Dataset:
    """Load the data set at a path, in any of the layouts; the settings are those of `Options`.

    Raises
    ------
    DataError
        If a file is missing, unreadable, damaged, or at odds with another or with a setting.
    ConfigError
        If a setting is none of its choices.
    """
    options = Options(**settings)
    return arrange(content_of(path, options), options, source=str(path.resolve()))


def digest(path: Path, **settings: Any) -> str:
    """Give the digest of the content alone; decodes only what was never loaded before."""
    return content_of(path, Options(**settings)).digest


def content_of(path: Path, options: Options) -> Content:
    """Give the content alone, and all that is known of it."""
    try:
        if sent := kept_at(path):
            return sent
        source = find(path, options)
        content = cached(
            source.key(_kept(options)),
            lambda: source.content(options),
            lambda made: source.key(_kept(replace(options, split=made.meta.split, scale=made.meta.scale))),
        )
    except OSError as problem:
        where, reason = problem.filename or path, problem.strerror or problem
        raise DataError(f"{where}: expected to read it, but got: {reason}; check its permissions") from problem
    scale = content.meta.scale if options.scale == AUTO else options.scale
    meta = replace(content.meta, scale=scale)
    return replace(content, meta=replace(meta, odd=(*meta.odd, *of_range(meta, options))))


def _kept(options: Options) -> dict[str, Any]:
    """Say of which options a kept content is: one number or another that pixels are multiplied with changes none."""
    scale = options.scale if options.scale in (AUTO, STANDARD) else NONE
    return {**options.of_content, "scale": scale}
