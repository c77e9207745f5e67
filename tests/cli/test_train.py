"""`nnexp train` and `nnexp runs`, typed as a person would."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nnexp.recording.begin import new_recorder
from nnexp.tasks.network.config import SCHEMA, Config
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore
from nnexp.tracking.records import Run, RunStart, Status, Tag
from nnexp.tracking.store import RunStore
from nnexp.training.events import Pruned
from nnexp.training.spec import make_spec
from tests.plans import events_of

Nnexp = Callable[..., tuple[int, str, str]]

WRONG = [
    (["hiden=30"], "there is no setting hiden; did you mean hidden?"),
    (["+hiden=30"], "there is no setting hiden; did you mean hidden?"),
    (["dataset.splt=full"], "there is no setting dataset.splt; did you mean dataset.split?"),
    (["epochs=-5"], "epochs must be a whole number of at least 1, but got -5"),
    (["eta=nan"], "eta must be a finite number above 0, but got nan"),
    (["eta=fast"], "eta must be a finite number above 0, but got 'fast'"),
    (["seed={}"], "seed must be a whole number of at least 0, but got {}"),
    (["init=scald"], "did you mean scaled?"),
    (["batch_size=50001"], "batch_size must be between 1 and 50000"),
    (["freeze=[9]"], "freeze"),
    (["activation=step"], "step"),
    (["dataset=folder"], "dataset.path must name a folder or an .npz file"),
    (["dataset=folder", "dataset.path=nowhere"], "nowhere"),
    (["dataset=fodler"], "dataset must be one of folder, mnist, but got 'fodler'; did you mean folder?\n"),
    (["experiment=staged20"], "did you mean staged-20?\n"),
    (["hidden=[30"], "[30"),
    (["hydra.launcher.jobs=0"], "jobs must be a whole number of at least 1, but got 0"),
    (["--config-name", "nothing"], "nothing"),
]


@pytest.fixture
def train(nnexp: Nnexp, tiny_data: Path, database: Path) -> Nnexp:
    def type_train(*arguments: object) -> tuple[int, str, str]:
        data = ("dataset=folder", f"dataset.path={tiny_data}", "hidden=5", "epochs=3")
        return nnexp("train", *arguments, *data)

    return type_train


@pytest.fixture
def store(database: Path) -> MlflowStore:
    return MlflowStore(Location.from_environment())


def only(store: RunStore) -> Run:
    (record,) = store.runs(None)
    return record


class TestWhereThingsLie:
    def test_a_copy_of_the_database_holds_what_was_recorded(self, tmp_path: Path, tiny_data: Path) -> None:
        """It is copied when the command has ended, and without the log that stood beside it."""
        command = [sys.executable, "-m", "nnexp", "train", "dataset=folder", f"dataset.path={tiny_data}", "epochs=1"]
        subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
        (tmp_path / "elsewhere").mkdir()
        shutil.copy(tmp_path / "mlflow.db", tmp_path / "elsewhere")
        assert only(MlflowStore(Location(f"sqlite:///{tmp_path}/elsewhere/mlflow.db", "nnexp"))).is_finished

    def test_a_file_that_is_not_ours_is_never_written_over(self, train: Nnexp, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "config.json").write_text("mine")
        status, out, err = train("hydra.run.dir=mine")
        assert (status, out) == (2, "")
        assert f"nnexp: {tmp_path}/mine holds a config.json that no run left; name another output folder\n" in err
        assert (tmp_path / "mine" / "config.json").read_text() == "mine"

    @pytest.mark.parametrize(
        "arguments",
        [
            ["-m", "seed=0,1,2", "hydra.sweeper.max_batch_size=2"],
            ["hydra.job.chdir=true"],
            ["-m", "hydra.job.chdir=true"],
        ],
    )
    def test_a_setting_of_hydras_that_has_no_meaning_is_refused(self, arguments: list[str], train: Nnexp) -> None:
        here = Path.cwd()
        status, out, err = train(*arguments)
        os.chdir(here)
        assert (status, out) == (2, "")
        assert "has no meaning here, but is set; " in err


class TestWhatWasHardlyMeant:
    def test_a_stage_that_never_begins_is_told_in_a_line(self, train: Nnexp) -> None:
        status, _, err = train("eta=[[2,1.0],[1,0.5],[1,0.2]]")
        assert status == 0
        assert "nnexp: eta=[[2, 1.0], [1, 0.5], [1, 0.2]]: epochs=3 ends before its stage from epoch 4 on\n" in err

    def test_in_a_sweep_once_for_all_seeds(self, train: Nnexp) -> None:
        _, _, err = train("-m", "seed=0,1", "eta=[[3,1.0],[1,0.5],[1,0.2]],3.0", "hydra.launcher.dry_run=true")
        assert err.count("epochs=3 ends before its stages from epoch 4 on") == 1

    @pytest.mark.parametrize("eta", ["3.0", "[[9,1.0]]", "[[2,1.0],[1,0.5]]", "[[1,1.0],[1,0.5]]", "[[2,1.0],[9,0.5]]"])
    def test_a_last_stage_that_is_longer_or_shorter_is_nothing_to_tell(self, train: Nnexp, eta: str) -> None:
        _, _, err = train(f"eta={eta}", "--multirun", "hydra.launcher.dry_run=true")
        assert "ends before" not in err


class TestMistakes:
    @pytest.mark.parametrize(("arguments", "message"), WRONG, ids=[" ".join(typed) for typed, _ in WRONG])
    def test_one_line_status_2_and_nothing_done(
        self, nnexp: Nnexp, tmp_path: Path, arguments: list[str], message: str
    ) -> None:
        status, out, err = nnexp("train", *arguments)
        assert (status, out) == (2, "")
        assert err.startswith("nnexp: ")
        assert message in err
        assert err.count("\n") == 1
        assert not (tmp_path / "mlflow.db").exists()

    def test_in_a_sweep_too_and_before_any_run(self, train: Nnexp, store: MlflowStore) -> None:
        status, _, err = train("-m", "seed=0,1", "eta=1.0,-1.0")
        assert status == 2
        assert "eta must be a finite number above 0, but got -1.0" in err
        assert err.count("\n") == 1
        assert store.runs(None) == []

    def test_a_damaged_file_is_named(self, nnexp: Nnexp, tmp_path: Path) -> None:
        (tmp_path / "data.npz").write_bytes(b"PK\x03\x04 garbage")
        status, _, err = nnexp("train", "dataset=folder", "dataset.path=data.npz")
        assert (status, err.count("\n")) == (2, 1)
        assert "data.npz" in err

    def test_a_damaged_store_is_named_and_kept(self, nnexp: Nnexp, tiny_data: Path, tmp_path: Path) -> None:
        (tmp_path / "mlflow.db").write_bytes(b"garbage" * 1000)
        status, _, err = nnexp("train", "dataset=folder", f"dataset.path={tiny_data}")
        assert (status, err.count("\n")) == (2, 1)
        assert "mlflow.db" in err
        assert (tmp_path / "mlflow.db").read_bytes() == b"garbage" * 1000


class TestOneRun:
    def test_it_is_recorded_as_it_was_composed(self, train: Nnexp, store: MlflowStore) -> None:
        status, out, _ = train("seed=3", "eta=0.5")
        assert status == 0
        record = only(store)
        assert record.run_id in out
        assert record.status is Status.FINISHED
        assert (record.params["seed"], record.params["eta"], record.params["hidden"]) == ("3", "0.5", "5")
        assert record.name.startswith("36-5-3")
        assert "eta=0.5" in record.name
        assert f"{record.metrics['test/accuracy']:.2%}" in out
        config = SCHEMA.parse_config(json.loads(store.artifact(record.run_id, "config.json") or b"")["settings"])
        assert (config.seed, config.eta, config.dataset.name) == (3, 0.5, "folder")

    def test_a_multirun_of_one_is_told_as_one(self, train: Nnexp) -> None:
        assert "nnexp: 1 run to do" in train("-m", "seed=0")[2]
        assert "1 of 1 run is finished already and is reused" in train("-m", "seed=0")[2]

    def test_typed_again_it_is_the_same_experiment_with_the_same_numbers(
        self, train: Nnexp, store: MlflowStore
    ) -> None:
        for _ in range(2):
            assert train("seed=3", "--fresh")[0] == 0
        first, second = store.runs()
        assert (first.key, first.tags[Tag.ENVIRONMENT]) == (second.key, second.tags[Tag.ENVIRONMENT])
        journals = [(store.artifact(record.run_id, "epochs.jsonl") or b"").splitlines() for record in (first, second)]
        digests = [[json.loads(line)["digest"] for line in journal] for journal in journals]
        assert digests[0] == digests[1]

    def test_what_is_finished_is_reused_and_it_is_said(self, train: Nnexp, store: MlflowStore, tmp_path: Path) -> None:
        assert train("seed=3")[0] == 0
        first = only(store)
        status, out, _ = train("seed=3")
        assert (status, only(store).run_id) == (0, first.run_id)
        journal = (store.artifact(first.run_id, "epochs.jsonl") or b"").splitlines()
        digest = json.loads(journal[-1])["digest"][:12]
        assert f"run {first.run_id}, digest {digest}, trained already; --fresh trains it anew\n" in out
        assert f"test {first.metrics['final/test_accuracy']:.2%}\n" in out
        assert len(list(tmp_path.rglob("run.json"))) == 1

    def test_parameters_that_burst_fail_with_status_1(self, nnexp: Nnexp, tmp_path: Path, store: MlflowStore) -> None:
        x, y = np.full((12, 2, 2), 255, np.uint8), np.arange(12, dtype=np.uint8) % 2
        np.savez(tmp_path / "loud.npz", x_train=x, y_train=y, x_test=x, y_test=y)
        typed = ("dataset=folder", "dataset.path=loud.npz", "dataset.scale=none", "lmbda=1e30", "eta=1e30", "epochs=9")
        status, _, err = nnexp("train", *typed)
        assert status == 1
        assert "stopped being finite" in err
        assert only(store).status is Status.FAILED
        assert "stopped being finite" in only(store).tags[Tag.REASON]
        assert b"DivergedError" in (store.artifact(only(store).run_id, "traceback.txt") or b"")


class TestRuns:
    def test_json_is_an_array_that_holds_everything(self, train: Nnexp, nnexp: Nnexp, store: MlflowStore) -> None:
        train("seed=1")
        status, out, _ = nnexp("runs", "--json")
        assert status == 0
        (run,) = json.loads(out)
        assert {"run_id", "name", "status", "key", "params", "metrics"} <= set(run)
        assert (run["run_id"], run["status"], run["params"]["seed"]) == (only(store).run_id, "FINISHED", 1)

    def test_without_runs_it_says_so(self, nnexp: Nnexp) -> None:
        assert nnexp("runs", "--json")[:2] == (0, "[]\n")
        assert "no runs yet" in nnexp("runs")[1]

    def test_a_pruned_run_is_shown_as_one_and_is_no_result(
        self, train: Nnexp, nnexp: Nnexp, store: MlflowStore, tiny: Callable[..., Config]
    ) -> None:
        for seed in (1, 2):
            train(f"seed={seed}")
        config = tiny(seed=3, dataset={"name": "folder"})
        spec = make_spec(NETWORK, config, {"seed": 3}, folder=Path("pruned"))
        recorder = new_recorder(spec, spec.folder, store, say=print)
        for event in [*events_of(config)][:2]:
            recorder.record(event)
        recorder.record(Pruned("stopped after epoch 1"))
        status, out, err = nnexp("runs")
        assert (status, out.count("FINISHED"), out.count("PRUNED")) == (0, 2, 1), err
        status, out, err = nnexp("show", recorder.run_id)
        assert status == 0, err
        assert "PRUNED" in out
        assert "stopped after epoch 1" in out
        status, out, err = nnexp("compare", *(run.run_id for run in store.runs()))
        assert status == 0, err
        assert "1 run left out: 1 pruned." in out.splitlines()
        listed = [json.loads(nnexp("runs", "--json", "--status", fate)[1]) for fate in ("pruned", "finished")]
        assert [run["run_id"] for run in listed[0]] == [recorder.run_id]
        assert {run["status"] for run in listed[0]} == {"PRUNED"}
        assert {run["params"]["seed"] for run in listed[1]} == {1, 2}
        status, out, _ = nnexp("rerun", recorder.run_id)
        assert (status, out.count("it did not finish (it was pruned)")) == (2, 1)

    def test_a_run_whose_process_is_gone_is_closed_by_the_next_command(self, nnexp: Nnexp, store: MlflowStore) -> None:
        from nnexp.recording import owner

        host, pid, started = owner.me().rsplit(" ", 2)
        tags = {Tag.KIND: "run", Tag.OWNER: f"{host} {pid} {float(started) - 60}"}
        store.create(RunStart("orphan", 1000, tags=tags))
        assert nnexp("runs")[0] == 0
        assert only(store).status is Status.KILLED
