"""Typed configuration: the schema, the check of every value, and its registration with Hydra.

Only `store` imports Hydra; everything else here is plain Python.
"""
