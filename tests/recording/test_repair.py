"""What the next command finds after a launcher died at whatever moment."""

import hashlib
import os
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from nnexp import places
from nnexp.archive.audit import audit
from nnexp.errors import TrackingError
from nnexp.recording import owner, pending
from nnexp.recording.begin import new_recorder
from nnexp.recording.examine import Holes, examine
from nnexp.recording.repair import orphans, repair
from nnexp.tracking.claims import NoClaims, OwnClaims
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, RunStart, Status, Tag
from nnexp.training.events import Killed
from nnexp.training.execute import execute

HOLD = """
import sys
from pathlib import Path
from nnexp.recording.folder import RunFolder
folder = RunFolder(Path(sys.argv[1]))
print(folder.claim(), flush=True)
input()
"""


class Away(MemoryStore):
    """A store that can be gone."""

    address = "away"
    away = False

    def create(self, run, **options):
        self._check()
        return super().create(run, **options)

    def log(self, *arguments, **options):
        self._check()
        super().log(*arguments, **options)

    def end(self, *arguments):
        self._check()
        super().end(*arguments)

    def _check(self):
        if self.away:
            raise TrackingError("the store is away")


@pytest.fixture
def store():
    return Away()


@pytest.fixture(scope="module")
def dead():
    """An owner that is gone: a process of this machine that has ended."""
    code = "from nnexp.recording import owner; print(owner.me())"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture
def train(plan, store, tmp_path, monkeypatch):
    """Train a run up to so many events, owned by whom a test says."""

    def train(events, *, owned_by, seed=0, tags=None):
        monkeypatch.setattr(owner, "me", lambda: owned_by)
        run = plan({"seed": seed}).runs[0]
        recorder = new_recorder(run, tmp_path / f"run-{seed}", store, say=lambda line: None, tags=tags)
        for _, event in zip(range(events), execute(run.task, run.values), strict=False):
            recorder.record(event)
        recorder.send()
        if owner.is_gone(owned_by):
            recorder.let_go()  # as the end of its process does
        return recorder

    return train


def silent(line: str) -> None:
    pass


def test_an_orphan_is_killed(train, store, dead):
    recorder = train(2, owned_by=dead)
    assert [record.run_id for record in orphans(store)] == [recorder.run_id]
    repairs = repair(store, silent)
    record = store.runs()[0]
    assert (record.status, record.tags[Tag.REASON]) == (Status.KILLED, "its process is gone")
    assert repairs.sentences() == ["1 run(s) whose process is gone are now KILLED: 36-5-3 on tiny epochs=3 seed=0"]
    assert repair(store, silent).sentences() == []


def test_a_run_that_somebody_looks_after_is_left_alone(train, store):
    train(2, owned_by=owner.me.__wrapped__())
    assert repair(store, silent).sentences() == []
    assert store.runs()[0].status is Status.RUNNING


def test_of_another_machine_nothing_is_known(train, store):
    store.claims = NoClaims()
    train(2, owned_by=f"elsewhere.example {os.getpid()} 1.00")
    assert repair(store, silent).sentences() == []


def test_what_ends_while_it_is_looked_at_stays_as_it_ended(store):
    """On another machine, which has not its folder."""
    run_id = store.create(RunStart("x", 1, tags={Tag.KIND: Kind.RUN, Tag.OWNER: "elsewhere 1 1.0", Tag.UID: "0" * 32}))

    class Late(OwnClaims):
        def is_free(self, name):
            store.end(run_id, Status.FINISHED, 2)
            return True

    store.claims = Late()
    assert repair(store, print).sentences() == []
    assert [run.status for run in store.runs()] == [Status.FINISHED]


def test_a_process_with_the_same_number_is_not_the_owner(train, store):
    store.claims = NoClaims()
    host, pid, started = owner.me.__wrapped__().rsplit(" ", 2)
    train(2, owned_by=f"{host} {pid} {float(started) - 500:.2f}")
    assert len(repair(store, silent).closed) == 1


def test_an_orphan_whose_folder_says_that_it_finished_is_completed_from_there(train, store, dead):
    whole = train(99, owned_by=dead)
    record = store.runs()[0]
    half = Away()
    half.create(RunStart(record.name, record.started_at, record.params, record.tags))
    assert repair(half, silent).sent == [record.name]
    completed = half.runs()[0]
    assert completed.status is Status.FINISHED
    assert completed.metrics == record.metrics
    assert half.artifact(completed.run_id, "epochs.jsonl") == whole.folder.file("epochs.jsonl").read_bytes()
    assert [step for step, _ in half.history([completed.run_id], "train/cost")[completed.run_id]] == [1, 2, 3]


def test_what_the_store_missed_is_sent(train, store, dead):
    store.away = True
    train(99, owned_by=dead, seed=0)
    train(99, owned_by=dead, seed=1)
    assert store.runs() == []
    assert len(pending.waiting(store.address)) == 2
    assert repair(store, silent).sent == []  # still away
    store.away = False
    assert len(repair(store, silent).sent) == 2
    assert [record.status for record in store.runs()] == [Status.FINISHED] * 2
    assert pending.waiting(store.address) == {}


@pytest.mark.parametrize("marked", ["here", "by an earlier version here"])
def test_it_is_found_under_another_host_name_too(marked, train, store, dead, monkeypatch):
    store.away = True
    recorder = train(99, owned_by=dead)
    if marked == "here":
        monkeypatch.setattr(socket, "gethostname", lambda: "restarted.example")
    else:
        note = places.state() / "pending" / recorder.run.tags[Tag.UID]
        name = hashlib.sha256(f"{socket.gethostname()} {store.address}".encode()).hexdigest()
        note.write_text(f"{name}\n{note.read_text().partition(chr(10))[2]}")
    store.away = False
    assert repair(store, silent).sent == [recorder.run.name]


@pytest.mark.parametrize(("said", "fate"), [(99, Status.FINISHED), (3, Status.KILLED)])
def test_of_a_run_that_was_begun_twice_one_record_tells_its_end(said, fate, train, store, dead):
    """The store did what it was asked, and its answer was lost: the client asked again."""
    train(said, owned_by=dead)
    (record,) = store.runs()
    store.create(RunStart(record.name, record.started_at, record.params, {**record.tags, Tag.UID: "twin"}))
    twin = next(run for run in store.runs() if run.run_id != record.run_id)
    store.log(twin.run_id, tags={Tag.UID: record.tags[Tag.UID]})
    repair(store, silent)
    assert Counter(run.status for run in store.runs()) == Counter([fate, Status.KILLED])
    assert "begun twice" in " ".join(run.tags.get(Tag.REASON, "") for run in store.runs(status=Status.KILLED))
    assert audit(store) == []


def test_what_the_store_missed_of_a_killed_run_is_sent_as_killed(train, store, dead):
    store.away = True
    train(3, owned_by=dead)
    store.away = False
    repair(store, silent)
    record = store.runs()[0]
    assert record.status is Status.KILLED
    assert "train/cost" in record.metrics
    assert "final/test_accuracy" not in record.metrics


def test_a_run_that_was_killed_before_it_had_written_anything_leaves_nothing(store, tmp_path):
    (half := tmp_path / "run" / ".run.json.0a1b2c3d").parent.mkdir()
    half.write_text("{")
    pending.mark(half.parent, "u", store.address)
    store.claims.take("u")
    assert repair(store, print).sentences() == []
    assert half.exists()  # it is written just now
    store.claims.let_go("u")
    assert repair(store, print).sentences() == []
    assert [*half.parent.iterdir()] == []
    assert pending.waiting(store.address) == {}


def test_a_note_that_a_killed_process_was_writing_is_taken_away(store, tmp_path):
    notes = places.state() / "pending"
    for uid, of in (("u", store.address), ("v", store.address), ("w", "another store")):
        pending.mark(tmp_path, uid, of)
        os.replace(notes / uid, notes / f".{uid}")
    store.claims.take("u")  # it is written just now
    assert repair(store, print).sentences() == []
    assert {note.name for note in notes.iterdir()} == {".u", ".w"}


def test_what_waits_is_found_under_another_host_name(store, tmp_path, monkeypatch):
    pending.mark(tmp_path, "u", store.address)
    monkeypatch.setattr("socket.gethostname", lambda: "another")
    assert pending.waiting(store.address) == {"u": tmp_path}


def test_what_still_goes_on_is_not_sent(train, store):
    store.away = True
    going_on = train(2, owned_by=owner.me.__wrapped__())
    store.away = False
    assert repair(store, silent).sentences() == []
    assert store.runs() == []
    going_on.record(Killed())
    assert [record.status for record in store.runs()] == [Status.KILLED]
    assert repair(store, silent).sentences() == []


def test_a_run_that_died_before_the_store_had_heard_of_it_is_found(train, store, dead):
    store.away = True
    recorder = train(0, owned_by=dead)
    store.away = False
    assert repair(store, silent).closed == [recorder.run.name]
    assert [record.status for record in store.runs()] == [Status.KILLED]
    assert pending.waiting(store.address) == {}


def test_a_folder_that_another_command_sends_already_is_left_to_it(train, store, dead, tmp_path):
    store.away = True
    train(99, owned_by=dead)
    store.away = False
    command = [sys.executable, "-c", HOLD, str(tmp_path / "run-0")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "True\n"
        assert (repair(store, silent).sentences(), store.runs()) == ([], [])
        other.communicate("\n")
    assert len(repair(store, silent).sent) == 1


def test_waiting_results_whose_folder_is_not_there_go_on_waiting(store, tmp_path):
    pending.mark(tmp_path / "gone", "uid", store.address)
    for _ in range(2):
        assert repair(store, silent).sentences() == [
            f"1 run(s) wait to be sent, but their folders are not there: {tmp_path / 'gone'}"
        ]


def damage(folder, name, how):
    file = folder.file(name)
    later = file.read_bytes().replace(b'"format": 2', b'"format": 3')
    file.write_bytes(later if how == "later" else b"{")
    if how == "later" and name != "end.json" and folder.end:
        end = folder.end
        folder.write_end(end["status"], end["time"], None, end["tags"], flush=False)  # with its own digests


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("run.json", "run.json has the format 3, but this nnexp reads 1, 2"),
        ("end.json", "end.json has the format 3"),
        ("epochs.jsonl", "epochs.jsonl has the format 3"),
    ],
)
def test_a_folder_of_a_later_nnexp_goes_on_waiting_and_keeps_no_other(name, reason, train, store, dead):
    store.away = True
    later, _ = train(99, owned_by=dead, seed=0), train(99, owned_by=dead, seed=1)
    store.away = False
    damage(later.folder, name, "later")
    repairs = repair(store, silent)
    assert repairs.sent == ["36-5-3 on tiny epochs=3 seed=1"]
    assert repairs.sentences()[-1].startswith(
        f"a run's folder cannot be read, and is left as it is: {later.folder.path}: {reason}"
    )
    assert list(pending.waiting(store.address).values()) == [later.folder.path]
    assert len(store.runs()) == 1
    assert len(repair(store, silent).unreadable) == 1


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("run.json", b"{", "run.json is not what it was when the run ended"),
        ("run.json", b"", "run.json is not what it was when the run ended"),
        ("end.json", b"{", "end.json is not JSON"),
        ("end.json", b"", "end.json is not JSON"),
        ("end.json", b'{"format": 2, "time": 1}', "end.json is not what nnexp writes"),
        ("epochs.jsonl", b"", "epochs.jsonl is not what it was when the run ended"),
    ],
)
def test_a_folder_that_is_damaged_is_named_once_and_set_aside(name, content, reason, train, store, dead):
    store.away = True
    damaged, _ = train(99, owned_by=dead, seed=0), train(99, owned_by=dead, seed=1)
    store.away = False
    file = damaged.folder.file(name)
    whole = file.read_bytes()
    file.write_bytes(content)
    repairs = repair(store, silent)
    assert (repairs.sent, len(repairs.sentences())) == (["36-5-3 on tiny epochs=3 seed=1"], 2)
    assert repairs.left() == [f"a run's folder cannot be read, and is left as it is: {damaged.folder.path}: {reason}"]
    assert repair(store, silent).sentences() == []
    assert repair(store, silent, thoroughly=True).left() == repairs.left()
    assert file.read_bytes() == content
    file.write_bytes(whole)
    assert repair(store, silent, thoroughly=True).sent == ["36-5-3 on tiny epochs=3 seed=0"]
    assert (len(store.runs()), pending.waiting(store.address, aside=True)) == (2, {})


def test_a_journal_that_lost_a_line_is_not_sent_as_a_run_that_finished(train, store, dead):
    store.away = True
    recorder = train(99, owned_by=dead)
    store.away = False
    journal = recorder.folder.file("epochs.jsonl")
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[::2]))
    recorder.folder.write_json("end.json", {"status": "FINISHED", "time": 1})  # of an older nnexp, without digests
    [sentence] = repair(store, silent).sentences()
    assert sentence.endswith("the run finished, but epochs.jsonl holds 1 of 3 epochs")
    assert store.runs() == []


def test_what_is_damaged_beside_the_journal_is_passed_over_and_named(train, store, dead):
    said = []
    store.away = True
    recorder = train(99, owned_by=dead)
    store.away = False
    for name in ("environment.json", "parameters.npz"):
        recorder.folder.file(name).write_bytes(b"{")
    assert repair(store, said.append).sent == ["36-5-3 on tiny epochs=3 seed=0"]
    [record] = store.runs()
    assert record.status is Status.FINISHED
    assert Tag.ENVIRONMENT not in record.tags
    assert store.artifact(record.run_id, "parameters.npz") is None
    assert store.artifact(record.run_id, "predictions.npz")
    gone = "is not what it was when the run ended"
    left = f"environment.json {gone}; parameters.npz {gone}; left as it is, in {recorder.folder.path}"
    assert said == [f"36-5-3 on tiny epochs=3 seed=0: {left}"]


def test_a_note_that_names_the_folder_of_another_run_sends_nothing(train, store, dead):
    store.away = True
    recorder = train(99, owned_by=dead)
    store.away = False
    repair(store, silent)
    pending.mark(recorder.folder.path, "f" * 32, store.address)
    [sentence] = repair(store, silent).sentences()
    assert sentence.endswith(f"it is another run's, and not that of {'f' * 32}")


@pytest.mark.parametrize("name", ["run.json", "end.json"])
def test_an_orphan_whose_folder_is_damaged_is_killed_and_said_once(name, train, store, dead):
    damaged, other = train(2, owned_by=dead, seed=0), train(2, owned_by=dead, seed=1)
    damaged.folder.file(name).write_bytes(b"{")
    repairs = repair(store, silent)
    assert repairs.closed == [other.run.name]
    assert repairs.sentences()[1:] == [
        "a run whose process is gone is now KILLED, with no more than the store has of it: "
        f"36-5-3 on tiny epochs=3 seed=0 ({damaged.folder.path}: {name} is not JSON)"
    ]
    records = {record.run_id: record for record in store.runs(status=Status.KILLED)}
    assert set(records) == {damaged.run_id, other.run_id}
    reason = f"its process is gone, and its folder cannot be read: {name} is not JSON"
    assert records[damaged.run_id].tags[Tag.REASON] == reason
    assert damaged.folder.file(name).read_bytes() == b"{"
    assert repair(store, silent).sentences() == []


def test_an_orphan_whose_folder_is_damaged_waits_for_a_store_that_is_away(train, store, dead):
    recorder = train(2, owned_by=dead)
    damage(recorder.folder, "run.json", "cut off")
    store.away = True
    assert repair(store, silent).sentences() == []
    store.away = False
    assert len(repair(store, silent).damaged) == 1


@pytest.mark.parametrize("owned_by", ["me", "elsewhere.example 1 1.00"])
def test_a_run_that_somebody_may_look_after_stays_open_though_its_folder_is_damaged(owned_by, train, store):
    recorder = train(2, owned_by=owner.me.__wrapped__() if owned_by == "me" else owned_by)
    damage(recorder.folder, "run.json", "cut off")
    assert repair(store, silent).sentences() == []
    assert store.runs()[0].status is Status.RUNNING


def test_an_orphan_of_a_later_nnexp_is_left_to_it(train, store, dead):
    recorder = train(2, owned_by=dead)
    damage(recorder.folder, "run.json", "later")
    [sentence] = repair(store, silent).sentences()
    assert sentence.startswith("a run's folder cannot be read, and is left as it is: ")
    assert store.runs()[0].status is Status.RUNNING


def test_an_orphan_whose_folder_may_not_be_read_stops_nothing(train, store, dead, monkeypatch):
    recorder = train(2, owned_by=dead)

    def refuse(*_):  # as the system does, but not to root
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("nnexp.recording.folder.read_file", refuse)
    [sentence] = repair(store, silent).sentences()
    assert f"{recorder.folder.path}: " in sentence
    assert store.runs()[0].status is Status.RUNNING


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: os.symlink("/dev/zero", path)])
@pytest.mark.parametrize("name", ["run.json", "end.json", "epochs.jsonl"])
def test_what_is_no_file_is_not_waited_for(name, make, train, store, dead):
    recorder = train(3, owned_by=dead)
    recorder.folder.file(name).unlink(missing_ok=True)
    make(recorder.folder.file(name))
    [sentence] = repair(store, silent).sentences()
    assert f"{name} is " in sentence
    assert store.runs()[0].status is Status.KILLED


def sweep(store, owned_by, runs, key="ab" * 32):
    tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: key, Tag.OWNER: owned_by}
    return store.create(RunStart("tiny", 1, {"runs": str(runs)}, tags))


@pytest.mark.parametrize(("runs", "status"), [(1, Status.FINISHED), (2, Status.KILLED)])
def test_an_orphaned_sweep_is_finished_if_its_runs_are(runs, status, train, store, dead):
    sweep(store, dead, runs)
    train(99, owned_by=dead, tags={Tag.member("ab" * 32): "tiny"})
    repair(store, silent)
    assert store.runs(Kind.SWEEP)[0].status is status


def test_a_sweep_is_complete_with_runs_that_repair_itself_completes(train, store, dead):
    sweep(store, dead, 1)
    recorder = train(99, owned_by=dead, tags={Tag.member("ab" * 32): "tiny"})
    store.end(recorder.run_id, Status.RUNNING, 0)  # as if the launcher had died just before
    repair(store, silent)
    assert store.runs(None, status=Status.RUNNING) == []
    assert store.runs(Kind.SWEEP)[0].status is Status.FINISHED


def test_what_examine_finds(train, store, dead):
    tiny = sweep(store, dead, 3)
    store.end(tiny, Status.KILLED, 2)
    told = f"sweep {tiny[:8]} (tiny) is not complete: 1 of 3 runs are finished"
    train(99, owned_by=dead, tags={Tag.member("ab" * 32): "tiny"})
    bare = store.create(RunStart("bare", 1, tags={Tag.KIND: Kind.RUN}))
    store.end(bare, Status.FINISHED, 2)
    assert examine(store) == Holes(
        [f"{told}; the command that began it goes on where it stood"],
        [f"run {bare[:8]} (bare) is FINISHED but its final metrics are missing: train it again"],
    )


def test_examine_finds_nothing_in_a_good_store(train, store, dead):
    store.end(sweep(store, dead, 1), Status.FINISHED, 2)
    train(99, owned_by=dead, tags={Tag.member("ab" * 32): "tiny"})
    assert examine(store) == Holes([], [])
    assert examine(MemoryStore()) == Holes([], [])


def test_repair_deletes_no_file(train, store, dead, tmp_path):
    train(99, owned_by=dead)
    before = sorted(Path(tmp_path).rglob("run-*/*"))
    repair(store, silent)
    assert sorted(Path(tmp_path).rglob("run-*/*")) == before
