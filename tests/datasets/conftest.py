"""A small data set, the files that hold it, and a cache of one's own for each test."""

import gzip
import os
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest

FILES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def encode_idx(array: np.ndarray) -> bytes:
    header = struct.pack(f">4B{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    return header + array.astype(np.uint8).tobytes()


@pytest.fixture(scope="session")
def encode() -> Callable[[np.ndarray], bytes]:
    """An array as an IDX file."""
    return encode_idx


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NNEXP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    """Thirteen and four images of 3 rows and 2 columns, in three classes."""
    pixels = np.random.default_rng(0).integers(0, 256, (17, 3, 2), dtype=np.uint8)
    labels = (np.arange(17) % 3).astype(np.uint8)
    return {"x_train": pixels[:13], "y_train": labels[:13], "x_test": pixels[13:], "y_test": labels[13:]}


@pytest.fixture
def write_idx(tmp_path: Path) -> Callable[..., Path]:
    """Write a folder of four IDX files."""

    def write(arrays: dict[str, np.ndarray], folder: str = "idx", *, zipped: bool = False) -> Path:
        path = tmp_path / folder
        path.mkdir()
        for name, file in FILES.items():
            data = encode_idx(arrays[name])
            (path / f"{file}.gz" if zipped else path / file).write_bytes(gzip.compress(data) if zipped else data)
        return path

    return write


@pytest.fixture
def folder(write_idx: Callable[..., Path], arrays: dict[str, np.ndarray]) -> Path:
    """The small data set as plain IDX files."""
    return write_idx(arrays)


@pytest.fixture
def start() -> Callable[..., subprocess.Popen[str]]:
    """Start Python code in a process of its own; `sys.argv[1:]` are the arguments given."""

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        paths = f"import sys; sys.path[:] = {sys.path!r}\n"
        command = [sys.executable, "-c", paths + code, *map(str, arguments)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    return start


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that, unlike tmp_path, others may be let into."""
    with tempfile.TemporaryDirectory() as temporary:
        os.chmod(temporary, 0o755)
        yield Path(temporary)


@pytest.fixture
def unprivileged() -> Callable[[], AbstractContextManager[None]]:
    """Give up root's right to read and write everything, where the tests run as root."""

    @contextmanager
    def unprivileged() -> Iterator[None]:
        user = os.geteuid()
        os.seteuid(65534 if user == 0 else user)
        try:
            yield
        finally:
            os.seteuid(user)

    return unprivileged
