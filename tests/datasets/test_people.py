"""What people's arrays are like: types, shapes, labels, parts and their shares, and what is odd about them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnexp.datasets import convert, digest, load
from nnexp.datasets.preparation import Preparation
from nnexp.errors import ConfigError, DataError

X = np.random.default_rng(0).integers(0, 256, (90, 4, 3), dtype=np.uint8)
Y = np.arange(90) % 3
SETS: dict[str, Any] = {"x_train": X[:60], "y_train": Y[:60], "x_test": X[60:], "y_test": Y[60:]}


@pytest.fixture
def save(tmp_path: Path) -> Callable[..., Path]:
    def save(**arrays: Any) -> Path:
        file = tmp_path / f"{len(list(tmp_path.glob('*.npz')))}.npz"
        np.savez(file, **arrays)
        return file

    return save


Save = Callable[..., Path]


def changed(change: Callable[[np.ndarray], np.ndarray], kind: str) -> dict[str, np.ndarray]:
    return {name: change(array) if name[0] == kind else array for name, array in SETS.items()}


@pytest.mark.parametrize(
    "arrays",
    [
        changed(lambda x: x.astype(np.int64), "x"), changed(lambda x: x.astype(">u2"), "x"),
        changed(lambda x: x.astype(np.float64), "x"), changed(lambda x: x[..., None], "x"),
        changed(lambda x: x[:, None], "x"), changed(lambda x: np.repeat(x[..., None], 3, axis=3), "x"),
        changed(lambda y: y[:, None], "y"), changed(lambda y: np.eye(3)[y], "y"),
        changed(lambda y: y.astype(np.float32), "y"), changed(lambda y: y.astype(str), "y"),
        changed(lambda y: y.astype(bytes), "y"),
        {"train_images": X[:60], "train_labels": Y[:60], "test_images": X[60:], "test_labels": Y[60:]},
        {"X_train": X[:60], "Y_train": Y[:60], "X_test": X[60:], "Y_test": Y[60:]},
    ],
)  # fmt: skip
def test_types_and_names_that_lose_nothing_are_the_same_data(save: Save, arrays: dict[str, np.ndarray]) -> None:
    assert digest(save(**arrays)) == digest(save(**SETS))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda y: y + 1, ("1", "2", "3")),
        (lambda y: y * 7 - 3, ("-3", "4", "11")),
        (lambda y: np.array(["ox", "cat", "dog"])[y], ("cat", "dog", "ox")),
        (lambda y: y == 1, ("0", "1")),
    ],
)
def test_labels_keep_their_names_and_no_output_is_for_nothing(save: Save, change: Any, names: tuple[str, ...]) -> None:
    data = load(save(**changed(change, "y")))
    assert (data.class_names, data.classes) == (names, len(names))
    assert set(data.train.labels.tolist()) == set(range(len(names)))


def test_some_classes_are_kept(save: Save) -> None:
    data = load(save(**changed(lambda y: np.array(["ox", "cat", "dog"])[y], "y")), classes=("ox", "dog"))
    assert (data.class_names, len(data.test)) == (("ox", "dog"), 20)
    with pytest.raises(DataError, match=r"dataset\.classes names cart, which is no class of it; did you mean cat\?"):
        load(save(**changed(lambda y: np.array(["ox", "cat", "dog"])[y], "y")), classes=("ox", "cart"))


def test_a_file_for_each_array(tmp_path: Path, save: Save) -> None:
    folder = tmp_path / "kmnist"
    folder.mkdir()
    for part in ("train", "test"):
        np.savez(folder / f"kmnist-{part}-imgs.npz", SETS[f"x_{part}"])
        np.savez(folder / f"kmnist-{part}-labels.npz", SETS[f"y_{part}"])
    assert digest(folder) == digest(save(**SETS))


def test_a_validation_set_is_used(save: Save) -> None:
    data = load(save(**SETS, x_val=X[:9], y_val=Y[:9]))
    assert (len(data.train), len(data.val or ())) == (60, 9)


def test_every_class_gives_its_share(save: Save) -> None:
    data = load(save(x_train=X, y_train=Y), val=0.1, test=0.2)
    parts = {part: np.bincount(getattr(data, part).labels).tolist() for part in ("train", "val", "test")}
    assert parts == {"train": [21, 21, 21], "val": [3, 3, 3], "test": [6, 6, 6]}
    assert any("there is no test set: 20% of the examples were drawn" in line for line in data.meta.odd)


def test_a_seed_draws_who_validates(save: Save) -> None:
    file = save(**SETS)
    drawn = [load(file, split_seed=seed).digest for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_sorted_data_are_divided_as_fairly_as_mixed_ones(save: Save) -> None:
    order = np.argsort(Y[:60], kind="stable")
    data = load(save(**SETS | {"x_train": X[:60][order], "y_train": Y[:60][order]}), limit=12)
    assert len(np.unique(data.train.labels)) == 3
    assert np.bincount(data.val.labels).tolist() == [3, 3, 3] if data.val else False
    assert "the training file is sorted by class: it was mixed (dataset.split=stratified does so)" in data.meta.odd


def test_a_transposed_picture_is_turned(save: Save) -> None:
    file = save(**SETS)
    plain, turned = load(file, split="full"), load(file, split="full", transpose=True)
    assert turned.image_shape == (3, 4)
    np.testing.assert_array_equal(turned.test.images[0].reshape(3, 4), plain.test.images[0].reshape(4, 3).T)


@pytest.mark.parametrize(
    ("change", "scale", "factor"),
    [
        (lambda x: x, "1/256", 1 / 256),
        (lambda x: x // 16, "1/16", 1 / 16),
        (lambda x: x > 99, "none", 1),
        (lambda x: x.astype(np.uint16) * 257, "1/65536", 1 / 65536),
        (lambda x: x / 255, "none", 1),
        (lambda x: (x / 2.0 - 99).reshape(len(x), -1), "standard", 1),
    ],
)
def test_the_scale_follows_the_range_and_is_said(save: Save, change: Any, scale: str, factor: float) -> None:
    data = load(save(**changed(change, "x")))
    assert (data.meta.scale, data.scale) == (scale, factor)
    assert any(f"scale={scale}" in line for line in data.meta.odd) == (scale != "1/256")


def test_a_scale_that_does_not_fit_is_said(save: Save) -> None:
    dark = load(save(**changed(lambda x: x // 16, "x")), scale="1/256")
    assert any("the highest is 0.0586, which is dark; dataset.scale=auto" in line for line in dark.meta.odd)
    assert load(save(**SETS), scale="1/255").meta.odd == ()


def test_standardising_pictures_is_refused(save: Save) -> None:
    with pytest.raises(DataError, match=r"dataset\.scale=standard is for tables"):
        load(save(**SETS), scale="standard")


@pytest.mark.parametrize(
    ("arrays", "settings", "line"),
    [
        (SETS | {"y_test": np.r_[Y[60:89], 9]}, {}, "class 9 does not occur in training"),
        (SETS | {"y_train": np.r_[np.zeros(59, int), 1]}, {}, r"are of class 0: to say so always"),
        (SETS | {"x_test": np.concatenate([X[60:88], X[:2]])}, {}, "2 of 30 test examples occur in training too"),
        (
            {"x_train": np.repeat(X, 8, axis=0), "y_train": np.r_[Y.repeat(7), np.arange(90) % 2 + 1][:720]},
            {"classes": 4},
            "class 3 does not occur in training",
        ),
        (
            {"x_train": X[:60], "y_train": np.sort(Y[:60]), "x_test": X[60:], "y_test": Y[60:]},
            {"split": "book"},
            r"dataset.split=book takes it as it lies; dataset.split=stratified draws",
        ),
        (SETS | {"y_train": np.r_[Y[:50], np.zeros(10, int)]}, {"split": "book"}, "classes 1, 2 do not occur in valid"),
        ({"x_train": np.tile(X, (7, 1, 1)), "y_train": np.r_[np.arange(628) % 2, 2, 2]}, {}, "a class has under 1 %"),
    ],
)
def test_what_is_odd_is_said(save: Save, arrays: dict[str, Any], settings: dict[str, Any], line: str) -> None:
    assert any(line in one for one in load(save(**arrays), **settings).meta.odd)


def test_data_without_oddities_say_nothing(save: Save) -> None:
    assert load(save(**SETS)).meta.odd == ()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"val": 0.6, "test": 0.5}, r"dataset\.val and dataset\.test must leave a share"),
        ({"val": 0}, r"dataset\.val must be a share between 0 and 1, but got 0"),
        ({"scale": "big"}, r"dataset\.scale must be auto, standard, none, or a number"),
    ],
)
def test_settings_that_cannot_be_are_refused(save: Save, settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(save(**SETS), **settings)


def test_what_is_imported_is_the_same_data(tmp_path: Path, save: Save) -> None:
    named = save(**changed(lambda y: np.array(["ox", "cat", "dog"])[y], "y"))
    arrays = convert(named, tmp_path / "made.npz")
    assert {name: array.shape for name, array in arrays.items()}["x_train"] == (60, 4, 3)
    made, first = load(tmp_path / "made.npz"), load(named)
    assert (made.digest, made.class_names) == (first.digest, first.class_names)
    with pytest.raises(DataError, match=r"made\.npz is there already"):
        convert(named, tmp_path / "made.npz")


def test_a_preparation_is_what_it_was(save: Save) -> None:
    table = save(**changed(lambda x: (x / 2.0 - 99).reshape(len(x), -1), "x"))
    made = Preparation.of(load(table).meta, transpose=False)
    assert Preparation.parse(made.arrays(), 12, 3) == made
    with pytest.raises(DataError, match="expected what 13 inputs and 3 classes were prepared by"):
        Preparation.parse(made.arrays(), 13, 3)


def test_of_usual_pictures_nothing_needs_to_be_kept() -> None:
    usual = Preparation.usual(9, 10)
    assert usual.arrays() == {}
    assert (usual.shape, usual.classes[-1]) == ((3, 3), "9")
