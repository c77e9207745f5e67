"""What makes a run another experiment, and what does not."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nnexp.config.checks import whole
from nnexp.config.paths import PACKAGE
from nnexp.config.schema import Schema
from nnexp.config.setting import setting
from nnexp.tasks.network.config import SCHEMA, Config, DatasetConfig
from nnexp.tasks.network.deciding import DECIDING, digest_of, read_sources
from nnexp.tasks.network.task import NETWORK
from nnexp.training.key import key_of, sweep_key


def key(settings: dict[str, Any] | None = None, *, data: str | None = "data", code: str = "code") -> str:
    return key_of("network", SCHEMA.deciding(SCHEMA.parse_recorded(settings or {})), data, code)


BOOK = key()


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package that may be changed."""
    copy = tmp_path / "nnexp"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


@pytest.mark.parametrize(
    "changed",
    [
        {"hidden": 31}, {"hidden": [30, 30]}, {"eta": 3.1}, {"eta": [[30, 3.0]]}, {"batch_size": 11}, {"epochs": 31},
        {"seed": 1}, {"init": "scaled"}, {"cost": "cross_entropy"}, {"lmbda": 0.1}, {"optimiser": "momentum"},
        {"mu": 0.5}, {"activation": "step"}, {"activation": "tanh"}, {"freeze": [0]}, {"shuffle": False},
        {"dtype": "float64"}, {"dataset": {"split": "full"}}, {"dataset": {"scale": "1/255"}},
        {"dataset": {"classes": 10}}, {"dataset": {"limit": 5}}, {"kernel": "compiled"},
        {"dataset": {"split": "stratified"}}, {"dataset": {"split_seed": 1}}, {"dataset": {"val": 0.2}},
        {"dataset": {"test": 0.2}}, {"dataset": {"scale": "standard"}}, {"dataset": {"grey": True}},
        {"dataset": {"transpose": True}}, {"dataset": {"label": "class"}}, {"dataset": {"drop": ["id"]}},
        {"dataset": {"classes": [3, 8]}}, {"hidden": []},
    ],
)  # fmt: skip
def test_every_setting_that_decides_the_training_changes_the_key(changed: dict[str, Any]) -> None:
    assert key(changed) != BOOK


@pytest.mark.parametrize(
    "same",
    [
        {"hidden": [30]},
        {"eta": 3},
        {"threads": 2},
        {"experiment": "mine"},
        {"dataset": {"name": "copy", "path": "/elsewhere"}},
    ],
)
def test_other_words_and_other_places_do_not(same: dict[str, Any]) -> None:
    assert key(same) == BOOK


@dataclass(frozen=True)
class Theirs:
    """Settings of somebody else's task, which go by names that the network's have too."""

    threads: int = 1
    experiment: str = "a"
    workers: int = setting(1, whole(1), "it decides nothing", decides=False)


@pytest.mark.parametrize(
    ("changed", "counts"), [({"threads": 2}, True), ({"experiment": "b"}, True), ({"workers": 2}, False)]
)
def test_a_setting_of_another_task_counts_unless_it_is_declared_not_to(changed: dict[str, Any], counts: bool) -> None:
    theirs = Schema(Theirs)
    one, other = (
        key_of("theirs", theirs.deciding(theirs.parse_config(values)), None, "code") for values in ({}, changed)
    )
    assert (one != other) == counts


def test_other_data_change_it() -> None:
    assert len({BOOK, key(data="other data"), key(data=None), key(data="")}) == 4


def test_other_code_changes_it() -> None:
    assert key(code="other code") != BOOK


def test_another_task_changes_it() -> None:
    assert key_of("another", {}, "data", "code") != key_of("network", {}, "data", "code") == BOOK


def test_it_depends_on_no_order() -> None:
    assert key_of("t", {"a": 1, "b": 2}, None, "") == key_of("t", {"b": 2, "a": 1}, None, "")


def counts(package: Path, name: str, line: str) -> bool:
    """Add a line to a file, and tell whether the digest of what decides the numbers changed with it."""
    append(package / name, line)
    return digest_of(read_sources(package)) != NETWORK.code()


CHANGED = ["core/sgd.py", "datasets/split.py", "tasks/seeding.py", "tasks/network/setup.py"]


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_line_of_code_that_decides_the_numbers_changes_it(package: Path, name: str) -> None:
    assert counts(package, name, "changed = True")


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_comment_does_not(package: Path, name: str) -> None:
    assert not counts(package, name, "# changed")


@pytest.mark.parametrize(
    "name", ["comparison/compare.py", "recording/recorder.py", "cli/main.py", "tracking/memory.py"]
)
def test_a_changed_line_of_any_other_code_does_not(package: Path, name: str) -> None:
    assert not counts(package, name, "changed = True")


def test_a_new_metric_changes_none(package: Path) -> None:
    assert not counts(package, "tasks/network/measures.py", "changed = True")


def test_every_file_that_it_names_is_there() -> None:
    assert all([*PACKAGE.glob(pattern)] for pattern in DECIDING)


def test_a_file_that_is_renamed_changes_it(package: Path) -> None:
    (package / "core" / "sgd.py").rename(package / "core" / "descent.py")
    assert digest_of(read_sources(package)) != NETWORK.code()


def test_a_sweeps_key_knows_no_order() -> None:
    assert sweep_key(["b", "a"]) == sweep_key(["a", "b"]) != sweep_key(["a"])


def append(file: Path, line: str) -> None:
    file.write_text(f"{file.read_text()}{line}\n")


def test_the_books_network_is_the_default() -> None:
    book = DatasetConfig(split="book", scale="1/256")
    assert key(SCHEMA.values(Config(kernel="numpy", dataset=book))) == BOOK
