"""What a person means by a name or the beginning of an id, and what is said where that was left open."""

from __future__ import annotations

import pytest

from nnexp.errors import NotFoundError
from nnexp.sweep.find import chosen_runs, find_run, find_run_or_sweep, find_sweep, provable_runs, sweep_or_last
from nnexp.tracking.memory import MemoryStore
from nnexp.tracking.records import Kind, RunStart, Status, Tag


def sweep(store: MemoryStore, name: str, key: str, launched: int) -> str:
    tags = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: key * 64, Tag.LAUNCHED: str(launched)}
    return store.create(RunStart(name, launched, {"runs": "2"}, tags))


def run(store: MemoryStore, name: str, *, of: str = "", status: Status = Status.FINISHED, **params: object) -> str:
    member = {Tag.member(of * 64): Tag.YES} if of else {}
    texts = {setting: str(value) for setting, value in params.items()}
    run_id = store.create(RunStart(name, 5, texts, {Tag.KIND: Kind.RUN, Tag.KEY: f"{name}{texts}"} | member))
    store.end(run_id, status, 9)
    return run_id


@pytest.fixture
def store() -> MemoryStore:
    """Three sweeps, two of them of one name, and runs of which two share a name; ids are 00000001…, 00000002…"""
    store = MemoryStore()
    sweep(store, "quick", "a", 100)
    sweep(store, "quick", "b", 300)
    sweep(store, "other", "c", 200)
    run(store, "784-30-10", of="a", eta=3.0, seed=0)
    run(store, "784-30-10", of="b", eta=0.5, seed=0)
    run(store, "784-60-10", of="b", eta=0.5, seed=0)
    return store


def test_a_name_that_several_runs_have_is_refused_with_what_tells_them_apart(store: MemoryStore) -> None:
    with pytest.raises(NotFoundError) as refused:
        find_run(store, "784-30-10")
    told = str(refused.value)
    assert told.startswith("784-30-10 is the name of 2 runs: 00000004 (")
    assert "eta=3.0), 00000005 (" in told
    assert told.endswith("eta=0.5); give an id")
    assert "seed" not in told


def test_what_became_of_runs_tells_them_apart_too(store: MemoryStore) -> None:
    run(store, "784-60-10", status=Status.FAILED, eta=0.5, seed=0)
    with pytest.raises(NotFoundError, match=r"FINISHED\), 00000007 \(.*, FAILED\); give an id"):
        find_run(store, "784-60-10")


@pytest.mark.parametrize("wanted", ["784-60-10", "00000006", "00000006".ljust(32, "0")])
def test_one_is_found_by_its_name_its_id_and_the_beginning_of_that(wanted: str, store: MemoryStore) -> None:
    assert find_run(store, wanted).name == find_run_or_sweep(store, wanted).name == "784-60-10"


def test_a_beginning_of_several_ids_stands_for_none(store: MemoryStore) -> None:
    with pytest.raises(NotFoundError, match="0000 is the beginning of 3 ids: "):
        find_sweep(store, "0000")
    with pytest.raises(NotFoundError, match=r"0000 is the beginning of 6 ids: .* and 1 more; give more of it"):
        chosen_runs(store, ["0000"], print)


def test_a_sweep_in_a_runs_place_is_refused_with_how_to_find_the_run(store: MemoryStore) -> None:
    with pytest.raises(NotFoundError, match=r"^sweep other \(00000003, .*; nnexp runs --sweep other lists them$"):
        find_run(store, "other")


def test_of_sweeps_that_share_a_name_the_newest_is_taken_and_told(store: MemoryStore) -> None:
    said: list[str] = []
    assert [one.run_id[:8] for one in chosen_runs(store, ["quick"], said.append)] == ["00000005", "00000006"]
    assert len(provable_runs(store, ["quick"], said.append)) == 2
    for line in said:
        assert line.startswith("sweep quick (00000002, ")
        assert line.endswith("): the newest of 2 of this name; nnexp sweeps lists them")
    assert len(said) == 2


def test_the_last_sweep_is_told_where_none_was_named(store: MemoryStore) -> None:
    said: list[str] = []
    assert {one.run_id for one in chosen_runs(store, [], said.append)} == {
        one.run_id for one in provable_runs(store, ["00000002"], said.append)
    }
    assert said[0].endswith("): the last one; nnexp sweeps lists them")
    assert sweep_or_last(store, "other", said.append).name == "other"
    assert len(said) == 1


def test_what_is_not_there_is_hinted_at_by_its_words_the_shortest_first(store: MemoryStore) -> None:
    for seed in (2, 1):
        run(store, f"784-90-10 eta=0.5 seed={seed}", seed=seed)
        run(store, f"rerun of 784-90-10 eta=0.5 seed={seed}", seed=seed)
    with pytest.raises(NotFoundError, match=r"did you mean 784-90-10 eta=0\.5 seed=1 or rerun of "):
        find_run(store, "784-90-10 seed=1 eta=0.5")
    both = r"did you mean 784-90-10 eta=0\.5 seed=1 or 784-90-10 eta=0\.5 seed=2 or .* \(a name that holds blanks"
    with pytest.raises(NotFoundError, match=both):
        find_run(store, "784-90-10")
