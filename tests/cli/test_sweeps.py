"""What stands in ./sweeps: the named sweeps, and files that are none."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from nnexp.recording.store import open_store
from nnexp.tracking.records import Kind, Tag

Nnexp = Callable[..., tuple[int, str, str]]

BROKEN: dict[str, Callable[[Path], object]] = {
    "line 2: expected ',' or ']', but got ':'": lambda file: file.write_text("a: [1\nb: {"),
    "cannot be read: it is no text in UTF-8": lambda file: file.write_bytes(b"\xff\xfe\0"),
    "cannot be read: No such file or directory": lambda file: file.symlink_to("nowhere"),
    "is no file": lambda file: os.mkfifo(file),
    "must hold settings that begin with defaults: [config, _self_], but holds nothing": lambda file: file.touch(),
}


@pytest.fixture
def sweeps(tmp_path: Path) -> Path:
    folder = tmp_path / "sweeps"
    folder.mkdir()
    (folder / "mine.yaml").write_text("# What I do.\ndefaults: [config, _self_]\nhydra: {sweeper: {params: {seed: 0}}}")
    return folder


@pytest.mark.parametrize("why", BROKEN)
def test_a_file_that_cannot_be_used_hides_that_sweep_alone(why: str, sweeps: Path, nnexp: Nnexp) -> None:
    BROKEN[why](sweeps / "init.yaml")
    status, out, err = nnexp("sweep")
    assert status == 0
    assert ["mine", "What", "I", "do."] in [line.split() for line in out.splitlines()]
    assert "\neta " in out
    assert "\ninit " not in out
    (line,) = err.splitlines()
    assert line.startswith("nnexp: the sweep sweeps/init.yaml ")
    assert line.endswith(why)
    assert nnexp("sweep", "init") == (2, "", f"{line}\n")
    status, out, _ = nnexp("sweep", "mine", "--dry-run")
    assert (status, "1 runs: 0 done" in out) == (0, True)


def test_what_an_editor_leaves_is_no_sweep(sweeps: Path, nnexp: Nnexp) -> None:
    (sweeps / ".#init.yaml").symlink_to("somebody@host.1:2")
    (sweeps / "init.yaml~").write_text("{")
    (sweeps / ".init.yaml.swp").write_bytes(b"\xff")
    status, out, err = nnexp("sweep")
    assert (status, err) == (0, "")
    assert "\ninit " in out
    assert "#" not in out


def test_a_group_that_is_no_yaml_is_told_in_a_line(nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "conf" / "experiment").mkdir(parents=True)
    (tmp_path / "conf" / "experiment" / "mine.yaml").write_text("a: [1\nb: {")
    status, out, err = nnexp("train", "experiment=mine")
    assert (status, out) == (2, "")
    assert err == "nnexp: a file of conf/ or sweeps/ cannot be read: line 2: expected ',' or ']', but got ':'\n"


class TestValues:
    @pytest.fixture
    def plan(self, sweeps: Path, nnexp: Nnexp) -> Callable[[str], tuple[int, str, str]]:
        def plan(params: str) -> tuple[int, str, str]:
            settings = f"defaults: [config, _self_]\nhydra:\n  sweeper:\n    params:\n      {params}\n"
            (sweeps / "mine.yaml").write_text(settings)
            return nnexp("sweep", "mine", "--dry-run")

        return plan

    @pytest.mark.parametrize("name", ["eta", "++eta"])
    def test_a_step_of_a_range_is_the_number_that_was_meant(
        self, name: str, plan: Callable[[str], tuple[int, str, str]], nnexp: Nnexp
    ) -> None:
        def runs(out: str) -> list[list[str]]:
            """The key and the name of each run."""
            return [line.split()[:3] for line in out.splitlines()[:3]]

        stepped = runs(plan(f"{name}: range(0.1,0.4,0.1)")[1])
        assert [words[2] for words in stepped] == ["eta=0.1", "eta=0.2", "eta=0.3"]
        assert stepped == runs(nnexp("train", "-m", "eta=0.1,0.2,0.3", "hydra.launcher.dry_run=true")[1])

    def test_a_list_is_refused_with_what_may_be_meant(self, plan: Callable[[str], tuple[int, str, str]]) -> None:
        status, _, err = plan("hidden: [8, 9]")
        told = "hydra.sweeper.params.hidden must be written as it is typed, but got a list"
        either = "write hidden: 8,9 for one after the other, or hidden: '[8, 9]' for one value"
        assert (status, err.splitlines()[-1]) == (2, f"nnexp: {told}; {either}")
        assert "784-8-9-10" in plan("hidden: '[8, 9]'")[1]
        assert "2 runs: 0 done" in plan("hidden: 8,9")[1]
        assert "2 runs: 0 done" in plan("hidden: '[8,9],[9,8]'")[1]

    @pytest.mark.parametrize(
        ("params", "why"),
        [("threads: 1,2", "; what threads is set to decides nothing of what is trained"), ("seed: 3,3", "")],
    )
    def test_jobs_that_train_the_same_are_told(
        self, params: str, why: str, plan: Callable[[str], tuple[int, str, str]]
    ) -> None:
        _, out, err = plan(params)
        assert "1 runs: 0 done" in out
        assert f"nnexp: 2 jobs are 1 run: the others would train the same{why}\n" in err


class TestListsAndConditions:
    """`together` and `where` in a sweep's file, and typed."""

    FILE = """
defaults: [config, _self_]
hydra:
  sweeper:
    params: {hidden: "30,100", seed: range(2)}
    together:
      - {eta: 3.0, batch_size: 10}
      - {eta: 0.5}
    where: hidden < 100 or eta < 1
"""

    @pytest.fixture
    def plan(self, sweeps: Path, nnexp: Nnexp) -> Callable[..., tuple[int, list[str], list[str]]]:
        """Give the names of the runs of a dry run, or what it says."""
        (sweeps / "mine.yaml").write_text(self.FILE)

        def plan(*arguments: str) -> tuple[int, list[str], list[str]]:
            status, out, err = nnexp("sweep", "mine", "--dry-run", *arguments)
            names = [line.split(maxsplit=1)[1].partition("  to do")[0] for line in out.splitlines()[:-1]]
            return status, names, err.splitlines()[1:]

        return plan

    def test_what_remains_is_planned_and_told(self, plan: Callable[..., tuple[int, list[str], list[str]]]) -> None:
        status, names, told = plan("batch_size=10", "hydra.sweeper.together=[{eta:3.0},{eta:0.5}]")
        of_30 = [f"784-30-10 {eta}seed={seed}" for eta in ("", "eta=0.5 ") for seed in (0, 1)]
        of_100 = [f"784-100-10 eta=0.5 seed={seed}" for seed in (0, 1)]
        assert (status, names) == (0, [*of_30, *of_100])
        assert told == ["nnexp: 2 of 8 jobs are left out by where: hidden < 100 or eta < 1"]

    def test_what_an_entry_does_not_name_stays_as_it_is(
        self, plan: Callable[..., tuple[int, list[str], list[str]]], sweeps: Path
    ) -> None:
        (sweeps / "mine.yaml").write_text(f"{self.FILE}batch_size: 50\n")
        _, names, _ = plan("--where", "seed == 1")
        assert names == [
            f"784-{hidden}-10 {entry}seed=1" for entry in ("", "eta=0.5 batch_size=50 ") for hidden in (30, 100)
        ]

    @pytest.mark.parametrize(
        ("typed", "told"),
        [
            (["--where", "hidden < 30"], "hydra.sweeper.where leaves out every job of 8: hidden < 30"),
            (["--where", "hiden < 3"], "the condition hiden < 3: there is no setting hiden; did you mean hidden?"),
            (["eta=3"], "eta is set in hydra.sweeper.together, and again by eta=3; leave it out of one of them"),
            (["hydra.sweeper.together=[{etta:3}]"], "there is no setting etta; did you mean eta?"),
            (["hydra.sweeper.wher=x"], "hydra.sweeper must be one of max_batch_size, params, together, where, but "),
            (["--until-decided", "--where", "seed < 1"], "until_decided chooses the seeds, so hydra.sweeper.where "),
        ],
        ids=" ".join,
    )
    def test_what_cannot_be_meant_is_refused_in_a_line(
        self, typed: list[str], told: str, plan: Callable[..., tuple[int, list[str], list[str]]]
    ) -> None:
        status, names, lines = plan(*typed)
        assert (status, names) == (2, [])
        assert lines[-1].startswith(f"nnexp: {told}")

    def test_the_same_jobs_are_the_same_sweep_however_they_are_written(
        self, nnexp: Nnexp, database: Path, tiny_data: Path
    ) -> None:
        small = ("dataset=folder", f"dataset.path={tiny_data}", "hidden=5", "epochs=1")
        together = "hydra.sweeper.together=[{eta:3.0,seed:0},{eta:0.5,seed:1},{eta:9,seed:2}]"
        where = 'hydra.sweeper.where="eta < 9"'
        assert nnexp("train", "-m", *small, together, where, "hydra.launcher.jobs=1")[0] == 0
        again = nnexp("train", "-m", *small, "eta=3.0,0.5", "seed=0,1", 'hydra.sweeper.where="(eta > 1) == (seed < 1)"')
        assert "the sweep's page, as it was: " in again[1]
        [swept] = open_store(print).runs(Kind.SWEEP)
        assert shlex.split(swept.tags[Tag.COMMAND])[:3] == ["nnexp", "train", "-m"]
        assert shlex.split(swept.tags[Tag.COMMAND])[-1] == 'hydra.sweeper.where="(eta > 1) == (seed < 1)"'


class TestLike:
    """A sweep that begins with a run's settings."""

    @pytest.fixture
    def trained(self, nnexp: Nnexp, database: Path, tiny_data: Path) -> str:
        """A run with settings of many kinds, by its id."""
        settings = ["hidden=[6,5]", "eta=[[1,0.5],[1,0.1]]", "epochs=2", "seed=3", "lmbda=0.5", "kernel=numpy"]
        nnexp("train", "dataset=folder", f"dataset.path={tiny_data}", *settings)
        return str(json.loads(nnexp("runs", "--json")[1])[0]["run_id"])

    def test_all_but_what_varies_is_as_it_was(self, trained: str, nnexp: Nnexp) -> None:
        status, out, err = nnexp("sweep", "--like", trained[:8], "eta=0.1,[[1,0.5],[1,0.1]]", "--dry-run")
        assert (status, "2 runs: 1 done, 1 to do" in out) == (0, True), err
        assert f"nnexp: run {trained[:8]}  36-6-5-3 on tiny.npz " in err
        assert (
            "  36-6-5-3 on tiny.npz kernel=numpy eta=0.1 epochs=2 lmbda=0.5 dataset.split=stratified seed=3  to do"
            in out
        )

    @pytest.mark.parametrize("typed", [[], ["eta"]])
    def test_what_varies_must_be_typed(self, typed: list[str], nnexp: Nnexp) -> None:
        status, out, err = nnexp("sweep", "--like", "x", *typed)
        assert (status, out, err.count("\n")) == (2, "", 1)
        assert "must stand what varies, as in eta=0.1,1, but got " in err


class TestWhatIsLeftBehind:
    """An output folder is left only where something came of the command."""

    @pytest.fixture
    def typed(self, nnexp: Nnexp, database: Path, tiny_data: Path) -> Nnexp:
        def type_train(*arguments: str) -> tuple[int, str, str]:
            return nnexp("train", "dataset=folder", f"dataset.path={tiny_data}", "hidden=5", "epochs=1", *arguments)

        return type_train

    @pytest.mark.parametrize(
        "refused",
        [["eta=-1"], ["dataset.path=nowhere"], ["-m", "eta=1,-1"], ["-m", "seed=0", "hydra.launcher.dry_run=true"]],
        ids=" ".join,
    )
    def test_nothing_by_a_command_that_runs_nothing(self, refused: list[str], typed: Nnexp, tmp_path: Path) -> None:
        typed(*refused)
        assert not [*tmp_path.glob("outputs"), *tmp_path.glob("multirun")]

    def test_nothing_more_where_all_is_reused_and_the_page_stands(self, typed: Nnexp, tmp_path: Path) -> None:
        def folders() -> list[Path]:
            return sorted([*tmp_path.glob("outputs/*/*"), *tmp_path.glob("multirun/*/*")])

        typed("seed=0")
        typed("-m", "seed=0,1", "hydra.launcher.jobs=1")
        left = folders()
        (page,) = tmp_path.glob("multirun/*/*/report.html")
        assert len(left) == 2
        assert typed("seed=1")[0] == 0
        status, out, _ = typed("-m", "seed=0,1")
        assert (status, folders()) == (0, left)
        assert f"the sweep's page, as it was: {page}\n" in out
        page.unlink()
        typed("-m", "seed=0,1")
        assert len([*tmp_path.glob("multirun/*/*/report.html")]) == 1

    def test_what_a_person_keeps_in_an_output_folder_stays(self, typed: Nnexp, tmp_path: Path) -> None:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "notes").touch()
        assert typed("eta=-1", "hydra.run.dir=mine")[0] == 2
        assert (tmp_path / "mine" / "notes").exists()
