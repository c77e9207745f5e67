import contextlib
import gzip
import io
import struct
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nnexp.datasets.layouts import idx
from nnexp.datasets.options import Options
from nnexp.errors import DataError

IMAGES = np.arange(24, dtype=np.uint8).reshape(4, 3, 2)
LABELS = np.array([1, 0, 2, 1], dtype=np.uint8)

Encode = Callable[[np.ndarray], bytes]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("idx") / "file"


@given(
    images=npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=3, max_side=9)),
    zipped=st.booleans(),
)
def test_what_is_written_is_read(scratch: Path, encode: Encode, images: np.ndarray, zipped: bool) -> None:
    data = encode(images)
    scratch.write_bytes(gzip.compress(data) if zipped else data)
    np.testing.assert_array_equal(idx.read((scratch,), "x_train", Options()), images)


@given(
    start=st.sampled_from([b"", b"\0\0\x08\x01", b"\0\0\x08\x03", b"\x1f\x8b\x08"]),
    rest=st.binary(max_size=64),
    zipped=st.booleans(),
    name=st.sampled_from(["x_train", "y_train"]),
)
def test_any_bytes_give_an_array_or_a_data_error(
    scratch: Path, start: bytes, rest: bytes, zipped: bool, name: str
) -> None:
    scratch.write_bytes(gzip.compress(start + rest) if zipped else start + rest)
    with contextlib.suppress(DataError):
        assert idx.read((scratch,), name, Options()).dtype.isnative


@given(cut=st.integers(0, 200), flip=st.integers(0, 200))
def test_a_damaged_gzip_never_gives_other_values(scratch: Path, encode: Encode, cut: int, flip: int) -> None:
    whole = bytearray(gzip.compress(encode(IMAGES)))
    if flip < len(whole):
        whole[flip] ^= 0x10
    scratch.write_bytes(whole[: len(whole) - cut])
    with contextlib.suppress(DataError):
        np.testing.assert_array_equal(idx.read((scratch,), "x_train", Options()), IMAGES)


def truncated(data: bytes) -> bytes:
    return data[:-1]


def longer(data: bytes) -> bytes:
    return data + b"\0"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("name", "array", "change", "message"),
    [
        ("x_train", IMAGES, truncated, r"24 bytes for the shape \(4, 3, 2\) .* got only 23"),
        ("y_train", LABELS, truncated, r"4 bytes for the shape \(4,\) .* got only 3"),
        ("x_train", IMAGES, longer, "24 bytes .* got more"),
        ("x_train", LABELS, bytes, r"IDX file of images \(first bytes 00000803.*\), but got 00000801"),
        ("y_train", IMAGES, bytes, r"IDX file of labels \(first bytes 00000801.*\), but got 00000803"),
        ("x_train", IMAGES, lambda data: b"\0\0\x0a" + data[3:], "another type .* got 00000a03"),
        ("x_train", IMAGES, lambda data: b"\0\0\x0d" + data[3:], r"96 bytes for the shape .* got only 24"),
        ("x_train", IMAGES, lambda data: data[:7], "header of 16 bytes, but got 7"),
        ("x_train", IMAGES, lambda data: b"", "an empty file"),
        ("y_train", LABELS[:0], bytes, r"at least one example .* \(0,\)"),
        ("x_train", IMAGES[:, :0], bytes, r"one pixel.* \(4, 0, 2\)"),
    ],
)
def test_a_bad_file_is_refused_by_name(
    tmp_path: Path, encode: Encode, pack: Callable, name: str, array: np.ndarray, change: Callable, message: str
) -> None:
    path = tmp_path / "some-file"
    path.write_bytes(pack(change(encode(array))))
    with pytest.raises(DataError, match=f"some-file: expected .*{message}"):
        idx.read((path,), name, Options())


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-8] + b"\0\0\0\0" + data[-4:],
        lambda data: data[:-9],
        lambda data: data + b"no gzip",
        lambda data: data[:12] + b"\xff\xff\xff\xff" + data[16:],
    ],
    ids=["crc", "cut", "followed", "garbled"],
)
def test_a_damaged_gzip_is_refused(tmp_path: Path, encode: Encode, damage: Callable[[bytes], bytes]) -> None:
    path = tmp_path / "some-file.gz"
    path.write_bytes(damage(gzip.compress(encode(IMAGES))))
    with pytest.raises(DataError, match=r"some-file\.gz: expected a whole gzip file, .* damaged or cut off"):
        idx.read((path,), "x_train", Options())


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("shape", [(1 << 20, 64, 64), (0xFFFFFFFF,) * 3])
def test_a_header_that_claims_too_much_costs_no_memory(tmp_path: Path, pack: Callable, shape: tuple[int, ...]) -> None:
    path = tmp_path / "bomb"
    path.write_bytes(pack(struct.pack(">4B3I", 0, 0, 8, 3, *shape) + bytes(1000)))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"got only 1000|GB of memory are free"):
            idx.read((path,), "x_train", Options())
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


def test_a_gzip_that_holds_more_than_it_says_is_not_inflated(tmp_path: Path, encode: Encode) -> None:
    path, inflated = tmp_path / "bomb.gz", 64 << 20
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        file.write(encode(LABELS) + bytes(inflated))
    path.write_bytes(packed.getvalue())
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=r"4 bytes .* got more"):
            idx.read((path,), "y_train", Options())
        assert tracemalloc.get_traced_memory()[1] < inflated // 16
    finally:
        tracemalloc.stop()


def test_the_names_that_people_have(tmp_path: Path, encode: Encode) -> None:
    names = {"x": "images.idx3-ubyte", "y": "labels.idx1-ubyte"}
    for part, end in (("train", ""), ("t10k", ".gz")):
        for kind, array in (("x", np.tile(IMAGES, (3, 1, 1))), ("y", np.tile(LABELS, 3))):
            content = encode(array)
            (tmp_path / f"{part}-{names[kind]}{end}").write_bytes(gzip.compress(content) if end else content)
    found = idx.find(tmp_path, Options())
    assert found is not None
    assert [file.name for (file,) in found.files.values()] == [
        "train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte.gz", "t10k-labels.idx1-ubyte.gz",
    ]  # fmt: skip


def write_set(folder: Path, prefix: str, encode: Encode) -> None:
    for part in ("train", "test"):
        (folder / f"{prefix}{part}-images-idx3-ubyte").write_bytes(encode(IMAGES))
        (folder / f"{prefix}{part}-labels-idx1-ubyte").write_bytes(encode(LABELS))


def test_of_several_sets_the_one_is_named_by_a_file(tmp_path: Path, encode: Encode) -> None:
    for name in ("letters", "digits"):
        write_set(tmp_path, f"emnist-{name}-", encode)
    with pytest.raises(
        DataError, match=r"expected one data set, but got emnist-digits, emnist-letters; name a file"
    ) as error:
        idx.find(tmp_path, Options())
    named = Path(str(error.value).rpartition("dataset.path=")[2])
    found = idx.find(named, Options())
    assert found is not None
    assert all(file.name.startswith("emnist-digits-") for (file,) in found.files.values())


def test_of_a_file_and_its_packed_copy_the_plain_one_is_read(tmp_path: Path, encode: Encode) -> None:
    write_set(tmp_path, "", encode)
    for file in list(tmp_path.iterdir()):
        (tmp_path / f"{file.name}.gz").write_bytes(gzip.compress(file.read_bytes()))
    found = idx.find(tmp_path, Options())
    assert found is not None
    assert not any(file.suffix for (file,) in found.files.values())
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(gzip.compress(encode(LABELS[::-1])))
    with pytest.raises(DataError, match=r"got train-labels-idx1-ubyte and train-labels-idx1-ubyte\.gz, which differ"):
        idx.find(tmp_path, Options())


@pytest.mark.parametrize(("code", "dtype"), [(8, "u1"), (9, "i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")])
def test_every_type_is_read(tmp_path: Path, code: int, dtype: str) -> None:
    array = np.arange(24).reshape(4, 3, 2).astype(dtype)
    (tmp_path / "file").write_bytes(struct.pack(">4B3I", 0, 0, code, 3, *array.shape) + array.tobytes())
    np.testing.assert_array_equal(idx.read((tmp_path / "file",), "x_train", Options()), array)


def test_of_labels_with_more_the_first_column_is_the_class(tmp_path: Path) -> None:
    array = np.stack([LABELS, LABELS + 7], axis=1).astype(">i4")
    (tmp_path / "file").write_bytes(struct.pack(">4B2I", 0, 0, 12, 2, *array.shape) + array.tobytes())
    np.testing.assert_array_equal(idx.read((tmp_path / "file",), "y_train", Options()), LABELS)
