"""What the compiled kernel is given: it refuses what would lead outside its arrays, and leaves the rest as it was."""

import sys
import threading
from dataclasses import replace

import numpy as np
import pytest

from nnexp.core import Examples, Learning, Network
from nnexp.core.kernels import compiled, library
from nnexp.core.kernels.compiled import CompiledLearner, CompiledPredictor
from nnexp.errors import DataError
from tests.core.kernels.cases import LEVELS, case, examples_of

pytestmark = pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")
N = 23


def some(n_out=5, labels=None):
    rng = np.random.default_rng(0)
    images = rng.integers(256, size=(N, 20)).astype(np.uint8)
    examples = Examples(images, rng.integers(n_out, size=N) if labels is None else labels, 1 / 256)
    return Network([20, 13, 5], rng=rng), examples


@pytest.mark.parametrize(
    "order",
    [np.arange(N) + 1, np.arange(N) - 1, np.arange(N + 1), np.arange(N)[:, None], []],
    ids=["too large", "negative", "too many", "a column", "none"],
)
def test_an_order_that_is_none_of_the_examples_is_refused(order):
    network, examples = some()
    learner, before = CompiledLearner(network, examples, Learning()), network.digest()
    with pytest.raises(IndexError, match="expected up to 23 numbers from 0 to 22, but got"):
        learner.learn(order, 1.0)
    assert network.digest() == before


@pytest.mark.parametrize("dtype", ["int32", "uint8", ">i8"])
def test_an_order_of_any_whole_numbers_is_followed_and_left_as_it_is(dtype):
    digests = set()
    for order in (np.arange(N)[::-1], np.repeat(np.arange(N)[::-1], 2)[::2].astype(dtype)):
        network, examples = some()
        order.flags.writeable = False
        CompiledLearner(network, examples, Learning()).learn(order, 1.0)
        digests.add(network.digest())
        np.testing.assert_array_equal(order, np.arange(N)[::-1])
    assert len(digests) == 1


@pytest.mark.parametrize("kind", [lambda *a: CompiledLearner(*a, Learning()), CompiledPredictor])
def test_examples_that_do_not_fit_the_network_are_refused(kind):
    network, examples = some(n_out=6)
    with pytest.raises(DataError, match="labels must lie between 0 and 4"):
        kind(network, examples)
    with pytest.raises(DataError, match="the network takes 20 inputs, but the images have 19 pixels"):
        kind(network, Examples(examples.images[:, :19], np.zeros(N, np.int64)))


def test_images_that_change_while_they_are_read_are_refused(monkeypatch):
    network, examples = some()
    examples.images[:, ::2] = 0
    honest = library.functions("float32")

    def pack(*arguments):
        found = honest.pack(*arguments)
        examples.images[...] = 255
        return found

    monkeypatch.setattr(library, "functions", lambda dtype: replace(honest, pack=pack))
    with pytest.raises(DataError, match="changed by somebody else while they were read"):
        CompiledPredictor(network, examples)


def test_images_that_nobody_can_change_are_read_once_and_others_anew():
    network, examples = some()

    def outputs():
        return CompiledPredictor(network, examples).outputs().copy()

    before = outputs()
    view = examples.images.view()
    view.flags.writeable = False  # but what it is a view of can be written to
    examples = replace(examples, images=view)
    assert np.array_equal(outputs(), before)
    view.base[...] = 255 - view.base
    assert not np.array_equal(outputs(), before)

    changed = outputs()
    view.base.flags.writeable = examples.labels.flags.writeable = False
    fixed = compiled._fixed_images.cache_info()
    assert np.array_equal(outputs(), changed)
    assert np.array_equal(outputs(), changed)
    later = compiled._fixed_images.cache_info()
    assert (later.misses, later.hits) == (fixed.misses + 1, fixed.hits + 1)
    other = replace(examples, scale=1.0)
    assert not np.array_equal(CompiledPredictor(network, other).outputs(), changed)


def test_labels_that_change_later_lead_nowhere():
    digests = set()
    for later in (0, 10**9):
        network, examples = some()
        learner = CompiledLearner(network, examples, Learning())
        examples.labels[:] += later
        learner.learn(np.arange(N), 1.0)
        digests.add(network.digest())
    assert len(digests) == 1


def test_outputs_of_another_number_of_examples_have_no_cost():
    network, examples = some()
    predictor = CompiledPredictor(network, examples)
    outputs = predictor.outputs()
    assert predictor.cost(np.asfortranarray(outputs), "quadratic") == predictor.cost(outputs, "quadratic")
    with pytest.raises(IndexError, match="expected the outputs of 23 examples, but got 24"):
        predictor.cost(np.vstack([outputs, outputs[:1]]), "quadratic")


@pytest.mark.parametrize("pixels", ["|u1", "<f4", "<f8"])
@pytest.mark.parametrize("layout", ["plain", "fortran", "read-only", "mapped"])
def test_images_and_labels_are_read_and_never_written(layout, pixels):
    """A write to what is mapped here would end the process."""
    given = replace(case(), layout=layout, pixels=pixels)
    with examples_of(given) as examples:
        images, labels = examples.images.copy(), examples.labels.copy()
        network = Network(given.sizes, rng=np.random.default_rng(0))
        CompiledLearner(network, examples, given.learning).learn(np.arange(given.n), 1.0)
        CompiledPredictor(network, examples).outputs()
        np.testing.assert_array_equal(examples.images, images)
        np.testing.assert_array_equal(examples.labels, labels)


@pytest.mark.parametrize("what", ["learn", "outputs"])
def test_other_threads_run_while_it_works(what, monkeypatch):
    """Nobody takes Python's lock away here, so another thread gets it only from who lets go of it."""
    rng = np.random.default_rng(0)
    examples = Examples(rng.integers(256, size=(2000, 100)).astype(np.uint8), rng.integers(5, size=2000), 1 / 256)
    network = Network([100, 30, 5], rng=rng)
    learner, predictor = CompiledLearner(network, examples, Learning()), CompiledPredictor(network, examples)
    waits, works, ran = threading.Event(), threading.Event(), threading.Event()

    def other():
        waits.set()
        works.wait()
        ran.set()

    def watched(function):
        def call(*arguments):
            works.set()
            for _ in range(1000):  # until the other thread has been given a core
                function(*arguments)
                if ran.is_set():
                    break
            else:
                pytest.fail("the other thread has not run")

        return call

    for owner in (learner, predictor):
        functions = owner._functions
        watching = replace(functions, learn=watched(functions.learn), predict=watched(functions.predict))
        monkeypatch.setattr(owner, "_functions", watching)
    thread, interval = threading.Thread(target=other, daemon=True), sys.getswitchinterval()
    thread.start()
    waits.wait()
    sys.setswitchinterval(1e6)
    try:
        learner.learn(np.arange(2000), 1.0) if what == "learn" else predictor.outputs()
    finally:
        sys.setswitchinterval(interval)
        works.set()
        thread.join()
    assert ran.is_set()
