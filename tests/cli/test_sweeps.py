"""What stands in ./sweeps: the named sweeps, and files that are none."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Nnexp = Callable[..., tuple[int, str, str]]

BROKEN: dict[str, Callable[[Path], object]] = {
    "line 2: expected ',' or ']', but got ':'": lambda file: file.write_text("a: [1\nb: {"),
    "cannot be read: it is no text in UTF-8": lambda file: file.write_bytes(b"\xff\xfe\0"),
    "cannot be read: No such file or directory": lambda file: file.symlink_to("nowhere"),
    "is no file": lambda file: os.mkfifo(file),
    "must hold settings that begin with defaults: [config, _self_]": lambda file: file.touch(),
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
    assert "mine              What I do.\n" in out
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
