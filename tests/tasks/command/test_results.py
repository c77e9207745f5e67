"""From what lines and rows say to epochs."""

from pathlib import Path

import pytest

from nnexp.errors import DataError
from nnexp.tasks.command.results import Epochs, epochs_in


def epochs_of(lines: str, **settings: object) -> list[dict[str, float]]:
    epochs = Epochs(settings)
    return [found for found in [*(epochs.line(line) for line in lines.splitlines()), epochs.rest()] if found]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("epoch: 1 loss: 3\nacc: 0.5\nepoch: 2 loss: 2\nacc: 0.6", [{"loss": 3, "acc": 0.5}, {"loss": 2, "acc": 0.6}]),
        ("loss: 3\nacc: 0.5\nloss: 2\nacc: 0.6", [{"loss": 3, "acc": 0.5}, {"loss": 2, "acc": 0.6}]),
        ("Epoch 1/2\nloss: 3\nEpoch 2/2\nacc: 1", [{"loss": 3}, {"acc": 1}]),
        ("size: 79\nepoch 1 loss: 3\nepoch 2 loss: 2\ntest: 0.9", [{"size": 79, "loss": 3}, {"loss": 2, "test": 0.9}]),
        ("Epoch 1\nstep 100 loss: 3\nstep 200 loss: 2", [{"loss": 3}, {"loss": 2}]),
        ("hello\n\nworld", []),
    ],
)  # fmt: skip
def test_an_epoch_ends_where_counting_goes_on_or_a_name_comes_again(lines: str, found: list[dict[str, float]]) -> None:
    assert epochs_of(lines) == found


def test_what_echoes_a_setting_is_no_result() -> None:
    lines = 'lr: 0.1, seed=3, Batch-Size: 32, depth: 4\n{"lr": 0.1, "seed": 3}\nloss: 0.25'
    settings = {"lr": 0.1, "seed": 3, "batch_size": 32, "model.depth": 4, "loss": "hinge"}
    assert epochs_of(lines, **settings) == [{"loss": 0.25}]


FOUND = [{"loss": 3.0, "val/acc": 0.5}, {"loss": 2.0, "val/acc": 0.6}]


@pytest.mark.parametrize(
    "text",
    [
        "epoch,loss,val/acc,note\n1,3,0.5,a\n2,2,0.6,\n",
        "epoch;loss;val/acc\n1;3;0.5\n2;2;0.6\n",
        "\N{ZERO WIDTH NO-BREAK SPACE}epoch\tloss\tval/acc\n1\t3\t0.5\n2\t2\t0.6\n",
        "loss, val/acc\n3, 0.5\n2, 0.6\n",
        "epoch,step,loss,val/acc\n1,9,3,\n1,9,,0.5\n2,19,2,\n2,19,,0.6\n",
        '{"epoch": 1, "loss": 3, "val": {"acc": 0.5}}\n\n{"epoch": 2, "loss": 2, "val": {"acc": 0.6}}\n',
        '[{"loss": 3, "val/acc": 0.5}, {"loss": 2, "val/acc": 0.6}]',
    ],
    ids=["commas", "semicolons", "tabs", "no epoch", "sparse", "JSON lines", "JSON"],
)
def test_a_file_of_results(text: str, tmp_path: Path) -> None:
    (tmp_path / "results").write_text(text)
    assert [*epochs_in(tmp_path / "results")] == FOUND


def test_one_object_is_one_epoch(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_text('{\n  "loss": 3,\n  "model": "x"\n}')
    assert [*epochs_in(tmp_path / "results.json")] == [{"loss": 3.0}]


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected results in it, but got: No such file"):
        [*epochs_in(tmp_path / "none.csv")]
    (tmp_path / "half.jsonl").write_text('{"loss": 3}\n{"loss"')
    with pytest.raises(DataError, match=r"half\.jsonl: expected an object in JSON in line 2"):
        [*epochs_in(tmp_path / "half.jsonl")]
    (tmp_path / "list.json").write_text("[1, 2]")
    with pytest.raises(DataError, match=r"list\.json: expected an object with names and numbers"):
        [*epochs_in(tmp_path / "list.json")]
