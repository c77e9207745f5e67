"""What MLflow calls the tags that it shows in places of its own. Everywhere else nnexp's names count.

A tag that is in MLflow's words already is left alone: files that an earlier nnexp wrote hold such tags.
"""

from __future__ import annotations

from collections.abc import Mapping

from nnexp.tracking.records import Tag

SHOWN_AS = {
    Tag.PARENT: "mlflow.parentRunId",
    Tag.SOURCE: "mlflow.source.name",
    Tag.COMMIT: "mlflow.source.git.commit",
    Tag.USER: "mlflow.user",
    Tag.NOTE: "mlflow.note.content",
}
OURS = {theirs: ours for ours, theirs in SHOWN_AS.items()}
LOCAL = {"mlflow.source.type": "LOCAL"}  # else the page shows no source


def to_mlflow(tags: Mapping[str, str]) -> dict[str, str]:
    """Put tags into MLflow's words."""
    return (LOCAL if Tag.SOURCE in tags else {}) | {SHOWN_AS.get(name, name): value for name, value in tags.items()}


def from_mlflow(tags: Mapping[str, str]) -> dict[str, str]:
    """Put tags back into nnexp's words."""
    return {OURS.get(name, name): value for name, value in tags.items()}
