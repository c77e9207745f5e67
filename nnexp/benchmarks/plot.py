"""The times as a picture, in SVG: a panel for each hidden size, a line for each contestant, a dot for each batch size.

Seconds lie on a logarithmic axis. The colours can be read on white and on black.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil, floor, log10

from nnexp.benchmarks.contestants import CONTESTANTS
from nnexp.benchmarks.epoch import EpochTimes

GREY, FAINT = "#7d858d", "#80808060"
COLOURS = ("#3b7dd8", "#e0702a", "#2a9d78", "#b565a7", "#c79a1c", "#4fa8c9")
ABREAST = 2  # panels
NAMES, WIDE, GAP = 124, 310, 50  # pixels across: the names, a panel, what parts two
TITLE, LINE, TICKS = 34, 24, 36  # pixels down: a title, a contestant, the numbers of an axis


def draw(times: Sequence[EpochTimes]) -> str:
    """Draw what was measured of the same examples."""
    every = [seconds for one in times for seconds in one.seconds.values()]
    decades = range(floor(log10(min(every))), ceil(log10(max(every))) + 1)
    batch_sizes = list(dict.fromkeys(one.batch_size for one in times))
    colours = {m: COLOURS[place % len(COLOURS)] for place, m in enumerate(batch_sizes)}
    hidden = list(dict.fromkeys(one.hidden for one in times))
    tall = TITLE + LINE * len(times[0].seconds) + TICKS
    width, height = NAMES + ABREAST * (WIDE + GAP), TITLE + ceil(len(hidden) / ABREAST) * tall
    legend = " ".join(f'<tspan fill="{colour}" dx="6" font-size="18">●</tspan> {m}' for m, colour in colours.items())
    panels = [
        f'<g transform="translate({NAMES + number % ABREAST * (WIDE + GAP)} {TITLE + number // ABREAST * tall})">'
        + "".join(_panel([one for one in times if one.hidden == h], decades, colours, named=number % ABREAST == 0))
        + "</g>"
        for number, h in enumerate(hidden)
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
            f' font-family="sans-serif" font-size="13" fill="{GREY}">',
            _text(0, 18, f"Seconds for an epoch of {times[0].examples:,} examples in batches of {legend}"),
            *panels,
            "</svg>\n",
        ]
    )


def _panel(times: Sequence[EpochTimes], decades: range, colours: Mapping[int, str], *, named: bool) -> Iterator[str]:
    """Draw the network of one hidden size, with the names of the contestants or without."""
    bottom = TITLE + LINE * len(times[0].seconds)

    def across(seconds: float) -> float:
        return WIDE * (log10(seconds) - decades[0]) / (len(decades) - 1)

    yield _text(0, TITLE - 10, f"784-{times[0].hidden}-10", 'font-weight="bold"')
    for decade in decades:
        x = across(10**decade)
        yield f'<path d="M{x:.0f} {TITLE}V{bottom}" stroke="{FAINT}"/>'
        yield _text(x, bottom + 16, f"{10**decade:g}", 'text-anchor="middle"')
    for place, name in enumerate(times[0].seconds):
        y = TITLE + LINE * place + LINE // 2
        yield f'<path d="M0 {y}H{WIDE}" stroke="{FAINT}" stroke-dasharray="1 3"/>'
        if named:
            yield _text(-12, y + 4, CONTESTANTS[name].title, 'text-anchor="end"')
        for one in times:
            x = across(one.seconds[name])
            yield f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="{colours[one.batch_size]}"/>'
            if len(times) == 1:
                yield _text(x + 9, y + 4, f"{one.ratios[name]:.{one.ratios[name] < 10:d}f}×")


def _text(x: float, y: float, text: str, more: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {more}>{text}</text>'
