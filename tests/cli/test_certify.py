"""Certificates: what anybody can check, and what comes of altering one."""

import json
import os
import shutil

import numpy as np
import pytest

from nnexp.core.kernels.compiled import CompiledLearner
from tests.core.kernels.cases import LEVELS

pytestmark = pytest.mark.skipif(not LEVELS, reason="needs the compiled kernel, and so a C compiler")
EPOCHS, RUNS = 3, 4
TRAINED = 250  # of the tiny data, whose last sixth validates


@pytest.fixture(scope="module")
def written(tiny_data, store_file, tmp_path_factory, zygote):
    """A certificate of two settings and two seeds, and what was said when it was written."""
    folder = tmp_path_factory.mktemp("certified")
    shutil.copy(store_file, folder / "mlflow.db")
    own = {"NNEXP_CACHE": str(folder / "cache"), "NNEXP_STATE": str(folder / "state")}
    where = ("dataset=folder", f"dataset.path={tiny_data}", f"epochs={EPOCHS}")

    def type_command(*arguments):
        return zygote.run(arguments, folder, os.environ | own)

    type_command("train", "-m", "hidden=3,6", "seed=0,1", "batch_size=7", *where)
    said = type_command("certify", "multirun", "--to", "certificate.json")
    return folder.joinpath("certificate.json").read_text(), said


@pytest.fixture
def verify(written, nnexp, tiny_data, tmp_path):
    """Verify the certificate, or one that was altered, and give the exit status and what was said."""

    def verify(alter=lambda content: None, *options):
        content = json.loads(written[0])
        alter(content)
        (tmp_path / "certificate.json").write_text(json.dumps(content))
        return nnexp("verify", "certificate.json", "--data", str(tiny_data), *options)

    return verify


def test_a_certificate_is_verified_without_a_store(verify, written, tmp_path):
    assert "certificate.json: 4 runs, 12 epochs\nanybody can check it: nnexp verify certificate.json\n" in written[1]
    status, out, _ = verify()
    assert status == 0
    assert "4 runs: 4 identical; here compiled, " in out
    assert json.loads(written[0])["answer"] in out
    assert {file.name for file in tmp_path.iterdir()} <= {"certificate.json", "cache", "state"}


def test_it_holds_nothing_of_the_machine_that_it_comes_from(written, tiny_data):
    assert str(tiny_data.parent) not in written[0]
    assert len(written[0]) < 10_000


def change_a_digest(content):
    content["runs"][1]["epochs"][1] = "0" * 64


def change_the_digests_from_the_second_on(content):
    content["runs"][1]["epochs"][1:] = ["0" * 64] * (EPOCHS - 1)


def change_a_figure(content):
    content["runs"][2]["metrics"]["final/test_accuracy"] += 0.1


def change_a_cost(content):
    content["runs"][0]["metrics"]["train/cost"] *= 1 + 2**-52


def change_the_answer(content):
    content["answer"] = "hidden=3 is best: 100 %."


def change_a_table(content):
    (lines, *_) = content["tables"].values()
    lines.pop()


@pytest.mark.parametrize(
    ("alter", "status", "said"),
    [
        (change_a_digest, 2, "cannot tell: the record was altered: later epochs agree, but not epoch 2"),
        (change_the_digests_from_the_second_on, 1, "different from epoch 2 on"),
        (change_a_figure, 1, "    final/test_accuracy: "),
        (change_a_cost, 1, "    train/cost: "),
        (change_the_answer, 1, "the certificate's answer does not follow from its figures; from them follows:"),
        (change_a_table, 1, "the certificate's answer does not follow from its figures; from them follows:"),
    ],
)
def test_whatever_is_altered_is_found(verify, alter, status, said):
    found = verify(alter)
    assert found[0] == status
    assert said in found[1]


def test_a_program_is_told_the_same(verify):
    status, out, _ = verify(change_the_digests_from_the_second_on, "--json")
    told = json.loads(out)
    assert (status, told["identical"], told["answer_follows"]) == (1, False, True)
    assert [run["parted"] for run in told["runs"]] == [None, 2, None, None]
    assert told["parting"].startswith("in every batch of epoch 2 the compiled kernel does as its definition says")


def of_another_format(content):
    content["format"] = 7


def another_seed(content):
    content["runs"][0]["settings"]["seed"] = 99


def other_code(content):
    content["common"]["tags"]["nnexp.code"] = "1" * 64


def an_interpolation(content):
    content["common"]["settings"]["init"] = "${oc.env:HOME}"


def a_call(content):
    content["common"]["settings"]["_target_"] = "os.system"


def no_figures(content):
    del content["runs"][0]["metrics"]


def no_runs(content):
    content["runs"] = 3


def a_short_digest(content):
    content["runs"][0]["epochs"][0] = "abc"


def an_epoch_less(content):
    content["runs"][0]["epochs"].pop()


def an_unknown_task(content):
    content["common"]["tags"]["nnexp.task"] = "os:system"


@pytest.mark.parametrize(
    ("alter", "said"),
    [
        (of_another_format, "it has the format 7, but this nnexp reads 1"),
        (another_seed, "it contradicts itself: its settings, data and code make the key"),
        (other_code, "it contradicts itself: its settings, data and code make the key"),
        (an_interpolation, "it holds the interpolation '${oc.env:HOME}'; a record is data, and not evaluated"),
        (a_call, "it holds _target_, which tells Hydra to call code; a record is data, not code"),
        (no_figures, "it is not what nnexp certify writes: KeyError 'metrics'"),
        (no_runs, "it is not what nnexp certify writes: TypeError"),
        (a_short_digest, "its epochs must be a SHA-256 each"),
        (an_epoch_less, f"it holds {EPOCHS - 1} of {EPOCHS} epochs"),
        (an_unknown_task, "it contradicts itself: its settings, data and code make the key"),
    ],
)
def test_what_is_no_certificate_is_refused_in_one_line(verify, alter, said):
    status, out, err = verify(alter)
    assert (status, out) == (2, "")
    (line,) = err.splitlines()
    assert line.startswith("nnexp: certificate.json cannot be verified: ")
    assert said in line


@pytest.mark.parametrize("content", ["junk{", "[]", "3", "[" * 100_000, ""])
def test_what_is_no_json_object_is_refused_in_one_line(nnexp, tmp_path, content):
    (tmp_path / "x.json").write_text(content)
    expected = "nnexp: x.json cannot be verified: it is not what nnexp certify writes: JSON with a format\n"
    assert nnexp("verify", "x.json") == (2, "", expected)


def test_a_file_that_is_not_there_is_named(nnexp):
    assert nnexp("verify", "x.json") == (2, "", "nnexp: x.json cannot be read: No such file or directory\n")


def test_data_that_lay_elsewhere_are_asked_for(nnexp, written, tmp_path):
    (tmp_path / "certificate.json").write_text(written[0])
    status, out, err = nnexp("verify", "certificate.json")
    assert (status, out) == (2, "")
    assert "where are the data that it learnt from? --data FOLDER or --data FILE.npz says it" in err


def test_where_the_data_are_others_nothing_is_trained(nnexp, written, tmp_path, tiny_data):
    (tmp_path / "certificate.json").write_text(written[0])
    with np.load(tiny_data) as arrays:
        np.savez(tmp_path / "other.npz", **{**arrays, "y_train": arrays["y_train"][::-1]})
    status, out, _ = nnexp("verify", "certificate.json", "--data", f"../{tmp_path.name}/other.npz")
    assert status == 1
    assert out.count("the data are not those that it learnt from; nothing was trained") == RUNS


def test_what_has_not_finished_cannot_be_certified(nnexp, tiny_data, database):
    where = ("dataset=folder", f"dataset.path={tiny_data}")
    assert nnexp("train", "hidden=3", "eta=1e9", "epochs=4", "cost=cross_entropy", "lmbda=1e6", *where)[0] == 1
    (run,) = json.loads(nnexp("runs", "--json")[1])
    status, out, err = nnexp("certify", run["run_id"][:8])
    assert (status, out) == (2, "")
    assert "cannot be certified: it did not finish (its status is FAILED)" in err


def test_runs_of_numpy_are_certified_with_a_caution(nnexp, tiny_data, database):
    where = ("dataset=folder", f"dataset.path={tiny_data}")
    assert nnexp("train", "hidden=3", "epochs=2", "kernel=numpy", *where)[0] == 0
    (run,) = json.loads(nnexp("runs", "--json")[1])
    status, _, err = nnexp("certify", run["run_id"], "--to", "numpy.json")
    assert status == 0
    assert "nnexp: the bits of 1 run depend on the machine: another cannot tell whether they are right\n" in err
    assert nnexp("verify", "numpy.json", "--data", str(tiny_data))[0] == 0


@pytest.mark.parametrize("setting", ["optimiser=sgd", "optimiser=momentum"])
def test_a_kernel_that_computes_otherwise_is_found_to_the_batch_and_the_layer(
    setting, nnexp, tiny_data, database, monkeypatch
):
    where = ("dataset=folder", f"dataset.path={tiny_data}", "dataset.split=book")
    assert nnexp("train", "hidden=4", "epochs=3", "batch_size=7", setting, *where)[0] == 0
    (run,) = json.loads(nnexp("runs", "--json")[1])
    assert nnexp("certify", run["run_id"], "--to", "x.json")[0] == 0
    learn = CompiledLearner.learn

    def learn_with_a_fault(self, order, eta):
        """Turn the last bit of a weight of the second layer over, after batch 5 of the second epoch."""
        for start in range(0, len(order), 7):
            batch = order[start : start + 7]
            cost = learn(self, batch, eta)
            self.seen = getattr(self, "seen", 0) + len(batch)
            if self.seen == TRAINED + 5 * 7:
                self._network.weights[1].view(np.uint32)[0, 0] ^= 1
        return cost

    monkeypatch.setattr(CompiledLearner, "learn", learn_with_a_fault)
    status, out, _ = nnexp("verify", "x.json", "--data", str(tiny_data))
    assert status == 1
    assert "different from epoch 2 on" in out
    where = "in batch 5 of epoch 2 the compiled kernel parts from its definition, first in the weights of layer 2"
    assert where in out
