"""Which kernel `auto` is: never one that cannot run, nor one that is slower, and the same one every time."""

import numpy as np
import pytest

from nnexp.core import Examples, Learning, choose
from nnexp.core.kernels import build, library
from nnexp.errors import ConfigError
from tests.core.kernels.cases import LEVELS

needs_the_kernel = pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")


def some(density, n=50):
    """Images of which this share is not zero, the same in each."""
    images = np.zeros((n, 100), np.uint8)
    images[:, : round(100 * density)] = 9
    return Examples(images, np.zeros(n, np.int64))


def chosen(wanted="auto", density=0.2, activation="sigmoid", first=300, **learning):
    return choose(wanted, some(density), Learning(**learning), activation, first)


@pytest.fixture
def nothing_built(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "LIBRARY", tmp_path / "kernel.bin")


@needs_the_kernel
@pytest.mark.parametrize(
    ("density", "batch_size", "first", "kernel"),
    [
        (0.0, 10, 300, "compiled"),
        (0.19, 1, 300, "compiled"),
        (0.19, 10, 300, "compiled"),  # MNIST, as the book learns it
        (0.19, 1000, 300, "compiled"),
        (0.5, 100, 300, "compiled"),  # Fashion-MNIST
        (1.0, 1, 300, "compiled"),
        (1.0, 10, 300, "compiled"),
        (1.0, 100, 30, "compiled"),  # a table of numbers
        (1.0, 100, 300, "numpy"),
    ],
)
def test_auto_is_what_suits_the_zeros_the_batch_and_the_first_layer(density, batch_size, first, kernel):
    choice = chosen(density=density, batch_size=batch_size, first=first)
    assert choice.kernel == kernel
    said = f"100% of the inputs are not zero, and with batch_size={batch_size} matrix products are faster"
    assert choice.because == (said if kernel == "numpy" else "")


@needs_the_kernel
def test_auto_is_the_same_for_images_in_a_file(tmp_path):
    for density, kernel in ((0.1, "compiled"), (1.0, "numpy")):
        np.save(tmp_path / "images.npy", some(density).images)
        mapped = Examples(np.load(tmp_path / "images.npy", mmap_mode="r"), some(density).labels)
        assert choose("auto", mapped, Learning(batch_size=50), "sigmoid", 300).kernel == kernel


@pytest.mark.parametrize("name", ["numpy", "reference"])
def test_what_is_asked_for_and_can_always_run_is_not_questioned(name, nothing_built):
    assert (chosen(name, density=1.0, batch_size=50).kernel, chosen(name).because) == (name, "")


@needs_the_kernel
def test_the_compiled_kernel_that_is_asked_for_is_not_denied_for_being_slower():
    assert chosen("compiled", density=1.0, batch_size=50).kernel == "compiled"


def test_where_nothing_was_built_auto_is_numpy_and_says_why(nothing_built):
    choice = chosen()
    assert choice.kernel == "numpy"
    assert "it was not built when nnexp was installed" in choice.because
    with pytest.raises(ConfigError, match=r"kernel=compiled cannot run here: it was not built .*; kernel=numpy can"):
        chosen("compiled")


@pytest.mark.parametrize(
    ("registry", "setting"),
    [("ACTIVATIONS", "activation"), ("COSTS", "cost"), ("OPTIMISERS", "optimiser")],
)
def test_what_only_numpy_has_is_learnt_by_numpy(registry, setting, monkeypatch):
    """As something is that was added to a registry, and not to the kernel."""
    monkeypatch.setattr(library, registry, ("another",))
    default = {"activation": "sigmoid", "cost": "quadratic", "optimiser": "sgd"}[setting]
    choice = chosen()
    assert choice.kernel == "numpy"
    assert f"it has no {setting} {default}" in choice.because
    with pytest.raises(ConfigError, match=f"kernel=compiled cannot run here: it has no {setting} {default}"):
        chosen("compiled")
