"""Every command in the README is run, as it stands but for the sizes of its runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nnexp.archive.certificate import Certificate, read_certificate
from nnexp.archive.proof import Answer
from nnexp.config.paths import SWEEPS
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.tasks.network.task import NETWORK
from tests.core.kernels.cases import LEVELS
from tests.zygote import Zygote

pytestmark = pytest.mark.xdist_group("readme")

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SMALL = "epochs=1 dataset.limit=500"  # added to whatever trains


def block(name: str) -> str:
    """Give the code block that stands behind a comment with this name."""
    found = re.search(rf"<!-- {re.escape(name)} -->\n( *)```\w+\n(.*?)\n *```", README, re.DOTALL)
    assert found, name
    return "\n".join(line.removeprefix(found[1]) for line in found[2].splitlines())


def smaller(line: str) -> str:
    """Make what trains quick, and leave the rest of the line as it is."""
    return re.sub(r"^(nnexp (?:train|sweep \w)[^#]*)", rf"\1 {SMALL} ", line)


class Terminal:
    """A folder, and a shell that finds the `nnexp` that is tested."""

    def __init__(self, folder: Path, zygote: Zygote) -> None:
        self.folder = folder
        self.zygote = zygote

    @property
    def environment(self) -> dict[str, str]:
        own = {"NNEXP_CACHE": str(self.folder / "cache"), "NNEXP_STATE": str(self.folder / "state")}
        return os.environ | own | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def shell(self, line: str) -> str:
        ran = subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )
        assert ran.returncode == 0, (line, ran.stdout, ran.stderr)
        return ran.stdout

    def type(self, line: str) -> str:
        """Run what the shell reads in a line, our command or a script, without the wait for a start of Python."""
        told = " ".join(f"{name}() {{ printf '%s\\0' {name} \"$@\"; }};" for name in ("nnexp", "python"))
        name, *words, end = self.shell(f"{told} {line}").split("\0")
        assert (name in ("nnexp", "python"), end) == (True, ""), f"{line} is no single command"
        script = words.pop(0) if name == "python" else ""
        return self.zygote.run(words, self.folder, self.environment, script)


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory, zygote: Zygote) -> Terminal:
    return Terminal(tmp_path_factory.mktemp("readme"), zygote)


def test_the_set_up_is_two_commands_and_the_tests_are_one() -> None:
    assert len(block("setup").splitlines()) == 2
    assert block("tests") == "pytest -n auto"  # .ci/run runs these, in a fresh environment


def test_the_main_command_trains_and_compares(terminal: Terminal) -> None:
    said = terminal.shell(smaller(block("main")))  # a real start, by the name that the installation gave it
    assert "hidden" in said
    assert (terminal.folder / "mlflow.db").exists()


def test_the_tour_works_line_by_line(terminal: Terminal) -> None:
    for line in block("tour").splitlines():
        terminal.type(smaller(line))


def test_a_result_is_proved_to_a_stranger(terminal: Terminal) -> None:
    for line in block("stranger").splitlines():
        terminal.type(line)


def test_a_program_is_answered_in_json(terminal: Terminal) -> None:
    assert "hidden=" in terminal.shell(smaller(block("json")))


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs the chromium browser")
def test_its_pictures_are_made_by_the_command_that_it_names(terminal: Terminal) -> None:
    (line,) = re.findall(r"`(python -m tests\.pictures init --to \.github)`", README)
    (terminal.folder / ".github").mkdir()
    terminal.shell(f"PYTHONPATH={ROOT} {line.replace('init', 'quick')}")
    assert "quick" in (terminal.folder / ".github" / "terminal.svg").read_text()
    for name in re.findall(r"!\[.*?\]\((\.github/.*?)\)", README):
        assert (ROOT / name).stat().st_size > 1000


def test_what_was_trained_is_found_again(terminal: Terminal) -> None:
    for line in block("again").splitlines():
        terminal.type(smaller(line).replace("eta=0.5 seed=3'", f"eta=0.5 {SMALL} seed=3'"))


def test_several_machines_share_a_store(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """What `work` does while a sweep is running, tests/apps/test_work.py tries."""
    _, store, sweep, work = (line.split("#")[0].strip() for line in block("machines").splitlines())
    name, _ = store.removeprefix("export ").split("=")
    monkeypatch.setenv(name, f"sqlite:///{terminal.folder / 'shared.db'}")
    assert "hidden" in terminal.type(smaller(sweep))
    with pytest.raises(AssertionError, match="no sweep is running"):
        terminal.type(work)


def test_a_search_is_planned_and_run(terminal: Terminal) -> None:
    for line in block("search").splitlines():
        terminal.type(smaller(line))


SCRIPT = """\
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float)
parser.add_argument("--seed", type=int)
asked = parser.parse_args()
for epoch in range(1, 4):
    print(f"Epoch {epoch}: loss={(asked.lr - 0.02) ** 2 / epoch + asked.seed / 1e6}")
"""
APPLICATION = """\
import hydra
import nnexp

@hydra.main(version_base=None, config_path=".", config_name="app")
def main(cfg):
    for epoch in range(1, 4):
        nnexp.log({"val/loss": (cfg.lr - 0.02) ** 2 / epoch + cfg.seed / 1e6}, step=epoch)
    return cfg.lr

main()
"""


@pytest.fixture
def others(terminal: Terminal, tmp_path: Path) -> Terminal:
    """A folder of somebody who has a function, a script and an application."""
    (tmp_path / "mine.py").write_text(block("file mine.py"))
    (tmp_path / "train.py").write_text(SCRIPT)
    (tmp_path / "app.py").write_text(APPLICATION)
    (tmp_path / "app.yaml").write_text("lr: 0.1\nseed: 0\n")
    return Terminal(tmp_path, terminal.zygote)


def test_a_function_needs_twelve_lines_and_nothing_of_ours(others: Terminal) -> None:
    mine = block("file mine.py")
    assert len([line for line in mine.splitlines() if line]) <= 12
    assert "nnexp" not in mine
    said = [others.type(line) for line in block("function").splitlines()]
    assert "validation %" in said[2]
    assert "identical in all 20 epochs" in said[3]
    assert "the same bits" in said[4]


def test_a_script_and_an_application_are_swept_as_they_are(others: Terminal) -> None:
    assert "lr=0.01 is the best" in others.type(block("command"))
    others.type(block("application"))
    assert "lr=0.01 is the best" in others.type("nnexp compare")


@pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")
def test_data_of_ones_own_are_looked_at_and_trained_on(terminal: Terminal) -> None:
    (terminal.folder / "flowers.csv").write_text(block("file flowers.csv") + "\n")
    look, convert, train = block("data").splitlines()
    assert "12 examples of 2 values in 2 classes" in terminal.type(look)
    terminal.type(convert)
    assert "2-2 on flowers.npz" in terminal.type(train)


def test_the_digests_are_those_of_this_machine_too(terminal: Terminal) -> None:
    for line in block("digests").splitlines():
        command, expected = line.split("# ")
        assert f", {expected}, " in terminal.type(command)


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return read_certificate((SWEEPS / "init.certificate.json").read_bytes())


def test_what_it_says_of_init_is_certified(certificate: Certificate) -> None:
    (quoted,) = re.findall(r"^> \*\*(.*?)\*\*$", README, re.DOTALL | re.MULTILINE)
    assert quoted.replace("\n> ", " ") == certificate.said["answer"]
    good, _ = certificate.said["tables"].values()
    for row in good[2:]:
        assert f"\n{row}" in README  # which goes on with how many runs lost a digit


@pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")
def test_what_is_certified_comes_out_here_too(certificate: Certificate, tmp_path: Path) -> None:
    """Of each setting one run, and of that an epoch: all of it takes a minute or more."""
    first = [archive for archive in certificate.archives if archive.config.seed == 9]
    reruns = Session(certificate.store, NETWORK).prove(first, Policy(), until=1, folder=tmp_path)
    assert [verdict.answer for verdict in reruns.verdicts] == [Answer.IDENTICAL] * 6


def test_results_of_another_tool_are_judged(terminal: Terminal) -> None:
    assert terminal.shell(block("judge")).startswith("A is the best: 97.8")


def test_a_sweep_of_ones_own_is_found(terminal: Terminal) -> None:
    (terminal.folder / "sweeps").mkdir()
    (terminal.folder / "sweeps" / "wide.yaml").write_text(block("file sweeps/wide.yaml"))
    assert "wide" in terminal.type("nnexp sweep")
    assert "to do" in terminal.type("nnexp sweep wide --dry-run")


def test_every_other_command_exists(terminal: Terminal) -> None:
    mentioned = set(re.findall(r"`nnexp ([a-z]+)", README))
    known = terminal.shell("nnexp --help")
    assert all(f" {command} " in known for command in mentioned)


def test_the_same_from_python(terminal: Terminal) -> None:
    small = block("python").replace("epochs=3", 'epochs=1, **{"dataset.limit": 500}')
    (terminal.folder / "same.py").write_text(small)
    said = terminal.type("python same.py")
    assert "hidden=30" in said
    assert "[6 rows x" in said
