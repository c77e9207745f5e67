"""SIGKILL while a run goes on from where an earlier one stood: the same command goes on from there once more."""

import json
import signal

EPOCHS = 150
RUN = ("train", "dataset=folder", "dataset.path=small.npz", "hidden=10", "batch_size=1")


def journals(app):
    """The digests of each finished run of so many epochs."""
    runs = [run for run in app.finished() if run.params["epochs"] == str(EPOCHS)]
    files = [app.store.artifact(run.run_id, "epochs.jsonl").decode() for run in runs]
    return [[json.loads(line)["digest"] for line in file.splitlines()] for file in files]


def test_kill(app):
    app.run(*RUN, "epochs=5")
    longer = (*RUN, f"epochs={EPOCHS}")
    app.misbehave("0=wait:7")
    command = app.start(*longer)
    command.wait_for(f"epoch 7 of {EPOCHS}")
    command.signal_group(signal.SIGKILL)
    assert command.end() == -signal.SIGKILL
    app.behave()
    said = app.run(*longer)
    assert said.count("goes on from epoch ") == 1  # of the one that was killed, where it stood; else of the first
    (killed,) = (run for run in app.store.runs() if run.status == "KILLED")
    assert killed.started_at <= killed.ended_at
    app.run(*longer, "--fresh")
    went_on, fresh = journals(app)
    assert len(went_on) == EPOCHS
    assert went_on == fresh
