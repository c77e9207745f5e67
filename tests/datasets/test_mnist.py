"""The MNIST files that are shipped are MNIST."""

from pathlib import Path

import numpy as np
import pytest

from nnexp.datasets import Dataset, load

DATA = Path(__file__).parents[2] / "data"
IN_TRAINING_FILE = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
IN_TEST_FILE = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.fixture
def mnist(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setenv("NNEXP_CACHE", str(tmp_path_factory.getbasetemp() / "mnist"))  # decoded once for all tests
    return load(DATA, split="full")


def test_its_content_has_the_digest_that_runs_record(mnist: Dataset) -> None:
    assert mnist.digest == "bd5202f80649964e8d124da95a3b68a8426de0d4a470addae322506ea3a2e38f"


def test_it_has_the_known_digits(mnist: Dataset) -> None:
    assert (len(mnist.train), len(mnist.test), mnist.classes, mnist.image_shape) == (60_000, 10_000, 10, (28, 28))
    assert np.bincount(mnist.train.labels).tolist() == IN_TRAINING_FILE
    assert np.bincount(mnist.test.labels).tolist() == IN_TEST_FILE
    assert mnist.train.labels[:5].tolist() == [5, 0, 4, 1, 9]


def test_it_has_the_known_pixels(mnist: Dataset) -> None:
    assert mnist.train.images.mean() == pytest.approx(33.318, abs=1e-3)
    assert mnist.test.images.mean() == pytest.approx(33.791, abs=1e-3)


def test_the_book_splits_it_50_10_10(mnist: Dataset) -> None:
    book = load(DATA)
    assert book.val is not None
    assert (len(book.train), len(book.val), len(book.test)) == (50_000, 10_000, 10_000)
    np.testing.assert_array_equal(book.val.images, mnist.train.images[50_000:])
    np.testing.assert_array_equal(book.val.labels, mnist.train.labels[50_000:])
