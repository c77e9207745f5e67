import numpy as np
import pytest

from nnexp.core import Examples


@pytest.fixture
def pictures():
    """A hundred pictures of five pixels, half of them black."""
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(100, 5)) * rng.integers(2, size=(100, 5))
    return Examples(images.astype(np.uint8), rng.integers(10, size=100), 1 / 256)
