import pytest

from nnexp.errors import ConfigError
from nnexp.sweep.ledger import read_ledger
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, RunStart, Status, Tag


def test_what_varies_is_named(plan):
    planned = plan({"seed": 0, "hidden": 5}, {"seed": 1, "hidden": 5}, {"seed": 0, "hidden": [6, 5]})
    assert planned.varies == ("hidden", "seed")
    assert [run.name for run in planned.runs] == [
        "36-5-3 on tiny epochs=3 seed=0",
        "36-5-3 on tiny epochs=3 seed=1",
        "36-6-5-3 on tiny epochs=3 seed=0",
    ]


def test_what_does_not_vary_is_not_named(plan):
    assert [run.name for run in plan({"seed": 7}).runs] == ["36-5-3 on tiny epochs=3 seed=7"]


def test_the_same_run_is_planned_once(plan):
    planned = plan({"seed": 0}, {"seed": 1}, {"seed": 0}, {"seed": 0, "hidden": [5]}, {"seed": 1, "threads": 2})
    assert [run.number for run in planned.runs] == [0, 1]


def test_a_sweeps_key_does_not_depend_on_the_order(plan):
    assert plan({"seed": 0}, {"seed": 1}).key == plan({"seed": 1}, {"seed": 0}).key
    assert plan({"seed": 0}).key != plan({"seed": 1}).key


def test_one_run_that_cannot_run_refuses_all(plan):
    with pytest.raises(ConfigError, match="batch_size must be between 1 and 250"):
        plan({"batch_size": 10}, {"batch_size": 251})


def test_no_runs_make_an_empty_plan(plan):
    assert plan(seeds=0).runs == ()


@pytest.mark.parametrize(
    ("status", "fresh", "to_do"),
    [
        (Status.FINISHED, False, [1]),
        (Status.FINISHED, True, [0, 1]),
        (Status.FAILED, False, [0, 1]),
        (Status.KILLED, False, [0, 1]),
        (Status.RUNNING, False, [0, 1]),
    ],
)
def test_the_ledger_reuses_what_is_finished_alone(status, fresh, to_do, plan):
    planned, store = plan(seeds=2), MemoryStore()
    run_id = store.create(RunStart("x", 1, tags={Tag.KIND: Kind.RUN, Tag.KEY: planned.runs[0].key}))
    store.end(run_id, status, 2)
    ledger = read_ledger(planned.runs, store, fresh=fresh)
    assert [run.number for run in ledger.to_do] == to_do
    assert set(ledger.done) == {run.key for run in planned.runs if run.number not in to_do}


def test_of_two_finished_records_the_newest_counts(plan):
    planned, store = plan(seeds=1), MemoryStore()
    ids = []
    for started in (5, 9, 7):
        ids.append(store.create(RunStart("x", started, tags={Tag.KIND: Kind.RUN, Tag.KEY: planned.runs[0].key})))
        store.end(ids[-1], Status.FINISHED, 10)
    assert read_ledger(planned.runs, store).done[planned.runs[0].key].run_id == ids[1]


def test_a_rerun_is_not_taken_for_the_run(plan):
    planned, store = plan(seeds=1), MemoryStore()
    store.end(store.create(RunStart("x", 1, tags={Tag.KIND: Kind.RERUN, Tag.KEY: planned.key})), Status.FINISHED, 2)
    assert read_ledger(planned.runs, store).done == {}
