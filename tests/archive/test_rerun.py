"""What `nnexp rerun` finds: the same bits, or what differs."""

from dataclasses import replace

import numpy as np
import pytest
from packaging.requirements import Requirement

from nnexp.archive.packages import install_lines
from nnexp.archive.proof import Answer, agree, exit_status
from nnexp.core import sgd
from nnexp.core.kernels import choice, library
from nnexp.sweep.rerun import sample
from nnexp.tasks.network.task import NetworkTask
from nnexp.tracking.records import Kind, Run, Status, Tag


def test_the_same_bits(recorded):
    case = recorded()
    verdict = case.verify()
    assert (verdict.answer, str(verdict), verdict.differences) == (Answer.IDENTICAL, "identical in all 3 epochs", ())
    assert case.rerun.parent_id == case.rerun.tags[Tag.RERUN_OF] == case.run.run_id
    assert case.rerun.key == case.run.key
    assert case.rerun.status is Status.FINISHED
    assert case.run.tags[Tag.VERIFIED].startswith("identical in all 3 epochs, ")


def test_a_quick_check(recorded):
    case = recorded()
    assert str(case.verify(until=2)) == "identical in the first 2 of 3 epochs"
    assert str(case.verify(until=1)) == "identical in the first of 3 epochs"
    assert str(case.verify(until=9)) == "identical in all 3 epochs"


def test_a_rerun_can_be_rerun(recorded):
    case = recorded()
    case.verify(until=2)
    assert str(case.verify(case.rerun)) == "identical in all 2 epochs"


def test_changed_data_are_named_and_not_trained_on(recorded, tmp_path, tiny_data):
    arrays = dict(np.load(tiny_data))
    data = tmp_path / "data.npz"
    np.savez(data, **arrays)
    case = recorded(dataset={"path": str(data)})
    arrays["x_train"][-1, -1, -1] ^= 1  # one pixel, of one validation image
    np.savez(data, **arrays)
    verdict = case.verify()
    assert verdict.answer is Answer.DIFFERENT
    assert "the data are not those that it learnt from" in verdict.reason
    assert [difference.what for difference in verdict.differences] == ["data"]
    assert case.store.runs(Kind.RERUN) == []


def test_data_that_are_gone(recorded, tmp_path, tiny_data):
    data = tmp_path / "data.npz"
    data.write_bytes(tiny_data.read_bytes())
    case = recorded(dataset={"path": str(data)})
    data.unlink()
    verdict = case.verify()
    assert verdict.answer is Answer.UNKNOWN
    assert "nothing is there" in verdict.reason


def test_data_are_found_from_elsewhere(recorded, tmp_path, tiny_data, monkeypatch):
    (tmp_path / "data.npz").write_bytes(tiny_data.read_bytes())
    case = recorded(dataset={"path": "data.npz"})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert case.verify().answer is Answer.IDENTICAL


def in_another_environment(case, monkeypatch, **fields):  # which decides bits where BLAS computes
    here = case.json("environment.json")["environment"] | fields
    monkeypatch.setattr("nnexp.archive.changes.environment", lambda **_: here)


def test_another_environment_is_named_and_not_trained_in(recorded, monkeypatch):
    case = recorded(kernel="numpy")
    in_another_environment(case, monkeypatch, numpy="9.9")
    verdict = case.verify()
    assert verdict.answer is Answer.UNKNOWN
    assert "--here" in verdict.reason
    assert [str(difference) for difference in verdict.differences] == [
        f"numpy: {np.__version__} was recorded, 9.9 is here"
    ]
    assert case.store.runs(Kind.RERUN) == []


def test_another_environment_that_computes_the_same_is_named_all_the_same(recorded, monkeypatch):
    case = recorded(kernel="numpy")
    in_another_environment(case, monkeypatch, numpy="9.9")
    verdict = case.verify(here=True)
    assert str(verdict) == "identical in all 3 epochs: although the following differs"
    assert [difference.what for difference in verdict.differences] == ["numpy"]


def test_the_compiled_kernel_is_proved_in_any_environment(recorded, monkeypatch):
    case = recorded(kernel="compiled")
    in_another_environment(case, monkeypatch, numpy="9.9")
    assert str(case.verify()) == "identical in all 3 epochs: although the following differs"


def test_a_kernel_that_is_not_there_is_said_and_nothing_is_trained(recorded, monkeypatch):
    case = recorded(kernel="compiled")
    monkeypatch.setattr(library, "level", lambda: 1 / 0)
    monkeypatch.setattr(choice, "_not_built", lambda: "it was not built")
    verdict = case.verify()
    assert verdict.answer is Answer.UNKNOWN
    assert verdict.reason == "kernel=compiled cannot run here: it was not built; kernel=numpy can"
    assert case.store.runs(Kind.RERUN) == []


def disturb(monkeypatch, *, from_epoch):
    """Nudge the parameters by a bit, from an epoch on."""
    begin, honest, epochs, networks = sgd.Descent.__init__, sgd.Descent.epoch, [], []

    def init(self, network, *arguments):
        networks.append(network)
        begin(self, network, *arguments)

    def epoch(self, eta, rng):
        epochs.append(eta)
        cost = honest(self, eta, rng)
        if len(epochs) == from_epoch:
            weights = networks[-1].weights[0]
            weights[0, 0] = np.nextafter(weights[0, 0], np.float32(9))
        return cost

    monkeypatch.setattr(sgd.Descent, "__init__", init)
    monkeypatch.setattr(sgd.Descent, "epoch", epoch)


def test_other_bits_in_another_environment(recorded, monkeypatch):
    case = recorded(kernel="numpy")
    in_another_environment(case, monkeypatch, cpu="another")
    disturb(monkeypatch, from_epoch=2)
    verdict = case.verify(here=True)
    assert (verdict.answer, verdict.parted, verdict.summary) == (Answer.DIFFERENT, 2, "different from epoch 2 on")
    assert "expected in another environment; the test accuracy agrees within 3 examples" in verdict.reason
    assert case.run.tags[Tag.VERIFIED].startswith("different from epoch 2 on, ")


@pytest.mark.parametrize(("kernel", "elsewhere"), [("numpy", {}), ("compiled", {}), ("compiled", {"numpy": "9.9"})])
def test_other_bits_for_no_reason_are_a_defect(recorded, monkeypatch, kernel, elsewhere):
    """For the compiled kernel, another environment is none."""
    case = recorded(kernel=kernel)
    in_another_environment(case, monkeypatch, **elsewhere)
    disturb(monkeypatch, from_epoch=3)
    verdict = case.verify()
    assert (verdict.answer, verdict.parted) == (Answer.DIFFERENT, 3)
    assert "THIS IS A DEFECT" in verdict.reason


def test_changed_code_is_named(recorded, monkeypatch):
    case = recorded()
    case.run.tags.update({Tag.DIRTY: "true", Tag.COMMIT: "c0ffee00" * 5})
    monkeypatch.setattr(NetworkTask, "code", lambda self: "f" * 64)
    disturb(monkeypatch, from_epoch=1)
    verdict = case.verify()
    assert (verdict.answer, verdict.parted) == (Answer.DIFFERENT, 1)
    assert "the code that decides the numbers has changed" in verdict.reason
    assert "(commit c0ffee00 with changes) was recorded, digest ffffffffffff" in str(verdict.differences[0])


def test_an_altered_digest_in_between_is_no_defect_of_ours(recorded):
    case = recorded()
    case.alter_digest(2)
    verdict = case.verify()
    assert verdict.answer is Answer.UNKNOWN
    assert verdict.reason == "the record was altered: later epochs agree, but not epoch 2"


def test_a_rerun_that_fails_tells_nothing(recorded, monkeypatch):
    case = recorded()
    monkeypatch.setattr(sgd.Descent, "epoch", lambda *_: 1 / 0)
    verdict = case.verify()
    assert verdict.answer is Answer.UNKNOWN
    assert "the rerun did not finish: ZeroDivisionError" in verdict.reason
    assert Tag.VERIFIED not in case.run.tags


def test_the_answers_for_a_shell(recorded):
    case = recorded()
    identical = case.verify()
    different, unknown = (replace(identical, answer=answer) for answer in (Answer.DIFFERENT, Answer.UNKNOWN))
    assert exit_status([identical, identical]) == 0
    assert exit_status([identical, unknown]) == 2
    assert exit_status([identical, different, unknown]) == 1


@pytest.mark.parametrize(
    ("a", "b", "total", "near"),
    [(9500, 9450, 10_000, True), (9500, 9449, 10_000, False), (57, 60, 60, True), (56, 60, 60, False)],
)
def test_the_tolerance(a, b, total, near):
    assert agree(a, b, total) is near


def test_a_sample_is_seeded_and_of_finished_runs():
    def run(number, status=Status.FINISHED):
        return Run(str(number), f"run {number}", status, 0, 0, {}, {}, {Tag.KEY: f"{number:064x}"})

    runs = [run(number) for number in range(30)]
    drawn = sample(runs, 0.1, "a" * 64)
    assert len(drawn) == 3
    assert sample(runs[::-1], 0.1, "a" * 64) == drawn
    assert sample(runs, 0.1, "b" * 64) != drawn
    assert len(sample(runs[:4], 0.1, "a" * 64)) == 1
    assert sample([run(1, Status.FAILED)], 1.0, "a" * 64) == []


def test_what_to_install_is_a_requirements_file(recorded):
    case = recorded()
    lines = install_lines(case.run, case.store)
    assert f"numpy=={np.__version__}" in lines
    assert any(line.startswith("# blas.numpy: openblas") for line in lines)
    packages = [Requirement(line).name.lower().replace("_", "-") for line in lines if not line.startswith("#")]
    assert packages == sorted(packages)
