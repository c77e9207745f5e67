"""The environment a number came from: what, besides the experiment itself, decides its bits.

Same key and same environment promise the same bits. Knows nothing of runs.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import scipy
from threadpoolctl import ThreadpoolController


def environment(pools: ThreadpoolController | None = None, *, foreign: bool = False) -> dict[str, str]:
    """Describe this process as it computes now, BLAS libraries and their threads included.

    For a task of others, NumPy's alone: which others it has loaded by then is left to chance. Finding the libraries
    takes longer than all else, so whoever has found their `pools` gives them.
    """
    found = (pools or ThreadpoolController()).info()
    libraries = {_owner(one["filepath"]): _blas(one) for one in found if one["user_api"] == "blas"}
    return _fixed() | {f"blas.{owner}": told for owner, told in libraries.items() if owner == "numpy" or not foreign}


def fingerprint(environment: Mapping[str, str]) -> str:
    """Compute the SHA-256 (hex) of an environment."""
    return hashlib.sha256(json.dumps(dict(environment), sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def _fixed() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "cpu": _cpu_model(),
        "cpu.features": " ".join(_cpu_features()),
        "machine": platform.machine(),
        "os": f"{platform.system()} {platform.libc_ver()[0]} {platform.libc_ver()[1]}".strip(),
    }


def _owner(path: str) -> str:
    """Name the package that brought a BLAS library: NumPy and SciPy each bring their own."""
    return next((name for name in ("numpy", "scipy") if f"{name}.libs" in path or f"/{name}/" in path), Path(path).stem)


def _blas(library: Mapping[str, object]) -> str:
    kernel = library.get("architecture", "unknown kernel")
    return f"{library['internal_api']} {library['version']}, {kernel}, {library['num_threads']} threads"


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _cpu_features() -> list[str]:
    """List the CPU features that NumPy found and uses, as `np.show_config` would."""
    features: dict[str, bool] = np._core._multiarray_umath.__cpu_features__  # type: ignore[attr-defined]
    return sorted(name for name, used in features.items() if used)
