"""`nnexp tag`: what a person calls a run, beside what nnexp and MLflow say of it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from nnexp.cli.console import out, say, write
from nnexp.cli.taken import take_run
from nnexp.config.checks import text
from nnexp.errors import ConfigError
from nnexp.escape import in_json
from nnexp.recording.store import open_store
from nnexp.tracking.records import RESERVED
from nnexp.tracking.store import RunStore

KEY = re.compile(r"[\w./ :-]{1,250}", re.ASCII)  # as MLflow takes it
BLANKS = "; a name that holds blanks is quoted"
LONGEST = 5000  # characters of a value


def tag(wanted: str, written: Sequence[str], *, as_json: bool) -> None:
    """Set tags of a run."""
    tags = dict(map(_read, written))
    store = open_store(say)
    _check_whole(store, wanted, written)
    run = take_run(store, wanted)
    store.log(run.run_id, tags=tags)
    now = run.own_tags | tags
    if as_json:
        write(in_json({"run_id": run.run_id, "tags": now}))
        return
    for name, value in now.items():
        out().print(f"{name}={value}", soft_wrap=True)


def _check_whole(store: RunStore, wanted: str, written: Sequence[str]) -> None:
    """Refuse the name of a run that blanks have parted: what looks like its first tag is a part of it."""
    names = {run.name for run in store.runs(None)}
    for end in range(1, len(written)):
        if (whole := " ".join([wanted, *written[:end]])) in names:
            raise ConfigError(f"{whole} is the name of a run; quote it: {shlex.quote(whole)}")


def _read(written: str) -> tuple[str, str]:
    name, equals, value = written.partition("=")
    if not equals or not KEY.fullmatch(name):
        wanted = "KEY=VALUE, the key of letters, digits, blanks and . _ - / :"
        raise ConfigError(f"a tag must look like {wanted}, but got {written!r}{'' if equals else BLANKS}")
    if name.startswith(RESERVED):
        raise ConfigError(f"{name} is not yours to set: tags that begin with {' or '.join(RESERVED)} are kept")
    return name, kept_text(f"the tag {name}", value)


def kept_text(what: str, written: str) -> str:
    """Refuse a text that a store does not keep as it is."""
    if len(written) > LONGEST:
        raise ConfigError(f"{what} must be at most {LONGEST:,} characters long, but has {len(written):,}")
    return text(what, written)
