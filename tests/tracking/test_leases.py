"""Claims on a server from several machines, which know of each other only what stands in the store."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from nnexp.tracking import life
from nnexp.tracking.life import Life
from nnexp.tracking.mlflow import leases
from nnexp.tracking.mlflow.leases import ServerClaims
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.mlflow.store import MlflowStore

pytestmark = pytest.mark.xdist_group("server")
Machine = Callable[[], ServerClaims]


@pytest.fixture
def machine(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """Make the claims of a process on a machine of its own."""
    monkeypatch.setattr(leases, "BEAT_S", 0.05)
    monkeypatch.setattr(leases, "LOOKS", 1000)  # however slow the server is
    location = Location(server, f"leases {uuid.uuid4().hex}")
    made: list[ServerClaims] = []

    def machine() -> ServerClaims:
        monkeypatch.setattr(life, "_kernel", lambda: uuid.uuid4().hex[:8])
        claims = MlflowStore(location).claims
        assert isinstance(claims, ServerClaims)
        claims.__dict__["_life"] = Life()
        made.append(claims)
        return claims

    yield machine
    for claims in made:
        for name in list(claims._held):
            claims.let_go(name)


def tags_of(claims: ServerClaims) -> list[str]:
    return [tag for tag in claims._tags() if tag.startswith("nnexp.")]


def test_of_those_that_reach_for_a_name_at_once_one_has_it(machine: Machine) -> None:
    machines = [machine() for _ in range(4)]
    machines[0].is_free("the experiment is made")
    names = [f"key {number}" for number in range(12)]
    with ThreadPoolExecutor(4) as threads:
        won = list(threads.map(lambda claims: [name for name in names if claims.take(name)], machines))
    assert sorted(name for names in won for name in names) == sorted(names)
    for claims, held in zip(machines, won, strict=True):
        for name in held:
            claims.let_go(name)
    assert not any("claim" in tag for tag in tags_of(machines[0]))


def test_one_that_lives_keeps_what_it_has(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = machine(), machine()
    assert one.take("a")
    assert not other.take("a")
    assert other.is_free("a") is False  # its pulse was seen to beat
    assert other.is_free("b") is True


def test_one_whose_pulse_stands_still_has_lost_it(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = machine(), machine()
    monkeypatch.setattr(one, "_beat", lambda: None)
    assert one.take("a")
    assert one.take("b")
    assert not other.take("a")  # it cannot be told at once
    monkeypatch.setattr(leases, "EXPIRES_S", 0.1)
    assert other.is_free("a") is True
    assert other.take("a")
    assert {tag.rpartition(".")[2] for tag in tags_of(other)} == {other._life.name}  # the rest was cleared away
