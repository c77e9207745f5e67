"""What stands above a comparison: as which sweep its runs were trained, and by which command."""

from __future__ import annotations

from dataclasses import replace

from nnexp.comparison.compare import compare
from nnexp.comparison.facts import facts
from nnexp.comparison.searched import Searched
from nnexp.measure import Measure
from nnexp.search.space import Choice, Interval
from nnexp.tracking.records import Kind, Run, Status, Tag
from tests.shelf import Shelf, run, runs


def sweep(name: str, key: str, size: int, command: str, launched: int) -> Run:
    tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: key, Tag.COMMAND: command, Tag.LAUNCHED: str(launched)}
    return Run(f"{name}-of-12-signs", name, Status.FINISHED, 1, 2, {"runs": str(size)}, {}, tags)


def test_the_sweep_is_the_one_that_holds_these_runs_and_no_others_though_one_trained_them() -> None:
    small = sweep("small", "a", 2, "nnexp sweep small", launched=5)
    large = sweep("large", "b", 4, "nnexp sweep large --budget 10m", launched=9)
    trained = {Tag.PARENT: small.run_id, Tag.member("a"): Tag.YES, Tag.member("b"): Tag.YES}
    added = {Tag.PARENT: large.run_id, Tag.member("b"): Tag.YES}
    of_small, others = runs({"hidden": 30}, [0.95, 0.96], tags=trained), runs({"hidden": 60}, [0.9, 0.91], tags=added)
    shelf = Shelf([*of_small, *others, small, large])
    told = dict(facts(compare([*of_small, *others], shelf), shelf))
    assert (told["sweep"], told["command"]) == ("large large-of", "nnexp sweep large --budget 10m")
    told = dict(facts(compare(of_small, shelf), shelf))
    assert (told["sweep"], told["command"]) == ("small small-of", "nnexp sweep small")


def test_runs_of_no_one_sweep_name_none() -> None:
    one = sweep("one", "a", 1, "nnexp sweep one", launched=5)
    apart = [*runs({"hidden": 30}, [0.95], tags={Tag.member("a"): Tag.YES}), *runs({"hidden": 60}, [0.9])]
    shelf = Shelf([*apart, one])
    assert {"sweep", "command"} & {name for name, _ in facts(compare(apart, shelf), shelf)} == set()


def test_data_are_called_as_their_file() -> None:
    own = {"dataset__path": "/far/away/tea.npz"}
    told = dict(facts(compare(runs({"hidden": 30}, [0.9], **own) + runs({"hidden": 60}, [0.8], **own)), None))
    assert told["data"] == "tea.npz data"


def test_of_a_sweep_that_was_stopped_it_is_said_how_many_of_its_runs_are_finished() -> None:
    of_it = {Tag.member("a"): Tag.YES}
    kept = runs({"hidden": 30}, [0.95, 0.96], tags=of_it)
    stopped = replace(sweep("init", "a", 12, "nnexp sweep init", launched=5), status=Status.KILLED)
    shelf = Shelf([*kept, run(0.5, hidden=60, status=Status.KILLED, tags=of_it), stopped])
    assert dict(facts(compare(kept, shelf), shelf))["state"] == "unfinished: 2 of 12 runs"


def test_of_a_sweep_that_came_to_its_end_no_state_is_told() -> None:
    kept = runs({"hidden": 30}, [0.95, 0.96], tags={Tag.member("a"): Tag.YES})
    shelf = Shelf([*kept, sweep("init", "a", 2, "nnexp sweep init", launched=5)])
    assert "state" not in dict(facts(compare(kept, shelf), shelf))


def test_of_a_search_the_space_is_told_and_no_setting_of_it_is_held() -> None:
    space = {"eta": Interval(0.1, 10.0, log=True), "init": Choice(("normal", "scaled"))}
    tried = [run(0.9, eta=1.0, init="scaled"), run(0.91, eta=2.0, init="scaled")]
    found = Searched(space, Measure("final/val_accuracy", "fraction"), False, 2, [0], (), tried, (), 0, 0)
    told = dict(facts(compare(tried), None, found))
    assert told["swept"] == "eta = tag(log,interval(0.1,10.0)); init = choice(normal,scaled)"
    assert "init" not in told["held"]


def test_one_run_is_no_sweep() -> None:
    assert dict(facts(compare([run(0.9)]), None))["swept"] == "nothing; seed = 0"
