"""A search as it is typed: its space in Hydra's grammar, and a line for what cannot be searched."""

import json

import pytest

from nnexp.cli.main import main
from nnexp.search.space import Choice, Interval, Steps
from nnexp.sweep.hydra.search import read_overrides
from nnexp.tasks.network.config import SCHEMA


class Loader:
    """Knows one group."""

    def get_group_options(self, name):
        return ["notebook"] if name == "experiment" else []


@pytest.mark.parametrize(
    ("typed", "dimension"),
    [
        ("eta=interval(0.1,5)", Interval(0.1, 5.0)),
        ("eta=tag(log,interval(0.1,5))", Interval(0.1, 5.0, log=True)),
        ("batch_size=interval(1,64)", Interval(1, 64, whole=True)),
        ("batch_size=tag(log,interval(1,64))", Interval(1, 64, log=True, whole=True)),
        ("eta=interval(1,9)", Interval(1.0, 9.0)),
        ("eta=int(interval(1,9))", Interval(1, 9, whole=True)),
        ("hidden=range(20,101,20)", Steps(20, 100, 20)),
        ("lmbda=range(0,1,0.25)", Steps(0.0, 0.75, 0.25)),
        ("hidden=choice(5,[5,4])", Choice(("5", "[5,4]"))),
        ("hidden=5,10,5", Choice(("5", "10"))),
        ("init=choice(normal,scaled)", Choice(("normal", "scaled"))),
        ("experiment=choice(notebook,book)", Choice(("notebook", "book"))),
    ],
)
def test_spaces_are_written_as_hydras_users_write_them(typed, dimension):
    space, fixed = read_overrides([typed, "epochs=3"], Loader(), SCHEMA)
    assert [*space.values()] == [dimension]
    assert fixed == ["epochs=3"]


def test_the_last_of_a_name_counts():
    space, fixed = read_overrides(["eta=choice(1,2)", "hidden=5", "eta=3", "hidden=choice(6,7)"], Loader(), SCHEMA)
    assert (space, fixed) == ({"hidden": Choice(("6", "7"))}, ["eta=3"])


@pytest.fixture
def typed(nnexp, tiny_data, monkeypatch, tmp_path, store_file):
    """Type a search over the small data, for its status and what it says."""
    (tmp_path / "mlflow.db").write_bytes(store_file.read_bytes())

    def type_(*arguments):
        data = ("dataset=folder", f"dataset.path={tiny_data}")
        return nnexp("train", "-m", "hydra/sweeper=search", *data, *arguments)

    return type_


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hidden=5"], "a search needs a setting that varies: eta='interval(0.1,5)', hidden='choice(30,100)'"),
        (["eta=interval(5,1)"], "eta must be an interval of two numbers, the smaller first, but got"),
        (["eta=tag(log,interval(0,1))"], "eta must be an interval of two numbers above 0, the smaller first"),
        (["eta=interval(-1,1)"], "eta must be a finite number above 0, but got -1.0"),
        (["hiden=choice(5,6)"], "there is no setting hiden; did you mean hidden?"),
        (
            ["init=choice(normal,scald)"],
            "init must be one of normal, uniform_bias, scaled, but got 'scald'",
        ),
        (["hidden=choice(5,6)", "hydra.sweeper.n_trial=3"], "did you mean n_trials?"),
        (["hidden=choice(5,6)", "hydra.sweeper.sampler=tp"], "did you mean tpe?"),
        (["eta=interval(1,2)", "hydra.sweeper.sampler=grid"], "needs values that can be counted"),
        (["seed=range(5)", "hydra.sweeper.replicates=2"], "seed cannot be searched where each point is tried with"),
        (["hidden=choice(5,6)", "hydra.sweeper.metric=test/accuracy"], "a search takes val/accuracy"),
        (["hidden=choice(5,6)", "hydra.launcher.until_decided=true"], "a search has replicates"),
        (["hidden=choice(5,6)", "hydra.sweeper.where='eta<1'"], "where is a setting of hydra/sweeper=grid, and not of"),
        (["hidden=shuffle(range(2,20))"], "hidden is shuffled, but in a search the sampler decides the order"),
        (["init=shuffle(choice(normal,scaled))"], "leave shuffle(...) out"),
        (["hidden=choice(5,6)", "hydra.sweeper.pruner=seeds"], "replicates must be more than 3, after which"),
        (
            ["hidden=5,6", "hydra.sweeper.pruner=seeds", "hydra.sweeper.replicates=9", "hydra.sweeper.minimize=true"],
            "pruner=seeds takes final/val_accuracy as its task declares it",
        ),
        (["hidden=tag(log,range(2,20,3))"], "a logarithmic range must be of whole numbers from 1 on"),
    ],
)
def test_what_cannot_be_searched_is_refused_in_a_line(typed, arguments, said):
    status, _, err = typed(*arguments)
    assert status == 2
    assert said in " ".join(err.split())
    assert len(err.strip().splitlines()) <= 2


def test_a_list_of_yaml_is_refused_as_in_any_sweep(typed, tmp_path):
    (tmp_path / "sweeps").mkdir()
    text = (
        "defaults: [config, {override hydra/sweeper: search}, _self_]\nhydra: {sweeper: {params: {hidden: [3, 4]}}}\n"
    )
    (tmp_path / "sweeps" / "mine.yaml").write_text(text)
    status, _, err = typed("--config-name", "mine")
    assert status == 2
    assert "hydra.sweeper.params.hidden must be written as it is typed, but got a list" in " ".join(err.split())


def test_without_a_search_an_interval_names_it(nnexp):
    status, _, err = nnexp("train", "-m", "eta=interval(0.1,5)")
    assert (status, "hydra/sweeper=search does it" in " ".join(err.split())) == (2, True)
    status, _, err = nnexp("train", "-m", "eta=1,2", "hydra.sweeper.n_trials=5")
    assert (status, "n_trials is a setting of hydra/sweeper=search, and" in " ".join(err.split())) == (2, True)


def test_a_search_on_the_command_line(typed, nnexp):
    settings = ("hidden=choice(3,4,5)", "eta=tag(log,interval(0.1,5))", "epochs=2", "hydra.sweeper.n_trials=6")
    status, out, err = typed(*settings, "hydra.sweeper.confirm=2", "hydra.launcher.jobs=1")
    assert status == 0, err
    assert "Best of 6 points: " in out
    assert "On 2 fresh seeds: " in out
    assert "6 complete; 12 of 12 epochs trained." in out
    best, again = ([line for line in text.splitlines() if "Best of" in line] for text in (out, nnexp("compare")[1]))
    assert again == best
    status, listed, _ = nnexp("runs", "--json")
    assert len(json.loads(listed)) == 8
    assert typed(*settings, "hydra.sweeper.confirm=2", "hydra.launcher.jobs=1")[0] == 0
    assert len(json.loads(nnexp("runs", "--json")[1])) == 8
    usual = ("hydra.sweeper.sampler=tpe", "hydra.sweeper.metric=val/accuracy", "hydra.sweeper.minimize=false")
    planned = typed(*settings, *usual, "hydra.sweeper.n_trials=9", "hydra.launcher.dry_run=true")[1]
    assert "9 points of 1 seed: 6 done" in planned  # it is the same search


def test_its_sweeper_is_the_one_that_hydra_loads():
    from hydra.core.plugins import Plugins
    from hydra.plugins.sweeper import Sweeper

    names = {plugin.__name__ for plugin in Plugins.instance().discover(Sweeper)}
    assert {"GridSweeper", "SearchSweeper"} <= names
    assert callable(main)
