"""Pictures in folders that are their classes."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnexp.datasets import load
from nnexp.errors import DataError

PICTURES = np.random.default_rng(0).integers(0, 256, (40, 5, 4), dtype=np.uint8)


def write(root: Path, ending: str = "png", mode: str = "L") -> Path:
    for number, picture in enumerate(PICTURES):
        file = root / ("cat", "dog")[number % 2] / f"{number}.{ending}"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).convert(mode).save(file)
    return root


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    data = load(write(tmp_path / "pets"))
    assert (data.class_names, data.image_shape, len(data.train)) == (("cat", "dog"), (5, 4), 28)
    parts = [data.train, data.val, data.test]
    found = {row.tobytes(): int(label) for part in parts if part for row, label in zip(part.images, part.labels)}  # noqa: B905
    assert found == {picture.tobytes(): number % 2 for number, picture in enumerate(PICTURES)}


def test_parts_are_named_as_people_name_them(tmp_path: Path) -> None:
    write(tmp_path / "training")
    write(tmp_path / "testing")
    write(tmp_path / "notes")
    data = load(tmp_path, split="full")
    assert (len(data.train), len(data.test)) == (40, 40)
    assert any("the folders notes are of no part" in line for line in data.meta.odd)
    assert any("40 of 40 test examples occur in training too" in line for line in data.meta.odd)


def test_a_table_beside_the_folders_is_no_data(tmp_path: Path) -> None:
    write(tmp_path / "pets")
    (tmp_path / "pets" / "prices.csv").write_text("a,b\n1,2\n")
    assert load(tmp_path / "pets").class_names == ("cat", "dog")


@pytest.mark.parametrize(("ending", "mode"), [("png", "RGB"), ("bmp", "L"), ("png", "LA"), ("tif", "RGB")])
def test_grey_is_grey_however_it_is_stored(tmp_path: Path, ending: str, mode: str) -> None:
    assert load(write(tmp_path / "other", ending, mode)).digest == load(write(tmp_path / "plain")).digest


def colour(folder: Path) -> None:
    Image.new("RGB", (4, 5), "red").save(folder / "cat" / "0.png")


@pytest.mark.parametrize(("grey", "shape"), [(True, (5, 4)), (False, (15, 4))])
def test_colours_are_made_grey_or_planes_as_asked(tmp_path: Path, grey: bool, shape: tuple[int, int]) -> None:
    folder = write(tmp_path / "pets")
    colour(folder)
    assert load(folder, grey=grey).image_shape == shape


def other_size(folder: Path) -> None:
    Image.new("L", (4, 6)).save(folder / "cat" / "0.png")


def damaged(folder: Path) -> None:
    (folder / "dog" / "1.png").write_bytes((folder / "dog" / "1.png").read_bytes()[:40])


def no_picture(folder: Path) -> None:
    (folder / "dog" / "1.png").write_text("a dog")


def enormous(folder: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 0, 0, 0, 0))
    content = header + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")
    (folder / "cat" / "0.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (colour, r"expected grey pictures, but got coloured ones.*; dataset\.grey=true makes them grey"),
        (other_size, r"expected .* pixels as in the first picture, but got .*; resize the pictures"),
        (damaged, r"1\.png: expected a picture such as PNG or JPEG, but it is damaged"),
        (no_picture, r"1\.png: expected a picture"),
        (enormous, r"0\.png: expected .* picture"),
    ],
)
def test_what_is_no_picture_of_the_set_is_refused(tmp_path: Path, spoil, message: str) -> None:  # type: ignore[no-untyped-def]
    folder = write(tmp_path / "pets")
    spoil(folder)
    with pytest.raises(DataError, match=message) as error:
        load(folder)
    assert "\n" not in str(error.value)


def test_many_pictures_are_told_apart_by_their_times(tmp_path: Path) -> None:
    for number in range(102):
        file = tmp_path / "many" / str(number % 2) / f"{number}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((2, 2), number, np.uint8)).save(file)
    before = load(tmp_path / "many")
    Image.fromarray(np.full((2, 2), 200, np.uint8)).save(file)
    after = load(tmp_path / "many")
    assert before.digest != after.digest
    assert after.meta.highest == 200
