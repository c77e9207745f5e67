"""Every run by its setting, drawn with characters: what a mean is made of, with the lost runs marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment

from nnexp.comparison.comparison import Comparison
from nnexp.comparison.eligible import number_of
from nnexp.comparison.summary import Summary
from nnexp.escape import visible
from nnexp.report.plots.axis import GAP, LOST_GAP, usual_range
from nnexp.report.prose.lost import lost_word
from nnexp.report.tables.table import shown
from nnexp.terminal import parted

WIDEST = 100  # characters: a longer strip tells no more
NARROWEST = 30  # of a strip beside its label
RUN, LOST, LEVEL = "o", "x", "|"
NONE = "no run that counts"
MANY = 9  # runs in one place that a digit can tell

Value = tuple[float, bool]  # and whether the run was lost


class Strips:
    """Draws a comparison for a rich console: a strip for each setting that its tables list."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._measure = comparison.measure
        self._rows = [(one, self._values(one)) for one in shown(comparison)]
        every = [value for _, values in self._rows for value, _ in values]
        good = [value for _, values in self._rows for value, lost in values if not lost]
        good = good if 2 * len(good) >= len(every) else every
        gap = LOST_GAP if len(good) < len(every) else GAP
        usual = usual_range(good, every, gap, better=self._measure.better)
        self._low, self._high = usual or (min(every, default=0.0), max(every, default=0.0))

    @property
    def is_worth_drawing(self) -> bool:
        """Whether there are several numbers."""
        return sum(len(values) for _, values in self._rows) > 1 and self._low < self._high

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the lines of the plot: its title, a strip for each setting, the axis."""
        italic = console.get_style("italic")
        width = min(options.max_width, WIDEST)
        for line in parted(self._title(), width):
            yield Segment(line, italic)
            yield Segment.line()
        for line in self._lines(width):
            yield Segment(line.rstrip())
            yield Segment.line()

    def _lines(self, width: int) -> Iterator[str]:
        labels = [visible(one.label) for one, _ in self._rows]
        longest = max(map(cell_len, [*labels, *map(visible, self._comparison.missing)]))
        edges = self._edges(width)
        gutters = [max(map(len, side)) for side in zip(*edges, strict=True)]
        beside = longest + 2 + sum(gutters) + NARROWEST <= width
        start = longest + 2 if beside else 2
        size = width - start - sum(gutters)
        for label, (one, values), (left, right) in zip(labels, self._rows, edges, strict=True):
            if not beside:
                yield from parted(label, width, fold=True)
            strip = f"{left:<{gutters[0]}}{self._strip(one, values, size)}{right:>{gutters[1]}}"
            yield set_cell_size(label if beside else "", start) + strip
        for label in map(visible, self._comparison.missing):
            yield from parted(f"{set_cell_size(label, start - 2) if beside else label}  {NONE}", width, fold=True)
        low, high = self._shown(self._low), self._shown(self._high)
        yield " " * (start + gutters[0]) + low + high.rjust(size - len(low))

    def _edges(self, width: int) -> list[tuple[str, str]]:
        """Tell of each setting which runs lie beyond the axis, to the left and to the right; briefly if need be."""
        below = [[one for one in values if one[0] < self._low] for _, values in self._rows]
        above = [[one for one in values if one[0] > self._high] for _, values in self._rows]
        for briefly in (False, True):
            left = [f"< {self._beyond(some, briefly=briefly)} " if some else "" for some in below]
            right = [f" {self._beyond(some, briefly=briefly)} >" if some else "" for some in above]
            if max(map(len, left)) + max(map(len, right)) + NARROWEST <= width:
                break
        return [*zip(left, right, strict=True)]

    def _beyond(self, values: Sequence[Value], *, briefly: bool) -> str:
        """Write how many lie beyond the axis, and where: 3 x at 9.80 to 10.09."""
        lost = sum(lost for _, lost in values)
        counted = [f"{n} {mark}" for n, mark in ((len(values) - lost, RUN), (lost, LOST)) if n]
        least, most = self._shown(min(values)[0]), self._shown(max(values)[0])
        where = "" if briefly else f" at {least}" + (f" to {most}" if most != least else "")
        return f"{' '.join(counted)}{where}"

    def _strip(self, one: Summary, values: Sequence[Value], size: int) -> str:
        """Draw the runs of a setting that the axis shows, and its level."""
        cells = ["."] * size
        if isfinite(one.level.mean) and self._low <= self._scaled(one.level.mean) <= self._high:
            cells[self._place(self._scaled(one.level.mean), size)] = LEVEL
        inside = [(self._place(value, size), lost) for value, lost in values if self._low <= value <= self._high]
        for place, _ in inside:
            runs = sum(other == place for other, _ in inside)
            cells[place] = RUN if runs == 1 else str(min(runs, MANY))
        for place, lost in inside:
            cells[place] = LOST if lost else cells[place]
        return "".join(cells)

    def _title(self) -> str:
        has_lost = any(lost for _, values in self._rows for _, lost in values)
        how = f"lost a {lost_word(self._comparison.stake)}" if self._comparison.stake else "was lost"
        lost = f", {LOST} one that {how}" if has_lost else ""
        more = len(self._comparison.configurations) - len(self._rows)
        of = f", of the first {len(self._rows)} of {len(self._rows) + more} settings" if more else ""
        marks = f"{RUN} a run{lost}, 2 to {MANY} so many in one place, {LEVEL} the level"
        return f"Every run{of}: {self._measure.column} ({marks})"

    def _values(self, one: Summary) -> list[Value]:
        """Give what each run reached, and whether it was lost."""
        found = [(self._scaled(number_of(run, self._measure)), run.run_id in self._comparison.lost) for run in one.runs]
        return [(value, lost) for value, lost in found if isfinite(value)]

    def _place(self, value: float, size: int) -> int:
        return round((size - 1) * (value - self._low) / (self._high - self._low))

    def _scaled(self, value: float) -> float:
        return value * self._measure.factor

    def _shown(self, value: float) -> str:
        return self._measure.show(value / self._measure.factor)
