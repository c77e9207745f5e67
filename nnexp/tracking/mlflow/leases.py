"""The claims on a store behind an MLflow server: leases, kept as tags of the experiment, since a server has no locks.

Whoever has claims counts up a tag of its own, its pulse. On the machine where it runs a lock proves at once whether it
lives; elsewhere its pulse is watched, by the watcher's own clock: once it stands still for EXPIRES_S, they are void.

A tag is a register that all can read and one alone writes, so two that reach for a name at once decide it as in
Lamport's bakery (Communications of the ACM 17, 1974): each writes that it wants the name, and then reads; who sees
nobody else holds it, and of two that see each other the one with the smaller name goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import cached_property
from itertools import count

from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from nnexp.errors import TrackingError
from nnexp.tracking.claims import number_of
from nnexp.tracking.life import Life
from nnexp.tracking.mlflow.client import connect, experiment_of
from nnexp.tracking.mlflow.errors import store_errors
from nnexp.tracking.mlflow.location import Location
from nnexp.tracking.patience import signals_put_off

CLAIM, PULSE = "nnexp.claim.", "nnexp.pulse."
WANTED, HELD = "wanted", "held"
BEAT_S = 2.0
EXPIRES_S = 20.0
AWAY_S = 5.0
LOOK_S, LOOKS = 0.1, 20  # how often it is looked who else reaches for a name


class ServerClaims:
    """Leases of an experiment. While the server is away, every claim is granted, as with a database."""

    def __init__(self, location: Location, reached: Callable[[], AbstractContextManager[None]]) -> None:
        """Ask nothing before the first claim; `reached` is entered around every request."""
        self._location = location
        self._reached = reached
        self._held: set[str] = set()
        self._seen: dict[str, tuple[str, float]] = {}  # each owner's pulse, and since when it has stood
        self._alive: set[str] = set()  # owners whose pulse was seen to beat
        self._beating: threading.Thread | None = None
        self._away_until = 0.0

    def take(self, name: str) -> bool:
        """Claim a name, if it is free; who may still be alive, holds it."""
        if name in self._held:
            return False
        try:
            if not self._win(name):
                return False
        except TrackingError:
            pass
        self._held.add(name)
        self._beat()
        return True

    def let_go(self, name: str) -> None:
        """Give a claim up."""
        if name in self._held:
            self._held.discard(name)
            with suppress(TrackingError):
                self._delete(_tag(name, self._life.name))
                if not self._held:
                    self._delete(f"{PULSE}{self._life.name}")

    def is_free(self, name: str) -> bool | None:
        """Tell whether it is held; whoever cannot be told to live or not is watched until it can."""
        if name in self._held:
            return False
        try:
            while others := self._others(name, self._tags()):
                if any(self._lives(owner) for owner in others):
                    return False
                time.sleep(LOOK_S)
        except TrackingError:
            return None
        return True

    @cached_property
    def _life(self) -> Life:
        return Life()

    @cached_property
    def _client(self) -> MlflowClient:
        return connect(self._location)

    @cached_property
    def _experiment_id(self) -> str:
        return str(experiment_of(self._client, self._location).experiment_id)

    def _win(self, name: str) -> bool:
        """Reach for a name, and tell whether it is ours."""
        if self._others(name, self._tags()):
            return False
        mine = self._life.name
        if not self._held:
            self._write(f"{PULSE}{mine}", "0")
        self._write(_tag(name, mine), WANTED)
        for _ in range(LOOKS):
            tags = self._tags()
            others = self._others(name, tags)
            if not others:
                self._write(_tag(name, mine), HELD)
                return True
            if mine > min(others) or any(tags[_tag(name, other)] == HELD for other in others):
                break
            time.sleep(LOOK_S)
        self._delete(_tag(name, mine))
        return False

    def _others(self, name: str, tags: Mapping[str, str]) -> list[str]:
        """List who else claims a name and is not known to be gone; what those left that are, is cleared away."""
        start = _tag(name, "")
        found = {tag.removeprefix(start) for tag in tags if tag.startswith(start)} - {self._life.name}
        gone = {owner for owner in found if self._lives(owner) is False}
        for owner in gone:
            for tag in tags:
                if tag.startswith((CLAIM, PULSE)) and tag.endswith(owner):
                    self._delete(tag)
        return sorted(found - gone)

    def _lives(self, owner: str) -> bool | None:
        """Tell whether an owner lives; None where its pulse has not been watched for long enough."""
        known = self._life.of(owner)
        if known is not None:
            return known
        _, since = self._seen.get(owner, ("", time.monotonic()))
        if time.monotonic() - since > EXPIRES_S:
            return False
        return True if owner in self._alive else None

    def _tags(self) -> Mapping[str, str]:
        """Read all tags, and feel every pulse."""
        with self._asking():
            tags: dict[str, str] = self._client.get_experiment(self._experiment_id).tags
        now = time.monotonic()
        for owner in {tag.rpartition(".")[2] for tag in tags if tag.startswith((CLAIM, PULSE))}:
            pulse = tags.get(f"{PULSE}{owner}", "")
            before, since = self._seen.get(owner, (pulse, now))
            if pulse != before:
                self._alive.add(owner)
                since = now
            self._seen[owner] = (pulse, since)
        return tags

    def _beat(self) -> None:
        """Show that this process lives, for as long as it does."""
        if self._beating is None:
            self._beating = threading.Thread(target=self._keep_beating, name="nnexp-pulse", daemon=True)
            with signals_put_off():
                self._beating.start()

    def _keep_beating(self) -> None:
        for beat in count(1):
            if self._held:
                with suppress(TrackingError):
                    self._write(f"{PULSE}{self._life.name}", str(beat))
            time.sleep(BEAT_S)

    def _write(self, tag: str, value: str) -> None:
        with self._asking():
            self._client.set_experiment_tag(self._experiment_id, tag, value)

    def _delete(self, tag: str) -> None:
        with self._asking():
            try:
                self._client.delete_experiment_tag(self._experiment_id, tag)
            except MlflowException as error:  # somebody was faster
                if error.error_code != "RESOURCE_DOES_NOT_EXIST":
                    raise

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Ask a server that could not be asked nothing more for a while: what is trained needs no claims then."""
        if time.monotonic() < self._away_until:
            raise TrackingError("the server could not be asked a moment ago")
        try:
            with self._reached(), store_errors(self._location):
                yield
        except TrackingError:
            self._away_until = time.monotonic() + AWAY_S
            raise


def _tag(name: str, owner: str) -> str:
    return f"{CLAIM}{number_of(name):016x}.{owner}"
