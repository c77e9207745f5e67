"""What is a result in a line of output, and what only looks like one."""

from math import isnan

import pytest

from nnexp.recording.fields import are_names
from nnexp.tasks.command.lines import read_line


@pytest.mark.parametrize(
    ("line", "at", "metrics"),
    [
        ("Epoch 3/10 - loss: 0.25 - val_acc: 0.91", {"epoch": 3}, {"loss": 0.25, "val_acc": 0.91}),
        ("epoch=3 train/loss=2.5e-1 n=12", {"epoch": 3}, {"train/loss": 0.25, "n": 12}),
        ("Epoch [3/10], Step [100/600], Loss: -.5", {"epoch": 3}, {"Loss": -0.5}),
        ("step 100: train loss: 1.5", {"step": 100}, {"train_loss": 1.5}),
        ('{"step": 3, "loss": 1, "val": {"acc": 0.5}}', {"step": 3}, {"loss": 1, "val/acc": 0.5}),
        ('{"epoch": 1, "step": 30, "loss": 1, "name": "x", "ok": true}', {"epoch": 1}, {"loss": 1}),
        ("{'loss': 0.5, 'learning_rate': 5e-05, 'epoch': 1.0}", {"epoch": 1}, {"loss": 0.5, "learning_rate": 5e-05}),
        ("[10]\tvalid_0's auc: 0.93\ttrain's l2: 0.3", {"round": 10}, {"valid_0_auc": 0.93, "train_l2": 0.3}),
        ("[0]\ttrain-rmse:0.50000\teval-rmse:0.55100", {"round": 0}, {"train-rmse": 0.5, "eval-rmse": 0.551}),
        ("Train Epoch: 1 [640/60000 (1%)]\tLoss: 2.109", {"epoch": 1}, {"Loss": 2.109}),
        (
            "Test set: Average loss: 0.0481, Accuracy: 9843/10000 (98%)",
            {},
            {"Average_loss": 0.0481, "Accuracy": 0.9843},
        ),
        ("1563/1563 ━━━━ 5s 3ms/step - accuracy: 0.91 - loss: 0.25", {}, {"accuracy": 0.91, "loss": 0.25}),
        ("[2026-01-01 12:30:45,123] INFO root: epoch: 2, val loss: 0.3.", {"epoch": 2}, {"val_loss": 0.3}),
        (" 50%|##  | 15/30 [00:01<00:10, 2.5it/s, loss=0.25]", {}, {"loss": 0.25}),
        ("loss: 1 | epoch_time: 3.5 | time=2", {}, {"loss": 1.0, "time/epoch_time": 3.5, "time/time": 2.0}),
        ("10%\rloss: 3.0\rloss: 2.0", {}, {"loss": 2.0}),
        ("loss: 0.25 (best: 0.2); top-1 accuracy: 91.3%", {}, {"loss": 0.25, "best": 0.2, "top-1_accuracy": 91.3}),
    ],
)
def test_results(line: str, at: dict[str, int], metrics: dict[str, float]) -> None:
    said = read_line(line)
    assert (said.at, said.metrics) == (at, metrics)
    assert are_names(said.metrics)


def test_what_is_no_number_is_a_result_too() -> None:
    said = read_line("loss: nan acc: inf")
    assert isnan(said.metrics["loss"])
    assert said.metrics["acc"] == float("inf")


@pytest.mark.parametrize(
    "line",
    [
        "Namespace(lr=0.1, seed=3, sizes=(1, 2))",
        "arguments: Namespace(lr=0.1, model='a(b', seed=3)",
        "Config(lr=0.1, optimiser=Adam(eps=1e-8))",
        "{'lr': 0.1, 'seed': 3}",
        "args: {'lr': 0.1, 'nested': {'seed': 3}}",
        "config {lr: 0.1, seed: 3}",
        '  "lr": 0.1,',
        "SGDClassifier(alpha=0.1)",
        "http://localhost:8080/?a=3 and https://x.org/y:1.5",
        "serving at localhost:6006",
        "at 12:30:45",
        "start: 2026-01-01 12:30",
        "/usr/lib/python3/foo.py:123: UserWarning: x",
        "train.py:12: DeprecationWarning",
        "saved to /tmp/run=3/x, C:\\run=3\\y",
        "time: 3.2s, elapsed: 12 s, eta: 0:00:05, speed: 3.5 it/s",
        "memory: 3.2 GB, size: 12MiB",
        "version: 1.2.3, ids: 3-4, id=3f2a",
        "progress: 3/10",
        "worker started with pid=1234, port: 80",
        "loss: unknown",
        "[1, 2, 3]",
        '{"unfinished": 1',
        "",
    ],
)
def test_what_only_looks_like_results(line: str) -> None:
    assert read_line(line).metrics == {}
