"""`nnexp report --all`: a folder with the page of every sweep, and a page of links to them."""

from __future__ import annotations

import webbrowser
from pathlib import Path

from nnexp.cli.answered import so_far
from nnexp.cli.console import out, say, write
from nnexp.cli.nothing import tell_no_sweeps
from nnexp.cli.report import beside, write_pages
from nnexp.cli.sweeps import Summary, summaries, swept_told
from nnexp.comparison.datasets import by_dataset
from nnexp.comparison.readable import Readable
from nnexp.comparison.searched import searched
from nnexp.errors import DataError, NnexpError
from nnexp.escape import in_json
from nnexp.measure import count
from nnexp.recording.store import open_store
from nnexp.regular import write_file
from nnexp.report.page.head import answer_in
from nnexp.report.page.index import Entry, index
from nnexp.sweep.called import SHORT, file_name, moment_told
from nnexp.sweep.view import view_sweep
from nnexp.tracking.records import Status
from nnexp.tracking.store import Store
from nnexp.tracking.sweeps import launched_at

FOLDER, INDEX = Path("reports"), "index.html"


def report_all(folder: Path, *, show: bool, as_json: bool = False) -> None:
    """Write what is not there yet, or tells of less than the store has; say where the links are."""
    store = open_store(say)
    readable = Readable(store, say)
    found = summaries(readable, None)
    if not found:
        tell_no_sweeps(store, aside=as_json)
        if as_json:
            write(in_json({"index": None, "sweeps": 0, "pages": []}))
        return
    entries = [_entry(one, store, readable, folder) for one in found]
    to = folder / INDEX
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_file(to, index(f"Sweeps in {store}", entries).encode())
    except OSError as error:
        raise DataError(f"{to} cannot be written: {error.strerror}") from error
    if as_json:
        pages = [str(folder / page) for entry in entries for _, page in entry.pages]
        write(in_json({"index": str(to), "sweeps": len(entries), "pages": pages}))
    else:
        out().print(f"{to}: {count(len(entries), 'sweep')}", soft_wrap=True)
    if show:
        webbrowser.open(to.absolute().as_uri())


def _entry(one: Summary, store: Store, readable: Readable, folder: Path) -> Entry:
    sweep = one.sweep
    far = so_far(view_sweep(store, sweep)) if sweep.status is Status.RUNNING else None
    runs = f"{one.finished} of {count(one.of, 'run')}{' so far' if far else ''}"
    facts = (sweep.run_id[:SHORT], moment_told(launched_at(sweep)), sweep.status, runs)
    file = f"{file_name(sweep)}.html"
    pages: tuple[tuple[str, str], ...] = ()
    answers: tuple[str, ...] = ()
    if one.finished:
        try:
            found = searched(sweep, one.runs, readable)
            written = write_pages(one.runs, readable, folder / file, found=found, far=far)
            named = {beside(folder / file, name): name for name in ([] if found else by_dataset(one.runs))}
            pages = tuple((named.get(page, ""), page.name) for page in written)
            answers = tuple(": ".join(filter(None, (named.get(page), answer_in(page)))) for page in written)
        except NnexpError as error:  # of one sweep: the others have their pages
            say(f"sweep {sweep.name} ({sweep.run_id[:SHORT]}) has no page: {error}")
    return Entry(sweep.name, facts, swept_told(one), answers, pages)
