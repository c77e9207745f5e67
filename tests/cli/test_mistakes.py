"""What a person may mistype, on the command line and in a sweep's file: one line that says what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

Nnexp = Callable[..., tuple[int, str, str]]

BEGIN = "defaults: [config, _self_]\n"
DRY = "hydra.launcher.dry_run=true"

TYPED = {
    "-m hidden=glob(*)": "glob goes over the files of a group, as in experiment=glob(*), and hidden is none; write its "
    "values with commas between them",
    "-m experiment=glob(nosuch*)": "experiment=glob(nosuch*) fits none of colab-py27, ",
    "experiment=glob(*)": "experiment=glob(*) stands for several runs, which -m trains: "
    "nnexp train -m 'experiment=glob(*)'",
    "hidden=3,4": "hidden=3,4 stands for several runs, which -m trains: nnexp train -m hidden=3,4; for one list write "
    "'hidden=[3,4]', for a text 'hidden=\"3,4\"'",
    "-m seed=range(0)": "seed=range(0) holds no values; write 'seed=range(5)', or seed=1,2,3",
    "-m seed=range(3,1)": "seed=range(3,1) holds no values; write 'seed=range(5)', or seed=1,2,3",
    "-m seed=range(5,step=0)": "seed=range(5,step=0) holds no values: range() arg 3 must not be zero",
    "-m hidden=choice()": "hidden=choice() cannot be read: empty choice is not legal",
    "-m hidden=3,": "hidden=3, cannot be read: a value is missing beside a comma",
    "hidden=": "hidden must be a whole number of at least 1, or a list of them like [100, 30]; [] has no hidden layer, "
    "but got ''",
    "hidden=[3,4": "hidden=[3,4 cannot be read: a bracket is missing; as a text it is written in quotes, "
    "'hidden=\"[3,4\"'",
    "init='normal": "init='normal cannot be read: a quote is not closed",
    "dataset.path=a=b,c.csv": "dataset.path=a=b,c.csv cannot be read; a value with blanks, commas or brackets is "
    "written in quotes, 'dataset.path=\"a=b,c.csv\"'",
    "-m hydra.sweeper.where=eta<1": "hydra.sweeper.where=eta<1 cannot be read; a value with blanks, commas or brackets "
    "is written in quotes, 'hydra.sweeper.where=\"eta<1\"'",
    "hidden": "a setting is written NAME=VALUE, without blanks, but got hidden; did you mean hidden=VALUE?",
    "hidden:3": "a setting is written NAME=VALUE, without blanks, but got hidden:3; did you mean hidden=VALUE?",
    "hidden= 3": "a setting is written NAME=VALUE, without blanks, but got 3",
    "datset=folder": "there is no setting datset; did you mean dataset?",
    "dataset=foldr": "dataset must be one of folder, mnist, but got 'foldr'; did you mean folder?",
    "hydra.luncher.jobs=3": "there is no setting hydra.luncher.jobs; did you mean hydra.launcher.jobs?",
    "-m hydra.sweeper.parms.seed=0,1": "hydra.sweeper.parms.seed holds for the whole sweep, and takes one value, but "
    "got 0,1",
    "-m hydra/launcher=joblib seed=0,1": "hydra/launcher must be one of basic, nnexp, pool, ray, but got 'joblib'; "
    "nnexp's own pool runs on every core, and ray on many machines",
    "-m hydra/sweeper=optuna seed=0,1": "hydra/sweeper must be one of basic, grid, search, but got 'optuna'; "
    "nnexp's own search asks Optuna",
    "--multrun seed=0": "unrecognized arguments: --multrun; did you mean --multirun?",
    "-m --retries 2 seed=1": "a launch is set without dashes: hydra.launcher.retries=VALUE, not --retries",
    "--limit 500 seed=0": "unrecognized arguments: --limit",
    "--jobs 2 seed=1": "--jobs tells how a sweep is launched; one run is none: nnexp train -m …",
    "--dry-run seed=1": "--dry-run tells how a sweep is launched; one run is none: nnexp train -m …",
    "-m --jobs= seed=0,1": "--jobs must be followed by its value, but nothing follows",
    "-m --jobs two seed=0,1": "jobs must be a whole number of at least 1, but got 'two'",
    "--config-name confg": "there is no config and no sweep confg; did you mean config?",
    "=3": "a setting is written NAME=VALUE, but got =3, without a name",
    "-m +=1,2": "a setting is written NAME=VALUE, but got +=1,2, without a name",
    "@x=3": "a setting is written NAME=VALUE, but got @x=3, without a name",
    "~=3": "a setting is written NAME=VALUE, but got ~=3, without a name",
    "hydra=3": "there is no setting hydra; the settings are hidden, eta",
    "dataset=3": "dataset must be one of folder, mnist, but got '3'",
    "dataset=true": "dataset must be one of folder, mnist, but got 'true'",
    "experiment=null": "experiment must be one of colab-py27, ",
    "hydra/launcher=2": "hydra/launcher must be one of basic, nnexp, pool, ray, but got '2'; nnexp's own pool runs ",
    "-m dataset=1,2": "dataset must be one of folder, mnist, but got '1'",
    "-m experiment=null,staged-20": "experiment must be one of colab-py27, ",
    "eta=${nosuch}": "eta refers to nosuch by ${nosuch}, but there is no setting of that name",
}

WRITTEN = {
    "": "must hold settings that begin with defaults: [config, _self_], but holds nothing",
    "- a\n": "must hold settings that begin with defaults: [config, _self_], but holds a list",
    "hello": "must hold settings that begin with defaults: [config, _self_], but holds a text",
    "hidden: 3\n": "must hold settings that begin with defaults: [config, _self_], but holds no defaults",
    "defaults: config\n": "must begin with defaults: [config, _self_], but its defaults are config",
    "defaults: [_self_]\n": "must begin with defaults: [config, _self_], but its defaults are ['_self_']",
    f"{BEGIN}hidden: 3\nhidden: 4\n": "cannot be read: line 3: hidden stands there twice",
    f"{BEGIN}hydra:\n\tsweeper: 3\n": "cannot be read: line 3: it begins with a tab, and YAML with blanks",
    f"{BEGIN}hydra: {{": "cannot be read: line 2: expected the node content",
    f"{BEGIN}hydra: 3\n": "hydra must hold settings, a line for each, but in the sweep sweeps/mine.yaml it is 3",
    f"{BEGIN}hydra: {{sweeper: {{params: 3}}}}\n": "hydra.sweeper.params must hold settings, a line for each, but in ",
    f"{BEGIN}hydra: {{sweeper: {{params: {{}}}}}}\n": "nothing varies in the sweep mine; write what does below "
    "hydra.sweeper.params, like seed: 0,1,2",
    f"{BEGIN}hydra: {{sweeper: {{params: {{seed: }}}}}}\n": "hydra.sweeper.params.seed holds no values; write "
    "seed: 1,2,3",
    f"{BEGIN}hydra: {{sweeper: {{params: {{seed: range(0)}}}}}}\n": "seed=range(0) holds no values; write ",
    f"{BEGIN}hydra: {{sweeper: {{parms: {{seed: '0,1'}}}}}}\n": "there is no setting hydra.sweeper.parms; did you mean "
    "hydra.sweeper.params?",
    f"{BEGIN}hydra: {{sweper: {{params: {{seed: '0,1'}}}}}}\n": "there is no setting hydra.sweper; did you mean "
    "hydra.sweeper?",
    "defaults: [confg, _self_]\n": "there is no config and no sweep confg; did you mean config?",
}

NAMED = {
    "quick.yaml": "a sweep goes by its name alone: nnexp sweep quick, not quick.yaml",
    "sweeps/quick.yaml": "a sweep goes by its name alone: nnexp sweep quick, not sweeps/quick.yaml",
    "other": "sweeps/other.yml is no sweep by that name; call it sweeps/other.yaml",
    "other.yml": "sweeps/other.yml is no sweep by that name; call it sweeps/other.yaml",
}


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNEXP_STORE", "memory")


@pytest.mark.parametrize("typed", TYPED)
def test_what_is_mistyped_is_told_in_one_line(typed: str, nnexp: Nnexp) -> None:
    status, out, err = nnexp("train", *typed.split(" "), DRY)
    assert (status, out, err.count("\n")) == (2, "", 1), (out, err)
    assert err.startswith(f"nnexp: {TYPED[typed]}")


@pytest.mark.parametrize("written", WRITTEN)
def test_what_is_wrong_in_a_sweeps_file_is_told_in_one_line(written: str, nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "mine.yaml").write_text(written)
    status, out, err = nnexp("sweep", "mine", "--dry-run")
    lines = [line for line in err.splitlines() if not line.startswith("nnexp: this is: ")]
    assert (status, out, len(lines)) == (2, "", 1), (out, err)
    assert WRITTEN[written] in lines[0]


@pytest.mark.parametrize("name", NAMED)
def test_a_sweep_that_is_named_like_a_file_is_told_its_name(name: str, nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "other.yml").write_text(BEGIN)
    assert nnexp("sweep", name, "--dry-run") == (2, "", f"nnexp: {NAMED[name]}\n")


def test_a_multirun_takes_the_flags_of_a_named_sweep(nnexp: Nnexp) -> None:
    flags = ("--jobs", "3", "--where=seed < 2", "--budget", "1h", "--worthwhile", "0.5", "--fresh")
    status, out, err = nnexp("train", *flags, "--dry-run", "-m", "hidden=3,4", "seed=0,1,2")
    assert (status, out.count("to do, about")) == (0, 4), err
    assert "4 to do, 3 at a time" in out
    assert "2 of 6 jobs are left out by where: seed < 2" in err
    status, out, err = nnexp("train", "-m", "--until-decided", "--dry-run", "hidden=3,4")
    assert (status, "at the most 40 to do" in out) == (0, True), err


def test_glob_goes_over_the_files_of_a_group(nnexp: Nnexp) -> None:
    status, out, err = nnexp("train", "-m", "experiment=glob(timed*)", DRY)
    assert (status, out.count("to do,")) == (0, 3), err


def test_what_varies_may_be_left_to_the_command_line(nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "mine.yaml").write_text(f"{BEGIN}hydra: {{sweeper: {{params: {{}}}}}}\n")
    status, out, err = nnexp("sweep", "mine", "seed=0,1", "--dry-run")
    assert (status, out.count("to do,")) == (0, 3), err


@pytest.mark.parametrize("name", ["my data.csv", "a[1].csv", "a=b,c.csv"])
def test_a_path_that_is_there_needs_no_quotes(name: str, nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / name).write_text("".join(f"{n},{n % 3},{'ab'[n % 2]}\n" for n in range(40)))
    status, _, err = nnexp("train", "dataset=folder", f"dataset.path={name}", "hidden=[]", "epochs=1")
    assert status == 0, err


def test_a_name_with_blanks_is_quoted(nnexp: Nnexp) -> None:
    status, out, err = nnexp("show", "784-30-10", "eta=1", "seed=0")
    assert (status, out) == (2, "")
    assert "(eta=1 seed=0); a name that holds blanks is quoted (nnexp show --help)" in err
