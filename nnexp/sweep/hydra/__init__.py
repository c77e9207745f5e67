"""Hydra's side: the command line composed, its multirun turned into a plan."""
