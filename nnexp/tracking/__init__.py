"""Where runs are remembered: a small protocol, an in-memory tracker, and the MLflow one."""
