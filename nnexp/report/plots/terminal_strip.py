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
from nnexp.report.plots.axis import usual_range
from nnexp.report.prose.lost import lost_word
from nnexp.report.tables.table import shown
from nnexp.terminal import parted

WIDEST = 100  # characters: a longer strip tells no more
NARROWEST = 30  # of a strip beside its label
RUN, LOST, LEVEL = "o", "x", "|"
NONE = "no run that counts"
MANY = 9  # runs in one place that a digit can tell


class Strips:
    """Draws a comparison for a rich console: a strip for each setting that its tables list."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        self._measure = comparison.measure
        self._rows = [(one, self._values(one)) for one in shown(comparison)]
        every = [value for _, values in self._rows for value, _ in values]
        self._low, self._high = usual_range(every) or (min(every, default=0.0), max(every, default=0.0))

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
        beside = longest + 2 + NARROWEST <= width
        start = longest + 2 if beside else 2
        for label, (one, values) in zip(labels, self._rows, strict=True):
            if not beside:
                yield from parted(label, width, fold=True)
            yield set_cell_size(label if beside else "", start) + self._strip(one, values, width - start)
        for label in map(visible, self._comparison.missing):
            yield from parted(f"{set_cell_size(label, start - 2) if beside else label}  {NONE}", width, fold=True)
        yield " " * start + self._axis(width - start)

    def _strip(self, one: Summary, values: Sequence[tuple[float, bool]], size: int) -> str:
        """Draw the runs of a setting; those beyond the axis are told in figures at its edge."""
        cells = ["."] * size
        if isfinite(one.level.mean) and self._low <= self._scaled(one.level.mean) <= self._high:
            cells[self._place(self._scaled(one.level.mean), size)] = LEVEL
        inside = [(self._place(value, size), lost) for value, lost in values if self._low <= value <= self._high]
        for place, _ in inside:
            runs = sum(other == place for other, _ in inside)
            cells[place] = RUN if runs == 1 else str(min(runs, MANY))
        for place, lost in inside:
            cells[place] = LOST if lost else cells[place]
        strip = "".join(cells)
        below = [found for found in values if found[0] < self._low]
        above = [found for found in values if found[0] > self._high]
        if below:
            told = f"< {self._beyond(below)} "
            strip = told + strip[len(told) :]
        if above:
            told = f" {self._beyond(above)} >"
            strip = strip[: -len(told)] + told
        return strip

    def _beyond(self, values: Sequence[tuple[float, bool]]) -> str:
        """Tell what lies beyond the axis: 3 x at 9.80 to 10.09."""
        numbers = sorted(self._shown(value) for value, _ in values)
        least, most = (self._shown(pick(value for value, _ in values)) for pick in (min, max))
        mark = LOST if any(lost for _, lost in values) else RUN
        times = f"{len(numbers)} " if len(numbers) > 1 else ""
        return f"{times}{mark} at {least}" + (f" to {most}" if most != least else "")

    def _axis(self, size: int) -> str:
        low, high = self._shown(self._low), self._shown(self._high)
        return low + high.rjust(size - len(low))

    def _title(self) -> str:
        has_lost = any(lost for _, values in self._rows for _, lost in values)
        how = f"lost a {lost_word(self._comparison.stake)}" if self._comparison.stake else "was lost"
        lost = f", {LOST} one that {how}" if has_lost else ""
        more = len(self._comparison.configurations) - len(self._rows)
        of = f", of the first {len(self._rows)} of {len(self._rows) + more} settings" if more else ""
        marks = f"{RUN} a run{lost}, 2 to {MANY} so many in one place, {LEVEL} the level"
        return f"Every run{of}: {self._measure.column} ({marks})"

    def _values(self, one: Summary) -> list[tuple[float, bool]]:
        """Give what each run reached, and whether it was lost."""
        found = [(self._scaled(number_of(run, self._measure)), run.run_id in self._comparison.lost) for run in one.runs]
        return [(value, lost) for value, lost in found if isfinite(value)]

    def _place(self, value: float, size: int) -> int:
        return round((size - 1) * (value - self._low) / (self._high - self._low))

    def _scaled(self, value: float) -> float:
        return value * self._measure.factor

    def _shown(self, value: float) -> str:
        return self._measure.show(value / self._measure.factor)
