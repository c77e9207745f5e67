"""Texts that would be more than text, as the names of everything, through every command and format."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from markdown_it import MarkdownIt

from nnexp.cli import merge
from nnexp.recording import files
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.hydra.overrides import as_overrides
from nnexp.sweep.plan import make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.tasks.network.config import Config
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking import choose
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Metric, RunStart, Status, Tag
from tests import shelf
from tests.hostile import HALF, STORED, TEXTS, amiss, shown, squeezed

Nnexp = Callable[..., tuple[int, str, str]]

SETTING = "<b>opt</b> [x](http://evil.example)|_$\x1b[31m\u202e"  # a setting's name: other tools' may be anything
SWEEP, KEY = "lr [/old]", "f" * 64
EVERYTHING = " ".join(STORED.values())
CLASSES = 4
SHORT = {kind for kind, text in STORED.items() if len(text) < 40}  # in one line, wherever they stand


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> MemoryStore:
    """A store as only somebody else would fill it: all that it has a name for is called by one of the texts."""
    store, folder = MemoryStore(), tmp_path_factory.mktemp("files")
    tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: KEY, Tag.NAMES: EVERYTHING, Tag.VARIES: f"init {SETTING}"}
    parent = store.create(RunStart(SWEEP, 1, {"runs": "99"}, tags))
    for number, (kind, text) in enumerate(STORED.items()):
        for seed in range(2):
            run = start(text, number, seed, f"{kind} {seed}")
            run_id = store.create(run)
            metrics = shelf.run(0.9 + number / 1000 + seed / 2000).metrics
            store.log(run_id, [Metric(name, value, 3, 9) for name, value in metrics.items()])
            store.log(run_id, [Metric("val/accuracy", 0.5 + epoch / 10, epoch, 9) for epoch in range(1, 4)])
            if seed == 0:
                store.save(run_id, files_of(text, folder))
            store.end(run_id, Status.FINISHED, 2000)
    failed = store.create(RunStart("a\x1b[31mfailed", 99, {"init": EVERYTHING}, start("x", 0, 0, "failed").tags))
    store.log(failed, tags={Tag.REASON: EVERYTHING})
    store.end(failed, Status.FAILED, 2000)
    store.end(parent, Status.FINISHED, 2000)
    return store


def start(text: str, number: int, seed: int, key: str) -> RunStart:
    params = shelf.CONFIG | {"init": text, "seed": str(seed), "dataset.name": EVERYTHING, SETTING: text[: number % 2]}
    said = (Tag.CODE, Tag.DATA, Tag.ENVIRONMENT, Tag.COMMIT, Tag.USER, Tag.VERIFIED, Tag.FOLDER, Tag.SOURCE)
    tags = {**dict.fromkeys(said, EVERYTHING), Tag.KIND: Kind.RUN, Tag.KEY: key, Tag.member(KEY): Tag.YES}
    return RunStart(text, 100 + number, params, tags | {Tag.LOST: text, Tag.NEVER_PREDICTED: text})


def files_of(text: str, folder: Path) -> list[Path]:
    labels = np.arange(20) % CLASSES
    answers = {"labels": labels, "predicted": labels[::-1], "confidence": np.ones(20, np.float16)}
    answers["classes"] = np.array([text, *map(str, range(1, CLASSES))])
    kept = {
        files.ENVIRONMENT: files.write_json({"environment": {text: text, "python": text}}),
        files.PACKAGES: EVERYTHING.replace(" ", "\n").encode(),
        files.PREDICTIONS: files.write_arrays(answers),
        files.PARAMETERS: files.write_arrays({"weights_0": np.ones((3, 4))}),
    }
    for name, content in kept.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in kept]


@pytest.fixture
def empty(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """The store that the commands use, with nothing in it."""
    store = MemoryStore()
    monkeypatch.setenv("NNEXP_STORE", "memory")
    monkeypatch.setitem(choose.STORES, "memory", lambda: store)
    return store


@pytest.fixture
def store(made_up: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """The store that the commands use, with all these names in it."""
    monkeypatch.setenv("NNEXP_STORE", "memory")
    monkeypatch.setitem(choose.STORES, "memory", lambda: made_up)
    return made_up


@pytest.fixture
def typed(nnexp: Nnexp) -> Callable[..., str]:
    """Type a command that must end well, whatever the names are, for what it prints."""

    def type_(*arguments: object, status: int = 0) -> str:
        ended, out, err = nnexp(*arguments)
        assert ended == status, err
        assert "Traceback" not in err
        assert amiss(out) == amiss(err) == []
        return out

    return type_


def names_in(output: str) -> set[str]:
    """Name the kinds of text that stand in an output as they are."""
    return {kind for kind, text in STORED.items() if shown(text) in squeezed(output)}


def test_runs_lists_every_name(store: MemoryStore, typed: Callable[..., str]) -> None:
    assert names_in(typed("runs")) >= SHORT


def test_runs_as_json_are_what_they_are(store: MemoryStore, typed: Callable[..., str]) -> None:
    runs = json.loads(typed("runs", "--json", "--status", "finished"))
    assert {run["name"] for run in runs} == {run["params"]["init"] for run in runs} == {*STORED.values()}


def test_compare_tells_tabulates_and_is_no_markup(store: MemoryStore, typed: Callable[..., str]) -> None:
    assert len(names_in(typed("compare", "--by", "init"))) >= 25  # the rows of a table


def test_compare_as_json_is_what_it_is(store: MemoryStore, typed: Callable[..., str]) -> None:
    found = json.loads(typed("compare", "--json"))
    assert {row["init"] for row in found["settings"]} == {*STORED.values()}
    assert SETTING in found["by"]


def test_compare_as_csv_holds_no_formula(store: MemoryStore, typed: Callable[..., str]) -> None:
    rows = [*csv.DictReader(io.StringIO(typed("compare", "--csv", "--by", "init")))]
    assert len(rows) == len(STORED)
    for row in rows:
        assert float(row["level"]) > 0.5
        assert not row["init"].lstrip().startswith(("=", "+", "@", "-"))
    assert {shown(text) for text in STORED.values()} == {squeezed(row["init"]).removeprefix("'") for row in rows}


@pytest.mark.parametrize("published", [False, True])
def test_compare_as_markdown_has_our_markup_alone(
    store: MemoryStore, typed: Callable[..., str], published: bool
) -> None:
    written = typed("compare", "--md", *(["--by", "init"] if published else []))
    reader = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    kinds = [token.type for block in reader.parse(written) for token in (block, *(block.children or ()))]
    ours = {"paragraph", "strong", "em", "table", "thead", "tbody", "tr", "th", "td", "bullet_list", "list_item"}
    assert {kind.removesuffix("_open").removesuffix("_close") for kind in kinds} <= ours | {
        "inline",
        "text",
        "text_special",
        "softbreak",
    }
    assert kinds.count("strong_open") == 1  # the answer
    assert len(names_in(reader.render(written).replace("&lt;", "<"))) >= 10


def test_compare_as_latex_has_our_commands_alone(store: MemoryStore, typed: Callable[..., str]) -> None:
    written = typed("compare", "--latex")
    for command in (r"\input", r"\end{tabular} ", "\n[", "\n*"):
        assert command not in written
    assert {line.count(" & ") for line in written.splitlines() if line.endswith(r" \\")} <= set(range(1, 12))


def test_the_other_commands_on_the_whole_store(store: MemoryStore, typed: Callable[..., str]) -> None:
    assert SWEEP in typed("doctor", status=1)  # what was made up has left nothing itself
    typed("report", "--to", "page.html")
    typed("report", "--all")
    typed("watch")
    json.loads(typed("watch", "--json"))
    typed("compare", "--reach", "0.6", "--at-least", "50")
    typed("compare", "--by", SETTING)
    typed("runs", "--sort", "init")
    typed("runs", "--sweep", SWEEP)
    typed("runs", "--sort", SETTING)
    typed("judge", f"init={TEXTS['a link']} {SETTING}=", "x", status=64)
    typed("ui", SWEEP, status=2)


def test_a_merge_names_what_it_does_not_bring(
    made_up: MemoryStore, empty: MemoryStore, typed: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge, "store_at", lambda *_: made_up)
    monkeypatch.setattr(made_up, "address", "elsewhere", raising=False)
    assert names_in(typed("merge", "theirs", status=1)) >= SHORT
    assert not empty.runs()
    refused = json.loads(typed("merge", "theirs", "--json", status=1))["refused"]
    assert {one["name"] for one in refused} >= {*STORED.values()}


@pytest.mark.parametrize("kind", STORED)
def test_a_run_is_found_and_shown(kind: str, store: MemoryStore, nnexp: Nnexp, typed: Callable[..., str]) -> None:
    text, other = STORED[kind], "styles" if kind != "styles" else "a script"
    one, another = (next(run.run_id for run in store.runs() if run.name == STORED[of]) for of in (kind, other))
    status, _, err = nnexp("show", "--", text)
    assert (status, amiss(err), err.count("\n")) == (2, [], 1)
    assert " is the name of 2 runs: " in err
    out = typed("show", one)
    assert squeezed(out).startswith(shown(text))
    assert out.count("status") == 1
    assert kind in names_in(typed("show", "--env", one))
    typed("diff", one, another)
    typed("compare", one, another)


@pytest.mark.parametrize("kind", TEXTS)
def test_what_cannot_be_done_with_a_name_is_said_in_a_line(
    kind: str, store: MemoryStore, nnexp: Nnexp, tmp_path: Path
) -> None:
    text = TEXTS[kind]
    wrong = [(command, "--", text) for command in ("certify", "sweep", "verify", "judge", "inspect")]
    wrong += [("show", "--", f"{text}?"), ("runs", f"--status={text}"), ("compare", SWEEP, f"--by={text}")]
    for arguments in wrong:
        status, out, err = nnexp(*arguments)
        assert (status in (2, 64), amiss(out), amiss(err)) == (True, [], []), (arguments, status, out, err)
        assert (out, err.count("\n")) == ("", 1), arguments


@pytest.mark.parametrize("kind", ["a closing tag", "colours", "two lines", "templates", "long", HALF])
def test_a_setting_that_cannot_be_used_is_told_in_a_line(kind: str, empty: MemoryStore, nnexp: Nnexp) -> None:
    typed = [as_overrides({name: TEXTS[kind]}) for name in ("init", "dataset.path")]
    typed += [[f"dataset.{TEXTS[kind]}=1"], [f"--{TEXTS[kind]}"], ["--config-name", TEXTS[kind]]]
    for settings in (["dataset=folder", *one] for one in typed):
        status, out, err = nnexp("train", *settings)
        assert (status, out, amiss(err), err.count("\n")) == (2, "", [], 1), err


class TestJudged:
    """Other tools' tables, whose settings and columns are called as they please."""

    @pytest.fixture
    def table(self) -> pd.DataFrame:
        usable = {kind: text for kind, text in STORED.items() if "\r" not in text}  # which would end a line of CSV
        rows = [
            {SETTING: text, "seed": seed, "=1+1": 0.9 + number / 1000 + seed / 2000}
            for number, text in enumerate(usable.values())
            for seed in range(3)
        ]
        return pd.DataFrame(rows)

    @pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
    def test_are_judged(self, suffix: str, table: pd.DataFrame, nnexp: Nnexp) -> None:
        file = Path(f"a.{suffix}")
        if suffix == "csv":
            table.to_csv(file, index=False)
        elif suffix == "parquet":
            table.to_parquet(file)
        else:
            table.to_json(file, orient="records", lines=True)
        by = ("--by", SETTING, "--result", "=1+1")
        for arguments in ((), ("--json",)):
            status, out, err = nnexp("judge", file, *by, *arguments)
            assert status in (0, 2), err
            assert amiss(out) == amiss(err) == []
        status, out, err = nnexp("judge", file, "--by", "nothing")
        assert status == 64
        assert amiss(err) == []


NO_SETTING = {HALF, "nothing", "templates"}  # no store keeps the first two, and Hydra looks the third up


@pytest.fixture
def trained(empty: MemoryStore, tiny: Callable[..., Config], tmp_path: Path) -> set[str]:
    """Runs of data that are called by each text; their seeds tell them apart."""
    kinds = sorted(TEXTS.keys() - NO_SETTING)
    configs = [tiny(seed=seed, epochs=1, dataset={"name": TEXTS[kind]}) for seed, kind in enumerate(kinds)]
    plan = make_plan("data", NETWORK, [(n, config, tmp_path / f"out/{n}") for n, config in enumerate(configs)])
    session = Session(empty, NETWORK, executor=lambda _: InProcessExecutor())
    assert len(session.sweep(plan, Policy(jobs=1)).outcome.finished) == len(kinds)
    return {*kinds}


@pytest.mark.parametrize("kind", ["a closing tag", "colours", "an override", "two lines", "signs of Markdown"])
def test_a_setting_is_typed_and_told(kind: str, empty: MemoryStore, typed: Callable[..., str], tiny_data: Path) -> None:
    name = as_overrides({"dataset.name": TEXTS[kind]})
    assert kind in names_in(
        typed("train", *name, "dataset=folder", f"dataset.path={tiny_data}", "epochs=1", "hidden=5")
    )
    assert [run.params["dataset.name"] for run in empty.runs()] == [TEXTS[kind]]


@pytest.mark.parametrize("kind", sorted(TEXTS.keys() - NO_SETTING))
def test_a_config_is_printed_as_it_is(kind: str, typed: Callable[..., str]) -> None:
    printed = typed("train", "--cfg", "job", *as_overrides({"dataset.name": TEXTS[kind]}))
    assert yaml.safe_load(printed)["dataset"]["name"] == TEXTS[kind] or not TEXTS[kind].isprintable()


def test_what_was_trained_is_told_and_proved(
    trained: set[str], typed: Callable[..., str], nnexp: Nnexp, tmp_path: Path
) -> None:
    runs = json.loads(typed("runs", "--json"))
    assert {run["params"]["dataset.name"] for run in runs} == {TEXTS[kind] for kind in trained}
    assert names_in(typed("runs")) >= SHORT & trained
    for form in ((), ("--json",), ("--csv",), ("--md",), ("--latex",)):
        typed("compare", "data", "--by", "dataset.name", *form)
    typed("report", "data")
    typed("doctor")
    run = next(run for run in runs if run["params"]["dataset.name"] == TEXTS["a window's title"])
    for command in ("show", "predict", "export", "rerun", "certify"):
        typed(command, run["name"])
    (certificate,) = tmp_path.glob("*.certificate.json")
    assert amiss(certificate.name) == []
    certificate.rename("c.json")
    typed("verify", "c.json", "--data", run["params"]["dataset.path"])
    for kind in sorted(NO_SETTING):
        status, out, err = nnexp("train", *as_overrides({"dataset.name": TEXTS[kind]}))
        assert (status, out, amiss(err)) == (2, "", []), err
