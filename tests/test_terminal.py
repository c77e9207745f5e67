"""The one way to a terminal: what is printed there is what was meant, whatever it is called."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Group
from rich.panel import Panel
from rich.styled import Styled
from rich.table import Table
from rich.text import Text

from nnexp.config.paths import PACKAGE
from nnexp.sweep.progress import display
from nnexp.tasks.network.config import Config
from nnexp.tasks.network.task import NETWORK
from nnexp.terminal import Terminal, parted
from nnexp.training.events import Epoch, Failed, Finished
from nnexp.training.spec import RunSpec, make_spec
from tests.hostile import TEXTS, amiss, shown, squeezed

RICHS_OWN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")  # colours, and the moves of a live display
every_text = pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal(file=io.StringIO(), force_terminal=True, width=120, height=50)


def seen_on(terminal: Terminal) -> str:
    assert isinstance(terminal.file, io.StringIO)
    written = terminal.file.getvalue()
    assert "\x1b]" not in written
    return RICHS_OWN.sub("", written)


@every_text
def test_a_string_is_one_line_of_text(text: str, terminal: Terminal) -> None:
    terminal.print(text, soft_wrap=True)
    terminal.say(text)
    seen = seen_on(terminal)
    assert squeezed(seen) == f"{shown(text)}nnexp:{shown(text)}"
    assert len(seen.splitlines()) == 2 or len(text) > terminal.width
    assert max(map(len, seen.splitlines())) <= terminal.width or " " not in text


def test_a_table_is_measured_as_it_is_printed(terminal: Terminal) -> None:
    table = Table("name", "[number]", title="[/title]", caption="\x1b]0;x\x07")
    for text in TEXTS.values():
        table.add_row(Styled(text, "bold"), "1")
    terminal.print(table)
    lines = seen_on(terminal).splitlines()[1:-1]
    assert len({Text(line).cell_len for line in lines}) == 1
    assert "[number]" in lines[1]


@pytest.mark.parametrize(
    "whole", ["94.71 %;", "2.2 points", "0.3 s", "12 min,", "96.1 ± 0.1 %.", "2 h", "3 points.", "[1.9, 2.5]"]
)
def test_a_number_stays_with_its_unit(whole: str) -> None:
    for before in range(40):
        text = f"{'x' * before} is {whole} and that is all"
        lines = parted(text, 40)
        assert " ".join(lines) == text
        assert any(whole in line for line in lines), lines


def test_what_only_begins_like_a_unit_is_broken() -> None:
    assert parted("here are 10 strings", 11) == ["here are 10", "strings"]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_line_of_a_sweep_stands_in_one_line_of_a_terminal(width: int, tiny: Callable[..., Config]) -> None:
    terminal = Terminal(file=io.StringIO(), force_terminal=True, width=width, height=50)
    specs = [make_spec(NETWORK, tiny(seed=seed)) for seed in range(2)]
    named = [replace(one, name=f"784-100-10 epochs=3 limit=10000 seed={one.values['seed']}") for one in specs]
    watcher = display(terminal, several=True)
    with watcher.watching(named, lambda _: 1.0):
        watcher.started(named[0])
        watcher.epoch(named[0], Epoch(1, {"val/accuracy": 0.5}, ""))
        watcher.ended(named[0], Finished({}), again=False)
    assert isinstance(terminal.file, io.StringIO)
    drawn = RICHS_OWN.sub("\n", re.sub(r"\x1b\[[\d;]*m", "", terminal.file.getvalue()))
    *_, sweep, best = (line.rstrip() for line in drawn.splitlines() if line)
    assert re.fullmatch(r"sweep +[━╸╺]+ 1/2 .+ left", sweep)
    assert best == f"best 50.00% ({named[0].name})"


@every_text
def test_whatever_is_printed_nothing_gets_through_but_what_rich_says_itself(text: str, terminal: Terminal) -> None:
    panel = Panel(Text(text, style="red"), title=Text(text))
    terminal.print(Group(panel, Text(text)), Text(text), Path(text), {text: [text]})
    assert amiss(seen_on(terminal)) == []


@pytest.fixture
def run(tiny: Callable[..., Config]) -> RunSpec:
    return make_spec(NETWORK, tiny())


@every_text
@pytest.mark.parametrize("several", [False, True], ids=["a run", "a sweep"])
def test_the_display_shows_names_and_errors_as_they_are(
    text: str, several: bool, terminal: Terminal, run: RunSpec
) -> None:
    named = replace(run, name=text)
    watcher = display(terminal, several=several)
    with watcher.watching([named], lambda _: 1.0):
        watcher.started(named)
        watcher.epoch(named, Epoch(1, {"val/accuracy": 0.5}, ""))
        watcher.ended(named, Failed(text, text), again=True)
        watcher.say(text)
    seen = seen_on(terminal)
    assert amiss(seen) == []
    assert shown(text) in squeezed(seen)


# Types commands in one process, whose streams know few letters, and says how each ended.
TYPE = """
import json, sys
from nnexp.cli.main import main
for command in json.loads(sys.argv[1]):
    sys.argv = ["nnexp", *command]
    try:
        main()
    except SystemExit as end:
        assert not end.code, (command, end.code)
    print("::end::", flush=True)
"""
LOCALES = {
    "latin-1": {"PYTHONIOENCODING": "latin-1"},
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
}


@pytest.mark.parametrize("locale", LOCALES)
def test_in_any_locale_everything_is_printed_and_every_file_is_in_utf_8(
    locale: str, tiny_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "big.yaml").write_text("# Größe – 漢字\ndefaults: [config, _self_]\n", encoding="utf-8")
    rows = [f"{name},{seed},{97 - place + seed / 10}" for place, name in enumerate("ä漢") for seed in range(3)]
    (tmp_path / "a.csv").write_text("\n".join(["setting,seed,result", *rows]), encoding="utf-8")
    data = ["dataset=folder", f"dataset.path={tiny_data}", "epochs=1", "hydra.launcher.jobs=1"]
    commands = [["train", "-m", "hidden=5,6", "seed=0,1", *data], ["runs"], ["sweep"], ["report"], ["doctor"]]
    commands += [["compare", *form] for form in ([], ["--md"], ["--latex"], ["--csv"], ["--json"])]
    commands += [["show", "36-5-3 on tiny.npz epochs=1 seed=0"], ["judge", "a.csv"], ["judge", "a.csv", "--json"]]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    ended = subprocess.run(
        [sys.executable, "-c", TYPE, json.dumps(commands)],
        env=environment | LOCALES[locale] | {"NNEXP_STORE": "memory"}, capture_output=True,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr.decode("latin-1")
    out = dict(zip(map(" ".join, commands), ended.stdout.decode("latin-1").split("::end::"), strict=False))
    assert json.loads(out["compare --json"])["answer"]
    assert {*json.loads(out["judge a.csv --json"])["level"]} == {"ä", "漢"}
    assert r"\u6f22" in out["judge a.csv"]
    assert "±" in (tmp_path / "report.html").read_text(encoding="utf-8")


def calls_in(file: Path) -> Iterator[ast.Call]:
    yield from (node for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


MODULES = {str(file.relative_to(PACKAGE)): file for file in PACKAGE.rglob("*.py") if "kernels" not in file.parts}


def test_there_is_no_other_way_to_a_terminal() -> None:
    prints = {name for name, file in MODULES.items() for call in calls_in(file) if ast.unparse(call.func) == "print"}
    assert prints == {"cli/console.py", "cli/app.py", "api/session.py"}  # documents, the version, visible text
    richs_own = {"Console", "Text", "Markdown", "Pretty"}
    assert {name for name, file in MODULES.items() if richs_own & {*map(called, calls_in(file))}} == {"terminal.py"}


def test_every_file_of_text_says_its_encoding() -> None:
    least = {"read_text": 1, "write_text": 2}  # arguments, the encoding among them
    assert [
        f"{name}: {ast.unparse(call)}"
        for name, file in MODULES.items()
        for call in calls_in(file)
        if len(call.args) + len(call.keywords) < least.get(called(call), 0)
    ] == []
