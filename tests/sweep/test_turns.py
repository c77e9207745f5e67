"""A key is trained by one process: whoever else wants it waits, and reuses it."""

import threading

import pytest

from nnexp.recording.begin import new_recorder
from nnexp.sweep.executors.inprocess import InProcessExecutor
from nnexp.sweep.plan import make_plan
from nnexp.sweep.policy import Policy
from nnexp.sweep.session import Session
from nnexp.sweep.source import Planned, Reused
from nnexp.sweep.turns import KeyTurns, Turn
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Run, Status
from nnexp.training.execute import execute
from tests.plans import Diary


@pytest.fixture
def store():
    return MemoryStore()


def session(store, diary=None):
    return Session(store, NETWORK, diary, executor=lambda slots: InProcessExecutor())


def test_one_trains_and_the_others_wait(store, plan):
    (run,) = plan(seeds=1).runs
    first, second = KeyTurns(store, print), KeyTurns(store, print)
    assert first.take(run) is Turn.OURS
    assert second.take(run) is Turn.ELSEWHERE
    session(MemoryStore()).train(run)  # elsewhere, which is nothing to this store
    first.let_go(run)
    assert second.take(run) is Turn.OURS


def test_what_the_other_finished_is_reused_also_by_whoever_trains_afresh(store, plan):
    (run,) = plan(seeds=1).runs
    afresh = KeyTurns(store, print, fresh=True)
    store.claims.take(f"key {run.key}")
    assert afresh.take(run) is Turn.ELSEWHERE
    store.claims.let_go(f"key {run.key}")
    trained = session(store).train(run)
    found = afresh.take(run)
    assert isinstance(found, Run)
    assert found.run_id == trained.recorder.run_id
    assert store.claims.is_free(f"key {run.key}")


def test_what_a_process_finished_that_is_gone_is_recorded_and_reused(store, plan):
    """It was killed before it came to tell the store, while another that wants the key was going on already."""
    (run,) = plan(seeds=1).runs
    store.address = "here"  # so that others find what waits for it
    turns = KeyTurns(store, print)
    recorder = new_recorder(run, run.folder, store, say=print)
    for event in execute(run.task, run.values):
        recorder.keep(event)
    recorder.let_go()
    assert store.runs() == []
    found = turns.take(run)
    assert isinstance(found, Run)
    assert [record.run_id for record in store.runs(status=Status.FINISHED)] == [found.run_id]


def test_what_a_process_finished_that_is_gone_is_recorded_though_the_store_knows_the_run_already(store, plan):
    """Its folder has no mark any more: the store had been told how far it was."""
    (run,) = plan(seeds=1).runs
    store.address = "here"
    recorder = new_recorder(run, run.folder, store, say=print)
    events = [*execute(run.task, run.values)]
    recorder.keep(events[0])
    recorder.send()
    for event in events[1:]:
        recorder.keep(event)
    recorder.let_go()
    assert [record.status for record in store.runs()] == [Status.RUNNING]
    found = KeyTurns(store, print).take(run)
    assert isinstance(found, Run)
    assert [record.run_id for record in store.runs()] == [found.run_id]


def test_what_another_process_is_recording_is_waited_for(store, plan):
    """It was left by a process that is gone, and is sent by a command that only looks."""
    (run,) = plan(seeds=1).runs
    store.address = "here"
    recorder = new_recorder(run, run.folder, store, say=print)
    for event in execute(run.task, run.values):
        recorder.keep(event)
    turns = KeyTurns(store, print)
    assert turns.take(run) is Turn.ELSEWHERE  # its folder is held
    recorder.send()
    recorder.let_go()
    found = turns.take(run)
    assert isinstance(found, Run)
    assert store.claims._held == set()


def test_what_is_finished_is_trained_again_only_afresh(store, plan):
    (run,) = plan(seeds=1).runs
    first = session(store).train(run).recorder.run_id
    assert session(store).train(run).run_id == first
    assert session(store).train(run, Policy(fresh=True)).recorder.run_id != first
    assert len(store.runs()) == 2


def test_a_sweep_waits_for_a_run_of_another_process_and_takes_it_over(store, plan):
    """The other one holds the key of the second of three runs, and finishes it while the sweep waits."""
    diary, shared = Diary(), plan(seeds=3).runs[1]
    store.claims.take(f"key {shared.key}")

    def finish_elsewhere(line):
        diary.lines.append(line)
        if "is being trained by another process; it is waited for" in line:
            store.claims.let_go(f"key {shared.key}")
            session(store).train(shared)
            finished.set()

    finished = threading.Event()
    diary.say = finish_elsewhere
    swept = session(store, diary).sweep(plan(seeds=3), Policy(jobs=1))
    assert finished.is_set()
    assert len(swept.outcome.finished) == 2
    assert [record.key for record in swept.outcome.reused] == [shared.key]
    assert sorted(run.key for run in store.runs()) == sorted(run.key for run in plan(seeds=3).runs)
    assert len(session(store).runs_of(plan(seeds=3))) == 3
    assert f"reused {shared.name}" in diary.lines


def test_a_run_that_the_other_gave_up_is_trained(store, plan):
    diary, shared = Diary(), plan(seeds=2).runs[0]
    store.claims.take(f"key {shared.key}")
    say = diary.lines.append
    diary.say = lambda line: (say(line), store.claims.let_go(f"key {shared.key}"))
    swept = session(store, diary).sweep(plan(seeds=2), Policy(jobs=1))
    assert (len(swept.outcome.finished), swept.outcome.reused) == (2, [])


def test_claims_end_with_their_runs(store, plan):
    swept = session(store).sweep(plan({"seed": 0}, {"seed": 1, "eta": 1e30, "lmbda": 1e30}), Policy(jobs=1))
    assert (len(swept.outcome.finished), len(swept.outcome.failures)) == (1, 1)
    assert store.claims._held == set()


def test_what_a_source_asks_for_upon_a_run_that_was_waited_for_is_trained(store, plan):
    """It was the last that went on: there was nothing else to wait for."""
    first, second = plan(seeds=2).runs
    store.claims.take(f"key {first.key}")

    class Says(Diary):
        def say(self, line):  # that it is waited for
            store.claims.let_go(f"key {first.key}")
            session(store).train(first)

    class After(Planned):
        def hear(self, run, event):
            if isinstance(event, Reused):
                self._waiting.append(second)
            return super().hear(run, event)

    plan = make_plan("two", NETWORK, [(run.number, run.config, run.folder) for run in (first, second)])
    swept = session(store, Says()).sweep(plan, Policy(), source=lambda runs: After(runs[:1]))
    assert [run.key for run in swept.outcome.reused] == [first.key]
    assert swept.outcome.finished == [second.key]
