"""Keys that must never change by accident: a run is found again by its key alone.

keys.json holds keys, the default of every setting (of a later one, what was done before it), and the digest of a
module that is hard to read. What stands there is never edited, but for a new setting, which is added.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from nnexp.tasks.code import code_of
from nnexp.tasks.network.config import SCHEMA
from nnexp.training.key import key_of, key_of_format_1, sweep_key

FILE = Path(__file__).with_name("keys.json")
GOLDEN = json.loads(FILE.read_text())
CODE, DATA = "0" * 64, "1" * 64


@pytest.mark.parametrize("entry", GOLDEN["keys"], ids=lambda entry: json.dumps(entry["settings"]))
def test_a_key_is_what_it_was(entry: dict[str, Any]) -> None:
    config = SCHEMA.parse_recorded(entry["settings"])
    found = key_of("network", SCHEMA.deciding(config), DATA, CODE)
    assert found == entry["key"], (
        f"runs with {entry['settings']} would no longer be found by their keys; was this meant? If it was, every run "
        "that anybody has trained is trained again"
    )


def test_keys_differ() -> None:
    assert len({entry["key"] for entry in GOLDEN["keys"]}) == len(GOLDEN["keys"]) > 12


def test_the_key_of_the_first_format_is_what_it_was() -> None:
    entry = GOLDEN["format 1"]
    assert key_of_format_1(entry["settings"], DATA, CODE) == entry["key"]


def test_a_sweeps_key_is_what_it_was() -> None:
    assert sweep_key(entry["key"] for entry in GOLDEN["keys"]) == GOLDEN["sweep"]


def test_a_key_without_data_is_what_it_was() -> None:
    assert key_of("another", {"alpha": 0.1, "b.c": [1, None]}, None, CODE) == GOLDEN["another task"]


def test_no_default_has_changed() -> None:
    here, known = SCHEMA.flat(SCHEMA.parse_recorded({})), GOLDEN["defaults"]
    changed = {name: (known[name], here[name]) for name in known.keys() & here.keys() if known[name] != here[name]}
    assert not changed, (
        f"defaults have changed: {changed}. A key leaves out what is at its default, so new runs would get the keys of "
        "old ones that were trained with the old default, and be taken for them. A default must never change: give the "
        "new behaviour a new setting, or a new name"
    )
    assert sorted(known) == sorted(here), (
        f"new settings: {sorted(here.keys() - known.keys())}, settings that are gone: "
        f"{sorted(known.keys() - here.keys())}. Add the default of a new one to {FILE.name}; one that is gone makes "
        "old runs unreadable"
    )


def test_code_that_is_hard_to_read_is_the_same_under_every_python() -> None:
    source = FILE.with_name("tricky.txt").read_text(encoding="utf-8")
    found = hashlib.sha256(code_of(source).encode()).hexdigest()
    assert found == GOLDEN["code"], "the same code would have another digest, and so every run another key"
