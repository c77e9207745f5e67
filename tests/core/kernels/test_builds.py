"""The library as other compilers build it: the same bits, whatever they make of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from nnexp.core.kernels import build
from tests.core.kernels.cases import LEVELS, difference, random_case

pytestmark = pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")
ROOT = Path(__file__).parents[3]
COMPILERS = [
    pytest.param(name, marks=pytest.mark.skipif(not shutil.which(name), reason=f"needs {name}"))
    for name in ("gcc", "clang")
]
SANITIZE = ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


@pytest.mark.parametrize("optimisation", ["-O1", "-O2", "-O3"])
@pytest.mark.parametrize("compiler", COMPILERS)
def test_every_build_gives_the_references_bits(compiler, optimisation, tmp_path, monkeypatch):
    monkeypatch.setenv("CC", compiler)
    monkeypatch.setattr(build, "LIBRARY", tmp_path / "kernel.bin")
    build.build(build.LIBRARY, [optimisation])
    assert [apart for number in range(20) if (apart := difference(random_case(Random(number))))] == []


@pytest.mark.parametrize("compiler", COMPILERS[:1])
def test_what_python_hands_over_has_room_for_all_that_is_read_and_written(compiler, tmp_path, monkeypatch):
    monkeypatch.setenv("CC", compiler)
    monkeypatch.setattr(build, "levels", lambda: {"baseline": []})  # the least padding; probe.c has all the levels
    build.build(tmp_path / "kernel.bin", SANITIZE)
    asan = subprocess.run([compiler, "-print-file-name=libasan.so"], capture_output=True, text=True, check=True)
    own = {"LD_PRELOAD": asan.stdout.strip(), "ASAN_OPTIONS": "detect_leaks=0"}  # Python keeps what it will need again
    command = [sys.executable, "-m", "tests.core.kernels.sanitized", tmp_path / "kernel.bin", "100"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True)
    assert done.stdout == "100 cases\n", done.stderr


@pytest.mark.parametrize(
    ("compiler", "message"),
    [
        ("/nonexistent/cc", r"no C compiler was found \(/nonexistent/cc\)"),
        ("false", "false failed"),
        ("gcc -ffast-math", "-ffast-math lets a compiler change the order of a sum"),
    ],
)
def test_where_it_cannot_be_built_the_reason_is_said_and_nothing_is_left(compiler, message, tmp_path, monkeypatch):
    monkeypatch.setenv("CC", compiler)
    with pytest.raises(build.BuildError, match=message):
        build.build(tmp_path / "kernel.bin")
    assert list(tmp_path.iterdir()) == []
