"""Where runs are remembered: a small protocol, an in-memory tracker, and the MLflow one."""

import os

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")  # read when MLflow is imported; nothing leaves this machine
