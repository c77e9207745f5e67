"""What a person may set: the schema of a task's settings, their checks, one way to text and back, folders.

Only `store` imports Hydra; everything else here is plain Python.
"""
