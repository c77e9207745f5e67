import json
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from nnexp.datasets import Dataset, digest, load

Start = Callable[..., subprocess.Popen[str]]
LOAD = """
import sys
from pathlib import Path
from nnexp.datasets import load
print("ready", flush=True)
sys.stdin.readline()
data = load(Path(sys.argv[1]))
print(data.digest, int(data.train.images.sum()), int(data.test.labels.sum()))
"""


def the_file(cache: Path) -> Path:
    (file,) = cache.iterdir()
    return file


def described(data: Dataset) -> str:
    return f"{data.digest} {data.train.images.sum()} {data.test.labels.sum()}"


def same(one: Dataset, other: Dataset) -> bool:
    pairs = [(getattr(one, part), getattr(other, part)) for part in ("train", "val", "test")]
    return one.digest == other.digest and all(
        np.array_equal(a.images, b.images) and np.array_equal(a.labels, b.labels) for a, b in pairs
    )


def is_mapped(data: Dataset) -> bool:
    base = data.train.images
    while isinstance(base, np.ndarray):
        base = base.base
    return type(memoryview(base).obj).__name__ == "mmap"


def test_the_second_load_reads_the_cache_and_not_the_files(folder: Path, cache: Path) -> None:
    first = load(folder)
    inode = the_file(cache).stat().st_ino
    second = load(folder)
    assert same(first, second)
    assert is_mapped(first)
    assert is_mapped(second)
    assert the_file(cache).stat().st_ino == inode


def test_examples_cannot_be_written_to(folder: Path, cache: Path) -> None:
    for data in (load(folder), in_memory(folder, cache)):
        for array in (data.train.images, data.train.labels, data.test.images, data.test.labels):
            with pytest.raises(ValueError, match="read-only"):
                array[0] = 0


def in_memory(folder: Path, cache: Path) -> Dataset:
    """Load where the cache cannot be: below a file."""
    with pytest.MonkeyPatch.context() as patch:
        blocked = cache.parent / "a-file"
        blocked.touch()
        patch.setenv("NNEXP_CACHE", str(blocked / "cache"))
        return load(folder)


def test_a_cache_that_cannot_be_made_is_done_without(folder: Path, cache: Path) -> None:
    data = in_memory(folder, cache)
    assert not is_mapped(data)
    assert same(data, load(folder))


@contextmanager
def no_more_room(size: int) -> Iterator[None]:
    """Let no file grow past a size, as a full disk would."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("size", [0, 4100])
def test_a_disk_that_fills_up_leaves_nothing_behind(folder: Path, cache: Path, size: int) -> None:
    with no_more_room(size):
        data = load(folder)
    assert not is_mapped(data)
    assert list(cache.iterdir()) == []
    assert same(data, load(folder))


def flip(place: int) -> Callable[[bytes], bytes]:
    return lambda data: data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:4096],
        lambda data: data[:100],
        lambda data: data + b"\0",
        lambda data: bytes(len(data)),
        lambda data: b"\xff" * len(data),
        flip(3),
        flip(64),
        flip(80),
        flip(150),
        flip(200),
    ],
)
def test_a_damaged_cache_is_made_anew(folder: Path, cache: Path, damage: Callable[[bytes], bytes]) -> None:
    before = load(folder)
    whole = the_file(cache).read_bytes()
    damaged = cache / "damaged"  # moved into place: `before` maps the old file
    damaged.write_bytes(damage(whole))
    damaged.replace(the_file_but(cache, damaged))
    assert same(load(folder), before)
    assert the_file(cache).read_bytes() == whole


def the_file_but(cache: Path, other: Path) -> Path:
    (file,) = set(cache.iterdir()) - {other}
    return file


def test_the_digest_comes_from_the_cache(folder: Path, cache: Path) -> None:
    decoded = digest(folder)
    text = the_file(cache).read_bytes()[:4096].rstrip().partition(b"\n")[2]
    assert json.loads(text)["digest"] == digest(folder) == decoded == load(folder).digest


def test_eight_processes_may_build_it_at_once(folder: Path, cache: Path, start: Start) -> None:
    processes = [start(LOAD, folder) for _ in range(8)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 8
    for process in processes:
        print("go", file=process.stdin, flush=True)
    outputs = [process.communicate()[0] for process in processes]
    assert {process.returncode for process in processes} == {0}
    assert {output.strip() for output in outputs} == {described(load(folder))}
    assert the_file(cache)


@pytest.mark.parametrize("moment", ["fsync", "replace"])
def test_a_builder_killed_midway_breaks_nothing(folder: Path, cache: Path, start: Start, moment: str) -> None:
    die = f"import os, signal; os.{moment} = lambda *_: os.kill(os.getpid(), signal.SIGKILL)"
    process = start(die + LOAD, folder)
    process.communicate("go\n")
    assert process.returncode == -9
    left = the_file(cache)
    assert left.suffix == ".part"
    os.utime(left, (0, 0))  # as if it had happened long ago
    assert is_mapped(load(folder))
    assert not left.exists()


def test_a_builder_at_work_is_left_alone(folder: Path, cache: Path) -> None:
    cache.mkdir()
    (cache / "another.part").touch()
    load(folder)
    assert (cache / "another.part").exists()
