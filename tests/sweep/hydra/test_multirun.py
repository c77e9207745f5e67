"""What a sweeper is given back of the jobs of anybody's application, and what is recorded of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hydra._internal.callbacks import Callbacks
from hydra._internal.hydra import Hydra
from hydra._internal.utils import create_config_search_path
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.plugins import Plugins
from hydra.core.utils import JobReturn, JobStatus
from hydra.errors import CompactHydraException
from hydra.types import HydraContext, RunMode

from nnexp.sweep.hydra.multirun import JobError
from nnexp.tracking.choose import STORES, store_here
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, Run, Status, Tag
from tests.sweep.hydra.applications import RUNS, descent, square

Launch = Callable[..., list[JobReturn]]


@pytest.fixture(autouse=True)
def store(as_at_first: None, monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    store = MemoryStore()
    monkeypatch.setitem(STORES, "memory", lambda: store)
    return store


@pytest.fixture
def launch() -> Iterator[Launch]:
    """Launch jobs as a sweeper does, in one batch or several, and give what comes back of them."""

    def launch(function: Callable[[Any], Any], *batches: Sequence[str], settings: Sequence[str] = ()) -> Any:
        hydra = Hydra.create_main_hydra2("app", create_config_search_path(None))
        try:
            usual = ["hydra/launcher=nnexp", "hydra.sweep.dir=out", "hydra.launcher.jobs=1", "hydra.job.chdir=false"]
            master = hydra.compose_config(None, [*usual, *settings], RunMode.MULTIRUN)
            HydraConfig.instance().set_config(master)
            context = HydraContext(config_loader=hydra.config_loader, callbacks=Callbacks())
            launcher = Plugins.instance().instantiate_launcher(
                hydra_context=context, task_function=function, config=master
            )
            back: list[JobReturn] = []
            for jobs in batches:
                back += launcher.launch([job.split() for job in jobs], len(back))
            return back
        finally:
            GlobalHydra.instance().clear()

    return launch


def runs() -> list[str]:
    """The jobs that were run, in order."""
    return sorted(Path(RUNS).read_text().split()) if Path(RUNS).exists() else []


def recorded() -> list[Run]:
    return sorted(store_here().runs(), key=lambda run: run.name)


def test_what_is_finished_is_reused_with_what_it_returned(launch: Launch) -> None:
    first = launch(square, ["+x=1 +what=mapping", "+x=2", "+x=3 +what=word", "+x=4 +what=nothing"])
    assert [back.return_value for back in first] == [{"square": 1, "root": 1.0}, 4, "square of 3", None]
    again = launch(square, ["+x=2", "+x=1 +what=mapping", "+x=3 +what=word", "+x=5"])
    assert [back.return_value for back in again] == [4, {"square": 1.0, "root": 1.0}, None, 25]
    assert [back.overrides for back in again][:2] == [["+x=2"], ["+x=1", "+what=mapping"]]
    assert [back.cfg for back in again][:2] == [{"x": 2}, {"x": 1, "what": "mapping"}]
    assert runs() == ["1", "2", "3", "4", "5"]


def test_its_result_is_an_epoch_where_it_logs_none(launch: Launch) -> None:
    launch(square, ["+x=2", "+x=3 +what=mapping", "+x=4 +what=nothing"])
    number, mapping, nothing = recorded()
    assert number.metrics["result"] == 4.0
    assert (mapping.metrics["square"], mapping.metrics["root"]) == (9.0, 3**0.5)
    assert (nothing.status, {*nothing.metrics} - {"time/total_s"}) == (Status.FINISHED, set())


def test_what_it_logs_are_its_epochs(launch: Launch, store: MemoryStore) -> None:
    (back,) = launch(descent, ["+x=8"])
    assert back.return_value == 2.0
    (run,) = recorded()
    assert store.history([run.run_id], "val/loss") == {run.run_id: [(1, 8.0), (2, 4.0), (3, 2.0)]}
    assert (run.params["x"], run.task) == ("8", "tests.sweep.hydra.applications:descent")


@pytest.mark.parametrize(
    ("what", "error"),
    [
        ("failure", "ArithmeticError: there is no square of 1"),
        ("exit", r"applications:square called sys.exit\(3\)"),
        ("crash", "SIGABRT"),
    ],
)
def test_a_job_that_fails_is_said_to_have_and_the_others_go_on(launch: Launch, what: str, error: str) -> None:
    failed, finished = launch(square, [f"+x=1 +what={what}", "+x=2"])
    assert (failed.status, finished.status, finished.return_value) == (JobStatus.FAILED, JobStatus.COMPLETED, 4)
    with pytest.raises(JobError, match=error) as raised:
        _ = failed.return_value
    if what == "failure":
        assert 'raise ArithmeticError(f"there is no square of {cfg.x}")' in str(raised.value.__cause__)
    tries = 2 if what == "crash" else 1
    assert [run.status for run in recorded()] == [*tries * [Status.FAILED], Status.FINISHED]


def test_what_was_not_started_is_said_so(launch: Launch) -> None:
    settings = ["hydra.launcher.fail_fast=true"]
    _, left = launch(square, ["+x=1 +what=failure", "+x=2"], settings=settings)
    with pytest.raises(CompactHydraException, match="job 1 was not started"):
        _ = left.return_value
    assert runs() == ["1"]


def test_a_job_may_have_processes_of_its_own(launch: Launch) -> None:
    assert launch(square, ["+x=3 +what=processes"])[0].return_value == 3


def test_batches_are_one_sweep(launch: Launch, store: MemoryStore) -> None:
    sized = ["hydra.sweeper.max_batch_size=2"]
    first = launch(square, ["+x=1", "+x=2"], ["+x=3"], settings=sized)
    again = launch(square, ["+x=1", "+x=2"], ["+x=3"], ["+x=4"], settings=sized)
    assert [back.return_value for back in (*first, *again)] == [1, 4, 9, 1, 4, 9, 16]
    (sweep,) = store.runs(Kind.SWEEP)
    member = Tag.member(sweep.tags[Tag.SWEEP])
    assert (sweep.name, len([run for run in recorded() if member in run.tags])) == ("app", 4)


def test_a_job_that_stands_there_twice_is_run_once(launch: Launch) -> None:
    assert [back.return_value for back in launch(square, ["+x=3", "+x=3"])] == [9, 9]
    assert runs() == ["3"]


def test_a_function_that_is_made_as_it_goes_is_known_by_all_that_it_holds(launch: Launch) -> None:
    def power(exponent: int) -> Callable[[Any], Any]:
        return lambda cfg: cfg.x**exponent

    values = [launch(power(exponent), ["+x=3"])[0].return_value for exponent in (2, 3, 2)]
    assert values == [9, 27, 9]
    assert len(recorded()) == 2


def test_its_own_files_lie_beneath_the_jobs_folder(launch: Launch) -> None:
    launch(square, ["+x=2"])
    assert sorted(path.name for path in Path("out/0").iterdir()) == [".hydra", ".nnexp", "app.log"]
    assert Path("out/0/.nnexp/epochs.jsonl").is_file()


@pytest.mark.parametrize(
    ("setting", "mistake"),
    [
        ("hydra.launcher.jobs=0", "hydra.launcher.jobs|jobs must be a whole number of at least 1"),
        ("hydra.launcher.until_decided=true", "hydra.launcher.until_decided has no meaning for an application"),
    ],
)
def test_a_mistake_is_told_in_a_line(launch: Launch, setting: str, mistake: str) -> None:
    with pytest.raises(CompactHydraException, match=mistake):
        launch(square, ["+x=1"], settings=[setting])
    assert runs() == []


def test_a_dry_run_runs_nothing(launch: Launch, capsys: pytest.CaptureFixture[str]) -> None:
    assert launch(square, ["+x=1"], settings=["hydra.launcher.dry_run=true"])[0].return_value is None
    out, err = capsys.readouterr()
    assert (runs(), out, "applications x=1: to do" in err or "applications: to do" in err) == ([], "", True)
