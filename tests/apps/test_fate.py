"""What becomes of a sweep in which some runs exit, crash, raise or hang; and of 48 runs on 16 workers."""

from collections import Counter

from nnexp.tracking.records import Kind, Status, Tag


def test_the_others_finish(app):
    app.sweep_file(runs=8, launcher="{jobs: 2, timeout: 3}")
    app.misbehave("1=exit 3=raise 5=abort 7=hang")
    said = app.run("sweep", "tiny", status=1)
    reasons = {
        "1": "the worker exited with status 3",
        "3": "RuntimeError: boom",
        "5": "the worker was ended by SIGABRT",
        "7": "it took longer than timeout=3",
    }
    assert {record.params["seed"] for record in app.finished()} == {"0", "2", "4", "6"}
    failed = app.store.runs(status=Status.FAILED)
    assert {record.params["seed"]: record.tags[Tag.REASON] for record in failed} == reasons
    assert Counter(record.params["seed"] for record in failed) == {"1": 2, "3": 1, "5": 2, "7": 1}
    assert [sweep.status for sweep in app.store.runs(Kind.SWEEP)] == [Status.FAILED]
    for seed, reason in reasons.items():
        line = next(line for line in said.splitlines() if f"seed={seed} failed in epoch 3" in line)
        folder = next(record.tags[Tag.FOLDER] for record in failed if record.params["seed"] == seed)
        assert reason in line
        assert folder in line
    assert "4 of 8 runs failed; type the same command again" in said
    trace = {r.params["seed"]: app.store.artifact(r.run_id, "traceback.txt") for r in failed}
    assert b'raise RuntimeError("boom")' in (trace.pop("3") or b"")
    assert set(trace.values()) == {None}

    app.behave()
    assert "4 of 8 runs are finished already" in app.run("sweep", "tiny")
    app.check_complete(8)


def test_sixteen_workers_on_a_fresh_store(fresh_app):
    fresh_app.sweep_file(runs=48, epochs=1, launcher="{jobs: 16}")
    fresh_app.run("sweep", "tiny", real=True)
    fresh_app.check_complete(48)
    assert len(fresh_app.store.runs()) == 48
