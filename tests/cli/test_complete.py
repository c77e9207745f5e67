"""What Tab completes: asked for as the shells do, and typed in each of them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from nnexp.cli.complete.described import network_settings
from nnexp.cli.complete.word import word_at_the_end
from nnexp.places import cache
from nnexp.tasks.network.config import SCHEMA
from nnexp.tracking import choose
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Metric, RunStart, Status, Tag
from nnexp.tracking.store import Store
from tests.patience import HANGS_S

Nnexp = Callable[..., tuple[int, str, str]]
Complete = Callable[[str], dict[str, str]]

MINE = """
open("ran", "w")
def train(alpha: float = 1e-4, loss: Literal["hinge", "log"] = "hinge", *, fast: bool = False, seed: int, state=None):
    yield {"val/accuracy": alpha}
def _own(): ...
"""
NAME = "784-30-10 eta=0.5 seed=3"
ODD = r"""it's "$HOME" `id` $(id) \n! ä: x"""


@pytest.fixture
def complete(nnexp: Nnexp, monkeypatch: pytest.MonkeyPatch) -> Complete:
    """Ask what may stand at the end of a line."""

    def complete(line: str) -> dict[str, str]:
        monkeypatch.setenv("_NNEXP_COMPLETE", "complete_nnexp")
        monkeypatch.setenv("NNEXP_COMPLETE_LINE", line)
        status, out, err = nnexp()
        assert (status, err) == (0, "")
        return dict(line.split("\t") for line in out.splitlines() if line)

    return complete


def fill(store: Store) -> dict[str, str]:
    """Keep a sweep of one run, and a run of none; give their ids by their names."""
    kind = {Tag.KIND: Kind.RUN}
    swept = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: "a" * 64, Tag.NAMES: "wide wider"}
    ids = {
        "wide": store.create(RunStart("wide", 1000, {"runs": "1"}, swept)),
        "784-5-10": store.create(
            RunStart("784-5-10", 1000, {"hidden": "5", "seed": "0"}, kind | {Tag.member("a" * 64): Tag.YES})
        ),
        NAME: store.create(RunStart(NAME, 2000, {"hidden": "30", "eta": "0.5", "seed": "3"}, kind)),
    }
    store.log(ids[NAME], [Metric("final/test_accuracy", 0.9, 1, 1)])
    for run_id in ids.values():
        store.end(run_id, Status.FINISHED, 3000)
    return ids


@pytest.fixture
def ids(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    store = MemoryStore()
    monkeypatch.setenv("NNEXP_STORE", "memory")
    monkeypatch.setitem(choose.STORES, "memory", lambda: store)
    return fill(store)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("nnexp swee", {"sweep", "sweeps"}),
        ("nnexp train hid", {"hidden="}),
        ("nnexp train eta=0.5 et", set()),
        ("nnexp train +hid", {"+hidden="}),
        ("nnexp train activation=", {"activation=sigmoid", "activation=tanh", "activation=relu", "activation=step"}),
        ("nnexp train -m init=normal,", {"init=normal,scaled", "init=normal,uniform_bias"}),
        ("nnexp train shuffle=", {"shuffle=true", "shuffle=false"}),
        ("nnexp train mu=", {"mu=0.9", "mu=0.8"}),
        ("nnexp train hidden=[100,", set()),
        ("nnexp train dataset=", {"dataset=mnist", "dataset=folder"}),
        ("nnexp train dataset.spl", {"dataset.split=", "dataset.split_seed="}),
        ("nnexp train hydra/launcher=", {"hydra/launcher=pool", "hydra/launcher=ray"}),
        ("nnexp train hydra.launcher.jo", {"hydra.launcher.jobs="}),
        ("nnexp train hydra.sweeper.sampler=t", {"hydra.sweeper.sampler=tpe"}),
        ("nnexp train experiment=staged", {"experiment=staged-20"}),
        ("nnexp train --cf", {"--cfg"}),
        ("nnexp train --cfg j", {"job"}),
        ("nnexp train --config-name hidden_", {"hidden_sizes"}),
        ("nnexp train --data ", set()),
        ("nnexp train lr=1 -- python hid", set()),
        ("nnexp check hid", {"hidden="}),
        ("nnexp sweep hidden_", {"hidden_sizes"}),
        ("nnexp sweep hidden_sizes ep", {"epochs="}),
        ("nnexp sweep quick --dry", {"--dry-run"}),
        ("nnexp sweep --like RUN ep", {"epochs="}),
        ("nnexp data flowers.csv gr", {"grey="}),
        ("nnexp data flowers.csv dataset.gr", {"dataset.grey="}),
        ("nnexp inspect s", {"seed=", "sizes="}),
        ("nnexp inspect activation=t", {"activation=tanh"}),
        ("nnexp compare --by hidden,in", {"hidden,init"}),
        ("nnexp compare --better ", {"low", "high"}),
        ("nnexp compare --then ", {"time"}),
        ("nnexp runs --status F", {"FINISHED", "FAILED"}),
    ],
)
def test_what_is_typed_is_completed(line: str, found: set[str], complete: Complete) -> None:
    assert {value for value in complete(line) if value.startswith(line.rpartition(" ")[2])} == found


def test_a_setting_is_told_with_its_meaning_and_a_sweep_with_what_it_is_about(complete: Complete) -> None:
    assert complete("nnexp train batch") == {"batch_size=": "examples a step"}
    assert complete("nnexp sweep hidden_s")["hidden_sizes"].startswith("How many hidden neurons?")


def test_every_setting_is_offered_where_nothing_is_typed(complete: Complete) -> None:
    found = {value.removesuffix("=") for value in complete("nnexp train ")}
    assert found == {*SCHEMA.setting_names(), "dataset"}


def test_a_function_is_completed_from_the_text_of_its_file_alone(complete: Complete, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    assert [*complete("nnexp train m")] == ["mu=", "mine.py:"]
    assert [*complete("nnexp train mine.py:")] == ["mine.py:train"]
    assert [*complete("nnexp train mine.py:train ")] == ["alpha=", "loss=", "fast=", "seed="]
    assert [*complete("nnexp train mine.py:train loss=")] == ["loss=hinge", "loss=log"]
    assert [*complete("nnexp train mine.py:train fast=")] == ["fast=true", "fast=false"]
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "own.yaml").write_text("defaults: [config, _self_]\ntask: mine.py:train\n")
    assert [*complete("nnexp sweep own al")] == ["alpha="]
    assert not (tmp_path / "ran").exists()
    (tmp_path / "mine.py").write_text("def train(:")
    assert complete("nnexp train mine.py:train al") == {}


def test_a_path_is_completed_as_the_value_of_its_setting(complete: Complete, tmp_path: Path) -> None:
    (tmp_path / "pictures" / "train").mkdir(parents=True)
    assert [*complete("nnexp train dataset.path=pic")] == ["dataset.path=pictures/"]
    assert [*complete("nnexp train dataset.path=pictures/")] == ["dataset.path=pictures/train/"]


def test_a_persons_own_sweeps_and_groups_are_offered(complete: Complete, tmp_path: Path) -> None:
    for folder, name in (("sweeps", "mine"), ("sweeps", "mind"), ("conf/dataset", "minnow")):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / f"{name}.yaml").write_text("# Whose?\ndefaults: [config, _self_]\n")
    (tmp_path / "sweeps" / "mind.yaml").write_text("{")
    assert complete("nnexp sweep min").keys() == {"mine", "mind"}
    assert complete("nnexp sweep min")["mine"] == "Whose?"
    assert "cannot be read" in complete("nnexp sweep min")["mind"]
    assert [*complete("nnexp train dataset=min")] == ["dataset=minnow"]


@pytest.mark.parametrize("command", ["show", "diff", "predict", "export", "tag", "sweep --like"])
def test_a_run_goes_by_its_id_or_its_name(command: str, complete: Complete, ids: dict[str, str]) -> None:
    told = complete(f"nnexp {command} ")
    assert {ids[NAME][:8], ids["784-5-10"][:8]} == told.keys()
    assert told[ids["784-5-10"][:8]].startswith("784-5-10 of wide, FINISHED, ")
    assert [*complete(f"nnexp {command} {ids[NAME][:10]}")] == [ids[NAME][:10]]
    assert [*complete(f"nnexp {command} 784-3")] == [NAME]
    assert [*complete(f"nnexp {command} '784-30-10 et")] == [NAME]


@pytest.mark.parametrize("command", ["compare", "report", "certify", "rerun", "delete", "note"])
def test_a_sweep_stands_before_the_runs(command: str, complete: Complete, ids: dict[str, str]) -> None:
    names = [*complete(f"nnexp {command} ")]
    assert names[:2] == ["wide", "wider"]
    assert {*names[2:]} == {ids[NAME][:8], ids["784-5-10"][:8]}


@pytest.mark.parametrize("command", ["ui", "work", "runs --sweep", "judge A B --sweep"])
def test_where_a_sweep_is_meant_no_run_is_offered(command: str, complete: Complete, ids: dict[str, str]) -> None:
    assert [*complete(f"nnexp {command} wi")] == ["wide", "wider"]
    assert [*complete(f"nnexp {command} {ids['wide'][:6]}")] == [ids["wide"][:8]]


@pytest.mark.usefixtures("ids")
def test_filters_and_metrics_are_those_of_the_store(complete: Complete) -> None:
    assert {"hidden=", "eta=", "final/test_accuracy="} <= complete("nnexp runs ").keys()
    assert {*complete("nnexp runs hidden=")} == {"hidden=30", "hidden=5"}
    assert [*complete("nnexp runs hidden=30,")] == ["hidden=30,5"]
    assert {*complete("nnexp compare --by ")} == {"hidden", "eta", "seed"}
    assert [*complete("nnexp runs --sort final/")] == ["final/test_accuracy"]
    assert [*complete("nnexp compare --metric fi")] == ["final/test_accuracy"]


@pytest.mark.parametrize("what", ["nothing", "rubbish", "a server"])
def test_without_a_store_that_can_be_read_there_is_nothing_and_no_complaint(
    what: str, complete: Complete, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if what == "rubbish":
        (tmp_path / "mlflow.db").write_bytes(b"no database" * 100)
    if what == "a server":
        monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://localhost:9")
    before = {*tmp_path.iterdir()}
    assert complete("nnexp show ") == {}
    assert complete("nnexp runs hid") == {}
    assert {*tmp_path.iterdir()} - before <= {tmp_path / "cache"}


def test_what_a_record_is_called_does_nothing_to_a_terminal(complete: Complete, ids: dict[str, str]) -> None:
    store = choose.store_here()
    store.create(RunStart("\x1b[31mred\x1b]0;title\x07 [bold]", 3000, {}, {Tag.KIND: Kind.RUN}))
    told = complete("nnexp show ")
    assert len(told) == 3
    assert "\x1b" not in "".join([*told, *told.values()])
    assert complete("nnexp show \x1b").keys() == set()


def test_the_settings_are_kept_and_made_again_where_they_are_damaged() -> None:
    told = network_settings()
    assert [one.name for one in told] == SCHEMA.setting_names()
    (file,) = cache().glob("settings-*.json")
    file.write_text('[{"name": 1}]')
    assert network_settings() == told
    assert network_settings() == told


SHELLS = ("bash", "zsh", "fish")
TYPED = {
    "nnexp train hid\t5": "train|hidden=5",
    "nnexp train init=normal,sc\t": "train|init=normal,scaled",
    "nnexp swe\t hidden_s\t ep\t3": "sweep|hidden_sizes|epochs=3",
    "nnexp show 784-30\t": f"show|{NAME}",
    "nnexp show 784-30-10\\ eta=\t": f"show|{NAME}",
    "nnexp show '784-30-10 eta=\t": f"show|{NAME}",
    "nnexp show it\t": f"show|{ODD}",
    "nnexp show it\\'s\\ \t": f"show|{ODD}",
    'nnexp show "it\t': f"show|{ODD}",
    "nnexp train mine.py:\t al\t1": "train|mine.py:train|alpha=1",
    "nnexp judge mine\t": "judge|mine.py",
}


@pytest.mark.parametrize(
    ("line", "value", "put"),
    [
        (r"nnexp show train\ al", "train alpha=1 x", r"train\ alpha=1\ x"),
        (r"nnexp show train\ alpha=", "train alpha=1 x", r"1\ x"),
        (r"nnexp show train\ alpha=1\ ", "train alpha=1 x", r"1\ x"),
        ("nnexp show 'train alpha=", "train alpha=1 x's", r"train alpha=1 x'\''s"),
        ('nnexp show "pri', 'price "$(id)" `id` \\ !x', r"""price \"\$(id)\" \`id\` \\ "'!'"x"""),
        ("nnexp show pri", "price $(id)", r"price\ \$\(id\)"),
        ('nnexp runs text="a', "text=a b", "a b"),
        ('nnexp show "train "al', "train alpha", r"train\ alpha"),
        (r"nnexp show \"a=", '"a=b', "b"),
        ("nnexp train mine.py:", "mine.py:train", "train"),
        ("nnexp show 数", "数字 い", r"数字\ い"),
        ("nnexp show ", "a b", r"a\ b"),
    ],
)
def test_bash_is_given_what_it_puts_behind_what_it_keeps(line: str, value: str, put: str) -> None:
    assert word_at_the_end(line, " \t\n\"'><=;|&(:").rest(value) == put


@pytest.fixture
def prompt(nnexp: Nnexp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], pexpect.spawn]]:
    """Install completion, and start that shell: there `nnexp` completes, and otherwise says what it was given."""
    real = Path(sys.executable).with_name("nnexp")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "nnexp").write_text(
        f'#!/bin/sh\n[ -n "$_NNEXP_COMPLETE" ] || [ "$1" = -sc ] && exec {real} "$@"\n'
        'printf "GOT"; for one; do printf "|%s" "$one"; done; echo "|END"\n'
    )
    (tmp_path / "bin" / "nnexp").chmod(0o755)
    for name, value in {"HOME": tmp_path, "ZDOTDIR": tmp_path, "XDG_CONFIG_HOME": tmp_path / ".config"}.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("TERM", "xterm")
    shells: list[pexpect.spawn] = []

    def start(shell: str) -> pexpect.spawn:
        if not shutil.which(shell):
            pytest.skip(f"there is no {shell} here")
        monkeypatch.setattr("typer._completion_shared._get_shell_name", lambda: shell)
        assert nnexp("--install-completion")[0] == 0
        terminal = pexpect.spawn(shell, ["-i"], encoding="utf-8", timeout=HANGS_S, dimensions=(40, 150))
        shells.append(terminal)
        return terminal

    yield start
    for terminal in shells:
        terminal.close(force=True)


@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_in_a_terminal(
    shell: str, prompt: Callable[[str], pexpect.spawn], database: Path, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(MINE)
    fill(choose.store_here())
    choose.store_here().create(RunStart(ODD, 500, {"seed": "4"}, {Tag.KIND: Kind.RUN}))
    terminal = prompt(shell)
    got = {}
    for typed in TYPED:
        terminal.send(f"{typed}\r")
        terminal.expect(r"GOT\|([^\r\n]*)\|END")
        got[typed] = terminal.match[1]
    assert got == TYPED


def test_bash_puts_no_second_equals_sign_before_one_that_stands_there(prompt: Callable[[str], pexpect.spawn]) -> None:
    terminal = prompt("bash")
    terminal.send("nnexp train hid=5\x02\x02\t\r")
    terminal.expect(r"GOT\|([^\r\n]*)\|END")
    assert terminal.match[1] == "train|hidden=5"


def test_zsh_takes_what_hydra_says_it_is_to_take(prompt: Callable[[str], pexpect.spawn], tmp_path: Path) -> None:
    terminal = prompt("zsh")
    (tmp_path / ".zfunc" / "_nnexp").unlink()
    terminal.send('eval "$(nnexp -sc install=bash)"\rnnexp train hid\t5\r')
    terminal.expect(r"GOT\|([^\r\n]*)\|END")
    assert terminal.match[1] == "train|hidden=5"


@pytest.mark.parametrize("typed", [("-sc", "install=bash"), ("train", "-sc", "install=bash")])
def test_a_shell_is_given_its_script(typed: tuple[str, ...], nnexp: Nnexp) -> None:
    status, out, _ = nnexp(*typed)
    assert (status, "complete_nnexp" in out) == (0, True)
    status, out, _ = nnexp(*typed[:-1], "uninstall=bash")
    assert (status, out) == (0, "complete -r nnexp\n")
    status, out, err = nnexp(*typed[:-1], "bash=install")
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "must be install=SHELL or uninstall=SHELL, of bash, zsh, fish, but got 'bash=install'" in err
