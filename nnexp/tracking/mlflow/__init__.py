"""The MLflow store behind nnexp's protocols: the only package that knows MLflow, its tags and its tables."""
