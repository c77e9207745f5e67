"""`nnexp note`: what a person says of a run or a sweep, where MLflow's page shows a description."""

from __future__ import annotations

from nnexp.cli.console import out, say, write
from nnexp.cli.tag import kept_text
from nnexp.escape import in_json
from nnexp.recording.store import open_store
from nnexp.sweep.called import told_run, told_sweep
from nnexp.sweep.find import find_run_or_sweep
from nnexp.tracking.records import Kind, Tag, described


def note(wanted: str, text: str, *, as_json: bool) -> None:
    """Describe a run or a sweep; of a sweep the answer stays behind it."""
    if text:
        kept_text("a note", text)
    store = open_store(say)
    record = find_run_or_sweep(store, wanted)
    if record.kind == Kind.SWEEP:
        store.log(record.run_id, tags={Tag.SAID: text, Tag.NOTE: described(text, record.answer)})
        told = told_sweep(record)
    else:
        store.log(record.run_id, tags={Tag.NOTE: text})
        told = told_run(record, store.runs(Kind.SWEEP))
    if as_json:
        write(in_json({"run_id": record.run_id, "note": text}))
    else:
        out().print(f"{told}: {text or 'nothing is noted'}", soft_wrap=True)
