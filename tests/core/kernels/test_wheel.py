"""What is shipped: a source distribution that builds; a wheel with the kernel, and one without where none compiles."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.core.kernels.cases import LEVELS

pytest.importorskip("hatchling", reason="needs hatchling, which builds what is installed")
pytestmark = [
    pytest.mark.skipif(not LEVELS, reason="needs a C compiler"),
    pytest.mark.xdist_group("wheel"),
]
ROOT = Path(__file__).parents[3]
SMALL = ("dataset=folder", "hidden=5", "epochs=1")
KERNEL = "nnexp/core/kernels/kernel.bin"


def build(source, target, kind, **environment):
    """Do what `pip wheel` does once it has made a place to build in; give the file, and what was said."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", target]
    done = subprocess.run(command, cwd=source, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (file,) = target.iterdir()
    return file, done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """Build a source distribution of this checkout, and from what it holds a wheel, and then one without a compiler."""
    folder = tmp_path_factory.mktemp("built")
    sdist, _ = build(ROOT, folder / "sdist", "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    (source,) = folder.glob("nnexp-*")
    assert not (source / KERNEL).exists()
    return {
        "compiled": build(source, folder / "compiled", "wheel"),
        "numpy": build(source, folder / "numpy", "wheel", CC="/nonexistent/cc"),
    }


@pytest.fixture
def installed(built, tmp_path, database):
    """Unpack a wheel, which is all that its installation takes, and give what runs its nnexp here."""

    def install(which):
        with zipfile.ZipFile(built[which][0]) as wheel:
            wheel.extractall(tmp_path / "site")

        def run(*arguments):
            environment = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
            command = [sys.executable, "-m", "nnexp", *arguments]
            return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)

        return run

    return install


def test_a_wheel_holds_the_kernel_and_is_for_this_platform(built, installed, tiny_data):
    file, _ = built["compiled"]
    assert file.name.startswith("nnexp-")
    assert "-py3-none-linux_" in file.name
    assert KERNEL in zipfile.ZipFile(file).namelist()
    done = installed("compiled")("train", "kernel=compiled", *SMALL, f"dataset.path={tiny_data}")
    assert done.returncode == 0, done.stderr


def test_without_a_compiler_a_wheel_is_for_every_platform_and_numpy_trains(built, installed, tiny_data):
    file, said = built["numpy"]
    assert "nnexp's compiled kernel was not built: no C compiler was found (/nonexistent/cc)" in said
    assert file.name.endswith("-py3-none-any.whl")
    assert KERNEL not in zipfile.ZipFile(file).namelist()
    done = installed("numpy")("train", *SMALL, f"dataset.path={tiny_data}")
    assert done.returncode == 0, done.stderr
    first, *rest = done.stderr.splitlines()
    assert "the compiled kernel, several times as fast, cannot be used: it was not built when" in first
    assert not any("the compiled kernel" in line for line in rest)
