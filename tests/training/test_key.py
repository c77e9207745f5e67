"""What makes a run another experiment, and what does not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nnexp.config.paths import PACKAGE
from nnexp.tasks.network.config import SCHEMA, Config
from nnexp.training import key
from nnexp.training.key import code_digest, key_of, sweep_key

BOOK = key_of(Config(), "data")


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the package that may be changed, whose text is what the key is made of."""
    copy = tmp_path / "nnexp"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(key, "PACKAGE", copy)
    code_digest.cache_clear()
    yield copy
    monkeypatch.undo()
    code_digest.cache_clear()


@pytest.mark.parametrize(
    "changed",
    [
        {"hidden": 31}, {"hidden": [30, 30]}, {"eta": 3.1}, {"eta": [[30, 3.0]]}, {"batch_size": 11}, {"epochs": 31},
        {"seed": 1}, {"init": "scaled"}, {"cost": "cross_entropy"}, {"lmbda": 0.1}, {"activation": "step"},
        {"freeze": [0]}, {"shuffle": False}, {"dtype": "float64"}, {"dataset": {"split": "full"}},
        {"dataset": {"scale": "1/255"}}, {"dataset": {"classes": 10}}, {"dataset": {"limit": 5}},
    ],
)  # fmt: skip
def test_every_setting_that_decides_the_training_changes_the_key(changed: dict[str, Any]) -> None:
    assert key_of(SCHEMA.parse_config(changed), "data") != BOOK


@pytest.mark.parametrize(
    "same", [{"hidden": [30]}, {"eta": 3}, {"threads": 2}, {"dataset": {"name": "copy", "path": "/elsewhere"}}]
)
def test_other_words_and_other_places_do_not(same: dict[str, Any]) -> None:
    assert key_of(SCHEMA.parse_config(same), "data") == BOOK


def test_other_data_change_it() -> None:
    assert key_of(Config(), "other data") != BOOK


def after(change: Callable[[], Any]) -> bool:
    """Change the code, and tell whether the key changed with it."""
    before = key_of(Config(), "data")
    change()
    code_digest.cache_clear()
    return key_of(Config(), "data") != before


@pytest.mark.parametrize("name", ["core/sgd.py", "datasets/split.py", "tasks/seeding.py", "tasks/network/setup.py"])
def test_a_changed_line_of_code_that_decides_the_numbers_changes_it(package: Path, name: str) -> None:
    assert after(lambda: append(package / name))


@pytest.mark.parametrize(
    "name", ["comparison/compare.py", "recording/recorder.py", "cli/main.py", "tracking/memory.py"]
)
def test_a_changed_line_of_any_other_code_does_not(package: Path, name: str) -> None:
    assert not after(lambda: append(package / name))


def test_a_file_that_is_renamed_changes_it(package: Path) -> None:
    assert after(lambda: (package / "core" / "sgd.py").rename(package / "core" / "descent.py"))


def test_a_sweeps_key_knows_no_order() -> None:
    assert sweep_key(["b", "a"]) == sweep_key(["a", "b"]) != sweep_key(["a"])


def append(file: Path) -> None:
    file.write_text(file.read_text() + "# changed\n")
