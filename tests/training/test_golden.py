"""The golden run: a small run on integers, whose bits are committed.

The compiled kernel and the reference have one digest for it, on every machine. NumPy has one for every environment that
it was recorded in; in any other its values must be near, and the test says that it proved no more. To add this one, or
after a change that is meant to change the bits: `python tests/training/test_golden.py`.
"""

import json
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest

from nnexp.core.kernels import library
from nnexp.tasks.network.task import NETWORK
from nnexp.training.environment import fingerprint
from nnexp.training.events import Epoch, Finished, Started
from nnexp.training.execute import execute
from tests.core.kernels.cases import LEVELS

FILE = Path(__file__).with_name("golden.json")
NEAR = 1e-4
DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])


def write_data(file):
    """Two hundred and forty and forty pictures of 5 by 5 pixels, in four classes, made without chance."""
    n, pixel = np.arange(280)[:, None], np.arange(25)
    noise = (n * 7919 + pixel * 104_729 + n * n * pixel) % 97
    x = (noise + 150 * (pixel % 4 == n % 4)).astype(np.uint8).reshape(-1, 5, 5)
    y = (n[:, 0] % 4).astype(np.uint8)
    np.savez(file, x_train=x[:240], y_train=y[:240], x_test=x[240:], y_test=y[240:])


def train(folder, kernel, dtype="float32"):
    """Train, and give the environment, the last digest and some values."""
    write_data(Path(folder) / "golden.npz")
    dataset = {"name": "golden", "path": str(Path(folder) / "golden.npz"), "split": "book"}
    settings = {"hidden": [8, 6], "epochs": 3, "seed": 1, "kernel": kernel, "dtype": dtype, "dataset": dataset}
    started, *epochs, finished = execute(NETWORK, settings)
    assert isinstance(started, Started)
    assert isinstance(finished, Finished), finished
    assert all(isinstance(epoch, Epoch) for epoch in epochs)
    values = {
        "train_cost": [epoch.metrics["train/cost"] for epoch in epochs],
        "test_cost": [epoch.metrics["test/cost"] for epoch in epochs],
        "output_biases": finished.arrays["parameters"]["biases_2"].tolist(),
    }
    return dict(started.environment), epochs[-1].digest, values


@DTYPES
@pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")
@pytest.mark.parametrize("level", LEVELS)
def test_the_compiled_kernel_has_one_digest_everywhere(tmp_path, monkeypatch, level, dtype):
    monkeypatch.setenv(library.SIMD, level)
    golden = json.loads(FILE.read_text())
    _, digest, values = train(tmp_path, "compiled", dtype)
    assert digest == golden["digests"][dtype]
    if dtype == "float32":
        assert values == golden["values"]


@DTYPES
def test_the_reference_has_the_same_digest(tmp_path, dtype):
    assert train(tmp_path, "reference", dtype)[1] == json.loads(FILE.read_text())["digests"][dtype]


@pytest.mark.filterwarnings("default:no golden digest is known")
def test_numpy_has_one_digest_in_each_environment(tmp_path):
    here, digest, values = train(tmp_path, "numpy")
    golden = json.loads(FILE.read_text())
    for name, expected in golden["values"].items():
        np.testing.assert_allclose(values[name], expected, rtol=0, atol=NEAR, err_msg=name)
    known = {entry["fingerprint"]: entry["digest"] for entry in golden["environments"]}
    if fingerprint(here) in known:
        assert digest == known[fingerprint(here)]
    else:
        what = f"{here['cpu']}, NumPy {here['numpy']}, {here['blas.numpy']}"
        warnings.warn(f"no golden digest is known for this environment ({what}): only values compared", stacklevel=1)


def test_every_environment_is_what_its_fingerprint_says():
    golden = json.loads(FILE.read_text())
    assert golden["environments"]
    for entry in golden["environments"]:
        assert fingerprint(entry["environment"]) == entry["fingerprint"]


def record():
    """Write down the digests, and add NumPy's here; if any of them was another, NumPy's are begun anew."""
    with tempfile.TemporaryDirectory() as folder:
        here, digest, _ = train(folder, "numpy")
        values = train(folder, "reference")[2]
        digests = {dtype: train(folder, "reference", dtype)[1] for dtype in ("float32", "float64")}
    golden = json.loads(FILE.read_text()) if FILE.exists() else {}
    known = {entry["fingerprint"]: entry["digest"] for entry in golden.get("environments", [])}
    if golden.get("digests") != digests or known.get(fingerprint(here), digest) != digest:
        golden, known = {"digests": digests, "values": values, "environments": []}, {}
    if fingerprint(here) not in known:
        golden["environments"].append({"fingerprint": fingerprint(here), "digest": digest, "environment": here})
    FILE.write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    record()
