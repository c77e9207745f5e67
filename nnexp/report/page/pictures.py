"""The pictures that runs returned, as they stand on a page: those of a few runs of the best configuration."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator

from nnexp.archive.reader import RunReader
from nnexp.comparison.comparison import Comparison
from nnexp.comparison.groups import seed_of
from nnexp.escape import in_html
from nnexp.picture import ENDING, size
from nnexp.report.plots.figures import typical
from nnexp.tracking.records import Run
from nnexp.tracking.store import RunStore

MOST_RUNS = 2
MOST_PICTURES = 4  # of a run
MOST_BYTES = 12 << 20  # of all of them
WIDE = 640  # pixels: a picture that is wider, and wider than high, takes the whole width of the page


def pictures(comparison: Comparison, store: RunStore | None) -> Iterator[str]:
    """Give a figure for each picture: first those of a typical run."""
    if store is None or comparison.nothing:
        return
    best, room = comparison.configurations[0], MOST_BYTES
    chosen = typical(best, comparison.measure)
    others = [run for run in best.runs if run.run_id != chosen.run_id]
    for run in [chosen, *others][:MOST_RUNS]:
        for name, content in _pictures_of(run, store):
            if (room := room - len(content)) >= 0:
                caption = f"{name.removesuffix(ENDING)}: {best.label}, {_which(run, is_typical=run is chosen)}"
                yield _figure(caption, content)


def _pictures_of(run: Run, store: RunStore) -> Iterator[tuple[str, bytes]]:
    reader = RunReader(run.run_id, store)
    names = [name for name in reader.left(run) if name.endswith(ENDING)]
    for name in names[:MOST_PICTURES]:
        if content := reader.checked(name):
            yield name, content


def _which(run: Run, *, is_typical: bool) -> str:
    seed = seed_of(run)
    which = f"seed {seed}" if seed != run.run_id else f"run {run.run_id[:8]}"
    return f"{which} (a typical run)" if is_typical else which


def _figure(caption: str, content: bytes) -> str:
    width, height = size(content)
    wide = " wide" if width > max(WIDE, height) else ""
    image = f'<img src="data:image/png;base64,{b64encode(content).decode()}" alt="{in_html(caption)}">'
    return f'<figure class="picture{wide}"><figcaption>{in_html(caption)}</figcaption>{image}</figure>'
