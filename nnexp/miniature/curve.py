"""Learning curves: a panel for each kind of metric, a line for each metric of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from nnexp.measure import is_usable
from nnexp.miniature.canvas import GREY, INK, PALE, Canvas, Colour, width_of

WIDE, HIGH, TOP, BOTTOM, RIGHT = 360, 260, 44, 36, 14  # pixels of a panel, and around what is drawn in it
COLOURS: tuple[Colour, ...] = ((31, 119, 180), (214, 95, 0), (0, 135, 95), (150, 70, 160))
LONGEST = 24  # characters of a name
CONSTANT, SMALLEST = 1e-9, 1e-100  # of the largest value: what varies no more; what is taken for nothing
MOST_POINTS = 1000  # of a line: more of them no pixels show


@dataclass(frozen=True)
class Line:
    """One metric by epoch, as it is shown: accuracies in per cent."""

    name: str
    points: Sequence[tuple[int, float]]  # of an epoch from 1, and its value


def draw(panels: Sequence[Sequence[Line]]) -> bytes | None:
    """Draw panels side by side; None where none has two epochs to draw a line between."""
    drawn = [lines for lines in map(_usable, panels) if len({epoch for one in lines for epoch, _ in one.points}) > 1]
    if not drawn:
        return None
    canvas = Canvas(WIDE * len(drawn), HIGH)
    for number, lines in enumerate(drawn):
        _panel(canvas, number * WIDE, lines)
    return canvas.png()


def _usable(lines: Sequence[Line]) -> list[Line]:
    """Leave out what is no number, and lines of which nothing is left."""
    known = [Line(one.name, [point for point in one.points if is_usable(point[1])]) for one in lines]
    return [Line(one.name, _thinned(one.points)) for one in known if one.points][: len(COLOURS)]


def _thinned(points: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    return [*points[: -1 : 1 + len(points) // MOST_POINTS], points[-1]]


def _panel(canvas: Canvas, left: int, lines: Sequence[Line]) -> None:
    points = [point for one in lines for point in one.points]
    heights = ticks(min(y for _, y in points), max(y for _, y in points))
    epochs = [x for x in ticks(min(x for x, _ in points), max(x for x, _ in points)) if x == int(x)]
    low, high = min(heights[0], *(y for _, y in points)), max(heights[-1], *(y for _, y in points))
    first, last = min(x for x, _ in points), max(x for x, _ in points)
    words = written(heights)
    x0, x1, y0, y1 = left + 12 + width_of(words), left + WIDE - RIGHT, HIGH - BOTTOM, TOP

    def place(x: float, y: float) -> tuple[float, float]:
        return x0 + (x1 - x0) * (x - first) / (last - first), y0 + (y1 - y0) * (y - low) / (high - low)

    for tick, word in zip(heights, words, strict=True):
        y = place(first, tick)[1]
        canvas.line([(x0, y), (x1, y)], PALE)
        canvas.text((x0 - 6, y), word, "rm")
    for tick in epochs:
        if first <= tick <= last:
            canvas.text((place(tick, low)[0], y0 + 10), f"{tick:g}", "mm")
    canvas.text(((x0 + x1) / 2, HIGH - 9), "epoch", "mm", GREY)
    names = x0
    for one, colour in zip(lines, COLOURS, strict=False):
        canvas.text((names, 16), one.name, "lm", colour, LONGEST)
        names += width_of([one.name], LONGEST) + 14
        canvas.line([place(x, y) for x, y in one.points], colour, 2)
    canvas.line([(x0, y0), (x1, y0)], INK)


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Give about so many round numbers, at even distances, from the last below all values to the first above."""
    largest = max(abs(low), abs(high))
    span = high - low if high - low > CONSTANT * largest else largest
    rough = (span if span > SMALLEST else 1.0) / wanted
    power = 10.0 ** floor(log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first, last = floor(low / step), max(ceil(high / step), floor(low / step) + 1)
    return [step * number for number in range(first, last + 1)]


def written(numbers: Sequence[float]) -> list[str]:
    """Write round numbers at even distances, all to as many decimals."""
    step = numbers[1] - numbers[0]
    decimals = max(0, -floor(log10(step) + 1e-9))
    return [f"{one:z,.{decimals}f}" if decimals < 6 and abs(one) < 1e9 else f"{one:.3g}" for one in numbers]
