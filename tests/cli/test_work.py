"""`nnexp work` where there is nothing to join; tests/apps/test_work.py joins sweeps that run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nnexp.cli.train import open_session
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.records import Kind, RunStart, Status, Tag

Nnexp = Callable[..., tuple[int, str, str]]


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ([], "no sweep is running in this store; nnexp sweep NAME begins one, and nnexp work joins it"),
        (["mine"], "sweep mine is FINISHED; nnexp work joins one that is running"),
        (["mnie"], "there is no sweep mnie in this store; did you mean mine?"),
        (["quick"], "sweep quick was not run in this store; nnexp sweep quick does it"),
    ],
    ids=" ".join,
)
def test_where_there_is_nothing_to_join(typed: list[str], told: str, nnexp: Nnexp, isolated: Path) -> None:
    store = open_session(NETWORK, None).store
    tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: "0" * 64}
    store.end(store.create(RunStart("mine", 1, tags=tags)), Status.FINISHED, 2)
    assert nnexp("work", *typed) == (2, "", f"nnexp: {told}\n")
    assert not [*isolated.glob("multirun")]
