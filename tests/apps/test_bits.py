"""The same run, however it is trained: one digest. And on what stands for another machine, never called the same."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

SETTINGS = ("dataset=folder", "hidden=10", "epochs=3")
HERE = ("dataset.path=small.npz", "dataset.split=book", "seed=1")
RUN = "64-10-4 on small.npz epochs=3 seed=1"
BY_BLAS = "64-10-4 on small.npz kernel=numpy epochs=3 seed=1"
ANOTHER_BLAS_KERNEL = {"OPENBLAS_CORETYPE": "Sandybridge"}  # which no CPU of today is given
FEWER_FEATURES = {"NPY_DISABLE_CPU_FEATURES": "X86_V4 X86_V3"}


def digests_of_seeds(app):
    """Each seed's digests, epoch by epoch; all of its records must have the same."""
    found = {}
    for record in app.finished():
        lines = app.store.artifact(record.run_id, "epochs.jsonl").decode().splitlines()
        digests = [json.loads(line)["digest"] for line in lines]
        assert found.setdefault(record.params["seed"], digests) == digests
    return found


@pytest.fixture(scope="module")
def alone(make_app, tmp_path_factory):
    """Every run by itself, in this folder, as the machine is."""
    app = make_app(tmp_path_factory.mktemp("alone"))
    app.run("train", *SETTINGS, *HERE)
    return app


@pytest.fixture(scope="module")
def by_blas(make_app, tmp_path_factory):
    """The same, as NumPy computes it."""
    app = make_app(tmp_path_factory.mktemp("by_blas"))
    app.run("train", *SETTINGS, *HERE, "kernel=numpy")
    return app


@pytest.fixture(scope="module")
def digests(alone):
    return digests_of_seeds(alone)["1"]


@pytest.mark.parametrize("jobs", [1, 2, 4])
def test_in_a_sweep(app, digests, jobs):
    app.sweep_file(runs=4, launcher=f"{{jobs: {jobs}}}")
    app.run("sweep", "tiny", "hydra.sweeper.params.seed='3,1,0,2'")
    assert digests_of_seeds(app)["1"] == digests


def test_resumed_after_sigkill(app, digests):
    app.sweep_file(runs=8, launcher="{jobs: 2}")
    app.misbehave("6=wait 7=wait")
    command = app.start("sweep", "tiny")
    command.wait_for("2 of 8 runs")
    command.signal_group(9)
    command.end()
    app.behave()
    app.run("sweep", "tiny")
    app.check_complete(8)
    assert digests_of_seeds(app)["1"] == digests


def test_elsewhere_and_otherwise(app, digests):
    """From another folder, in another locale, with other hashes, more threads asked for, and a bar that is drawn."""
    app.environment |= {"PYTHONHASHSEED": "7", "LC_ALL": "C", "FORCE_COLOR": "1", "OPENBLAS_NUM_THREADS": "2"}
    app.environment |= {"MLFLOW_TRACKING_URI": f"sqlite:///{app.database}", "TZ": "Asia/Kathmandu"}
    elsewhere = app.folder / "else where é"
    elsewhere.mkdir()
    shutil.move(app.folder / "small.npz", elsewhere)
    moved = replace(app, folder=elsewhere, uri=f"sqlite:///{app.database}")
    moved.run("train", *SETTINGS, *HERE, real=True)
    assert digests_of_seeds(app)["1"] == digests


def test_without_validation(app):
    """The same training examples, whether those that validate are evaluated or not."""
    arrays = dict(np.load(app.folder / "small.npz"))
    rest = len(arrays["x_train"]) - len(arrays["x_train"]) // 6
    arrays |= {name: arrays[name][:rest] for name in ("x_train", "y_train")}
    np.savez(app.folder / "unvalidated.npz", **arrays)
    app.run("train", *SETTINGS, *HERE)
    app.run("train", *SETTINGS, "dataset.path=unvalidated.npz", "dataset.split=full", "seed=1")
    assert sorted("val/accuracy" in run.metrics for run in app.finished()) == [False, True]
    assert [*digests_of_seeds(app)] == ["1"]  # and both have the same


MACHINES = pytest.mark.parametrize(
    ("another", "fields"),
    [(ANOTHER_BLAS_KERNEL, ["blas.numpy", "blas.scipy"]), (FEWER_FEATURES, ["cpu.features"])],
    ids=["blas", "features"],
)


@MACHINES
def test_on_another_machine(alone, another, fields):
    """The compiled kernel computes the same everywhere: what differs is told, and proves nothing."""
    machine = replace(alone, environment=alone.environment | another | {"NNEXP_SIMD": "baseline"})
    said = machine.run("rerun", RUN, real=True)
    assert "identical in all 3 epochs: although the following differs" in said
    assert all(f"    {field}: " in said for field in fields)


@MACHINES
def test_on_another_machine_where_blas_computes(by_blas, another, fields):
    machine = replace(by_blas, environment=by_blas.environment | another)
    said = machine.run("rerun", BY_BLAS, status=2, real=True)
    assert "cannot tell: this environment is another" in said
    assert all(f"    {field}: " in said for field in fields)
    command = machine.start("rerun", BY_BLAS, "--here", real=True)
    status = command.end()
    assert all(f"    {field}: " in command.said for field in fields)
    if status == 0:  # the features that are missing here decide no bit of this run
        assert "identical in all 3 epochs: although the following differs" in command.said
    else:
        assert status == 1
        assert "expected in another environment; the test accuracy agrees within 3 examples" in command.said


def test_under_changed_code(alone, changed_package):
    """A constant of the gradient step, changed in a copy of the package."""
    copy = changed_package("core/kernels/compiled.py", "            eta,", "            1.0001 * eta,")
    changed = replace(alone, environment=alone.environment | {"PYTHONPATH": str(copy)})
    said = changed.run("rerun", RUN, status=1, real=True)
    assert "different from epoch 1 on: the code that decides the numbers has changed" in said
    assert "    code: digest " in said
