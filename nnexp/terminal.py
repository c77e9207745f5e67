"""The one way to a terminal: a console on which every text is text, in one line, and shows what it holds.

rich would take `[bold]` in a name for a style, `:bomb:` for a picture, and pass on whatever a terminal acts on.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

from rich.cells import cell_len, chop_cells
from rich.console import Console, ConsoleOptions, RenderableType
from rich.measure import Measurement
from rich.segment import Segment
from rich.text import Text

from nnexp.escape import visible

BOUNDLESS = 10_000  # characters of a line where there is no terminal to ask
# What is not broken: a word, a list of lists or an interval in brackets, a number with its unit or ± 0.1 behind it.
UNIT = r"%|(?<=\d )(?:points?|ms|s|min|h)(?!\w)"
WORD = re.compile(rf" *(?:\[(?:[^][]|\[[^][]*\])*\]|[^ ])+(?: ± [\d.,e+-]+| (?:{UNIT})[^ ]*)*")


class Terminal(Console):
    """A console whose strings are data. How one looks is said beside it: `print(name, style="bold")`, or a `Styled`.

    A line is as long as the terminal is wide; in a file or a pipe it has no end.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(highlight=False, **settings)
        if not (self.is_terminal or "width" in settings):
            self.width = BOUNDLESS

    def print(self, *objects: Any, soft_wrap: bool | None = None, **how: Any) -> None:
        """Print as rich does; a text that is to be wrapped softly breaks between its words, and nowhere else."""
        if soft_wrap and len(objects) == 1 and isinstance(objects[0], str):
            super().print(Lines(parted(visible(objects[0]), self.width)), soft_wrap=True, **how)
        else:
            super().print(*objects, soft_wrap=soft_wrap, **how)

    def render_str(self, text: str, **how: Any) -> Text:
        """Take a string as it is, wherever rich has one to print or to measure."""
        return Text(visible(text), **{name: how[name] for name in ("style", "justify", "overflow") if name in how})

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Let nothing through that a terminal acts on but what rich itself says to it, whoever made it."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else segment._replace(text=_visible_lines(segment.text))

    def say(self, line: str) -> None:
        """Print a line of nnexp's own."""
        self.print(f"nnexp: {line}", soft_wrap=True)


class Lines:
    """Lines of text that are printed as they are, in one piece."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Give them to rich."""
        for line in self._lines:
            yield from (Segment(line), Segment.line())


class Prose:
    """A text that is printed in lines as long as there is room for."""

    def __init__(self, text: str, style: str = "") -> None:
        self._text = text
        self._style = style

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        """Tell rich how wide it is in a table: its longest word, and all of it."""
        text = visible(self._text)
        longest = max(map(cell_len, parted(text, 1)))
        return Measurement(longest, cell_len(text)).with_maximum(options.max_width)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """Give them to rich."""
        for line in parted(visible(self._text), options.max_width, fold=True):
            yield from (Segment(line, console.get_style(self._style)), Segment.line())


def parted(text: str, width: int, *, fold: bool = False) -> list[str]:
    """Part a text into lines between its words; one that is longer than a line stays whole, unless it is to be folded.

    What is indented stays so.
    """
    if cell_len(text) <= width:
        return [text]
    indent = text[: len(text) - len(text.lstrip(" "))]
    lines = [""]
    for word in _words(text, width):
        own = cell_len(word.lstrip(" "))
        if fold and own > width:
            *full, last = chop_cells(f"{lines[-1]}{word}", width)
            lines[-1:] = [*full, last]
        elif lines[-1].strip() and cell_len(lines[-1] + word) > width >= own:
            lines.append(indent + word.lstrip(" "))
        else:
            lines[-1] += word
    return lines


def _words(text: str, width: int) -> Iterator[str]:
    """Give the words with the blanks before them; what is not broken is, where it is longer than a line."""
    for word in WORD.findall(text):
        yield from re.findall(" *[^ ]+", word) if cell_len(word) > width else [word]


class Visible(io.TextIOBase):
    """A stream for those who print by themselves; what it passes on to another is shown as text."""

    def __init__(self, beneath: TextIO) -> None:
        self._beneath = beneath

    def write(self, text: str) -> int:
        """Pass a text on."""
        self._beneath.write(_visible_lines(text))
        return len(text)

    def flush(self) -> None:
        """Have all of it written."""
        self._beneath.flush()


def _visible_lines(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))
