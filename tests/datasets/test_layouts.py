"""A layout of a user's own, as far from IDX as one can be: a file for each image, its class the name of its folder."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from nnexp.datasets import digest, load, source
from nnexp.datasets.layouts import LAYOUTS, Found
from nnexp.datasets.options import Options
from nnexp.errors import DataError

Arrays = dict[str, np.ndarray]


class Rows:
    """PART/CLASS/NUMBER.row, each the six pixels of one image."""

    NAME = "rows"
    WANTED = "a folder of rows"

    def find(self, path: Path, options: Options) -> Found | None:
        if not (path / "train").is_dir():
            return None
        files = {part: tuple(sorted((path / part).glob("*/*.row"), key=lambda file: file.name)) for part in PARTS}
        return Found({f"{kind}_{part}": files[part] for part in PARTS for kind in "xy"})

    def read(self, files: tuple[Path, ...], name: str, options: Options) -> np.ndarray:
        if name.startswith("y"):
            return np.array([int(file.parent.name) for file in files])
        return np.array([np.frombuffer(file.read_bytes(), np.uint8) for file in files]).reshape(-1, 3, 2)


PARTS = ("train", "test")


@pytest.fixture
def rows(tmp_path: Path, arrays: Arrays, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(source, "LAYOUTS", (*LAYOUTS, Rows()))
    for part in PARTS:
        for number, (image, label) in enumerate(zip(arrays[f"x_{part}"], arrays[f"y_{part}"], strict=True)):
            file = tmp_path / "rows" / part / str(label) / f"{number:02}.row"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(image.tobytes())
    return tmp_path / "rows"


def test_the_same_values_are_the_same_data_in_any_layout(rows: Path, folder: Path) -> None:
    assert digest(rows) == digest(folder)
    assert load(rows).image_shape == (3, 2)


def test_a_file_that_moves_to_another_class_is_other_data(rows: Path) -> None:
    before = load(rows, split="full")
    (rows / "train" / "0" / "00.row").rename(rows / "train" / "2" / "00.row")
    after = load(rows, split="full")
    assert (before.train.labels[0], after.train.labels[0]) == (0, 2)
    assert after.digest != before.digest


def test_a_mistake_names_the_folder_and_the_array(rows: Path) -> None:
    with pytest.raises(DataError, match=r"rows \(y_train\): expected labels from 0 to 1 \(2 classes\), but got 2"):
        load(rows, classes=2)


def test_a_file_in_a_folder_within_is_held_to_its_digest(rows: Path) -> None:
    file = rows / "test" / "0" / "02.row"
    (rows / "SHA256SUMS").write_text(f"{hashlib.sha256(file.read_bytes()).hexdigest()}  test/0/02.row\n")
    load(rows)
    file.write_bytes(bytes(6))
    with pytest.raises(DataError, match=r"02\.row: expected SHA-256 \w{12}… from SHA256SUMS"):
        load(rows)


def test_a_path_that_no_layout_knows_is_told_of_all_of_them(rows: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"empty: expected .*IDX files .* or one \.npz file.* or a folder of rows, but"):
        load(tmp_path / "empty")
