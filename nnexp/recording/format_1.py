"""What the first format wrote of an epoch: the network's own fields, by names that came before a task's metrics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nnexp.training.events import Epoch

FIELDS = {"train_cost": "train/cost", "epoch_s": "time/epoch_s", "eval_s": "time/eval_s", "eta": "eta"}
EVALUATION = {"val": ("accuracy", "cost"), "test": ("accuracy", "cost", "correct")}


def epoch_of_format_1(fields: Mapping[str, Any]) -> Epoch:
    """Read the fields of a line of its journal."""
    result = fields["result"]
    metrics = {name: float(result[field]) for field, name in FIELDS.items()}
    for part, names in EVALUATION.items():
        if result[part]:
            metrics |= {f"{part}/{name}": float(result[part][name]) for name in names}
    if result["test"]:
        metrics["digits_never_predicted"] = float(len(result["test"]["never_predicted"]))
    metrics["time/total_s"] = float(fields["total_s"])
    return Epoch(result["epoch"], metrics, result["digest"], int(fields["time"]))
