"""Builds the compiled kernel beside its source: `python nnexp/core/kernels/build.py`, as installing does.

It needs a C compiler, GCC or Clang ($CC, or the first of cc, gcc and clang that is found), and nothing of nnexp. The
one library holds a build for each precision and each level of vectors; library.py picks one that the CPU can run.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = [HERE / "kernel.c", HERE / "cpu.c", HERE / "build.py"]
LIBRARY = HERE / "kernel.bin"  # not .so, which Python would take for a module of its own

# No multiplication is fused with an addition, here or in any other build: the bits depend on it.
FLAGS = ["-std=c11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fPIC", "-Wall", "-Wextra"]
REALS = {"float32": "float", "float64": "double"}
X86 = {
    "baseline": [],
    "avx2": ["-mavx2"],
    "avx512": ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mprefer-vector-width=512"],
}


class BuildError(Exception):
    """No library can be built here; the message says why."""


def levels() -> dict[str, list[str]]:
    """Give the levels of vectors that are built for this machine, with their flags."""
    return X86 if platform.machine().lower() in ("x86_64", "amd64") else {"baseline": []}


def source_digest() -> str:
    """Compute the SHA-256 (hex) of what the library is built from."""
    return hashlib.sha256(b"".join(source.read_bytes() for source in SOURCES)).hexdigest()


def compiler() -> list[str]:
    """Find a C compiler, as the words that call it.

    Raises
    ------
    BuildError
        There is none.
    """
    chosen = shlex.split(os.environ.get("CC", ""))
    candidates = [chosen] if chosen else [["cc"], ["gcc"], ["clang"]]
    for candidate in candidates:
        if shutil.which(candidate[0]):
            return candidate
    raise BuildError(f"no C compiler was found ({', '.join(words[0] for words in candidates)})")


def build(target: Path = LIBRARY, flags: list[str] | None = None) -> None:
    """Compile and link the library; `flags` are added to the compiler's own.

    Raises
    ------
    BuildError
        There is no compiler, or it failed.
    """
    cc = compiler()
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        objects = [Path(folder, "cpu.o")]
        _run([*cc, *FLAGS, *(flags or []), f'-DSOURCE="{source_digest()}"', "-c", SOURCES[1], "-o", objects[0]])
        for (level, vectors), (dtype, real) in product(levels().items(), REALS.items()):
            objects.append(Path(folder, f"{level}_{dtype}.o"))
            names = [f"-DREAL={real}", f"-DNAME(what)=nnexp_##what##_{dtype}_{level}"]
            _run([*cc, *FLAGS, *vectors, *(flags or []), *names, "-c", SOURCES[0], "-o", objects[-1]])
        linked = Path(folder, target.name)
        _run([*cc, "-shared", *(flags or []), *objects, "-o", linked])
        linked.replace(target)  # whole or not at all: another process may be loading it


def _run(command: list[str | Path]) -> None:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise BuildError(f"{command[0]} failed: {done.stderr.strip()}")


if __name__ == "__main__":
    try:
        build()
    except BuildError as error:
        sys.exit(f"nnexp's compiled kernel was not built: {error}")
