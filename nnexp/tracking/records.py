"""What the tracking store holds, as plain data. Nothing here knows MLflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from nnexp.measure import FIRST_FORMAT, TOTAL, Measure, read_measures, write_measures
from nnexp.undeclared import completed, merged, with_purposes

FIRST_TASK = "network"  # what runs of the first format trained: they do not name it
RESERVED = ("nnexp.", "mlflow.")  # how tags begin that are no person's own
LATEST = 1 << 43  # Unix milliseconds: the year 2248
FIRST_INCIDENTAL = "dataset.name dataset.path experiment threads"  # of runs that are older than Tag.INCIDENTAL


class Status(StrEnum):
    """The fate of a run."""

    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"


UNDECLARED = write_measures([TOTAL])  # what a run says that has not ended, and whose task declares nothing
PRUNED = "PRUNED"  # what a person reads of a run that was ended as not worth going on with: to the store, FINISHED


class Kind(StrEnum):
    """What a record stands for (tag `nnexp.kind`)."""

    RUN = "run"
    SWEEP = "sweep"
    RERUN = "rerun"


class Tag:
    """The names of nnexp's tags. A value is always a string."""

    KIND = "nnexp.kind"
    KEY = "nnexp.key"
    COURSE = "nnexp.course"  # the key but for how many epochs there are: runs that share it begin alike
    CODE = "nnexp.code"
    DATA = "nnexp.data"
    DATA_PATHS = "nnexp.data_paths"  # where the data of a task of others lie, as PATH separates them
    ENVIRONMENT = "nnexp.environment"
    OWNER = "nnexp.owner"
    UID = "nnexp.uid"  # names the run before the store has given it an id
    FOLDER = "nnexp.folder"
    REASON = "nnexp.reason"  # why a run failed or was killed, in one line
    DIRTY = "nnexp.dirty"  # whether the checkout held changes that were not committed: true, false
    VERIFIED = "nnexp.verified"  # what the last rerun found
    NOISE = "nnexp.noise"  # how far reruns came from it though nothing differs: a metric and differences, in JSON
    RERUN_OF = "nnexp.rerun_of"  # on a rerun: the run that it repeats
    SWEEP = "nnexp.sweep"  # on a parent run: the sweep's key
    NAMES = "nnexp.names"  # on a parent run: every name that the sweep was asked for by, separated by spaces
    LAUNCHED = "nnexp.launched"  # on a parent run: when it was last launched, Unix milliseconds
    COMMAND = "nnexp.command"  # on a parent run: what was typed to launch it last, quoted as a shell reads it
    VARIES = "nnexp.varies"  # on a parent run: the settings that vary, separated by spaces
    LOOKS = "nnexp.looks"  # on a parent run: the seeds of each look at it that added seeds where they decide: 3 5 8
    SEARCH = "nnexp.search"  # on a parent run: what is searched, and how, as nnexp/search/about.py writes it
    PLAN = "nnexp.plan"  # on a parent run while it is launched: what its runs share, as sweep/shared.py writes it
    SAID = "nnexp.said"  # on a parent run: what of its description a person says
    PAGE = "nnexp.page"  # on a parent run: the digest of what its last page says, and where that was written
    NEVER_PREDICTED = "nnexp.never_predicted"  # classes, separated by spaces
    LOST = "nnexp.lost"  # what a finished run lost, separated by spaces, or NOTHING; absent: its task does not say
    FORMAT = "nnexp.format"  # the version of all that is recorded of the run; absent from the first
    TASK = "nnexp.task"  # the name of what was trained; absent from the first format: the network
    MEASURES = "nnexp.measures"  # what the task declares of its metrics, as nnexp/measure.py writes it
    DEFAULTS = "nnexp.defaults"  # the settings that are at their default, separated by spaces
    INCIDENTAL = "nnexp.incidental"  # the settings that decide nothing of what is trained, separated by spaces
    DERIVED = "nnexp.derived"  # of these the ones that others make, and that are in the key all the same, likewise
    FILES = "nnexp.files"  # what a finished run left besides the files of every run: names, separated by spaces
    STATE = "nnexp.state"  # where a run stood when it ended, in JSON: the epoch, the files of its state, a digest
    CONTINUED_FROM = "nnexp.continued_from"  # on a run that went on from where another stood: epoch 30 of its id
    PRUNED = "nnexp.pruned"  # why a run was ended before its last epoch, as one not worth going on with

    # Where a store has words of its own for these, it shows them in those; here they have these names alone.
    PARENT = "nnexp.parent"  # the id of the sweep that the run was trained for, or of the run that it repeats
    SOURCE = "nnexp.source"  # the program that made the run
    COMMIT = "nnexp.commit"  # of the checkout that the code was in
    USER = "nnexp.user"
    NOTE = "nnexp.note"  # a description in Markdown: what a person says, and then a sweep's answer

    YES = "true"
    NOTHING = "nothing"

    @staticmethod
    def remark(name: str) -> str:
        """Name the tag of what a task remarks on a finished run; two have tags of their own."""
        return {"never_predicted": Tag.NEVER_PREDICTED, "lost": Tag.LOST}.get(name, f"nnexp.remark.{name}")

    @staticmethod
    def planned(number: int) -> str:
        """Name the tag, from 1 on, in which runs stand that are to do."""
        return f"{Tag.PLAN}.{number}"

    @staticmethod
    def member(sweep_key: str) -> str:
        """Name the tag that marks a run as one of a sweep's (YES); a run may belong to several sweeps."""
        return f"nnexp.sweep.{sweep_key[:12]}"


@dataclass(frozen=True)
class Metric:
    """One value of a metric at one epoch (step), with the time it was measured (Unix, milliseconds)."""

    name: str
    value: float
    step: int
    timestamp: int


@dataclass(frozen=True)
class RunStart:
    """What is known of a run when the store first hears of it. Times are Unix milliseconds."""

    name: str
    started_at: int
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    parent_id: str | None = None
    dataset: Mapping[str, str] | None = None  # name, digest, source
    metrics: Sequence[Metric] = ()  # a short run may have them all by then


@dataclass(frozen=True)
class Run:
    """A run as the store remembers it; `metrics` holds the latest value of each. Times are Unix milliseconds."""

    run_id: str
    name: str
    status: Status
    started_at: int
    ended_at: int | None
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]

    @property
    def key(self) -> str | None:
        """The SHA-256 that names the experiment, if the run recorded one."""
        return self.tags.get(Tag.KEY)

    @property
    def parent_id(self) -> str | None:
        """The run that it stands under: its sweep, or what it repeats."""
        return self.tags.get(Tag.PARENT)

    @property
    def is_finished(self) -> bool:
        """Whether it came to its last epoch: a run that was pruned is FINISHED to the store, and no result."""
        return self.status is Status.FINISHED and Tag.PRUNED not in self.tags

    @property
    def fate(self) -> str:
        """Its status as a person reads it: PRUNED where it was ended as not worth going on with."""
        return PRUNED if Tag.PRUNED in self.tags else self.status.value

    @property
    def task(self) -> str:
        """The name of what was trained."""
        return self.tags.get(Tag.TASK, FIRST_TASK)

    @property
    def own_tags(self) -> dict[str, str]:
        """The tags that a person gave it."""
        return {name: text for name, text in self.tags.items() if not name.startswith(RESERVED)}

    @property
    def answer(self) -> str:
        """What of its description is a sweep's answer, in Markdown; empty where there is none yet."""
        return self.tags.get(Tag.NOTE, "").removeprefix(self.tags.get(Tag.SAID, "")).strip()

    @property
    def incidental(self) -> frozenset[str]:
        """The settings that decide nothing of what was trained: they are no part of its key."""
        return frozenset(self.tags.get(Tag.INCIDENTAL, FIRST_INCIDENTAL).split())

    @property
    def kind(self) -> str | None:
        """`run`, `sweep` or `rerun`; None for a run that nnexp did not make."""
        return self.tags.get(Tag.KIND)


def described(said: str, answer: str) -> str:
    """Describe a sweep: what a person says, and its answer."""
    return "\n\n".join(part for part in (said, answer) if part)


def claim_on(record: Run) -> str:
    """Name the claim of whoever is at work on a run or a sweep."""
    return sweep_claim(record.tags.get(Tag.SWEEP, "")) if record.kind == Kind.SWEEP else record.tags.get(Tag.UID, "")


def sweep_claim(sweep_key: str) -> str:
    """Name the claim of whoever launches a sweep."""
    return f"sweep {sweep_key}"


def key_claim(key: str) -> str:
    """Name the claim of whoever trains a key, or brings a run of it from elsewhere."""
    return f"key {key}"


def moment(found: object) -> int | None:
    """Take a time in Unix milliseconds; None for what is none."""
    return found if type(found) is int and 0 <= found < LATEST else None


def declared_by(runs: Iterable[Run | RunStart]) -> dict[str, Measure]:
    """Merge what is declared of the metrics of runs, by name; of several declarations by tasks, the first counts.

    A run that has not ended, and whose task declares nothing, is taken for what it has measured so far.
    """
    declared: dict[str, Measure] = {}
    asked: dict[str | None, Run | RunStart] = {}
    for run in runs:
        asked.setdefault(_declaring(run), run)
    for run in asked.values():
        for measure in _declared(run):
            known = declared.get(measure.name)
            declared[measure.name] = merged(known, measure) if known else measure
    return {one.name: one for one in with_purposes(declared.values())} or dict(FIRST_FORMAT)


def _declaring(run: Run | RunStart) -> str | None:
    """Name what declares a run's metrics: of runs of which that is the same, one is asked."""
    text = run.tags.get(Tag.MEASURES)
    return run.tags.get(Tag.UID) if text == UNDECLARED else text


def _declared(run: Run | RunStart) -> Iterable[Measure]:
    found = read_measures(run.tags.get(Tag.MEASURES)) or FIRST_FORMAT
    if run.tags.get(Tag.MEASURES) != UNDECLARED or not isinstance(run, Run):
        return found.values()
    return completed(found.values(), [run.metrics])


def newest_finished(records: Sequence[Run]) -> dict[str, Run]:
    """Pick the newest finished record of each key from records that stand newest first."""
    return {record.key: record for record in reversed(records) if record.key and record.is_finished}
