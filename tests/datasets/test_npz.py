import contextlib
import io
import re
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnexp.datasets import load
from nnexp.datasets.layouts import npz
from nnexp.datasets.options import Options
from nnexp.errors import DataError

Arrays = dict[str, np.ndarray]


def packed(arrays: Arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_keras_arrays_are_read(tmp_path: Path, arrays: Arrays, save: Callable) -> None:
    path = tmp_path / "shop.npz"
    save(path, **arrays, unrelated=np.zeros(3))
    data = load(path, split="full")
    assert data.image_shape == (3, 2)
    assert data.classes == 3
    np.testing.assert_array_equal(data.train.images, arrays["x_train"].reshape(13, 6))
    np.testing.assert_array_equal(data.test.labels, arrays["y_test"])


def test_a_file_for_each_class(tmp_path: Path) -> None:
    levels = {"cat": 1, "The Eiffel Tower": 2, "dog": 3}
    for name, level in levels.items():
        np.save(tmp_path / f"{name}.npy", np.full((10 * level, 784), level, np.uint8))
    data = load(tmp_path)
    named = [data.class_names[label] for label in data.train.labels]
    assert [levels[name] for name in named] == data.train.images[:, 0].tolist()
    assert (data.image_shape, set(named)) == ((28, 28), set(levels))


def test_a_class_of_another_shape_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "cat.npy", np.zeros((9, 784), np.uint8))
    np.save(tmp_path / "dog.npy", np.zeros((9, 28), np.uint8))
    with pytest.raises(DataError, match=r"dog\.npy: expected examples of shape \(784,\) as in cat\.npy, .*\(9, 28\)"):
        load(tmp_path)


def test_examples_along_the_last_axis_are_refused_with_what_turns_them(tmp_path: Path) -> None:
    np.savez(tmp_path / "matlab.npz", X=np.zeros((28, 28, 50), np.uint8), y=np.arange(50) % 3)
    with pytest.raises(DataError, match=r"expected 28 labels.*, but got 50; .*numpy\.moveaxis\(x, -1, 0\) turns it"):
        load(tmp_path / "matlab.npz")


def test_flat_images_are_one_row_high(tmp_path: Path, arrays: Arrays) -> None:
    path = tmp_path / "flat.npz"
    flat = {name: array.reshape(len(array), -1) if name[0] == "x" else array for name, array in arrays.items()}
    np.savez(path, **flat)
    assert load(path).image_shape == (1, 6)


@pytest.mark.parametrize("dtype", [">i2", "<u8", np.int64, np.int8])
def test_labels_of_any_integer_dtype_are_the_same_data(
    tmp_path: Path, arrays: Arrays, folder: Path, dtype: str
) -> None:
    path = tmp_path / "typed.npz"
    np.savez(path, **arrays | {name: arrays[name].astype(dtype) for name in ("y_train", "y_test")})
    data = load(path)
    assert data.train.labels.dtype == np.int64
    assert data.digest == load(folder).digest


def test_fortran_order_is_the_same_data(tmp_path: Path, arrays: Arrays, folder: Path) -> None:
    path = tmp_path / "fortran.npz"
    np.savez(path, **{name: np.asfortranarray(array) for name, array in arrays.items()})
    assert load(path).digest == load(folder).digest


COLOURED = np.random.default_rng(0).integers(0, 256, (13, 3, 2, 3), dtype=np.uint8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x_train": np.ones((13, 3, 2), complex)}, r"x_train\): expected numbers, but got complex128"),
        ({"x_train": np.full((13, 6), np.nan)}, r"x_train\): expected finite numbers, but got nan in row 0, column 0;"),
        ({"x_train": np.ones((13, 5, 2, 2), np.uint8)}, r"x_train\): expected pictures of .* got \(13, 5, 2, 2\)"),
        ({"x_train": COLOURED}, r"x_train\): expected grey pictures, .*; dataset\.grey=true makes them grey"),
        ({"x_test": np.ones((4, 2, 3), np.uint8)}, r"x_test\): expected images of shape \(3, 2\) .* got \(2, 3\)"),
        ({"x_test": np.ones((4, 6), np.uint8)}, r"x_test\): expected images of shape \(3, 2\) .* got \(6,\)"),
        (
            {"y_train": np.full(13, 0.5)},
            r"y_train\): expected whole numbers as labels, but got 0\.5 in row 0; .* classes",
        ),
        ({"y_train": np.zeros((13, 3))}, r"y_train\): expected one label .* or one-hot rows .* \(13, 3\)"),
        ({"y_train": np.full(13, 2**64 - 1, np.uint64)}, r"y_train\): expected labels below .* 18446744073709551615"),
        ({"y_train": np.zeros(12, int)}, r"y_train\): expected 13 labels, .* got 12"),
        ({"y_test": np.zeros(0, int)}, r"y_test\): expected at least one example"),
        ({"y_test": np.array(3)}, r"y_test\): expected a label for each example, .* shape \(\)"),
        ({"y_test": np.array([{}, 1, 2, 3], object)}, r"y_test\): expected numbers, but got pickled objects"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused(tmp_path: Path, arrays: Arrays, change: Arrays, message: str) -> None:
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays | change)
    with pytest.raises(DataError, match=rf"bad\.npz \({message}"):
        load(path)


def test_a_missing_array_is_named_with_those_that_are_there(tmp_path: Path, arrays: Arrays) -> None:
    del arrays["y_test"]
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(DataError, match=r"expected y_test beside x_test, but it holds x_test, x_train, y_train$"):
        load(tmp_path / "bad.npz")


@pytest.mark.parametrize("content", [b"", b"hello", b"\x93NUMPY\x01\0", b"PK\x03\x04"])
def test_a_file_that_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.npz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"bad\.npz: expected an \.npz file .*File is not a zip file"):
        load(path)


def test_a_header_that_claims_too_much_costs_no_memory(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (1 << 32, 1)})
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w") as archive:
        archive.writestr("x_train.npy", header.getvalue() + bytes(1000))
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=re.escape(f"expected {1 << 32} bytes") + ".* got only 1000"):
            npz.read((tmp_path / "bomb.npz",), "x_train", Options())
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("npz") / "file.npz"


PACKED = packed({"x_train": np.arange(24, dtype=np.uint8).reshape(4, 3, 2)})


@given(
    edits=st.dictionaries(st.integers(0, len(PACKED) - 1), st.integers(0, 255), max_size=8),
    cut=st.integers(0, len(PACKED)) | st.just(0),
)
def test_damage_gives_the_same_array_or_a_data_error(scratch: Path, edits: dict[int, int], cut: int) -> None:
    damaged = bytearray(PACKED)
    for place, value in edits.items():
        damaged[place] = value
    scratch.write_bytes(damaged[: len(PACKED) - cut])
    with contextlib.suppress(DataError):
        np.testing.assert_array_equal(npz.read((scratch,), "x_train", Options()), np.arange(24).reshape(4, 3, 2))


@given(
    header=st.binary(max_size=80)
    | st.text("{}()'descr:fortan_hp<u1|O8, TrueFalse0123456789", max_size=80).map(str.encode)
)
def test_a_strange_array_header_gives_an_array_or_a_data_error(scratch: Path, header: bytes) -> None:
    with zipfile.ZipFile(scratch, "w") as archive:
        archive.writestr("x_train.npy", b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * 8)
    with contextlib.suppress(DataError):
        assert npz.read((scratch,), "x_train", Options()).size > 0
