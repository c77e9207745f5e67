"""Which store and experiment are meant, from the environment that MLflow's users know. Knows no MLflow."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote

from nnexp.errors import TrackingError
from nnexp.tracking.mlflow import secrets
from nnexp.tracking.records import Tag

DEFAULT_FILE = "mlflow.db"
DEFAULT_URI = f"sqlite:///{DEFAULT_FILE}"
DEFAULT_EXPERIMENT = "nnexp"
SQLITE = "sqlite:///"
ARTIFACTS = "mlruns"  # beside a database in a file, as MLflow calls it
LONGEST_REASON = 300  # characters
SCHEMES = ("sqlite", "postgresql", "mysql", "mssql", "http", "https", "databricks")  # that MLflow knows to write to
A_STORE = "a store is a database file, its folder, or a URL"


@dataclass(frozen=True)
class Location:
    """A tracking store and an experiment in it."""

    uri: str = field(repr=False)
    experiment: str
    is_typed: bool = field(default=False, compare=False, repr=False)  # on the command line, and not in the environment

    @classmethod
    def from_environment(cls) -> Location:
        """Take MLFLOW_TRACKING_URI and MLFLOW_EXPERIMENT_NAME; a relative SQLite path is made absolute.

        Raises
        ------
        TrackingError
            If they are no text.
        """
        uri = os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI
        return cls._named(_absolute(uri), os.environ.get("MLFLOW_EXPERIMENT_NAME") or DEFAULT_EXPERIMENT)

    @classmethod
    def at(cls, where: str, experiment: str) -> Location:
        """Take what a person gives for a store: an address, a database file, or the folder that one lies in.

        Raises
        ------
        TrackingError
            If there is no such file, or its name is no text.
        """
        if "://" in where:
            location = cls._named(_absolute(where), experiment, is_typed=True)
            if location.exists:
                return location
            raise TrackingError(f"there is no store at {location}")
        if not where.strip():
            raise TrackingError("a store must be named: a database file, its folder, or a URL")
        path = Path(os.path.abspath(where))
        file = path / DEFAULT_FILE if path.is_dir() else path
        if not file.is_file():
            raise TrackingError(f"there is no store at {file}; {A_STORE}")
        return cls._named(f"{SQLITE}{_in_address(file)}", experiment, is_typed=True)

    @classmethod
    def _named(cls, uri: str, experiment: str, *, is_typed: bool = False) -> Location:
        location, (scheme, mark, rest) = cls(uri, experiment, is_typed), uri.partition("://")
        if not (mark or uri == "databricks") or (mark and scheme.partition("+")[0] not in SCHEMES):
            begins = ", ".join(f"{one}://" for one in SCHEMES)
            raise TrackingError(f"there is no store at {location}; {A_STORE} that begins with one of {begins}")
        if mark and not rest and scheme != "databricks":
            raise TrackingError(f"there is no store at {location}; behind it must stand a host, or a file")
        if location.address != location.address.encode(errors="replace").decode():
            raise TrackingError(f"the tracking store {location} cannot be used: its name is no text in UTF-8 here")
        return location

    @cached_property
    def file(self) -> Path | None:
        """The database file, for SQLite; what stands behind a ? are options of its driver."""
        return Path(unquote(self.uri.removeprefix(SQLITE).partition("?")[0])) if self.uri.startswith(SQLITE) else None

    @property
    def artifacts(self) -> Path | None:
        """The folder of an experiment's artifacts beside an SQLite database, wherever the command was typed."""
        return self.file.parent / ARTIFACTS / self.experiment if self.file else None

    @property
    def address(self) -> str:
        """Name the store and the experiment, so that two processes can tell whether they mean the same."""
        return f"{self.uri} {self.experiment}"

    def is_same(self, other: Location) -> bool:
        """Tell whether another is this one, by whatever link its file is named."""
        if self.experiment != other.experiment:
            return False
        files = [one.file for one in (self, other) if one.file and one.exists]
        return self.uri == other.uri or (len(files) == 2 and os.path.samefile(*files))

    @property
    def asked(self) -> str:
        """Ask a person whose server does not answer what may be amiss."""
        return f"is its server running, and is {'this' if self.is_typed else 'MLFLOW_TRACKING_URI'} its address?"

    @property
    def is_database(self) -> bool:
        """Whether the store can be read with SQL."""
        return not self.uri.startswith(("http://", "https://", "databricks"))

    @property
    def exists(self) -> bool:
        """Tell whether the database is there; of one that is no file nothing else is thought.

        Raises
        ------
        TrackingError
            If this user may not even look.
        """
        try:
            return self.file is None or self.file.exists()
        except OSError as error:
            raise TrackingError(f"the tracking store {self} cannot be read: {error.strerror}") from error

    def check_writable(self) -> None:
        """Refuse a database file that may not be written, or not be made, before anything slow is done.

        Raises
        ------
        TrackingError
            If the file, or the folder that it and its log are written into, is not this user's to write.
        """
        if path := self.unwritable:
            raise TrackingError(f"the tracking store {self} cannot be used: {path} may not be written")

    @property
    def unwritable(self) -> Path | None:
        """What keeps a database file from being written, or from being made: itself, or its folder."""
        if self.file is None:
            return None
        folder = next(folder for folder in self.file.parents if folder.exists())
        written = (self.file, folder) if self.exists else (folder,)
        return next((path for path in written if not os.access(path, os.W_OK, effective_ids=True)), None)

    def __str__(self) -> str:
        """Name the store as a person would, with no secret in it."""
        return str(self.file or secrets.without_secrets(self.uri, user=self.is_database))

    @property
    def page(self) -> str:
        """The address of a server for whoever looks at its page: without who logs in."""
        return secrets.without_secrets(self.uri)

    def unusable(self, error: BaseException, cannot_be: str = "used") -> TrackingError:
        """Tell what an error says, in one line, with no secret in it."""
        reason = secrets.hide(" ".join(str(error).split()), self.uri)[:LONGEST_REASON]
        return TrackingError(f"the tracking store {self} cannot be {cannot_be}: {reason}")

    def shown(self, tags: Mapping[str, str]) -> dict[str, str]:
        """Give tags whose command has no secret in it: a person may have typed one."""
        return {name: secrets.hide(text, self.uri) if name == Tag.COMMAND else text for name, text in tags.items()}

    def cause(self, error: BaseException) -> BaseException | None:
        """Give an error for a traceback to name as the cause, unless it says a secret."""
        said = [str(one) for one in causes(error)]
        return error if all(secrets.hide(one, self.uri) == one for one in said) else None


def _absolute(uri: str) -> str:
    """Have an address of an SQLite file say where it is, wherever it is read."""
    if uri.startswith(SQLITE) and not uri.startswith("sqlite:////"):
        return f"{SQLITE}{_in_address(Path.cwd())}/{uri.removeprefix(SQLITE)}"
    return uri


def _in_address(path: Path) -> str:
    """Write a path so that nothing in it ends an address."""
    return str(path).replace("%", "%25").replace("?", "%3F")


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error, and what it comes of."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
