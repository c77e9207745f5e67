import json
import os
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest

from nnexp.datasets import Dataset, digest, load

Start = Callable[..., subprocess.Popen[str]]
Unprivileged = Callable[[], AbstractContextManager[None]]
LOAD = """
import sys
from pathlib import Path
from nnexp.datasets import load
print("ready", flush=True)
sys.stdin.readline()
data = load(Path(sys.argv[1]))
print(data.digest, int(data.train.images.sum()), int(data.test.labels.sum()))
"""


FILES = ["content.json", *(f"{kind}_{part}.npy" for kind in "xy" for part in ("test", "train", "val"))]


def kept(cache: Path) -> Path:
    """The folder of the one data set that is kept."""
    (path,) = (path for path in cache.iterdir() if not path.is_symlink())
    return path


def bytes_in(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(path.iterdir())}


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
    inode = kept(cache).stat().st_ino
    second = load(folder)
    assert same(first, second)
    assert is_mapped(first)
    assert is_mapped(second)
    assert kept(cache).stat().st_ino == inode
    assert list(bytes_in(kept(cache))) == FILES


def test_arrays_are_plain_ones_without_the_cost_of_a_memory_map(folder: Path) -> None:
    data = load(folder)
    assert {type(array) for array in (data.train.images, data.train.labels, data.test.images)} == {np.ndarray}


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


def test_a_cache_that_may_only_be_read_is_read_or_done_without(
    arrays: dict[str, np.ndarray], public: Path, monkeypatch: pytest.MonkeyPatch, unprivileged: Unprivileged
) -> None:
    monkeypatch.setenv("NNEXP_CACHE", str(public / "cache"))
    for name in ("one", "other"):
        np.savez(public / f"{name}.npz", **arrays | ({"y_test": np.zeros(4, int)} if name == "other" else {}))
    load(public / "one.npz")
    (public / "cache").chmod(0o555)
    with unprivileged():
        assert is_mapped(load(public / "one.npz"))
        assert not is_mapped(load(public / "other.npz"))


@contextmanager
def no_more_room(size: int) -> Iterator[None]:
    """Let no file grow past a size, as a full disk would."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("size", [0, 220, 300])
def test_a_disk_that_fills_up_leaves_nothing_behind(folder: Path, cache: Path, size: int) -> None:
    with no_more_room(size):
        data = load(folder)
    assert not is_mapped(data)
    assert list(cache.iterdir()) == []
    assert same(data, load(folder))


def flip(place: int) -> Callable[[bytes], bytes]:
    def flipped(data: bytes) -> bytes:
        changed = bytearray(data)
        changed[place] ^= 1
        return bytes(changed)

    return flipped


@pytest.mark.parametrize("file", ["content.json", "x_train.npy", "y_test.npy"])
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-1],
        lambda data: data[:128],
        lambda data: data[:100],
        lambda data: data + b"\0",
        lambda data: bytes(len(data)),
        lambda data: b"\xff" * len(data),
        *map(flip, range(0, 128, 9)),
        flip(-1),
    ],
)
def test_a_damaged_cache_is_made_anew(folder: Path, cache: Path, file: str, damage: Callable[[bytes], bytes]) -> None:
    before = load(folder)
    whole = bytes_in(kept(cache))
    replace(kept(cache) / file, damage(whole[file]))
    after = load(folder)
    assert same(after, before)
    assert is_mapped(after)
    assert bytes_in(kept(cache)) == whole


def replace(file: Path, data: bytes) -> None:
    """Write a file anew: what has mapped it keeps the old one."""
    file.unlink()
    file.write_bytes(data)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: (path / "y_test.npy").unlink(),
        lambda path: (path / "content.json").unlink(),
        lambda path: (path / "y_test.npy").rename(path / "y_train.npy"),
        lambda path: (shutil.rmtree(path), path.mkdir()),
        lambda path: (shutil.rmtree(path), path.touch()),
    ],
    ids=["an array lacks", "the header lacks", "other arrays", "nothing", "a file"],
)
def test_a_folder_that_does_not_fit_is_made_anew(folder: Path, cache: Path, spoil: Callable[[Path], object]) -> None:
    before = load(folder)
    whole = bytes_in(kept(cache))
    spoil(kept(cache))
    assert same(load(folder), before)
    assert bytes_in(kept(cache)) == whole


def test_the_digest_comes_from_the_cache(folder: Path, cache: Path) -> None:
    decoded = digest(folder)
    recorded = json.loads((kept(cache) / "content.json").read_bytes())
    assert recorded["digest"] == digest(folder) == decoded == load(folder).digest


@pytest.mark.parametrize("found", ["nothing", "a damaged one"])
def test_eight_processes_may_build_it_at_once(folder: Path, cache: Path, start: Start, found: str) -> None:
    if found == "a damaged one":
        load(folder)
        (kept(cache) / "content.json").write_bytes(b"{}")
    processes = [start(LOAD, folder) for _ in range(8)]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 8
    for process in processes:
        print("go", file=process.stdin, flush=True)
    outputs = [process.communicate()[0] for process in processes]
    assert {process.returncode for process in processes} == {0}
    whole = bytes_in(kept(cache))
    assert {output.strip() for output in outputs} == {described(load(folder))}
    assert bytes_in(kept(cache)) == whole


# With the first file written, with the last, before the move, and with the damaged folder moved away.
@pytest.mark.parametrize(("function", "nth"), [("fsync", 1), ("fsync", 7), ("replace", 1), ("replace", 3)])
def test_a_builder_killed_midway_breaks_nothing(
    folder: Path, cache: Path, start: Start, function: str, nth: int
) -> None:
    load(folder)
    (kept(cache) / "content.json").write_bytes(b"{}")
    process = start(DIE.format(function=function, nth=nth) + LOAD, folder)
    process.communicate("go\n")
    assert process.returncode == -9
    (left,) = cache.glob("*.part")
    os.utime(left, (0, 0))  # as if it had happened long ago
    assert is_mapped(load(folder))
    assert list(bytes_in(kept(cache))) == FILES  # and nothing else is there


DIE = """
import os, signal
calls, act = [], os.{function}
def die(*arguments, **named):
    calls.append(arguments)
    if len(calls) == {nth}:
        os.kill(os.getpid(), signal.SIGKILL)
    return act(*arguments, **named)
os.{function} = die
"""


def test_a_builder_at_work_is_left_alone(folder: Path, cache: Path) -> None:
    (cache / "another.part").mkdir(parents=True)
    load(folder)
    assert (cache / "another.part").exists()
