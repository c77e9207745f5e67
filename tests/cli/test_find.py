"""Finding runs and sweeps again, and saying what they are: lists, tags, notes, and taking away what nobody needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nnexp.config.value import format_value
from nnexp.recording.folder import RunFolder
from nnexp.tracking import choose
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Metric, RunStart, Status, Tag
from tests.hostile import TEXTS, amiss, shown, squeezed

Nnexp = Callable[..., tuple[int, str, str]]

RUNS_MAKE = "runs yet in the memory of this process: nnexp train makes one"
SWEEPS_MAKE = "sweeps yet in the memory of this process: nnexp sweep NAME makes one"
NOTE = "**hidden=\\[5\\] is best: 97 %. It is real.**\n\n| a | b |\n"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """A sweep of four runs, of which one goes on and two are another sweep's too, and a run of none."""
    store = MemoryStore()
    monkeypatch.setenv("NNEXP_STORE", "memory")
    monkeypatch.setitem(choose.STORES, "memory", lambda: store)
    tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: "a" * 64, Tag.VARIES: "hidden seed", Tag.NOTE: NOTE}
    old = store.create(RunStart("wide", 1000, {"runs": "4"}, tags))
    new = store.create(RunStart("quick", 2000, {"runs": "2"}, tags | {Tag.SWEEP: "b" * 64, Tag.NOTE: ""}))
    for hidden, eta, accuracy in ((5, "3.0", 0.97), ("[30, 5]", "3.0", 0.9), (30, "0.5", 0.93), (100, "0.5", None)):
        add(store, hidden, eta, accuracy, {"a", "b"} if eta == "3.0" else {"a"})
    for sweep in (old, new):
        store.end(sweep, Status.FINISHED, 3000)
    add(store, 7, "3.0", 0.5, set())
    return store


def add(store: MemoryStore, hidden: object, eta: str, accuracy: float | None, sweeps: set[str]) -> str:
    members = {Tag.member(letter * 64): Tag.YES for letter in sweeps}
    params = {"hidden": str(hidden), "eta": eta, "seed": "0", "epochs": "9"}
    run_id = store.create(
        RunStart(f"784-{hidden}-10", 1000, params, {Tag.KIND: Kind.RUN, Tag.KEY: f"{hidden}", **members})
    )
    store.log(run_id, [Metric("time/total_s", 1.0, 4, 9), Metric("eta", 99.0, 4, 9)])  # which is a setting's name too
    if accuracy is not None:
        store.log(run_id, [Metric("final/val_accuracy", accuracy, 9, 9), Metric("odd", accuracy * 2, 9, 9)])
        store.end(run_id, Status.FINISHED, 4500)
    return run_id


@pytest.fixture
def listed(store: MemoryStore, nnexp: Nnexp) -> Callable[..., list[str]]:
    def listed(*arguments: str) -> list[str]:
        status, out, err = nnexp("runs", "--json", *arguments)
        assert (status, err) == (0, "")
        return [format_value(run["params"]["hidden"]) for run in json.loads(out)]

    return listed


class TestRuns:
    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            (["hidden=30,5"], {"5", "30"}),
            (["hidden=[30,5]"], {"[30, 5]"}),
            (["hidden=[30,5],100"], {"[30, 5]", "100"}),
            (["hidden!=5,30"], {"[30, 5]", "100", "7"}),
            (["eta=3"], {"5", "[30, 5]", "7"}),
            (["eta<3"], {"30", "100"}),
            (["hidden>=30"], {"30", "100"}),
            (["hidden>5", "hidden<100"], {"30", "7"}),
            (["final/val_accuracy>0.9"], {"5", "30"}),
        ],
    )
    def test_are_filtered_by_values(self, filters: list[str], expected: set[str], listed: Any) -> None:
        assert {*listed(*filters)} == expected

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ("hiden=3", "did you mean hidden?"),
            ("hidden", "a filter must look like hidden=30, hidden=30,100 or 'eta>=0.5', but got 'hidden'"),
            ("eta>big", "behind eta> must stand a number, but got 'big'"),
        ],
    )
    def test_a_filter_that_cannot_be_meant_is_refused_in_a_line(
        self, wrong: str, told: str, store: MemoryStore, nnexp: Nnexp
    ) -> None:
        status, out, err = nnexp("runs", wrong)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert err.endswith(f"{told}\n")

    def test_are_sorted_either_way_and_what_lacks_it_comes_last(self, listed: Any) -> None:
        assert listed("--sort", "final/val_accuracy") == ["5", "30", "[30, 5]", "7", "100"]
        assert listed("--sort", "final/val_accuracy", "--ascending") == ["7", "[30, 5]", "30", "5", "100"]
        assert listed("--sort", "hidden", "--most", "2") == ["5", "7"]
        assert {*listed("--sort", "eta", "--most", "2")} == {"30", "100"}

    def test_a_row_tells_sweep_progress_duration_and_what_was_asked_by(self, store: MemoryStore, nnexp: Nnexp) -> None:
        _, out, _ = nnexp("runs", "eta=0.5", "--sort", "odd")
        head, done, going = out.splitlines()
        assert head.split()[:6] == ["run", "name", "sweep", "status", "started", "took"]
        assert {"eta", "odd"} <= {*head.split()}
        assert {"wide", "3.5", "0.5", "1.86"} <= {*done.split()}
        assert "RUNNING 4/9" in going

    def test_an_empty_answer_names_the_store_that_was_looked_at(self, store: MemoryStore, nnexp: Nnexp) -> None:
        assert nnexp("runs", "hidden=6")[1] == "no such runs in the memory of this process\n"

    @pytest.mark.parametrize(
        ("typed", "what", "document"),
        [
            ("runs", RUNS_MAKE, []),
            ("sweeps", SWEEPS_MAKE, []),
            ("compare", RUNS_MAKE, None),
            ("report", RUNS_MAKE, {"pages": [], "runs": []}),
            ("report --all", SWEEPS_MAKE, {"index": None, "sweeps": 0, "pages": []}),
        ],
    )
    def test_in_an_empty_store_every_command_says_a_line_ends_well_and_writes_nothing(
        self, typed: str, what: str, document: object, store: MemoryStore, nnexp: Nnexp
    ) -> None:
        store._entries.clear()
        before = {*Path().iterdir()}
        assert nnexp(*typed.split()) == (0, f"no {what}\n", "")
        status, out, err = nnexp(*typed.split(), "--json")
        assert (status, err) == (0, f"nnexp: no {what}\n")
        assert document is None or json.loads(out) == document
        assert {*Path().iterdir()} == before


class TestSweeps:
    def test_are_listed_newest_first_with_what_was_swept_and_what_came_out(
        self, store: MemoryStore, nnexp: Nnexp
    ) -> None:
        status, out, err = nnexp("sweeps")
        lines = out.splitlines()
        assert (status, err) == (0, "")
        assert lines[0].startswith("00000002  quick  1970-01-01")
        assert lines[0].endswith("FINISHED, 2 of 2 runs")
        assert lines[2].endswith("FINISHED, 3 of 4 runs")
        assert lines[3].split() == ["hidden=5,30,100,[30,", "5]", "1", "seed"]
        assert lines[4].strip() == "hidden=[5] is best: 97 %."

    def test_of_one_without_a_run_no_setting_is_told_that_has_no_value(self, nnexp: Nnexp, store: MemoryStore) -> None:
        tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: "c" * 64, Tag.VARIES: "hidden seed"}
        store.create(RunStart("fresh", 3000, {"runs": "4"}, tags))
        assert nnexp("sweeps")[1].splitlines()[1].startswith("00000002  quick")

    def test_a_program_reads_them(self, store: MemoryStore, nnexp: Nnexp) -> None:
        (quick,) = json.loads(nnexp("sweeps", "--json", "--most", "1")[1])
        assert (quick["name"], quick["finished"], quick["runs"], quick["answer"]) == ("quick", 2, 2, None)
        assert quick["swept"] == {"hidden": [5, [30, 5]], "seed": [0]}


class TestTagsAndNotes:
    def test_a_tag_is_kept_and_told(self, store: MemoryStore, nnexp: Nnexp) -> None:
        assert nnexp("tag", "784-7-10", "paper=fig 3", "checked=yes")[:2] == (0, "paper=fig 3\nchecked=yes\n")
        assert "fig 3" in nnexp("show", "784-7-10")[1]
        (run,) = json.loads(nnexp("runs", "hidden=7", "--json")[1])
        assert run["tags"] == {"paper": "fig 3", "checked": "yes"}

    @pytest.mark.parametrize("wrong", ["nnexp.key=x", "mlflow.user=x", "paper", "=x", "a\nb=x", "paper="])
    def test_what_is_no_tag_of_ones_own_is_refused(self, wrong: str, store: MemoryStore, nnexp: Nnexp) -> None:
        before = store.runs()
        status, out, err = nnexp("tag", "784-7-10", "fine=1", wrong)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert store.runs() == before

    def test_a_run_is_described(self, store: MemoryStore, nnexp: Nnexp) -> None:
        assert nnexp("note", "784-7-10", "Too narrow.")[0] == 0
        assert "Too narrow." in nnexp("show", "784-7-10")[1]

    def test_a_sweeps_answer_stays_behind_what_is_said_of_it(self, store: MemoryStore, nnexp: Nnexp) -> None:
        def note() -> str:
            return next(one.tags[Tag.NOTE] for one in store.runs(Kind.SWEEP) if one.name == "wide")

        assert nnexp("note", "wide", "For the paper.")[0] == 0
        assert note() == f"For the paper.\n\n{NOTE.strip()}"
        assert "    For the paper.\n" in nnexp("sweeps")[1]
        assert nnexp("note", "wide", "Second thoughts.")[0] == 0
        assert note() == f"Second thoughts.\n\n{NOTE.strip()}"
        assert nnexp("note", "wide", "")[0] == 0
        assert note() == NOTE.strip()


class TestDelete:
    def test_nothing_is_deleted_that_nobody_agreed_to(self, store: MemoryStore, nnexp: Nnexp) -> None:
        status, out, err = nnexp("delete", "784-7-10")
        assert (status, out, len(store.runs())) == (2, "", 5)
        assert err.endswith("delete 1 run? There is nobody to ask; --yes says so beforehand\n")

    def test_a_run_is_gone_with_its_files_and_nobody_elses(
        self, store: MemoryStore, nnexp: Nnexp, tmp_path: Path
    ) -> None:
        for hidden, uid in ((8, "mine"), (9, "another's")):
            run_id = add(store, hidden, "3.0", 0.5, set())
            tags = {Tag.KIND: Kind.RUN, Tag.UID: "mine"}
            RunFolder.new(tmp_path / uid, RunStart("x", 1, {}, tags), {}).let_go()
            (tmp_path / uid / "notes.txt").touch()
            store.log(run_id, tags={Tag.UID: "mine" if hidden == 8 else uid, Tag.FOLDER: str(tmp_path / uid)})
        assert nnexp("delete", "784-8-10", "784-9-10", "--yes", "--files")[0] == 0
        assert {run.params["hidden"] for run in store.runs()}.isdisjoint({"8", "9"})
        assert [file.name for file in (tmp_path / "mine").iterdir()] == ["notes.txt"]
        assert (tmp_path / "another's" / "run.json").exists()

    def test_of_a_sweep_the_runs_of_another_stay(self, store: MemoryStore, nnexp: Nnexp) -> None:
        status, out, err = nnexp("delete", "quick", "--yes", "--json")
        assert json.loads(out) == {"deleted": [store_id(2)]}
        assert "2 runs of other sweeps too: not deleted" in err
        assert (status, len(store.runs()), [one.name for one in store.runs(Kind.SWEEP)]) == (0, 5, ["wide"])

    def test_what_is_running_stays(self, store: MemoryStore, nnexp: Nnexp) -> None:
        status, _, err = nnexp("delete", "wide", "--yes")
        assert (status, len(store.runs())) == (2, 5)
        assert err.endswith("784-100-10 (00000006) is RUNNING, and is not deleted; end it first\n")


def store_id(number: int) -> str:
    return f"{number:08x}".ljust(32, "0")


@pytest.mark.parametrize("kind", ["colours", "two lines", "a closing tag", "signs of Markdown", "long"])
def test_no_text_is_more_than_text(kind: str, store: MemoryStore, nnexp: Nnexp) -> None:
    text = TEXTS[kind]
    store.log(store_id(1), tags={Tag.NAMES: text, Tag.NOTE: f"**{text}**", Tag.VARIES: text})
    typed = [("note", "wide", text), ("note", "784-7-10", text), ("tag", "784-7-10", f"mine={text}"), ("sweeps",)]
    typed += [("show", "784-7-10"), ("sweeps", "--json"), ("delete", f"{text}?"), ("runs", f"{text}=1")]
    typed += [("tag", "784-7-10", text), ("sweep", "--like", text, "eta=1")]
    for arguments in typed:
        _, out, err = nnexp(*arguments)
        assert (amiss(out), amiss(err)) == ([], []), arguments
        assert "Traceback" not in err
    assert shown(text) in squeezed(nnexp("show", "784-7-10")[1])
