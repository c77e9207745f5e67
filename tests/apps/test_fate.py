"""What becomes of a sweep in which some runs exit, crash, raise or hang; and of 48 runs on 16 workers."""

from collections import Counter

import numpy as np
import psutil

from nnexp.tracking.records import Kind, Status, Tag


def test_the_others_finish(app):
    app.sweep_file(runs=8, launcher="{jobs: 2, timeout: 20}")
    app.misbehave("1=exit 3=raise 5=abort 7=hang")
    said = app.run("sweep", "tiny", status=1)
    reasons = {
        "1": "the worker exited with status 3",
        "3": "RuntimeError: boom",
        "5": "the worker was ended by SIGABRT",
        "7": "it took longer than timeout=20",
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


def test_data_that_are_edited_meanwhile_stop_the_sweep_and_make_other_runs(app):
    app.sweep_file(runs=12, epochs=5, launcher="{jobs: 1, retries: 2}")
    app.misbehave("2=exit 4=wait")  # and is tried again, at the end
    sweep = app.start("sweep", "tiny")
    sweep.wait_for("3 of 12 runs")
    with np.load(app.folder / "small.npz") as data:
        np.savez(app.folder / "small.npz", **{**data, "y_test": data["y_test"][::-1]})
    (app.folder / "go").touch()
    assert sweep.end() == 1
    (told,) = [line for line in sweep.said.splitlines() if "nothing more is started" in line]
    assert "small.npz) were changed after it was planned; nothing more is started: the same command again" in told
    done = {record.key for record in app.finished()}
    failed = app.store.runs(status=Status.FAILED, tags={Tag.KIND: Kind.RUN})  # also the one that exits
    assert ["small.npz) were changed after it was planned" in one.tags[Tag.REASON] for one in failed].count(True) == 1
    app.behave()
    app.run("sweep", "tiny")
    assert len(app.finished()) == 12 + len(done)


def test_code_that_is_edited_meanwhile_is_not_recorded_under_the_old_key(app, changed_package):
    """A worker that is made anew imports what the launcher has not."""
    copy = changed_package("core/kernels/compiled.py", "            eta,", "            eta,")
    app.sweep_file(runs=6, epochs=5, launcher="{jobs: 1}")
    app.misbehave("2=wait")
    app.environment["PYTHONPATH"] += f":{copy}"
    sweep = app.start("sweep", "tiny", real=True)
    sweep.wait_for("2 of 6 runs")
    changed_package("core/kernels/compiled.py", "            eta,", "            1.0001 * eta,")
    (worker,) = filter(is_worker, psutil.Process(sweep.process.pid).children())
    worker.kill()
    assert sweep.end() == 1
    assert "the code that decides its numbers was changed after it was planned; nothing more is started" in sweep.said
    assert len({record.tags[Tag.CODE] for record in app.finished()}) == 1


def test_many_workers_on_a_fresh_store(fresh_app):
    fresh_app.sweep_file(runs=32, epochs=1, launcher="{jobs: 8}")
    fresh_app.run("sweep", "tiny")
    fresh_app.check_complete(32)
    assert len(fresh_app.store.runs()) == 32


def is_worker(child):
    return "--multiprocessing-fork" in child.cmdline()
