"""Which task a command line means, and what of it is refused, in one line, before anything is trained."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nnexp.cli.task import read_task
from nnexp.errors import ConfigError
from nnexp.tasks.function import locate
from nnexp.tasks.function.task import FunctionTask
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.sql import SqlReader
from nnexp.tracking.records import Status, Tag

Nnexp = Callable[..., tuple[int, str, str]]

MINE = """\
    from enum import Enum
    from typing import Literal

    class Loss(Enum):
        HINGE = "hinge"
        LOG = "log"

    def train(
        alpha: float = 1e-4, loss: Loss = Loss.HINGE, hidden: int | list[int] = 30, epochs: int = 2,
        options: dict = {}, *, metric: str = "l2", data: Literal["a", "b"] = "a", seed: int,
    ):
        for epoch in range(epochs):
            yield {"val/loss": alpha + (metric == "l1") + 0.1 * seed + epoch}
        return {"seen": [loss.value, str(hidden), data]}

    def must(way: str): ...

    def hydra(hydra: int = 1): ...

    def defaults(defaults: list = []): ...

    def threads(threads: str = "all"): ...
"""


@pytest.fixture(autouse=True)
def mine(tmp_path: Path) -> Iterator[Path]:
    """A file of somebody's in the current folder, which is imported anew by each test."""
    (tmp_path / "mine.py").write_text(textwrap.dedent(MINE))
    yield tmp_path / "mine.py"
    locate._LOADED.clear()
    sys.modules.pop("mine", None)


def test_without_a_function_it_is_nnexps_network() -> None:
    assert read_task(["hidden=30", "-m", "--cfg", "job"]) == (NETWORK, ["hidden=30", "-m", "--cfg", "job"])


def test_what_hydra_is_to_read_is_left_as_it_was() -> None:
    typed = ["-m", "mine.py:train", "-c", "job", "alpha=1", "--info", "-cn", "config"]
    task, rest = read_task(typed)
    assert task.name == "mine.py:train"
    assert rest == ["--config-name", "config", "-m", "-c", "job", "alpha=1", "--info"]


def test_what_is_said_of_a_function_is_no_setting_of_it(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    task, rest = read_task(["mine.py:must", "--metric", "val/loss", "--better=low", "--data", "a.csv", "way=x"])
    assert isinstance(task, FunctionTask)
    assert rest == ["way=x"]
    assert [(one.name, one.better, one.purpose) for one in task.measures] == [("val/loss", "down", "choose")]
    assert task.data == (str(tmp_path / "a.csv"),)


WRONG = [
    (["mine.py:tran"], "mine.py has no tran; it has train, must, hydra, defaults, threads"),
    (["mine.py"], "or package.module:train, but got mine.py; a script is a command: -- python mine.py"),
    (["mine.ipynb:train"], "a notebook is no module"),
    (["none.py:train"], "there is no file none.py here"),
    (["nothing.at:all"], "there is no module nothing.at here (no nothing); a function is"),
    (["mine.py:train", "mine.py:must"], "one function is trained at a time, but got mine.py:train and mine.py:must"),
    (["mine.py:train", "alhpa=1"], "there is no setting alhpa; did you mean alpha?"),
    (["mine.py:train", "+alhpa=1"], "there is no setting alhpa; did you mean alpha?"),
    (["-m", "mine.py:train", "alhpa=1,2"], "there is no setting alhpa; did you mean alpha?"),
    (["mine.py:train", "alpha=small"], "alpha must be a finite number, but got 'small'"),
    (["-m", "mine.py:train", "alpha=1,small"], "alpha must be a finite number, but got 'small'"),
    (["mine.py:train", "loss=hing"], "loss must be one of HINGE, LOG, but got 'hing'; did you mean HINGE?"),
    (["mine.py:train", "hidden=x"], "hidden must be a whole number or a list like [1, 2], but got 'x'"),
    (["mine.py:train", "metric=2"], """metric must be a text, which a number is in quotes (metric='"2"'), but got 2"""),
    (["mine.py:train", "data=c"], "data must be one of a, b, but got 'c'"),
    (["mine.py:train", "options=1"], "options cannot be set: it is no number, text, choice or list of them"),
    (["mine.py:train", "+options.a=1"], "options.a cannot be set: it is no number, text, choice or list of them"),
    (["mine.py:train", "seed=-1"], "seed must be a whole number of at least 0, but got -1"),
    (["mine.py:train", "--alpha=1"], "settings are written without dashes: alpha=VALUE, not --alpha=1"),
    (["mine.py:must"], "way must be given: way=VALUE"),
    (["-m", "mine.py:must", "seed=0,1"], "way must be given: way=VALUE"),
    (["mine.py:hydra"], "mine.py:hydra takes hydra, which stands for the settings of Hydra; name it otherwise"),
    (["mine.py:defaults"], "mine.py:defaults takes defaults, which stands for what Hydra composes"),
    (["mine.py:threads"], "threads must be a whole number of at least 1, but got 'all'"),
    (["mine.py:train", "--better", "up", "--metric", "x"], "better must be one of high, low, but got 'up'"),
    (["mine.py:must", "--better", "low", "way=x"], "better says which way of a metric is; name it"),
    (["mine.py:must", "--metric"], "argument --metric: expected one argument (nnexp train --help)"),
    (["mine.py:must", "--data", "none.csv", "way=x"], "none.csv, which was named as data; expected a file or a folder"),
    (["--metric", "val/loss"], "--metric, --better, --data and --results tell of a function or a command"),
]


@pytest.mark.parametrize(("typed", "told"), WRONG, ids=[" ".join(typed) for typed, _ in WRONG])
def test_what_is_wrong_is_told_in_one_line(nnexp: Nnexp, database: Path, typed: list[str], told: str) -> None:
    status, out, err = nnexp("train", *typed)
    assert (status, out) == (2, "")
    assert told in err
    assert err.count("\n") == 1
    assert SqlReader(Location.from_environment()).runs(None) == []


def test_a_broken_file_is_told_in_one_line(nnexp: Nnexp, database: Path, mine: Path) -> None:
    mine.write_text("import nothing_of_that_name\n")
    assert nnexp("train", "mine.py:train") == (
        2,
        "",
        "nnexp: mine.py cannot be imported: ModuleNotFoundError: No module named 'nothing_of_that_name' "
        "(mine.py, line 1)\n",
    )


def test_a_parameter_of_such_a_name_is_no_word_of_a_sweeps_file(nnexp: Nnexp, database: Path, tmp_path: Path) -> None:
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "mine.yaml").write_text(
        "defaults: [config, _self_]\ntask: mine.py:train\nmetric: l1\nepochs: 1\nbetter: null\n"
        "hydra:\n  launcher: {jobs: 1}\n  sweeper: {params: {hidden: '30,[30,10]', loss: LOG}}\n"
    )
    status, _, err = nnexp("sweep", "mine")
    assert status == 0, err
    runs = SqlReader(Location.from_environment()).runs(status=Status.FINISHED)
    assert sorted((run.params["hidden"], run.params["metric"], run.metrics["val/loss"]) for run in runs) == [
        ("30", "l1", 1.0001), ("[30, 10]", "l1", 1.0001),
    ]  # fmt: skip
    assert {run.tags[Tag.TASK] for run in runs} == {"mine.py:train"}


def test_a_function_that_is_edited_is_another_experiment(nnexp: Nnexp, database: Path, mine: Path) -> None:
    def keys() -> set[str | None]:
        assert nnexp("train", "mine.py:train", "epochs=1")[0] == 0
        locate._LOADED.clear()
        sys.modules.pop("mine", None)
        return {run.key for run in SqlReader(Location.from_environment()).runs(status=Status.FINISHED)}

    assert len(keys()) == 1
    mine.write_text(mine.read_text().replace("def must", "# explained\ndef must"))
    assert len(keys()) == 1
    mine.write_text(mine.read_text().replace("+ epoch}", "+ epoch + 1}"))
    assert len(keys()) == 2


def test_a_task_that_is_no_text_is_refused() -> None:
    Path("sweeps").mkdir()
    Path("sweeps/mine.yaml").write_text("defaults: [config, _self_]\ntask: 3\n")
    with pytest.raises(ConfigError, match=r"^a function must be written like mine\.py:train or .*, but got 3$"):
        read_task(["-cn", "mine"])
