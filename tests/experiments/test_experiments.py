import pytest

from nnexp.config.paths import CONF
from nnexp.errors import ConfigError
from nnexp.tasks.network.config import SCHEMA
from nnexp.tasks.network.presets import own_settings, trained_settings
from nnexp.tasks.network.task import NETWORK
from nnexp.training.events import Finished
from nnexp.training.spec import make_spec
from tests.plans import events_of

EXPERIMENTS = sorted(file.stem for file in (CONF / "experiment").glob("*.yaml"))


def config(**settings):
    return SCHEMA.parse_config(settings)


def test_every_system_is_there():
    assert EXPERIMENTS == ["colab-py27", "keras-data", "lesson-py3", "staged-20", "timed-yale-100", "timed-yale-30"]


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_composes_to_its_own_settings_and_trains(compose, name):
    composed = SCHEMA.parse_config(compose(f"experiment={name}"))
    assert composed.experiment == name
    assert trained_settings(composed) == own_settings(name) | {"kernel": "compiled"}
    short = SCHEMA.parse_config(compose(f"experiment={name}", "epochs=1", "dataset.limit=200"))
    assert isinstance(list(events_of(short))[-1], Finished)


@pytest.mark.parametrize(
    ("name", "sizes", "epochs", "init", "split", "freeze"),
    [
        ("colab-py27", (30,), 30, "uniform_bias", "book", ()),
        ("lesson-py3", (60,), 30, "normal", "book", ()),
        ("keras-data", (30,), 30, "normal", "full", ()),
        ("staged-20", (20,), 66, "normal", "full", (0,)),
        ("timed-yale-30", (30,), 30, "normal", "book", ()),
        ("timed-yale-100", (100,), 30, "normal", "book", ()),
    ],
)
def test_is_the_system_that_was_published(compose, name, sizes, epochs, init, split, freeze):
    one = SCHEMA.parse_config(compose(f"experiment={name}"))
    assert (one.layers, one.epochs, one.init, one.freeze) == (sizes, epochs, init, freeze)
    assert (one.dataset.split, one.dataset.scale, one.batch_size, one.dtype) == (split, "1/256", 10, "float64")
    assert one.eta == (((31, 2.0), (30, 0.4), (5, 0.01)) if name == "staged-20" else 3.0)


def test_a_changed_experiment_is_named_for_what_it_changed(compose):
    changed = SCHEMA.parse_config(compose("experiment=staged-20", "eta=1", "freeze=[]", "hidden=10"))
    assert (
        make_spec(NETWORK, changed, {"experiment": "staged-20", "eta": 1.0}).name
        == "784-10-10 staged-20 eta=1.0 freeze=[] seed=0"
    )


def test_an_unchanged_experiment_is_named_for_itself(compose):
    own = SCHEMA.parse_config(compose("experiment=staged-20", "seed=3"))
    assert make_spec(NETWORK, own, {"experiment": "staged-20", "seed": 3}).name == "784-20-10 staged-20 seed=3"


def test_an_experiment_of_ones_own_is_named_with_all_that_it_sets(compose, tmp_path):
    folder = tmp_path / "conf" / "experiment"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text(
        "# @package _global_\ndefaults: [staged-20, _self_]\nexperiment: mine\neta: 1.0\n"
    )
    mine = SCHEMA.parse_config(compose("experiment=mine", "batch_size=20"))
    assert (mine.eta, mine.freeze) == (1.0, (0,))
    told = "eta=1.0 batch_size=20 epochs=66 freeze=[0] dtype=float64 dataset.split=full seed=0"
    assert make_spec(NETWORK, mine).name == f"784-20-10 mine {told}"


def test_a_name_is_no_part_of_the_key():
    named, plain = config(experiment="lesson-py3"), config()
    assert SCHEMA.deciding(named) == SCHEMA.deciding(plain)
    assert make_spec(NETWORK, named).key == make_spec(NETWORK, plain).key


def test_the_notebooks_sweep_holds_ten_seeds_of_each(compose):
    plan = compose("-m", "--config-name", "notebooks")
    names = [run.name for run in plan.runs]
    assert len(names) == 60
    assert names[0] == "784-30-10 colab-py27 seed=0"
    assert names[-1] == "784-100-10 timed-yale-100 seed=9"


def test_a_multirun_composes_each_experiment_as_a_single_run_does(compose):
    plan = compose("-m", "experiment=lesson-py3,staged-20", "batch_size=5,20", "freeze=[0]")
    for run in plan.runs:
        chosen = (f"experiment={run.config.experiment}", f"batch_size={run.config.batch_size}")
        assert run.config == SCHEMA.parse_config(compose(*chosen, "freeze=[0]"))
    assert [run.name for run in plan.runs] == [
        "784-60-10 lesson-py3 batch_size=5 freeze=[0] seed=0",
        "784-60-10 lesson-py3 batch_size=20 freeze=[0] seed=0",
        "784-20-10 staged-20 batch_size=5 seed=0",
        "784-20-10 staged-20 batch_size=20 seed=0",
    ]


def test_the_fixed_sweep_differs_in_the_frozen_layer_alone(compose):
    plan = compose("-m", "--config-name", "staged_20_fixed")
    assert plan.varies == ("seed", "freeze")
    assert {run.config.freeze for run in plan.runs} == {(0,), ()}
    assert {run.config.experiment for run in plan.runs} == {"staged-20"}


def test_the_better_sweep_chooses_on_a_validation_set(compose):
    plan = compose("-m", "--config-name", "better")
    assert len(plan.runs) == 60
    assert {run.config.dataset.split for run in plan.runs} == {"book"}
    assert {run.config.init for run in plan.runs} == {"scaled"}


def test_an_unknown_experiment_is_refused_with_those_that_exist(compose):
    with pytest.raises(ConfigError, match="colab-py27"):
        compose("experiment=stagd")
