"""Runs -> numbers: which count, how they group, what each setting reached and how settings differ."""
