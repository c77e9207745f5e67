"""A record that was tampered with, or is not whole: refused, and what is wrong is named."""

import io
import json
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from nnexp.archive.run import read_archive
from nnexp.errors import RecordError
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.records import Status, Tag
from nnexp.training.environment import fingerprint


class Bomb:
    """Leaves a file behind if it is ever unpickled."""

    def __reduce__(self):
        return (open, ("exploded", "w"))


def npz(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def test_a_record_gives_back_the_run(recorded, tiny):
    record = read_archive((case := recorded(eta=[[2, 2.0], [1, 0.5]], hidden=[5, 4])).run, case.store)
    asked = tiny(eta=[[2, 2.0], [1, 0.5]], hidden=[5, 4])
    assert record.config == NETWORK.examine(asked).config
    digests = [epoch.digest for epoch in record.epochs]
    assert len(digests) == len(set(digests)) == 3
    assert [epoch.number for epoch in record.epochs] == [1, 2, 3]
    assert all(epoch.metrics["test/correct"] == round(60 * epoch.metrics["test/accuracy"]) for epoch in record.epochs)
    assert (record.run, record.task) == (case.run, NETWORK)
    assert fingerprint(record.environment) == case.run.tags[Tag.ENVIRONMENT]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"_target_": "os.system"}, "holds _target_, which tells Hydra to call code"),
        ({"dataset": {"_target_": "os.system"}}, "holds _target_, which tells Hydra to call code"),
        ({"init": "${oc.env:HOME}"}, r"the interpolation '\$\{oc.env:HOME\}'"),
        ({"hidden": [5, "${oc.decode:7}"]}, r"the interpolation '\$\{oc.decode:7\}'"),
        ({"dataset": {"path": "${oc.env:HOME}/x.npz"}}, "the interpolation"),
        ({"etta": 3.0}, "there is no setting etta; did you mean eta"),
        ({"eta": "3.0"}, "eta must be a finite number above 0, but got '3.0'"),
        ({"epochs": True}, "epochs must be a whole number"),
        (
            {"dataset": {"name": "tiny", "path": "tiny.npz"}},
            "dataset.path must be an absolute path, .* got 'tiny.npz'",
        ),
        ({"dataset": {"name": "tiny", "path": "/data/../../etc/x.npz"}}, "must be an absolute path, without .."),
        (
            {"experiment": "../../secrets"},
            "experiment must be a name that does not lead out of its folder",
        ),
        ({"experiment": "/etc/secrets"}, "does not lead out of its folder, but got '/etc/secrets'"),
    ],
)
def test_a_config_that_is_no_config(recorded, settings, message):
    case = recorded()
    case.set(**settings)
    with pytest.raises(RecordError, match=message):
        read_archive(case.run, case.store)


@pytest.mark.parametrize("content", [b"{", b"\xff", b"[" * 100_000], ids=["cut off", "not text", "too deep"])
def test_a_config_that_is_no_json(recorded, content):
    case = recorded()
    case.write("config.json", content)
    with pytest.raises(RecordError, match=r"config\.json is not JSON"):
        read_archive(case.run, case.store)


def test_a_setting_that_was_changed_in_the_config(recorded):
    case = recorded()
    case.set(eta=2.5, seed=7)
    wrong = r"eta is 2\.5 in config\.json and 3\.0 among the parameters; seed is 7 .* and 0 .*; .* make the key"
    with pytest.raises(RecordError, match=wrong):
        read_archive(case.run, case.store)


def test_a_setting_that_was_changed_among_the_parameters(recorded):
    case = recorded()
    changed = replace(case.run, params={**case.run.params, "eta": "2.5"})
    with pytest.raises(RecordError, match=r"eta is 3\.0 in config\.json and 2\.5 among the parameters$"):
        read_archive(changed, case.store)


def test_a_setting_that_was_changed_in_both(recorded):
    case = recorded()
    case.set(eta=2.5)
    changed = replace(case.run, params={**case.run.params, "eta": "2.5"})
    with pytest.raises(RecordError, match=f"its settings, data and code make the key .*, but {Tag.KEY} says"):
        read_archive(changed, case.store)


def test_data_that_it_no_longer_names(recorded):
    case = recorded()
    tags = {name: value for name, value in case.run.tags.items() if name != Tag.DATA}
    with pytest.raises(RecordError, match=r"its settings and code \(it has no data\) make the key .*, but"):
        read_archive(replace(case.run, tags=tags), case.store)


def test_threads_are_no_part_of_the_key_and_are_held_against_the_parameters(recorded):
    case = recorded()
    case.set(threads=2)
    with pytest.raises(RecordError, match=r"threads is 2 in config\.json and 1 among the parameters"):
        read_archive(case.run, case.store)


def test_an_environment_that_was_changed(recorded):
    case = recorded()
    case.set_environment(numpy="2.0.0")
    with pytest.raises(RecordError, match=r"environment\.json is not the environment"):
        read_archive(case.run, case.store)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npz(weights_0=np.array([Bomb()], dtype=object)), "it holds pickled objects"),
        (pickle.dumps(Bomb()), "it holds pickled objects"),
        (b"PK\x03\x04 and no more", "it is damaged"),
        (npz(weights_0=np.ones((5, 36))), "expected arrays weights_0, biases_0"),
        (npz(weights_0=np.full((3, 36), np.nan), biases_0=np.ones(3)), "weights_0 holds infinity or NaN"),
        (npz(weights_0=np.ones((3, 36)), biases_0=np.ones(3)), "does not have the digest"),
    ],
    ids=["a pickle inside", "a pickle", "cut off", "too few", "not finite", "others"],
)
def test_parameters_that_are_not_the_runs(recorded, tmp_path, content, message):
    case = recorded()
    case.write("parameters.npz", content)
    with pytest.raises(RecordError, match=message):
        read_archive(case.run, case.store)
    assert not (tmp_path / "exploded").exists()


def test_an_altered_last_digest(recorded):
    case = recorded()
    case.alter_digest(3)
    with pytest.raises(RecordError, match=r"parameters\.npz does not have the digest"):
        read_archive(case.run, case.store)


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"result": {"epoch": 1}}', b"\xff"])
def test_epochs_that_are_not_what_nnexp_writes(recorded, line):
    case = recorded()
    case.write("epochs.jsonl", line)
    with pytest.raises(RecordError, match=r"line 1 of epochs\.jsonl is not what nnexp writes"):
        read_archive(case.run, case.store)


def test_epochs_that_are_missing(recorded):
    case = recorded()
    lines = case.store.artifact(case.run.run_id, "epochs.jsonl").splitlines()
    case.write("epochs.jsonl", b"\n".join(lines[:2]))
    with pytest.raises(RecordError, match=r"epochs\.jsonl holds 2 of 3 epochs"):
        read_archive(case.run, case.store)


def test_tags_and_artifacts_that_are_missing(recorded):
    case = recorded()
    without = {name: value for name, value in case.run.tags.items() if name != Tag.CODE}
    with pytest.raises(RecordError, match=f"it has no {Tag.CODE}"):
        read_archive(replace(case.run, tags=without), case.store)
    case.store._entries[case.run.run_id].artifacts.pop("config.json")
    with pytest.raises(RecordError, match=r"incomplete: there is no config\.json"):
        read_archive(case.run, case.store)


@pytest.mark.parametrize("name", ["config.json", "environment.json", "epochs.jsonl", "parameters.npz"])
def test_a_file_of_a_format_that_is_not_known(recorded, tmp_path, name):
    case = recorded()
    content = case.store.artifact(case.run.run_id, name)
    if name.endswith(".npz"):
        (tmp_path / name).write_bytes(content)
        with zipfile.ZipFile(tmp_path / name, "a") as archive:
            archive.comment = b"nnexp format 3"
        content = (tmp_path / name).read_bytes()
    later = content.replace(b'"format": 2', b'"format": 3')
    assert b"3" in later
    case.write(name, later)
    with pytest.raises(RecordError, match=f"{name} has the format 3, but this nnexp reads 1, 2"):
        read_archive(case.run, case.store)


@pytest.mark.parametrize("found", ["3", "0", "", "two", "[1"])
def test_a_record_of_a_format_that_is_not_known(recorded, found):
    case = recorded()
    with pytest.raises(RecordError, match=r"the record has the format .*, but this nnexp reads 1, 2"):
        read_archive(replace(case.run, tags=case.run.tags | {Tag.FORMAT: found}), case.store)


def test_a_record_that_names_another_task(recorded):
    case = recorded()
    other = replace(case.run, tags=case.run.tags | {Tag.TASK: "os.system"})
    with pytest.raises(RecordError, match="the record contradicts itself: its settings, data and code make the key"):
        read_archive(other, case.store)


def test_a_run_whose_task_is_not_at_hand_is_read_and_not_trained(recorded, tiny):
    case = recorded(hidden=[5, 4], seed=3)
    archive = read_archive(case.run, case.store, {})
    assert archive.task.schema.params(archive.config) == case.run.params
    with pytest.raises(RecordError, match="it was trained by network, which is not at hand here"):
        archive.task.examine(archive.config)
    case.set(seed=4)
    with pytest.raises(RecordError, match=r"seed is 4 in config\.json and 3 among the parameters"):
        read_archive(case.run, case.store, {})


def test_a_run_that_was_pruned(recorded):
    case = recorded()
    pruned = replace(case.run, tags=case.run.tags | {Tag.PRUNED: "stopped after epoch 1"})
    with pytest.raises(RecordError, match=r"it did not finish \(it was pruned\), so there is nothing to compare with"):
        read_archive(pruned, case.store)


def test_settings_that_are_younger_than_the_run_are_at_their_defaults(recorded):
    """A run that was trained before momentum was has neither of its settings, in its files or among its parameters."""
    case = recorded()
    config = case.json("config.json")
    young = ("optimiser", "mu")
    config["settings"] = {name: value for name, value in config["settings"].items() if name not in young}
    case.write("config.json", json.dumps(config).encode())
    params = {name: value for name, value in case.run.params.items() if name not in young}
    assert read_archive(replace(case.run, params=params), case.store).config.mu == 0.9


def test_a_run_that_did_not_finish(recorded):
    case = recorded()
    with pytest.raises(RecordError, match="it did not finish \\(its status is KILLED\\)"):
        read_archive(replace(case.run, status=Status.KILLED), case.store)
