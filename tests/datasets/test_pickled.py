"""The book's pickle is read, and no other is run."""

from __future__ import annotations

import contextlib
import gzip
import os
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnexp.datasets import load
from nnexp.errors import DataError

PIXELS = np.random.default_rng(0).integers(0, 256, (30, 9), dtype=np.uint8)
LABELS = np.arange(30) % 3
PARTS = [(PIXELS[part].astype(np.float32) / 256, LABELS[part]) for part in (slice(18), slice(18, 24), slice(24, 30))]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL))
def test_its_three_parts_are_its_bytes(tmp_path: Path, protocol: int) -> None:
    (tmp_path / "mnist.pkl.gz").write_bytes(gzip.compress(pickle.dumps(tuple(PARTS), protocol)))
    data = load(tmp_path)
    assert data.val is not None
    assert [len(part) for part in (data.train, data.val, data.test)] == [18, 6, 6]
    np.testing.assert_array_equal(data.train.images, PIXELS[:18])
    np.testing.assert_array_equal(data.val.labels, LABELS[18:24])


class Runs:
    """What runs a command when it is unpickled."""

    def __init__(self, proof: Path) -> None:
        self.proof = proof

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.proof),)


def test_a_pickle_that_asks_for_more_is_refused_by_name_and_not_run(tmp_path: Path) -> None:
    (tmp_path / "evil.pkl").write_bytes(pickle.dumps([*PARTS[:2], Runs(tmp_path / "ran")]))
    with pytest.raises(DataError, match=r"evil\.pkl: expected a pickle of .* but it asks for posix\.mkdir; nothing"):
        load(tmp_path / "evil.pkl")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "content",
    [OrderedDict(a=1), [1, 2, 3], PARTS[0], [(np.array([{}], object), LABELS)] * 3, b"", {"x": PARTS}, "text"],
    ids=str,
)
def test_a_pickle_of_something_else_is_refused(tmp_path: Path, content: Any) -> None:
    (tmp_path / "other.pkl").write_bytes(content if isinstance(content, bytes) else pickle.dumps(content))
    with pytest.raises(DataError, match=r"other\.pkl: expected a pickle of two or three pairs") as error:
        load(tmp_path / "other.pkl")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("place", range(0, 400, 7))
def test_damage_gives_an_array_or_a_data_error(tmp_path: Path, place: int) -> None:
    whole = bytearray(pickle.dumps(PARTS, 2))
    whole[place % len(whole)] ^= 0x55
    (tmp_path / "hurt.pkl").write_bytes(whole)
    with contextlib.suppress(DataError):
        assert load(tmp_path / "hurt.pkl").classes >= 2
