"""One byte, or one record, that was damaged: every command says so in a line, and no other run hears of it.

The places are drawn from a seed: NNEXP_DAMAGE_SEED, and NNEXP_DAMAGE_PLACES of them of each kind.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnexp.cli.main import main
from nnexp.recording.files import write_arrays

Nnexp = Callable[..., tuple[int, str, str]]

SEED, PLACES = int(os.environ.get("NNEXP_DAMAGE_SEED", "0")), int(os.environ.get("NNEXP_DAMAGE_PLACES", "12"))
TABLES = ("params", "metrics", "latest_metrics", "tags", "runs")
READ = {"runs": ("status", "start_time", "end_time", "artifact_uri"), "metrics": ("key", "value", "step", "is_nan")}
FREE = ("nnexp.folder", "nnexp.owner", "mlflow.")  # tags that may change, or are not nnexp's
READING = ("show", "compare", "report", "diff", "train")  # what they cannot read they pass over
COMMANDS = (
    ("show", "RUN"),
    ("compare", "--md"),
    ("report",),
    ("rerun", "RUN"),
    ("predict", "RUN", "--index", "1"),
    ("export", "RUN", "--to", "exported"),
    ("certify", "all"),
    ("diff", "RUN", "OTHER"),
    ("train", "-m", "hidden=4,5", "seed=0,1"),
    ("show", "--env", "RUN"),
    ("compare",),
)


@dataclass(frozen=True)
class Sound:
    """A store of four runs, as it was before it was damaged, and where it lies."""

    kept: Path
    here: Path
    runs: dict[str, Any]

    def restore(self) -> None:
        """Bring everything back; the database through SQLite, since MLflow has it open."""
        for folder in ("multirun", "mlruns", "exported", "state", "outputs"):
            shutil.rmtree(self.here / folder, ignore_errors=True)
        shutil.copytree(self.kept, self.here, dirs_exist_ok=True, ignore=shutil.ignore_patterns("mlflow.db*"))
        with closing(sqlite3.connect(self.kept / "mlflow.db")) as kept, self.database() as database:
            kept.backup(database)

    def database(self) -> Any:
        return closing(sqlite3.connect(self.here / "mlflow.db", isolation_level=None))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, store_file: Path, tiny_data: Path) -> Sound:
    """Train four small runs, once."""
    here, kept = tmp_path_factory.mktemp("sound"), tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(here)
        patch.setenv("NNEXP_CACHE", str(here / "cache"))
        patch.setenv("NNEXP_STATE", str(here / "state"))
        shutil.copy(store_file, here / "mlflow.db")
        patch.setattr(sys, "argv", ["nnexp", *sweep(tiny_data)])
        main()
    with closing(sqlite3.connect(here / "mlflow.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(here, kept, dirs_exist_ok=True)
    return Sound(kept, here, {})


def sweep(data: Path) -> list[str]:
    return [
        *("train", "-m", "hidden=4,5", "seed=0,1", "epochs=2"),
        *("dataset=folder", f"dataset.path={data}", "hydra.sweep.dir=multirun/all"),
    ]


@pytest.fixture
def sound(made: Sound, monkeypatch: pytest.MonkeyPatch, nnexp: Nnexp) -> Iterator[Sound]:
    monkeypatch.chdir(made.here)
    monkeypatch.setenv("NNEXP_CACHE", str(made.here / "cache"))
    monkeypatch.setenv("NNEXP_STATE", str(made.here / "state"))
    made.restore()
    made.runs.update(listed(nnexp))
    assert len(made.runs) == 4
    yield made
    made.restore()


def listed(nnexp: Nnexp) -> dict[str, Any]:
    return read(nnexp)[0]


def read(nnexp: Nnexp) -> tuple[dict[str, Any], str]:
    """List the runs; give also what was said besides."""
    status, out, err = nnexp("runs", "--json")
    assert status == 0, err
    return {run["run_id"]: run for run in json.loads(out)}, err


def typed(nnexp: Nnexp, sound: Sound, command: tuple[str, ...], run_id: str, data: Path) -> str:
    """Type a command; it ends by itself, and says in few lines what it cannot read."""
    other = next(one for one in sound.runs if one != run_id)
    names = {"RUN": [run_id], "OTHER": [other], "all": list(sound.runs)}
    arguments = [word for part in command for word in names.get(part, [part])]
    status, out, err = nnexp(*(sweep(data) if command[0] == "train" else arguments))
    assert "Traceback" not in out + err, (command, err)
    unlisted = f"there is no run or sweep {run_id}" in " ".join(err.split())  # its kind, say, is unreadable
    assert status in ((0,) if command[0] in READING and not unlisted else (0, 1, 2)), (command, out, err)
    assert status == 0 or command[0] == "rerun" or err.strip(), command
    return out + err


def check(nnexp: Nnexp, sound: Sound, run_id: str, what: str, command: tuple[str, ...], data: Path) -> None:
    """Hold every command to what it owes: the others are as before, and the damaged one is named, or mended."""
    now, said = read(nnexp)
    others = {one: run for one, run in sound.runs.items() if one != run_id}
    assert {one: now.get(one) for one in others} == others, what
    said += typed(nnexp, sound, command, run_id, data)
    status, out, err = nnexp("doctor")
    named = run_id[:8] in out or sound.runs[run_id]["name"] in out
    is_told = "the store had missed" in " ".join((said + out).split())
    is_sound = listed(nnexp).get(run_id) == sound.runs[run_id]
    mended = is_sound and (is_told or command[0] == "train")  # which marks its sweep's runs again
    assert (status == 1 and named) or (status == 0 and mended), (what, out, err)


def of_folder(sound: Sound, run_id: str) -> list[Path]:
    with sound.database() as database:
        [[folder]] = database.execute("SELECT value FROM tags WHERE key='nnexp.folder' AND run_uuid=?", (run_id,))
    files = [*Path(folder).iterdir(), *sound.here.glob(f"mlruns/*/{run_id}/artifacts/*")]
    return sorted(file for file in files if file.is_file())


def damage_file(draw: random.Random, sound: Sound, run_id: str) -> str:
    """Flip a byte of a file of the run, or cut it."""
    file = draw.choice(of_folder(sound, run_id))
    content, at = bytearray(file.read_bytes()), draw.randrange(max(1, file.stat().st_size))
    if draw.random() < 0.5:
        content[at] ^= draw.randrange(1, 256)
        what = f"{file}: byte {at} flipped to {content[at]:#x}"
    else:
        del content[at:]
        what = f"{file}: cut to {at} bytes"
    file.write_bytes(content)
    return what


def damage_record(draw: random.Random, sound: Sound, run_id: str) -> str:
    """Alter a value of a record of the run, or delete the record."""
    with sound.database() as database:
        database.execute("PRAGMA ignore_check_constraints=ON")
        table = draw.choice(TABLES)
        column = draw.choice(READ.get(table, READ["metrics"][:2]))
        of_run = f"FROM {table} WHERE run_uuid=?"
        if table == "tags":
            of_run += "".join(f" AND key NOT LIKE '{name}%'" for name in FREE)
        row, value = draw.choice(
            database.execute(f"SELECT rowid, {column} {of_run} ORDER BY rowid", (run_id,)).fetchall()
        )
        if table != "runs" and draw.random() < 0.2:
            database.execute(f"DELETE FROM {table} WHERE rowid=?", (row,))
            return f"a row of {table} is gone"
        if isinstance(value, str):
            at = draw.randrange(len(value)) if value else 0
            altered: Any = value[:at] + chr(draw.randrange(200, 1000)) + value[at + draw.randrange(2) :]
        else:
            altered = draw.choice([value + 1, -value - 1, "text", b"\xff\x00", 1e300])
        database.execute(f"UPDATE {table} SET {column}=? WHERE rowid=?", (altered, row))
    return f"{table}.{column}: {value!r} is {altered!r}"


@pytest.mark.parametrize("damage", [damage_file, damage_record])
@pytest.mark.parametrize("place", range(PLACES))
def test_damage_is_named_and_stays_local(
    nnexp: Nnexp, sound: Sound, tiny_data: Path, damage: Callable[..., str], place: int
) -> None:
    draw = random.Random(f"{SEED} {damage.__name__} {place}")
    run_id = draw.choice(sorted(sound.runs, key=lambda one: sound.runs[one]["name"]))
    what = damage(draw, sound, run_id)
    check(nnexp, sound, run_id, what, COMMANDS[place % len(COMMANDS)], tiny_data)


BESIDE = {  # what people may alter in MLflow's page, and what stands beside the runs; of one run, or of no run
    "runs": ("name", "lifecycle_stage", "source_name", "user_id", "deleted_time"),
    "tags": ("key", "value"),
    "datasets": ("name", "digest", "dataset_source_type", "dataset_source", "dataset_profile", "dataset_schema"),
    "inputs": ("source_id", "destination_id"),
    "experiments": ("name", "artifact_location", "lifecycle_stage"),
    "experiment_tags": ("key", "value"),
    "the sweep's own": ("name", "status", "start_time", "end_time", "artifact_uri", "lifecycle_stage"),
    "the sweep's tags": ("key", "value"),
}


def damage_beside(draw: random.Random, sound: Sound, run_id: str) -> str:
    """Alter a value of a record that tells nothing of what was trained."""
    with sound.database() as database:
        for refusal in ("ignore_check_constraints=ON", "foreign_keys=OFF"):
            database.execute(f"PRAGMA {refusal}")
        place = draw.choice(list(BESIDE))
        column = draw.choice(BESIDE[place])
        [[sweep]] = database.execute("SELECT run_uuid FROM tags WHERE key='nnexp.kind' AND value='sweep'")
        table = {"the sweep's own": "runs", "the sweep's tags": "tags"}.get(place, place)
        whose = sweep if place != table else run_id if table in ("runs", "tags") else None
        where = f"WHERE run_uuid='{whose}'" if whose else ""
        if table == "tags" and whose == run_id:
            where += (
                f" AND ({' OR '.join(f'key LIKE {name!r}' for name in ('nnexp.folder', 'nnexp.owner', 'mlflow.%'))})"
            )
        rows = database.execute(f"SELECT rowid, {column} FROM {table} {where} ORDER BY rowid").fetchall()
        if not rows:
            return f"{place} is empty"
        row, value = draw.choice(rows)
        if isinstance(value, str):
            at = draw.randrange(len(value)) if value else 0
            altered: Any = draw.choice(
                [value[:at], value[:at] + chr(draw.randrange(1, 1000)) + value[at + 1 :], "", None]
            )
        else:
            altered = draw.choice([-1, "text", b"\xff\x00", 1e300, None])
        try:
            database.execute(f"UPDATE {table} SET {column}=? WHERE rowid=?", (altered, row))
        except sqlite3.IntegrityError:  # the database takes no such thing
            return f"{place}.{column} may not be {altered!r}"
    return f"{place}.{column}: {value!r} is {altered!r}"


@pytest.mark.parametrize("place", range(PLACES))
def test_damage_beside_the_runs_ends_no_command(nnexp: Nnexp, sound: Sound, tiny_data: Path, place: int) -> None:
    draw = random.Random(f"{SEED} beside {place}")
    run_id = draw.choice(sorted(sound.runs, key=lambda one: sound.runs[one]["name"]))
    what = damage_beside(draw, sound, run_id)
    for command in (("runs", "--json"), COMMANDS[place % len(COMMANDS)], ("doctor",)):
        arguments = [
            {"RUN": run_id, "OTHER": next(one for one in sound.runs if one != run_id)}.get(w, w) for w in command
        ]
        status, out, err = nnexp(*(sweep(tiny_data) if command[0] == "train" else arguments))
        assert "Traceback" not in out + err, (what, command, err)
        assert status in (0, 1, 2), (what, command, err)


def test_nothing_is_amiss_without_damage(nnexp: Nnexp, sound: Sound) -> None:
    status, out, _ = nnexp("doctor")
    assert (status, out.splitlines()[-1]) == (0, "all is well")


def test_an_altered_accuracy_is_named_by_what_the_run_left(nnexp: Nnexp, sound: Sound) -> None:
    """In its folder, and where that is gone among its own files; and the rerun names it too."""
    run_id = next(iter(sound.runs))
    with sound.database() as database:
        altered = "UPDATE {} SET value=0.99 WHERE key='final/test_accuracy' AND run_uuid=?"
        for table in ("metrics", "latest_metrics"):
            database.execute(altered.format(table), (run_id,))
    recorded = sound.runs[run_id]["metrics"]["final/test_accuracy"]
    _, _, err = nnexp("certify", run_id)
    assert "what was altered or damaged is not certified" in " ".join(err.split())
    for where in ("its folder", "its own files"):
        status, out, _ = nnexp("doctor")
        assert status == 1
        assert f"final/test_accuracy is 0.99 in the store, and {recorded!r} by {where}" in out
        shutil.rmtree(sound.here / "multirun", ignore_errors=True)
    status, out, _ = nnexp("rerun", run_id)
    assert (status, "other figures" in out, f"0.99 was recorded, {recorded!r} is here" in out) == (1, True, True)


def test_a_lost_class_that_is_not_said_is_named_by_the_answers(nnexp: Nnexp, sound: Sound) -> None:
    """Where the run's folder is gone; answers that are none are named as well."""
    shutil.rmtree(sound.here / "multirun")
    run_id = next(iter(sound.runs))
    [file] = sound.here.glob(f"mlruns/*/{run_id}/artifacts/predictions.npz")
    file.write_bytes(write_arrays({"labels": LABELS, "predicted": LABELS * 0, "confidence": np.ones(60)}))
    status, out, _ = nnexp("doctor")
    assert (status, "nnexp.lost is nothing in the store, and 1 2 by predictions.npz" in out) == (1, True)
    file.write_bytes(write_arrays(FORGED["predictions.npz"][0]))
    status, out, _ = nnexp("doctor")
    assert (status, "predictions.npz holds no answers" in out) == (1, True)


def test_an_epoch_that_was_altered_is_named_by_the_rerun(nnexp: Nnexp, sound: Sound) -> None:
    run_id = next(iter(sound.runs))
    with sound.database() as database:
        database.execute("UPDATE metrics SET value=0.5 WHERE key='val/accuracy' AND step=1 AND run_uuid=?", (run_id,))
    status, out, _ = nnexp("rerun", run_id)
    assert (status, "val/accuracy of epoch 1: 0.5 was recorded" in out) == (1, True)


def test_a_run_whose_folder_is_gone_is_not_amiss(nnexp: Nnexp, sound: Sound) -> None:
    shutil.rmtree(sound.here / "multirun")
    assert nnexp("doctor")[0] == 0


LABELS = np.arange(60) % 3
FORGED = {
    "predictions.npz": [
        {"labels": LABELS, "predicted": LABELS, "confidence": np.full(60, "x")},
        {"labels": LABELS + (1 << 40), "predicted": LABELS, "confidence": np.ones(60)},
        {"labels": LABELS - 5, "predicted": LABELS, "confidence": np.ones(60)},
        {"labels": LABELS, "predicted": LABELS[:7], "confidence": np.ones(60)},
        {"labels": LABELS.reshape(2, 30), "predicted": LABELS, "confidence": np.ones(60)},
        {"labels": LABELS[:0], "predicted": LABELS[:0], "confidence": np.ones(0)},
        {"labels": LABELS * 0.5, "predicted": LABELS, "confidence": np.ones(60)},
        {"labels": LABELS, "predicted": LABELS, "confidence": np.full(60, np.nan)},
    ],
    "parameters.npz": [
        {},
        {"weights_0": np.ones((2, 3)), "biases_0": np.ones(3)},
        {"weights_0": np.full((36, 4), "x"), "biases_0": np.ones(4)},
        {"weights_0": np.float64(3)},
        {"weights_0": np.full((36, 4), np.nan), "biases_0": np.full(4, np.inf)},
    ],
}


@pytest.mark.parametrize(("name", "arrays"), [(name, one) for name, every in FORGED.items() for one in every])
def test_arrays_that_nnexp_never_wrote_stop_no_command(
    nnexp: Nnexp, sound: Sound, tiny_data: Path, name: str, arrays: dict[str, Any]
) -> None:
    run_id = max(sound.runs, key=lambda one: sound.runs[one]["metrics"]["final/val_accuracy"])
    [file] = sound.here.glob(f"mlruns/*/{run_id}/artifacts/{name}")
    file.write_bytes(write_arrays(arrays))
    for command in COMMANDS:
        typed(nnexp, sound, command, run_id, tiny_data)
    status, out, _ = nnexp("doctor")
    assert (status, f"{name} in the store is not what the run left" in out) == (1, True)
