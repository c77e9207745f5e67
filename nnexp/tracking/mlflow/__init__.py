"""The MLflow store behind nnexp's protocols; the only package that imports MLflow."""

from nnexp.tracking.mlflow.reader import ClientReader
from nnexp.tracking.mlflow.sqlite import create_sqlite
from nnexp.tracking.mlflow.tracker import MlflowTracker

__all__ = ["ClientReader", "MlflowTracker", "create_sqlite"]
