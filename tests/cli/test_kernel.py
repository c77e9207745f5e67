"""Which kernel trains, as a person asks for it: `kernel=`, NNEXP_SIMD, and what was built."""

import json
import re
import shutil

import numpy as np
import pytest

from nnexp.core import KERNELS
from nnexp.core.kernels import build, library
from tests.core.kernels.cases import LEVELS

pytestmark = pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")
MISSING = "it was not built when nnexp was installed, for want of a C compiler"
OTHER = "it was built from another version of its source; install nnexp again"
BROKEN = "it cannot be loaded"
INSTEAD = "kernel=numpy, whose bits depend on the machine: "
SMALL = ("dataset=folder", "hidden=5", "epochs=2")


@pytest.fixture
def train(nnexp, tiny_data, database, tmp_path):
    """Train, and give the exit status, what was said, and the digests of the run that was recorded, if there is one."""

    def type_train(*arguments):
        folders = (f"dataset.path={tiny_data}", f"hydra.run.dir={tmp_path}/run")
        status, _, err = nnexp("train", "--fresh", *SMALL, *folders, *arguments)
        lines = [line for file in tmp_path.glob("run/epochs.jsonl") for line in file.read_text().splitlines()]
        shutil.rmtree(tmp_path / "run", ignore_errors=True)
        return status, err, [json.loads(line)["digest"] for line in lines]

    return type_train


@pytest.fixture(params=[MISSING, OTHER, BROKEN])
def unusable(request, monkeypatch, tmp_path):
    """Have no library that can be used, and give the reason."""
    file = tmp_path / "kernel.bin"
    if request.param == OTHER:
        shutil.copy(build.LIBRARY, file)
        monkeypatch.setattr(build, "source_digest", lambda: "0" * 64)
    if request.param == BROKEN:
        file.write_text("of another machine, say")
    monkeypatch.setattr(build, "LIBRARY", file)
    return request.param


def test_every_level_and_the_reference_train_to_the_same_digests(train, monkeypatch):
    found = set()
    for level in LEVELS:
        monkeypatch.setenv(library.SIMD, level)
        status, err, digests = train("kernel=compiled")
        assert (status, len(digests)) == (0, 2), err
        found.add(tuple(digests))
    monkeypatch.delenv(library.SIMD)
    found |= {tuple(train(f"kernel={kernel}")[2]) for kernel in ("auto", "reference")}
    assert len(found) == 1
    assert tuple(train("kernel=numpy")[2]) not in found


@pytest.mark.parametrize("kernel", ["auto", "compiled"])
def test_a_level_that_is_none_is_refused_in_one_line(train, monkeypatch, kernel):
    monkeypatch.setenv(library.SIMD, "sse9")
    able = ", ".join(LEVELS)
    said = f"nnexp: NNEXP_SIMD must be one of {able}, which this CPU can run, but got 'sse9'\n"
    assert train(f"kernel={kernel}") == (2, said, [])


def test_a_level_is_nothing_to_numpy(train, monkeypatch):
    monkeypatch.setenv(library.SIMD, "sse9")
    assert train("kernel=numpy")[0] == 0


def test_with_no_usable_kernel_numpy_trains_and_it_is_said_once(train, unusable):
    status, err, digests = train()
    assert status == 0
    assert err.startswith(f"nnexp: {INSTEAD}the compiled kernel, several times as fast, cannot be used: {unusable}")
    assert err.count(INSTEAD) == 1
    assert digests == train("kernel=numpy")[2]


@pytest.mark.parametrize("unusable", [MISSING], indirect=True)
def test_numpy_that_was_asked_for_needs_no_excuse(train, unusable):
    assert INSTEAD not in train("kernel=numpy")[1]


def test_with_no_usable_kernel_asking_for_it_is_refused_in_one_line(train, unusable):
    status, err, digests = train("kernel=compiled")
    assert (status, digests) == (2, [])
    assert err.startswith(f"nnexp: kernel=compiled cannot run here: {unusable}")
    assert err.endswith("; kernel=numpy can\n")
    assert err.count("\n") == 1


@pytest.mark.parametrize("unusable", [MISSING], indirect=True)
def test_a_sweep_says_once_that_numpy_trains(nnexp, tiny_data, database, unusable):
    status, _, err = nnexp("train", "-m", "seed=0,1,2", *SMALL, f"dataset.path={tiny_data}")
    assert status == 0
    assert err.count(INSTEAD) == 1


def test_doctor_says_what_runs_and_why(nnexp, database, unusable):
    assert f"kernel: numpy, because the compiled one cannot be used: {unusable}" in nnexp("doctor")[1]


def test_doctor_says_which_vectors_there_are(nnexp, database):
    assert f"kernel: compiled, {LEVELS[-1]}\n" in nnexp("doctor")[1]


def test_where_matrix_products_are_faster_they_are_chosen_and_it_is_said(train, tmp_path):
    pictures = np.random.default_rng(0).integers(1, 256, (90, 28, 28)).astype(np.uint8)
    np.savez(tmp_path / "dense.npz", x_train=pictures, y_train=np.arange(90) % 3)
    dense = (f"dataset.path={tmp_path}/dense.npz", "batch_size=50", "hidden=40")
    status, err, digests = train(*dense)
    assert status == 0
    said = "100% of the inputs are not zero, and with batch_size=50 matrix products are faster"
    assert re.search(f"nnexp: {INSTEAD}{said}\n", err)
    assert digests == train(*dense, "kernel=numpy")[2] != train(*dense, "kernel=compiled")[2]


def test_there_is_no_other_kernel(train):
    status, err, _ = train("kernel=nonesuch")
    assert (status, err) == (2, f"nnexp: kernel must be one of {', '.join(['auto', *KERNELS])}, but got 'nonesuch'\n")
