"""The one way to a terminal: a console on which every text is text, in one line, and shows what it holds.

rich would take `[bold]` in a name for a style, `:bomb:` for a picture, and pass on whatever a terminal acts on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from nnexp.escape import visible


class Terminal(Console):
    """A console whose strings are data. How one looks is said beside it: `print(name, style="bold")`, or a `Styled`."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(highlight=False, **settings)

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


def _visible_lines(text: str) -> str:
    return "\n".join(map(visible, text.split("\n")))
