"""Runs -> numbers: which count, how they group, what each configuration reached and how they differ."""
