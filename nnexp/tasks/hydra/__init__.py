"""A Hydra application of anybody's, as a task."""
