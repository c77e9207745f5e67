"""What a search looks through: the settings that vary, and which values each may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import inf, prod
from typing import Any

from nnexp.config.value import format_value, meant

DIGITS = 4  # of a number between others: more tell no two settings apart, and nobody could read them

Point = Mapping[str, str]  # a value for each setting, as it would be typed


@dataclass(frozen=True)
class Interval:
    """Any number, or any whole number, from `low` to `high`; evenly, or evenly on a logarithmic scale."""

    low: float
    high: float
    log: bool = False
    whole: bool = False

    @property
    def typed(self) -> str:
        """Write it as it would be typed."""
        return _tagged(f"interval({self.text(self.low)},{self.text(self.high)})", self.log)

    @property
    def ends(self) -> tuple[str, ...]:
        """The values at which it is tried whether it may be set."""
        return self.text(self.low), self.text(self.high)

    @property
    def every(self) -> tuple[str, ...]:
        """All values, where they are whole numbers."""
        return tuple(map(self.text, range(int(self.low), int(self.high) + 1)))

    @property
    def size(self) -> float:
        """How many values there are."""
        return int(self.high) - int(self.low) + 1 if self.whole else inf

    def holds(self, text: str) -> bool:
        """Tell whether a text is one of its values."""
        return _is_between(text, self.low, self.high, whole=self.whole)

    def rounded(self, value: float) -> float:
        """Give a value in as many digits as a person would type."""
        return value if self.whole else min(max(float(f"{value:.{DIGITS}g}"), self.low), self.high)

    def text(self, value: float) -> str:
        """Write a value as it would be typed."""
        return format_value(int(value) if self.whole else float(value))


@dataclass(frozen=True)
class Steps:
    """The numbers from `low` to `high` in steps; a step of whole numbers is whole."""

    low: float
    high: float  # the last of them
    step: float
    log: bool = False

    @property
    def whole(self) -> bool:
        """Whether they are whole numbers."""
        return all(isinstance(one, int) for one in (self.low, self.high, self.step))

    @property
    def typed(self) -> str:
        """Write it as it would be typed."""
        stop = self.text(self.high + self.step)
        return _tagged(f"range({self.text(self.low)},{stop},{self.text(self.step)})", self.log)

    @property
    def every(self) -> tuple[str, ...]:
        """All of them."""
        return tuple(self.text(self.low + place * self.step) for place in range(int(self.size)))

    @property
    def ends(self) -> tuple[str, ...]:
        """The values at which it is tried whether it may be set."""
        return self.text(self.low), self.text(self.high)

    @property
    def size(self) -> float:
        """How many values there are."""
        return round((self.high - self.low) / self.step) + 1

    def holds(self, text: str) -> bool:
        """Tell whether a text is one of its values."""
        half = self.step / 2  # by which no other is nearer
        return _is_between(text, self.low - half, self.high + half, whole=self.whole)

    def rounded(self, value: float) -> float:
        """Give a value as it is meant: 0.3 for what three steps of 0.1 add up to."""
        return value if self.whole else float(meant(float(value)))

    def text(self, value: float) -> str:
        """Write a value as it would be typed."""
        return format_value(int(value) if self.whole else self.rounded(value))


@dataclass(frozen=True)
class Choice:
    """One of several values, of which nothing is known but their names."""

    values: tuple[str, ...]

    @property
    def typed(self) -> str:
        """Write it as it would be typed."""
        return f"choice({','.join(self.values)})"

    @property
    def ends(self) -> tuple[str, ...]:
        """The values at which it is tried whether it may be set: all."""
        return self.values

    @property
    def every(self) -> tuple[str, ...]:
        """All of them."""
        return self.values

    @property
    def size(self) -> float:
        """How many values there are."""
        return len(self.values)

    def holds(self, text: str) -> bool:
        """Tell whether a text is one of its values."""
        return text in self.values


Dimension = Interval | Steps | Choice
Space = Mapping[str, Dimension]
KINDS: Mapping[str, type[Dimension]] = {"interval": Interval, "steps": Steps, "choice": Choice}


def write_space(space: Space) -> dict[str, Any]:
    """Write a space in JSON's types."""
    return {name: {"kind": type(one).__name__.lower(), **asdict(one)} for name, one in space.items()}


def read_space(written: Mapping[str, Any]) -> Space:
    """Read a space back.

    Raises
    ------
    ValueError, TypeError, KeyError, AttributeError
        If it is none.
    """
    return {str(name): _read(dict(one)) for name, one in written.items()}


def _read(fields: dict[str, Any]) -> Dimension:
    kind = KINDS[fields.pop("kind")]
    if kind is Choice:
        return Choice(tuple(map(str, fields["values"])))
    if not all(isinstance(value, int | float) for value in fields.values()):
        raise ValueError("a number is none")
    if not -inf < fields["low"] <= fields["high"] < inf or fields.get("step", 1) <= 0:
        raise ValueError("it holds no values")
    return kind(**fields)


def _tagged(text: str, log: bool) -> str:
    return f"tag(log,{text})" if log else text


def fits(point: Point, space: Space) -> bool:
    """Tell whether a point that was recorded is one of a space."""
    return point.keys() == space.keys() and all(dimension.holds(point[name]) for name, dimension in space.items())


def _is_between(text: str, low: float, high: float, *, whole: bool) -> bool:
    try:
        return low <= (int if whole else float)(text) <= high
    except ValueError:
        return False


def size_of(space: Space) -> float:
    """Count the points of a space; infinite where a setting may be any number."""
    return prod(dimension.size for dimension in space.values())
