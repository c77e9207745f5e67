"""What `nnexp sweep` offers besides running everything, and a plain multirun of Hydra's."""

from nnexp.tracking.records import Kind


def test_a_plan_a_budget_and_a_fresh_start(app):
    app.sweep_file(runs=3)
    said = app.run("sweep", "tiny", "--dry-run")
    assert said.count(" to do, about ") == 3
    assert "3 runs: 0 done, 3 to do, 2 at a time: about " in said
    assert app.store.runs(None) == []

    said = app.run("sweep", "tiny", "--budget", "0.0001s")
    assert "3 runs left for the next time, to keep to the budget" in said
    assert app.store.runs() == []

    app.run("sweep", "tiny")
    app.check_complete(3)
    digests = app.digests()

    app.run("sweep", "tiny", "--fresh")
    assert len(app.finished()) == 6
    assert app.digests() == digests
    assert len(app.store.runs(Kind.SWEEP)) == 1


def test_a_plain_multirun(app):
    data = app.folder / "small.npz"
    arguments = ("train", "-m", "dataset=folder", f"dataset.path={data}", "epochs=2", "hidden=3,[4,3]", "seed=0,1")
    said = app.run(*arguments)
    assert "4 runs to do" in said
    assert {record.name for record in app.finished()} == {
        f"{shape} on small.npz epochs=2 seed={seed}" for shape in ("64-3-4", "64-4-3-4") for seed in (0, 1)
    }
    app.check_complete(4)
    assert "hidden" in said[said.index("How good") :]
