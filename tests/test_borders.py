"""Who may import whom, however the import is written; and what a module that is imported alone does without."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest

from nnexp.cli.complete.described import network_settings
from nnexp.config.paths import PACKAGE
from tests.imports import Imports, circle

# Each room (a folder of nnexp, or a file beside them), and the rooms that it may know besides itself.
ROOMS = {
    "errors": "",
    "escape": "",
    "terminal": "escape",
    "measure": "",
    "names": "",
    "picture": "errors",
    "undeclared": "measure",
    "places": "",
    "regular": "errors",
    "kin": "",
    "arrays": "errors",
    "core": "errors",
    "datasets": "errors places arrays",
    "statistics": "errors",
    "config": "errors measure",
    "miniature": "escape measure",
    "tracking": "errors measure undeclared places regular",
    "tasks": "errors measure names undeclared kin config core datasets",
    "search": "config",
    "training": "errors measure names picture undeclared arrays config tasks",
    "recording": "errors measure names picture undeclared places regular arrays miniature config search tasks tracking "
    "training",
    "archive": "errors measure undeclared config tasks tracking training recording",
    "sweep": "errors measure undeclared terminal kin config tasks tracking training recording archive statistics "
    "search",
    "comparison": "errors measure undeclared tracking archive statistics search",
    "report": "errors escape terminal measure picture config datasets tracking archive statistics search comparison",
    "benchmarks": "core",
    "cli": "errors escape measure undeclared regular terminal places kin config datasets tasks search tracking "
    "training recording archive sweep comparison report benchmarks",
    "api": "errors escape measure terminal config tasks tracking training recording archive sweep comparison report "
    "statistics",
    "__main__": "cli",
}
# What is not so yet: a module, and a room that it should not know. Whoever mends one takes it out.
EXCEPTIONS = {
    ("nnexp.archive.network", "core"),
    ("nnexp.archive.network", "datasets"),
    ("nnexp.comparison.groups", "config"),
    ("nnexp.comparison.origin", "recording"),
    ("nnexp.report.plots.weights", "recording"),
    ("nnexp.report.published.reproduction", "tasks"),
}
ANYWHERE = {"nnexp"}  # the package itself: its version, and api/ where it is asked for it
FRAMEWORKS = {
    "mlflow": ("mlflow", "nnexp.tracking.mlflow."),
    "ray": ("ray", "nnexp.sweep.executors.ray. nnexp.sweep.executors.ray_cluster."),
    "optuna": ("optuna", "nnexp.search."),
    "hydra": ("hydra omegaconf", "nnexp.config.store nnexp.sweep.hydra. nnexp.tasks.hydra. nnexp.cli."),
}

# Imported one after the other in one process. Each group may load a little more than the one before.
HEAVY = {"hydra", "omegaconf", "mlflow", "pandas", "plotly", "matplotlib", "rich", "typer", "sqlalchemy", "PIL"}
ABSENT = [
    (HEAVY | {"numpy"}, ["config.schema", "config.value", "tracking.store", "tracking.memory"]),
    (HEAVY, ["core", "datasets", "training.execute", "recording.begin"]),
    (HEAVY, ["sweep.launch", "sweep.executors.pool", "sweep.executors.inprocess"]),
    (HEAVY, ["sweep.executors.ray"]),
    ({"sklearn", "mlflow"}, ["search.study"]),
    ({"hydra", "omegaconf", "mlflow", "sqlalchemy", "plotly", "matplotlib"}, ["report.tables.formats"]),
    ({"hydra", "omegaconf", "mlflow", "sqlalchemy"}, ["comparison.compare", "report.page.page"]),
    ({"hydra", "omegaconf", "mlflow"}, ["tracking.mlflow.sql"]),
]
ALONE = [(f"nnexp.{module}", absent) for absent, modules in ABSENT for module in modules]


@pytest.fixture(scope="module")
def imports() -> Imports:
    return Imports(PACKAGE)


@pytest.fixture(scope="module")
def ours(imports: Imports) -> Mapping[str, set[str]]:
    """What each module of nnexp imports of nnexp."""
    return {
        module: {name for name in names if name.startswith("nnexp.")}
        for module, names in imports.named.items()
        if module not in ANYWHERE
    }


def room(module: str) -> str:
    return module.split(".")[1]


@pytest.fixture
def house(tmp_path: Path) -> Imports:
    """A package made up: house.attic with its roof, house.cellar with its door."""
    for file in ("__init__", "attic/__init__", "attic/roof", "cellar/__init__", "cellar/door", "cellar/stair"):
        (tmp_path / "house" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "house" / f"{file}.py").touch()
    return Imports(tmp_path / "house")


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("import house.attic.roof", "house.attic.roof"),
        ("import house.attic as top", "house.attic"),
        ("from house import attic", "house.attic"),
        ("from house.attic import roof", "house.attic.roof"),
        ("from house.attic import CLUTTER", "house.attic"),
        ("from house.attic.roof import TILES", "house.attic.roof"),
        ("from . import stair", "house.cellar.stair"),
        ("from .stair import STEPS", "house.cellar.stair"),
        ("from .. import attic", "house.attic"),
        ("from ..attic import roof", "house.attic.roof"),
        ("from ..attic.roof import TILES", "house.attic.roof"),
        ("def later():\n    from house import attic", "house.attic"),
        ("if TYPE_CHECKING:\n    from house.attic import roof", "house.attic.roof"),
        ("importlib.import_module('house.attic')", "house.attic"),
        ("import_module('house.attic.roof')", "house.attic.roof"),
        ("__import__('house.attic')", "house.attic"),
        ("import_module(name)", "a computed name: import_module(name)"),
    ],
)
def test_every_way_of_importing_is_seen(house: Imports, written: str, found: str) -> None:
    assert set(house.of(written, "house.cellar.door")) == {found}


def test_a_relative_import_of_a_package_begins_in_it(house: Imports) -> None:
    assert [*house.of("from . import door", "house.cellar")] == ["house.cellar.door"]


def test_no_name_is_computed_that_would_hide_an_import(imports: Imports) -> None:
    hidden = {(module, name) for module, names in imports.named.items() for name in names if "computed" in name}
    assert hidden == {
        ("nnexp.tasks.function.importing", "a computed name: importlib.import_module(name)")
    }  # a person's


def test_every_room_has_its_rule(ours: Mapping[str, set[str]]) -> None:
    assert {room(module) for module in ours} == set(ROOMS)


def test_a_room_knows_those_beneath_it_alone(ours: Mapping[str, set[str]]) -> None:
    climbing = {
        (module, name)
        for module, names in ours.items()
        for name in names
        if room(name) not in {room(module), *ROOMS[room(module)].split()}
    }
    excepted = {(module, name) for module, name in climbing if (module, room(name)) in EXCEPTIONS}
    assert [f"{module} imports {name}" for module, name in sorted(climbing - excepted)] == []
    assert {(module, room(name)) for module, name in excepted} == EXCEPTIONS


def test_there_is_no_circle(ours: Mapping[str, set[str]]) -> None:
    rooms: dict[str, set[str]] = {}
    for module, names in ours.items():
        rooms.setdefault(room(module), set()).update(room(name) for name in names if room(name) != room(module))
    assert circle(rooms) == []
    assert circle(ours) == []
    assert circle({"a": {"b"}, "b": {"c", "d"}, "d": {"b"}}) == ["b", "d", "b"]


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_framework_is_imported_in_its_own_modules_alone(framework: str, imports: Imports) -> None:
    names, allowed = (words.split() for words in FRAMEWORKS[framework])
    users = {module for module, found in imports.named.items() if {name.partition(".")[0] for name in found} & {*names}}
    assert users
    assert {module for module in users if not f"{module}.".startswith(tuple(allowed))} == set()


def loaded_by(*statements: str) -> list[list[str]]:
    """Run statements in a fresh process, and list the modules that each of them has loaded."""
    tell = "print(json.dumps([*sys.modules]), file=sys.__stdout__)"
    code = "\n".join(["import json, sys", tell, *(f"{statement}\n{tell}" for statement in statements)])
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    known = [set(json.loads(line)) for line in ended.stdout.splitlines() if line.startswith("[")]
    return [sorted(after - before) for before, after in pairwise(known)]


@pytest.fixture(scope="module")
def loaded() -> Mapping[str, list[str]]:
    modules = [module for module, _ in ALONE]
    return dict(zip(modules, loaded_by(*(f"import {module}" for module in modules)), strict=True))


@pytest.mark.xdist_group("borders")
@pytest.mark.parametrize(("module", "absent"), ALONE, ids=[module for module, _ in ALONE])
def test_a_module_loads_nothing_that_it_has_no_use_for(
    module: str, absent: set[str], loaded: Mapping[str, list[str]]
) -> None:
    assert absent & {*loaded[module]} == set()


def test_what_every_hydra_application_imports_loads_nothing_of_ours() -> None:
    [found] = loaded_by("import nnexp.sweep.hydra.shim")
    assert {"mlflow", "numpy"} & {*found} == set()
    assert [name for name in found if name.startswith("nnexp.") and not name.startswith("nnexp.sweep")] == []


UNHURRIED = {"numpy", "scipy", "mlflow", "hydra", "omegaconf", "pandas", "plotly", "sqlalchemy"}


@pytest.mark.parametrize(
    "line", ["nnexp tr", "nnexp train hid", "nnexp train init=", "nnexp sweep ", "nnexp runs --st"]
)
def test_tab_is_quick_because_it_loads_nothing_heavy(line: str) -> None:
    network_settings()  # which are kept from now on
    asked = f"os.environ |= {{'_NNEXP_COMPLETE': 'complete_nnexp', 'NNEXP_COMPLETE_LINE': {line!r}}}"
    typed = f"import os\n{asked}\nfrom nnexp.cli.main import main\ntry: main()\nexcept SystemExit: pass"
    [found] = loaded_by(typed)
    assert UNHURRIED & {*found} == set()


def test_help_is_quick_because_it_loads_nothing_heavy() -> None:
    typed = "sys.argv = ['nnexp', '--help']\nfrom nnexp.cli.main import app\ntry: app()\nexcept SystemExit: pass"
    [found] = loaded_by(typed)
    assert UNHURRIED & {*found} == set()
