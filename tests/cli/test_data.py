"""`nnexp data`: what a person and a program are told of a data set, and what `nnexp train` says of it too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

Nnexp = Callable[..., tuple[int, str, str]]


@pytest.fixture
def odd_data(tiny_data: Path, tmp_path: Path) -> Path:
    """Classes by name, sorted, on a small range, and two test examples that training has too."""
    with np.load(tiny_data) as arrays:
        x, y, x_test, y_test = (arrays[name] for name in ("x_train", "y_train", "x_test", "y_test"))
    order, names = np.argsort(y, kind="stable"), np.array(["ox", "cat", "dog"])
    x_test = np.concatenate([x_test[:-2], x[:2]]) // 16
    y_test[-2:] = y[:2]
    np.savez(tmp_path / "odd.npz", x_train=x[order] // 16, y_train=names[y[order]], x_test=x_test, y_test=names[y_test])
    return tmp_path / "odd.npz"


LINES = ("sorted by class", "are multiplied with 1/16", "test examples occur in training too")


def test_a_person_sees_classes_parts_pictures_and_oddities(nnexp: Nnexp, odd_data: Path) -> None:
    status, out, err = nnexp("data", str(odd_data))
    assert status == 0
    assert "360 pictures of 6 x 6 pixels in 3 classes" in out
    rows = {words[0]: words[1:] for line in out.splitlines() if (words := line.split()) and words[-1].isdigit()}
    assert rows["all"] == ["255", "45", "60"]
    assert rows["cat"][:2] == ["85", "15"]
    assert any("\u2800" <= letter <= "\u28ff" for letter in out)
    assert all(line in err for line in LINES)


def test_a_program_reads_the_same(nnexp: Nnexp, odd_data: Path) -> None:
    told = json.loads(nnexp("data", str(odd_data), "--json")[1])
    assert told["parts"]["training"] == {"examples": 255, "classes": {"cat": 85, "dog": 85, "ox": 85}}
    assert (told["sorted"], told["scale"], told["classes"]) == (True, "1/16", ["cat", "dog", "ox"])
    assert told["duplicates"] >= 2
    assert len(told["odd"]) == len(LINES)


def test_training_says_it_too(nnexp: Nnexp, odd_data: Path, database: Path) -> None:
    settings = ("hidden=3", "epochs=1", "dataset=folder", f"dataset.path={odd_data}")
    status, _, err = nnexp("train", *settings)
    assert status == 0
    assert all(line in err for line in LINES)


@pytest.mark.parametrize("setting", ["dataset.classes=[cat,dog]", "classes=[cat,dog]"])
def test_settings_are_tried_before_anything_is_trained(nnexp: Nnexp, odd_data: Path, setting: str) -> None:
    told = json.loads(nnexp("data", str(odd_data), setting, "--json")[1])
    assert told["classes"] == ["cat", "dog"]


def test_a_wrong_one_is_told_in_one_line(nnexp: Nnexp, odd_data: Path) -> None:
    status, _, err = nnexp("data", str(odd_data), "splt=book")
    assert (status, err.count("\n")) == (2, 1)
    assert "did you mean dataset.split?" in err


def test_what_is_imported_trains_to_the_same_bits(nnexp: Nnexp, odd_data: Path, tmp_path: Path) -> None:
    status, out, _ = nnexp("data", "import", str(odd_data), "--to", str(tmp_path / "made.npz"))
    assert (status, "x_train  uint8 (300, 6, 6)" in out) == (0, True)
    digests = {
        json.loads(nnexp("data", str(file), "--json")[1])["digest"] for file in (odd_data, tmp_path / "made.npz")
    }
    assert len(digests) == 1
    status, _, err = nnexp("data", "import", str(odd_data), "--to", str(tmp_path / "made.npz"))
    assert (status, "is there already" in err) == (2, True)


def test_a_path_with_blanks_and_brackets_is_taken_as_it_is_typed(nnexp: Nnexp, odd_data: Path, database: Path) -> None:
    folder = odd_data.parent / "my data (1), [2]"
    folder.mkdir()
    odd_data.rename(folder / "x.npz")
    settings = ("hidden=3", "epochs=1", "dataset=folder")
    assert nnexp("train", *settings, f"dataset.path={folder}")[0] == 0
    status, _, err = nnexp("train", *settings, f"dataset.path={folder} no")
    assert (status, err.count("\n")) == (2, 1)
    assert "is written in quotes" in err


def test_the_shipped_data_have_a_name(nnexp: Nnexp) -> None:
    told = json.loads(nnexp("data", "mnist", "--json")[1])
    assert (told["split"], told["parts"]["training"]["examples"], told["odd"]) == ("book", 50_000, [])


@pytest.mark.parametrize(("each", "batch"), [(6, " batch_size=8"), (30, "")])
def test_what_is_said_to_be_tried_can_be_trained(each: int, batch: str, nnexp: Nnexp, database: Path) -> None:
    rows = [f"{place}.{n},{n},{kind}" for place, kind in enumerate(("iris", "violet")) for n in range(each)]
    Path("own.csv").write_text("\n".join(["length,width,kind", *rows]))
    status, out, _ = nnexp("data", "import", "own.csv", "--to", "own.npz")
    assert (status, out.splitlines()[-1]) == (0, f"own.npz; try: nnexp train dataset.path=own.npz{batch}")
    assert nnexp(*out.partition("nnexp ")[2].split(), "epochs=1")[0] == 0


def test_a_file_that_holds_too_little_to_train_on_is_written_and_said_so(nnexp: Nnexp) -> None:
    Path("own.csv").write_text("length,width,kind\n1,2,iris\n3,4,violet\n")
    status, out, err = nnexp("data", "import", "own.csv", "--to", "own.npz")
    assert (status, out.splitlines()[-1], Path("own.npz").is_file()) == (0, "own.npz", True)
    assert err.startswith("nnexp: expected enough examples to draw a part for test and val of them, but got 2")
