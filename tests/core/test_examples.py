import numpy as np
import pytest

from nnexp.core import Examples
from nnexp.core.examples import Gatherer
from nnexp.errors import DataError

BYTES = np.arange(12, dtype=np.uint8).reshape(4, 3)
LABELS = np.array([0, 1, 1, 0])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("stored", ["uint8", "float32", "float64"])
def test_gathers_rows_scaled_in_the_networks_precision(dtype, stored):
    gather = Gatherer(Examples(BYTES.astype(stored), LABELS, 1 / 256), 3, dtype)
    x = gather(np.array([3, 0]))
    assert x.dtype == dtype
    np.testing.assert_array_equal(x, np.array([[9, 10, 11], [0, 1, 2]]) / 256)


def test_reads_a_read_only_memory_map(tmp_path):
    BYTES.tofile(tmp_path / "images")
    images = np.memmap(tmp_path / "images", np.uint8, mode="r", shape=(4, 3))
    x = Gatherer(Examples(images, LABELS), 4, "float32")(np.arange(4))
    assert type(x) is np.ndarray
    np.testing.assert_array_equal(x, BYTES)


def test_targets_are_one_at_the_class():
    np.testing.assert_array_equal(Examples(BYTES, LABELS).targets(2, "float32"), [[1, 0], [0, 1], [0, 1], [1, 0]])


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (BYTES, LABELS[:3], r"expected images \(n, n_in\) and labels \(n,\)"),
        (BYTES[0], LABELS, r"but got \(3,\) and \(4,\)"),
        (BYTES[:0], LABELS[:0], "n >= 1"),
        (BYTES.astype(int), LABELS, "images must hold bytes .* but got int64"),
        (BYTES, LABELS / 2, "labels must hold whole numbers, but got float64"),
    ],
)
def test_arrays_that_are_no_examples_are_refused(images, labels, message):
    with pytest.raises(DataError, match=message):
        Examples(images, labels)


def test_examples_that_do_not_fit_the_network_are_refused():
    with pytest.raises(DataError, match="the network takes 784 inputs, but the images have 3 pixels"):
        Examples(BYTES, LABELS).check_fit(784, 10)
    with pytest.raises(DataError, match=r"labels must lie between 0 and 9 .* but got 0 to 10"):
        Examples(BYTES, LABELS * 10).check_fit(3, 10)
