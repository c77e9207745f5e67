"""What an input is multiplied with before it enters a network, as a person writes it. Its text is in a run's key."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from nnexp.errors import ConfigError

AUTO = "auto"  # by the range of the inputs
NONE = "none"
STANDARD = "standard"  # each column of a table less its mean, over its standard deviation


def factor(scale: str) -> float:
    """Give the number; what was standardised is multiplied no more."""
    return 1.0 if scale in (NONE, STANDARD) else float(Fraction(scale.replace(" ", "")))


def check_scale(name: str, value: Any) -> str:
    """Take `auto`, `standard`, `none`, or a number above 0, which may be written as a fraction.

    Raises
    ------
    ConfigError
        For anything else.
    """
    if isinstance(value, str) and value in (AUTO, STANDARD, NONE):
        return value
    text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
    try:
        if isinstance(text, str) and 0 < factor(text) < float("inf"):
            return str(Fraction(text.replace(" ", "")))  # one number has one text, and so one key
    except (ValueError, ZeroDivisionError, OverflowError):
        pass
    raise ConfigError(f"{name} must be auto, standard, none, or a number such as 1/256, but got {value!r}")
