"""The MLflow store behind nnexp's protocols: the only package that knows MLflow, its tags and its tables."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when MLflow is imported; nothing leaves this machine
