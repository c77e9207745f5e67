"""`nnexp certify` writes runs and what they answer into a file; `nnexp verify` holds a machine against it."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nnexp import __version__
from nnexp.archive.absent import AbsentTask
from nnexp.archive.audit import audit
from nnexp.archive.certificate import ELSEWHERE, Certificate, read_certificate, write_certificate
from nnexp.archive.proof import Answer, Verdict
from nnexp.archive.run import Archive, read_archive
from nnexp.cli.console import err, out, say, write
from nnexp.cli.rerun import as_record
from nnexp.comparison.compare import compare
from nnexp.errors import DataError, NotFoundError, RecordError
from nnexp.escape import IN_ASCII, in_json
from nnexp.measure import count
from nnexp.recording.store import open_store
from nnexp.report.prose.told import tell
from nnexp.report.tables.formats import markdown_table
from nnexp.report.tables.table import tables_without_times
from nnexp.sweep.find import provable_runs
from nnexp.sweep.policy import Policy
from nnexp.sweep.progress import display
from nnexp.sweep.session import Session
from nnexp.tasks.network.parting import parting
from nnexp.tasks.network.setup import kernel_here
from nnexp.tasks.network.task import NETWORK

NO_FILE_NAME = r"^\.|[^\w.+=-]"  # in the name of a run or a sweep
DATA = "dataset.path"  # the setting that says where the data lie


def certify(wanted: Sequence[str], to: Path | None, *, worthwhile: float | None, as_json: bool) -> None:
    """Write the certificate of runs and sweeps, and say what it holds."""
    store = open_store(say)
    archives, runs = [], provable_runs(store, wanted, say)
    if altered := audit(store, runs):
        raise RecordError(f"{altered[0]}; what was altered or damaged is not certified, and nnexp doctor names it all")
    for run in runs:
        try:
            archives.append(read_archive(run, store))
        except RecordError as error:
            raise RecordError(f"run {run.run_id[:8]} ({run.name}) cannot be certified: {error}") from error
    if not archives:
        raise NotFoundError(f"none of the runs of {' '.join(wanted)} has finished, so there is nothing to certify")
    question = {"worthwhile": worthwhile}
    bare = read_certificate(write_certificate(archives, _us(), question))
    certificate = write_certificate(archives, _us(), question | _answer(bare))  # of what it holds, and of no more
    file = to or Path(f"{'-'.join(re.sub(NO_FILE_NAME, '_', name[:40]) for name in wanted)}.certificate.json")
    try:
        file.write_bytes(certificate.encode(errors=IN_ASCII))
    except OSError as error:
        raise DataError(f"{file} cannot be written: {error.strerror}; name another file with --to") from error
    bound = sum(not _is_portable(archive) for archive in archives)
    if bound:
        say(f"the bits of {count(bound, 'run')} depend on the machine: another cannot tell whether they are right")
    epochs = sum(len(archive.epochs) for archive in archives)
    if as_json:
        runs_of = [archive.run.run_id for archive in archives]
        write(in_json({"file": str(file), "runs": runs_of, "epochs": epochs, "bound_to_this_machine": bound}))
        return
    out().print(f"{file}: {count(len(archives), 'run')}, {count(epochs, 'epoch')}", soft_wrap=True)
    out().print(f"anybody can check it: nnexp verify {file}", soft_wrap=True)


def _is_portable(archive: Archive) -> bool:
    """Tell whether a run has the same bits everywhere: of a task that is not at hand nobody knows it."""
    return not isinstance(archive.task, AbsentTask) and archive.task.examine(archive.config).portable


def verify(file: Path, *, data: Path | None, here: bool, as_json: bool) -> int:
    """Train anew what a certificate holds, say whether all of it is as it says, and give the exit status."""
    certificate = _read(file, data)
    runs = certificate.archives
    say(f"{count(len(runs), 'run')}, certified by {certificate.by}, to be trained anew")
    with tempfile.TemporaryDirectory(prefix="nnexp-") as folder:
        session = Session(certificate.store, NETWORK, display(err(), several=len(runs) > 1))
        reruns = session.prove(runs, Policy(), here=here, folder=Path(folder))
    amiss = [verdict for verdict in reruns.verdicts if verdict.answer is not Answer.IDENTICAL]
    where, is_told = _parting(amiss, runs), _answer(certificate).items() <= certificate.said.items()
    status = reruns.exit_status or (0 if is_told else 1)
    if as_json:
        verdicts = [as_record(verdict) for verdict in reruns.verdicts]
        summary = {"identical": status == 0, "answer_follows": is_told, "parting": where or None}
        write(in_json(summary | {"runs": verdicts}))
        return status
    for line in _told(amiss, where):
        out().print(line, soft_wrap=True)
    out().print(f"{count(len(runs), 'run')}: {len(runs) - len(amiss)} identical; here {kernel_here()}")
    if not is_told:
        by = f" (told by {certificate.by}, read by {_us()})" if certificate.by != _us() else ""
        out().print(f"the certificate's answer does not follow from its figures{by}; from them follows:")
    out().print(_answer(certificate)["answer"], soft_wrap=True)
    return status


def _told(amiss: Sequence[Verdict], where: str) -> Iterator[str]:
    for verdict in amiss:
        yield f"{verdict.run.name}: {verdict.summary if verdict.parted else verdict}"
        yield from (f"    {difference}" for difference in verdict.differences)
    if where:
        yield where


def _us() -> str:
    return f"nnexp {__version__}"


def _read(file: Path, data: Path | None) -> Certificate:
    try:
        certificate = read_certificate(file.read_bytes(), {DATA: os.path.abspath(data)} if data else {})
        if any(ELSEWHERE in archive.task.schema.flat(archive.config).values() for archive in certificate.archives):
            raise RecordError("where are the data that it learnt from? --data FOLDER or --data FILE.npz says it")
        for archive in certificate.archives:
            if isinstance(archive.task, AbsentTask):
                archive.task.code()  # which says that it is not at hand
        return certificate
    except OSError as error:
        raise RecordError(f"{file} cannot be read: {error.strerror}") from error
    except RecordError as error:
        raise RecordError(f"{file} cannot be verified: {error}") from error


def _answer(certificate: Certificate) -> dict[str, Any]:
    """Compare the runs of a certificate, and give what is said of them."""
    runs = [archive.run for archive in certificate.archives]
    comparison = compare(runs, worthwhile=certificate.said["worthwhile"])
    return {
        "answer": tell(comparison).answer,
        "tables": {table.title: markdown_table(table).splitlines() for table in tables_without_times(comparison)},
    }


def _parting(amiss: Sequence[Verdict], runs: Sequence[Archive]) -> str:
    """Say of the first run whose bits are others in which batch and layer they part."""
    for verdict in amiss:
        if verdict.parted:
            say(f"looking where {verdict.run.name} parts, in epoch {verdict.parted}: a minute or two")
            (archive,) = (one for one in runs if one.run.run_id == verdict.run.run_id)
            return parting(archive.config, verdict.parted)
    return ""
