"""Every command in the README is run, as it stands but for the sizes of its runs."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

README = (Path(__file__).parent.parent / "README.md").read_text()
SMALL = "epochs=1 dataset.limit=500"  # added to whatever trains


def block(name: str) -> str:
    """Give the code block that stands behind a comment with this name."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n( *)```\w+\n(.*?)\n *```", README, re.DOTALL)
    assert found, name
    return "\n".join(line.removeprefix(found[1]) for line in found[2].splitlines())


def shell(command: str, folder: Path) -> str:
    environment = os.environ | {"NNEXP_CACHE": str(folder / "cache"), "NNEXP_STATE": str(folder / "state")}
    for name in ("MLFLOW_TRACKING_URI", "MLFLOW_EXPERIMENT_NAME"):
        environment.pop(name, None)
    ran = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)
    assert ran.returncode == 0, (command, ran.stdout, ran.stderr)
    return ran.stdout


def smaller(command: str) -> str:
    """Make what trains quick."""
    line = command.split("#")[0].strip()
    return f"{line} {SMALL}" if re.match(r"nnexp (train|sweep \w)", line) else line


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readme")


def test_the_set_up_is_two_commands_and_the_tests_are_one() -> None:
    assert len(block("setup").splitlines()) == 2
    assert block("tests") == "pytest -n auto"  # .ci/run runs these, in a fresh environment


def test_the_main_command_trains_and_compares(folder: Path) -> None:
    said = shell(smaller(block("main")), folder)
    assert "hidden" in said
    assert (folder / "mlflow.db").exists()


def test_the_tour_works_line_by_line(folder: Path) -> None:
    for line in block("tour").splitlines():
        shell(smaller(line), folder)


def test_a_sweep_of_ones_own_is_found(folder: Path) -> None:
    (folder / "sweeps").mkdir()
    (folder / "sweeps" / "wide.yaml").write_text(block("file sweeps/wide.yaml"))
    assert "wide" in shell("nnexp sweep", folder)
    assert "to do" in shell("nnexp sweep wide --dry-run", folder)


def test_every_other_command_exists(folder: Path) -> None:
    mentioned = set(re.findall(r"`nnexp ([a-z]+)", README))
    known = shell("nnexp --help", folder)
    assert all(f" {command} " in known for command in mentioned)
