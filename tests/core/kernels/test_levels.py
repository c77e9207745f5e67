"""Levels of vectors: those that a CPU has are chosen from, and no other is ever run. Other CPUs are emulated."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nnexp.core.kernels import build, describe, library
from nnexp.errors import ConfigError
from tests.core.kernels.cases import LEVELS, case, results

pytestmark = pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")
ROOT = Path(__file__).parents[3]
EMULATOR = "qemu-x86_64"
ON_X86 = build.levels() == build.X86
CPUS = [("SandyBridge", ("baseline",)), ("Haswell", ("baseline", "avx2"))]


def emulated(cpu, *arguments, **environment):
    """Start Python as on another CPU."""
    command = [EMULATOR, "-cpu", cpu, sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)


def test_the_widest_level_is_chosen_where_none_is_named(monkeypatch):
    monkeypatch.delenv(library.SIMD, raising=False)
    assert library.level() == LEVELS[-1]
    assert describe() == f"compiled, {LEVELS[-1]}"


@pytest.mark.parametrize("level", LEVELS)
def test_a_level_that_is_named_is_what_runs(level, monkeypatch):
    monkeypatch.setenv(library.SIMD, level)
    vector = {"baseline": 16, "avx2": 32, "avx512": 64}[level]  # bytes
    for dtype, size in (("float32", 4), ("float64", 8)):
        functions = library.functions(dtype)
        assert (functions.level, functions.lanes) == (level, vector // size)


@pytest.mark.parametrize("name", ["nonesuch", "AVX2", "avx2,avx512", " "])
def test_what_is_no_level_is_refused(name, monkeypatch):
    monkeypatch.setenv(library.SIMD, name)
    message = f"NNEXP_SIMD must be one of {', '.join(LEVELS)}, which this CPU can run, but got {name!r}"
    with pytest.raises(ConfigError, match=message):
        results(case(), "compiled")


def test_a_level_that_this_cpu_lacks_is_not_run(monkeypatch):
    class Library:
        def nnexp_level(self):
            return 0

    monkeypatch.setattr(library, "_library", lambda file: Library())
    monkeypatch.setenv(library.SIMD, "avx2")
    with pytest.raises(ConfigError, match="NNEXP_SIMD must be one of baseline, which this CPU can run, but got 'avx2'"):
        library.functions("float32")


@pytest.mark.skipif(not ON_X86, reason="has levels of its own")
def test_what_the_cpu_has_is_what_linux_says_it_has():
    """Unless nnexp is more cautious: Linux has no name for registers that are not saved."""
    flags = next(line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("flags")).split()
    wanted = {"baseline": set(), "avx2": {"avx2"}, "avx512": {"avx2", "avx512f", "avx512dq", "avx512bw", "avx512vl"}}
    assert tuple(level for level, needed in wanted.items() if needed <= set(flags)) == LEVELS


@pytest.mark.skipif(not (ON_X86 and shutil.which(EMULATOR)), reason=f"needs {EMULATOR}")
@pytest.mark.parametrize(("cpu", "levels"), CPUS)
def test_another_cpu_runs_what_it_has_with_the_same_bits(cpu, levels):
    done = emulated(cpu, "-m", "tests.core.kernels.cases", "20")
    assert done.stdout == f"20 cases at {', '.join(levels)}: 0 differ\n", done.stderr


@pytest.mark.skipif(not (ON_X86 and shutil.which(EMULATOR)), reason=f"needs {EMULATOR}")
def test_another_cpu_refuses_what_it_lacks():
    """And is not ended by an instruction that it does not know."""
    cpu, levels = CPUS[0]
    done = emulated(cpu, "-c", "from nnexp.core.kernels import describe; describe()", NNEXP_SIMD="avx512")
    assert done.returncode == 1
    assert f"NNEXP_SIMD must be one of {', '.join(levels)}, which this CPU can run, but got 'avx512'" in done.stderr
