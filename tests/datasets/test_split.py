from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnexp.datasets import digest, load
from nnexp.datasets.options import SPLITS
from nnexp.errors import ConfigError, DataError

Arrays = dict[str, np.ndarray]


def test_the_book_validates_on_the_last_sixth(folder: Path, arrays: Arrays) -> None:
    data = load(folder, split="book")
    assert (len(data.train), len(data.test)) == (11, 4)
    assert data.val is not None
    np.testing.assert_array_equal(data.train.images, arrays["x_train"][:11].reshape(11, 6))
    np.testing.assert_array_equal(data.val.images, arrays["x_train"][11:].reshape(2, 6))
    np.testing.assert_array_equal(data.val.labels, arrays["y_train"][11:])


def test_full_trains_on_everything(folder: Path) -> None:
    data = load(folder, split="full")
    assert len(data.train) == 13
    assert data.val is None


@pytest.mark.parametrize(("split", "limit"), [("book", 11), ("book", 1), ("full", 13)])
def test_limit_keeps_the_first_training_examples(folder: Path, arrays: Arrays, split: str, limit: int) -> None:
    data, whole = load(folder, split=split, limit=limit), load(folder, split=split)
    np.testing.assert_array_equal(data.train.labels, arrays["y_train"][:limit])
    np.testing.assert_array_equal(data.train.images, whole.train.images[:limit])
    assert (len(data.test), data.val is None) == (4, split == "full")


@pytest.mark.parametrize(("scale", "factor"), [("1/256", 1 / 256), ("1/255", 1 / 255), ("none", 1.0)])
def test_scale_is_a_factor(folder: Path, scale: str, factor: float) -> None:
    assert load(folder, scale=scale).scale == factor


def test_settings_do_not_change_the_digest(folder: Path) -> None:
    settings = {"name": "shop", "split": "full", "scale": "none", "classes": 9, "limit": 2}
    assert load(folder, **settings).digest == load(folder, split="book").digest == digest(folder, split="book")


def test_other_parts_are_other_data(folder: Path) -> None:
    settings = [{"split": "book"}, {"split": "stratified"}, {"split_seed": 1}, {"val": 0.3}, {"transpose": True}]
    assert len({digest(folder, **one) for one in settings}) == len(settings)


def test_a_name_and_a_source_are_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder.parent)
    data = load(Path(folder.name), name="shop")
    assert (data.name, data.source) == ("shop", str(folder))


@pytest.mark.parametrize(("classes", "expected"), [(None, 3), (3, 3), (10, 10)])
def test_classes_are_counted_or_given(folder: Path, classes: int | None, expected: int) -> None:
    assert load(folder, classes=classes).classes == expected


def test_a_class_that_only_the_test_set_has_counts(write_idx: Callable[..., Path], arrays: Arrays) -> None:
    folder = write_idx(arrays | {"y_test": np.array([0, 1, 2, 7])})
    data = load(folder)
    assert (data.classes, data.class_names) == (4, ("0", "1", "2", "7"))
    assert any("class 7 does not occur in training" in line for line in data.meta.odd)
    with pytest.raises(DataError, match=r"t10k-labels.*: expected labels from 0 to 2 \(3 classes\), but got 7"):
        load(folder, classes=3)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"split": "half"}, f"dataset.split must be one of {', '.join(SPLITS)}, but got 'half'"),
        ({"scale": "half"}, "dataset.scale must be auto, standard, none, or a number such as 1/256, but got 'half'"),
        ({"limit": 0, "split": "book"}, r"dataset.limit must be between 1 and 11 \(the training set\), but got 0"),
        ({"limit": 12, "split": "book"}, r"dataset.limit must be between 1 and 11 \(the training set\), but got 12"),
        ({"limit": 14, "split": "full"}, r"dataset.limit must be between 1 and 13"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(folder: Path, settings: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load(folder, **settings)


def test_too_few_examples_for_the_book_are_refused(write_idx: Callable[..., Path], arrays: Arrays) -> None:
    few = arrays | {"x_train": arrays["x_train"][:5], "y_train": arrays["y_train"][:5]}
    folder = write_idx(few)
    with pytest.raises(DataError, match=r"idx: expected at least 6 examples .* got 5; use dataset.split=full"):
        load(folder, split="book")
    assert len(load(folder, split="full").train) == 5
