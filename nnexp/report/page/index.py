"""A page of links to the pages of sweeps: what was swept, when, and what came out. One HTML file, as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from string import Template
from urllib.parse import quote

from nnexp.escape import in_html
from nnexp.measure import count
from nnexp.report.page.sentence import sentence


@dataclass(frozen=True)
class Entry:
    """A sweep as it is listed, and its pages beside this one: a name of each, where there are several, and its file."""

    name: str
    facts: tuple[str, ...]  # its id, when it was launched, how far it is
    swept: str
    answers: tuple[str, ...]
    pages: tuple[tuple[str, str], ...]


def index(title: str, entries: Sequence[Entry]) -> str:
    """Write the page."""
    shipped = files("nnexp.report.page")
    style = "".join(shipped.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "index.css"))
    listed = "\n".join(map(_entry, entries))
    return Template(shipped.joinpath("index.html").read_text(encoding="utf-8")).substitute(
        title=in_html(title), style=style, told=in_html(count(len(entries), "sweep")), entries=listed
    )


def _entry(entry: Entry) -> str:
    name = in_html(entry.name)
    head = _link(entry.pages[0][1], name) if len(entry.pages) == 1 else name
    return f"<li><h2>{head}</h2>{''.join(_lines(entry))}</li>"


def _lines(entry: Entry) -> Iterator[str]:
    yield f'<p class="when">{in_html(" · ".join(entry.facts))}</p>'
    if entry.swept:
        yield f"<p><code>{in_html(entry.swept)}</code></p>"
    for answer in entry.answers:
        yield f"<p>{sentence(answer)}</p>"
    if len(entry.pages) > 1:
        links = ", ".join(_link(file, in_html(name)) for name, file in entry.pages)
        yield f"<p>On each data set: {links}</p>"


def _link(file: str, name: str) -> str:
    return f'<a href="{in_html(quote(file))}">{name}</a>'
