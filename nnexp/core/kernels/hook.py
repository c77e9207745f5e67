"""Builds the compiled kernel into the wheel, where a C compiler is found; nnexp works without one, only slower."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HERE = Path(__file__).parent


class KernelHook(BuildHookInterface[Any]):
    """What hatchling calls before it packs a wheel, or makes an editable one."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build, and mark the wheel as made for this platform; a wheel without the kernel is for all of them."""
        done = subprocess.run([sys.executable, HERE / "build.py"], capture_output=True, text=True)  # noqa: S603
        if done.returncode:
            self.app.display_warning(done.stderr.strip())
            return
        build_data["artifacts"].append("nnexp/core/kernels/kernel.bin")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{sysconfig.get_platform().replace('-', '_').replace('.', '_')}"
