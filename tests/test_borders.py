"""Who may import whom: each package in a fresh process, and MLflow and Hydra in their own modules alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nnexp.config.paths import PACKAGE

HEAVY = {"hydra", "omegaconf", "mlflow", "pandas", "plotly", "matplotlib", "rich", "typer"}
ABSENT = [
    ("nnexp.core", HEAVY | {"sqlalchemy"}),
    ("nnexp.datasets", HEAVY | {"sqlalchemy", "PIL"}),
    ("nnexp.config.schema", HEAVY | {"numpy", "sqlalchemy"}),
    ("nnexp.config.build", HEAVY | {"numpy", "sqlalchemy"}),
    ("nnexp.training.execute", HEAVY | {"sqlalchemy"}),
    ("nnexp.recording.recorder", HEAVY | {"sqlalchemy"}),
    ("nnexp.tracking.store", HEAVY | {"numpy", "sqlalchemy"}),
    ("nnexp.tracking.memory", HEAVY | {"numpy", "sqlalchemy"}),
    ("nnexp.tracking.mlflow.sql", {"hydra", "omegaconf", "mlflow"}),
    ("nnexp.comparison.compare", {"hydra", "omegaconf", "mlflow", "sqlalchemy"}),
    ("nnexp.report.page.page", {"hydra", "omegaconf", "mlflow", "sqlalchemy"}),
    ("nnexp.sweep.launch", HEAVY | {"sqlalchemy"}),
    ("nnexp.sweep.executors.pool", HEAVY | {"sqlalchemy"}),
    ("nnexp.sweep.executors.inprocess", HEAVY | {"sqlalchemy"}),
    ("nnexp.sweep.hydra.shim", {"mlflow", "numpy"}),
]
MLFLOW = {"tracking/mlflow/"}
HYDRA = {"config/store.py", "sweep/", "cli/"}


def loaded_by(*statements: str) -> set[str]:
    """Run statements in a fresh process, and list the modules that it has loaded by the end."""
    code = "\n".join([*statements, "import sys; print(*sys.modules, file=sys.__stdout__)"])
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(ended.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(("module", "absent"), ABSENT, ids=[module for module, _ in ABSENT])
def test_a_module_loads_nothing_that_it_has_no_use_for(module: str, absent: set[str]) -> None:
    assert loaded_by(f"import {module}") & absent == set()


@pytest.mark.parametrize("package", ["core", "datasets"])
def test_the_inner_packages_know_nnexps_errors_and_themselves(package: str) -> None:
    ours = {name for name in loaded_by(f"import nnexp.{package}") if name.startswith("nnexp")}
    assert {name for name in ours if not name.startswith(f"nnexp.{package}")} == {"nnexp", "nnexp.errors"}


def test_help_is_quick_because_it_loads_nothing_heavy() -> None:
    typed = "import sys; sys.argv = ['nnexp', '--help']; from nnexp.cli.main import app"
    loaded = loaded_by(typed, "try: app()", "except SystemExit: pass")
    assert loaded & {"numpy", "scipy", "mlflow", "hydra", "omegaconf", "pandas", "plotly", "sqlalchemy"} == set()


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


@pytest.mark.parametrize(
    ("names", "allowed"), [({"mlflow"}, MLFLOW), ({"hydra", "omegaconf"}, HYDRA)], ids=["mlflow", "hydra"]
)
def test_a_framework_is_imported_in_its_own_modules_alone(names: set[str], allowed: set[str]) -> None:
    files = [file.relative_to(PACKAGE).as_posix() for file in PACKAGE.rglob("*.py")]
    users = {file for file in files if names & {name.partition(".")[0] for name in imports(PACKAGE / file)}}
    assert users
    assert {file for file in users if not file.startswith(tuple(allowed))} == set()


@pytest.mark.parametrize(
    ("package", "others"),
    [
        ("core", {"datasets", "config", "runs", "tracking", "sweep", "report", "cli"}),
        ("datasets", {"core", "config", "runs", "tracking", "sweep", "report", "cli"}),
        ("config", {"core", "datasets", "runs", "tracking", "sweep", "report", "cli"}),
        ("tracking", {"core", "datasets", "config", "runs", "sweep", "report", "cli"}),
        ("runs", {"sweep", "report", "cli"}),
        ("sweep", {"report", "cli"}),
        ("report", {"sweep", "cli"}),
    ],
)
def test_imports_run_one_way(package: str, others: set[str]) -> None:
    barred = tuple(f"nnexp.{other}" for other in others)
    found = {
        f"{file.name}: {name}"
        for file in (PACKAGE / package).rglob("*.py")
        for name in imports(file)
        if name.startswith(barred)
    }
    assert found == set()
