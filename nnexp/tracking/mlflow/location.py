"""Which store and experiment are meant, from the environment that MLflow's users know. Knows no MLflow."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from nnexp.errors import TrackingError

DEFAULT_URI = "sqlite:///mlflow.db"
DEFAULT_EXPERIMENT = "nnexp"
SQLITE = "sqlite:///"
PASSWORD = re.compile(r"(?<=[^:/@]):[^@/]*@")


@dataclass(frozen=True)
class Location:
    """A tracking store and an experiment in it."""

    uri: str
    experiment: str

    @classmethod
    def from_environment(cls) -> Location:
        """Take MLFLOW_TRACKING_URI and MLFLOW_EXPERIMENT_NAME; a relative SQLite path is made absolute."""
        uri = os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_URI
        experiment = os.environ.get("MLFLOW_EXPERIMENT_NAME") or DEFAULT_EXPERIMENT
        if uri.startswith(SQLITE) and not uri.startswith("sqlite:////"):
            path, mark, options = uri.removeprefix(SQLITE).partition("?")
            folder = str(Path.cwd()).replace("%", "%25").replace("?", "%3F")  # which would end an address
            uri = f"{SQLITE}{folder}/{path}{mark}{options}"
        return cls(uri, experiment)

    @property
    def file(self) -> Path | None:
        """The database file, for SQLite; what stands behind a ? are options of its driver."""
        return Path(unquote(self.uri.removeprefix(SQLITE).partition("?")[0])) if self.uri.startswith(SQLITE) else None

    @property
    def address(self) -> str:
        """Name the store and the experiment, so that two processes can tell whether they mean the same."""
        return f"{self.uri} {self.experiment}"

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
        if self.file is None:
            return
        folder = next(folder for folder in self.file.parents if folder.exists())
        for path in (self.file, folder) if self.exists else (folder,):
            if not os.access(path, os.W_OK, effective_ids=True):
                raise TrackingError(f"the tracking store {self} cannot be used: {path} may not be written")

    def __str__(self) -> str:
        """Name the store as a person would."""
        return str(self.file or PASSWORD.sub(":***@", self.uri))
