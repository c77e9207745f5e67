"""The code that decides the numbers, as this process has imported it.

It is read once, right after it was imported: what is edited later is not what this process computes with.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from nnexp.config.paths import PACKAGE
from nnexp.tasks.code import digest_code
from nnexp.tasks.network import setup  # noqa: F401  # which imports the rest

DECIDING = (
    "core/*.py",
    "core/kernels/*.py",
    "core/kernels/*.c",
    "datasets/scale.py",
    "datasets/split.py",
    "tasks/seeding.py",
    "tasks/network/setup.py",
)


def read_sources(package: Path) -> dict[str, str]:
    """Read the files of a package that decide, by their names."""
    found = {pattern: list(package.glob(pattern)) for pattern in DECIDING}
    assert all(found.values()), f"a file that decides was moved: {found}"
    files = [file for matching in found.values() for file in matching]
    return {file.relative_to(package).as_posix(): file.read_text(encoding="utf-8") for file in files}


# Code that was rewritten and computes what its elder did, to the last bit, goes by its elder's digest: nothing is
# trained again for it. What holds it to that: keys.json, golden.json and the certificate of sweeps/init, as before.
ELDERS = {
    "ab60dbde03dc90bdfb4f0d5d8a3fa0dcbae3907c994af9d62bf3c96d20140d05": (
        "54fb3e2861dcd217ace00ce55303beb656c149929e9c7179233c8465a2a8aa70"
    ),
}


SOURCES = read_sources(PACKAGE)


@lru_cache(maxsize=1)
def digest() -> str:
    """Digest what was read."""
    return digest_of(SOURCES)


def digest_of(sources: Mapping[str, str]) -> str:
    """Digest sources, or give the digest of the elder that they repeat."""
    found = digest_code(sources)
    return ELDERS.get(found, found)
