"""Data that are sent arrive as they were, to the last bit, or are refused."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnexp.datasets import digest, load, pack, unpack
from nnexp.errors import DataError


def never() -> bytes:
    raise AssertionError("it is here already")


def sha256(packed: bytes) -> str:
    return hashlib.sha256(packed).hexdigest()


def test_what_arrives_is_the_same_data_whatever_their_layout_was(folder: Path, cache: Path) -> None:
    packed = pack(folder)
    arrived = unpack(sha256(packed), lambda: packed)
    assert arrived.parent == cache
    assert digest(arrived) == digest(folder)
    assert np.array_equal(load(arrived).train.images, load(folder).train.images)


def test_it_is_fetched_once(folder: Path) -> None:
    packed = pack(folder)
    assert unpack(sha256(packed), lambda: packed) == unpack(sha256(packed), never)


@pytest.mark.parametrize("damage", [lambda whole: whole[:-1], lambda whole: whole[:-1] + bytes([whole[-1] ^ 1])])
def test_what_was_damaged_since_is_fetched_anew(folder: Path, damage: Callable[[bytes], bytes]) -> None:
    packed = pack(folder)
    arrived = unpack(sha256(packed), lambda: packed)
    kept = arrived / "x_train.npy"
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    assert unpack(sha256(packed), lambda: packed) == arrived
    assert kept.read_bytes() == whole


def test_something_else_is_refused(folder: Path, cache: Path) -> None:
    with pytest.raises(
        DataError, match=r"^the data that were sent: expected SHA-256 000000000000…, but got [0-9a-f]{12}…"
    ):
        unpack(64 * "0", lambda: pack(folder))
    assert not (cache / f"{64 * '0'}.3").exists()


def test_a_place_where_nothing_can_be_kept_is_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = pack(folder)
    (tmp_path / "file").touch()
    monkeypatch.setenv("NNEXP_CACHE", str(tmp_path / "file"))
    with pytest.raises(
        DataError, match=r"expected to keep data that were sent; NNEXP_CACHE can name another folder there"
    ):
        unpack(sha256(packed), lambda: packed)
