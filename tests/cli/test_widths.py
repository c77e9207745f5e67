"""Every command in terminals of 60, 80 and 120 columns: labels and numbers whole, and no line that is too long."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from rich.cells import cell_len

from nnexp.benchmarks.contestants import entrants
from nnexp.benchmarks.epoch import EpochTimes
from nnexp.cli import console
from nnexp.cli.main import app
from nnexp.core import Examples
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.plan import make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking import choose
from nnexp.tracking.memory import MemoryStore

pytestmark = pytest.mark.xdist_group("widths")

Nnexp = Callable[..., tuple[int, str, str]]
Typed = Callable[..., str]

WIDTHS = (60, 80, 120)
SCHEDULE = [[20, 0.5], [20, 0.1], [20, 0.02]]
CLASSES = [f"{name}-breasted-mountain-tanager-of-the-andes"[:40] for name in "abcdefghijkl"]
RICHS_OWN = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours, and the moves of a live display
DRAWN = re.compile(r"[─━│╭╮╰╯┤└┘┌┐┬\-]+|[.ox|2-9]*\.{3}[.ox|2-9]*|[\u2800-\u28ff•█░▒▓]+")  # of rules, bars, plots
LOUD = "not in this width: "  # columns, of which it is said
ELSEWHERE = "which does not fit here"  # a table, and where it is
RUN = "RUN"  # in the place of an id

READ = {
    "sweep": "sweep", "sweeps": "sweeps", "runs": "runs --most 3",
    "the last sweep": "compare", "sixteen settings": "compare nasty", "long classes": "compare classes",
    "several data sets": "compare data", "one setting": "compare classes --by hidden --reach 20",
    "what reaches": "compare nasty --at-least 20 --then time", "a run": "compare RUN",
    "a table": "judge results.csv", "a data set": "data birds.npz", "show": "show RUN", "diff": "diff RUN OTHER",
    "predict": "predict RUN --index 1", "watch": "watch classes", "inspect": "inspect sizes=[40,4,3]",
}  # fmt: skip
SAID = {  # a few lines, which are looked at in the narrowest alone
    "doctor": "doctor",
    "tag": "tag RUN paper=fig3", "note": "note RUN Noted.", "report": "report classes", "certify": "certify RUN",
    "delete": "delete RUN", "a certificate": "verify certificate.json", "an export": "export RUN --to exported",
    "rerun": "rerun RUN", "no work": "work", "no ui": "ui nothing", "a mistake": "runs hiden=30",
    "a plan": "train -m dataset=folder dataset.path=birds.npz eta=[[20,0.5],[20,0.1],[20,0.02]] seed=0,1 "
    "hydra.launcher.dry_run=true",
    "a reused run": "train dataset=folder dataset.path=birds.npz hidden=4 epochs=2 seed=0",
}  # fmt: skip
NAMES = {str(command.name or getattr(command.callback, "__name__", "")) for command in app.registered_commands}
HELPED = sorted(NAMES)


@pytest.fixture(scope="module")
def birds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of twelve classes with long names."""
    file, rng = tmp_path_factory.mktemp("birds") / "birds.npz", np.random.default_rng(0)
    labels = np.arange(240) % 12
    pictures = rng.integers(0, 90, (240, 6, 4))
    pictures.reshape(240, 24)[np.arange(240), 2 * labels] += 150
    x, y = pictures.astype(np.uint8), np.array(CLASSES)[labels]
    np.savez(file, x_train=x[:180], y_train=y[:180], x_test=x[180:], y_test=y[180:])
    return file


@pytest.fixture(scope="module")
def made(birds: Path, tiny_data: Path, tmp_path_factory: pytest.TempPathFactory) -> MemoryStore:
    """Sweeps whose names, settings and classes take much room."""
    store, folder = MemoryStore(), tmp_path_factory.mktemp("runs")

    def sweep(name: str, *configs: Mapping[str, object]) -> None:
        parsed = [SCHEMA.parse_config(dict(config)) for config in configs]
        jobs = [(number, config, folder / name / str(number)) for number, config in enumerate(parsed)]
        session = Session(store, NETWORK, executor=lambda _: InProcessExecutor(), command=f"nnexp sweep {name}")
        assert not session.sweep(make_plan(name, NETWORK, jobs), Policy(jobs=1)).outcome.failures

    tiny = {"dataset": {"name": "tiny", "path": str(tiny_data), "split": "book"}, "epochs": 2}
    tanagers = {"dataset": {"name": "birds", "path": str(birds)}, "epochs": 2}
    grid = [(eta, hidden, cost) for eta in (1e30, 1.0, SCHEDULE, 3.0) for hidden in (5, [4, 3]) for cost in COSTS]
    sweep("nasty", *({**tiny, "eta": e, "hidden": h, "cost": c, "seed": s} for e, h, c in grid for s in range(2)))
    long = {**tiny["dataset"], "name": "a-copy-of-the-data-with-a-rather-long-name"}
    sweep("data", *({**tiny, "dataset": d, "hidden": h} for d in (tiny["dataset"], long) for h in (3, 4)))
    sweep("classes", *({**tanagers, "hidden": hidden, "seed": seed} for hidden in (4, 12) for seed in range(2)))
    return store


COSTS = ("quadratic", "cross_entropy")


@pytest.fixture
def typed(
    made: MemoryStore, birds: Path, nnexp: Nnexp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Typed]:
    """Type a command in a terminal of some width, or (0) in none, for what it prints; of what goes on, as it ends."""
    monkeypatch.setenv("NNEXP_STORE", "memory")
    monkeypatch.setitem(choose.STORES, "memory", lambda: made)
    (tmp_path / "birds.npz").symlink_to(birds)
    label = "a-very-long-name-of-a-setting-that-fits-in-no-column"
    rows = [f"{name},{seed},{97 - place + seed / 10}" for place, name in enumerate((label, "B")) for seed in range(3)]
    (tmp_path / "results.csv").write_text("\n".join(["setting,seed,result", *rows]))
    (tmp_path / "certificate.json").write_text("{}")
    run, other = (one.run_id for one in (made.runs()[0], made.runs()[-1]))

    def type_(command: str, width: int) -> str:
        monkeypatch.setenv("COLUMNS", str(width or 400))
        monkeypatch.setenv("TTY_COMPATIBLE", str(int(bool(width))))
        open_anew()
        shutil.rmtree("exported", ignore_errors=True)
        _, out, err = nnexp(*command.replace(RUN, run).replace("OTHER", other).split())
        return RICHS_OWN.sub("", (out or err).replace("\r", "\n"))

    yield type_
    open_anew()


def open_anew() -> None:
    """Have the next command ask how wide its terminal is."""
    for cached in vars(console).values():
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()


def words(text: str, longest: int) -> set[str]:
    """Give the words of a text that fit a line, less what is drawn."""
    found = {part.strip("│").removesuffix(":") for word in text.split() for part in (word, word.partition("=")[2])}
    return {word for word in found if 0 < len(word) <= longest and not DRAWN.fullmatch(word)}


def too_long(text: str, width: int) -> list[str]:
    return [line for line in text.splitlines() if cell_len(line.rstrip()) > max(width, *map(len, line.split()), 0)]


IN_ALL = [pytest.param(command, width, id=f"{name}-{width}") for name, command in READ.items() for width in WIDTHS]
IN_ONE = [pytest.param(command, WIDTHS[0], id=name) for name, command in SAID.items()]


@pytest.mark.parametrize(("command", "width"), IN_ALL + IN_ONE)
def test_everything_is_told_in_any_width(command: str, width: int, typed: Typed) -> None:
    hold_whole(command, width, typed)


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_seen_of_a_function_is_told_in_any_width(
    width: int, typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = MemoryStore()
    monkeypatch.setitem(choose.STORES, "memory", lambda: own)
    (tmp_path / "mine.py").write_text(FUNCTION)
    hold_whole("check mine.py:train_a_model_of_a_long_name layers_of_the_decoder=[128,64,32,16]", width, typed)


@pytest.mark.parametrize("width", WIDTHS)
def test_times_are_told_in_any_width(width: int, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(examples: Examples, hidden: list[int], batch_sizes: list[int], rounds: int) -> Iterator[EpochTimes]:
        for n in hidden:
            seconds = {name: n * 1.2345 / place for place, name in enumerate(entrants(examples), 1)}
            yield EpochTimes(len(examples), n, batch_sizes[0], seconds, dict.fromkeys(seconds, 1234.5 / n))

    monkeypatch.setattr("nnexp.cli.bench.measure", measured)
    hold_whole("bench --hidden 30 --hidden 60 --hidden 1000 --limit 100", width, typed)


FUNCTION = """
def train_a_model_of_a_long_name(layers_of_the_decoder=(3,), rate_of_learning=0.001, epochs: int = 2, *, seed: int):
    for epoch in range(epochs):
        yield {"val/accuracy_of_the_whole_sentence": 0.5 + epoch / 10, "val/bits_per_character": 1.0 / (1 + epoch)}
"""


def hold_whole(command: str, width: int, typed: Typed) -> None:
    whole, told = typed(command, 0), typed(command, width)
    assert too_long(told, width) == []
    assert "…" not in told
    lost = words(whole, width - 8) - words(told, width)
    assert lost == set() or LOUD in told or ELSEWHERE in " ".join(told.split()), told


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("command", HELPED)
def test_help_is_whole_in_any_width(command: str, width: int, typed: Typed) -> None:
    whole, told = typed(f"{command} --help", 0), typed(f"{command} --help", width)
    assert too_long(told, width) == []
    assert "…" not in told.replace("hydra.launcher.…", "")
    assert words(whole, width // 4) <= words(told, width)


@pytest.mark.parametrize("width", WIDTHS)
def test_where_columns_go_the_settings_and_what_was_reached_stay(width: int, typed: Typed, made: MemoryStore) -> None:
    told = typed("runs", width)
    for run in made.runs():
        assert all(part in told for part in run.name.split())
        assert f"{100 * run.metrics['val/accuracy']:.2f}" in told
    assert (LOUD in told) == (width == 60)


def test_without_colours_and_in_a_pipe_the_words_are_the_same(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = typed("compare nasty", 120)
    monkeypatch.setenv("NO_COLOR", "1")
    assert typed("compare nasty", 120) == coloured
    assert words(typed("compare nasty", 0), 100) == words(coloured, 100)
    assert max(map(len, typed("compare nasty", 0).splitlines())) > 120


def test_above_the_answer_stands_what_was_compared_then_one_table_and_every_run(typed: Typed) -> None:
    told = typed("compare nasty", 0)
    places = [told.index(text) for text in ("swept  ", "held  ", "command  nnexp sweep nasty", "How good", "Every run")]
    assert places == sorted(places)
    assert told.count("Every run") == 1
