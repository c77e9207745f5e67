"""Every setting of the network is checked once, and says what it wants."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnexp.core import ACTIVATIONS, COSTS, DTYPES, INITS, OPTIMISERS
from nnexp.datasets.options import SPLITS
from nnexp.errors import ConfigError
from nnexp.tasks.network.config import SCHEMA, Config, DatasetConfig

build, values = SCHEMA.parse_config, SCHEMA.values

GOOD = [
    ("hidden", 100, 100),
    ("hidden", [100, 30], (100, 30)),
    ("hidden", [30], 30),
    ("hidden", [], ()),
    ("dataset.scale", 0.5, "1/2"),
    ("dataset.scale", 0.00390625, "1/256"),
    ("dataset.scale", "0.1", "1/10"),
    ("dataset.scale", "1/16", "1/16"),
    ("dataset.classes", [3, "cat"], (3, "cat")),
    ("dataset.label", -1, -1),
    ("dataset.drop", ["id", 3], ("id", 3)),
    ("eta", 3, 3.0),
    ("eta", [[31, 2], [30, 0.4]], ((31, 2.0), (30, 0.4))),
    ("batch_size", 1, 1),
    ("epochs", 1, 1),
    ("seed", 0, 0),
    ("init", "scaled", "scaled"),
    ("cost", "cross_entropy", "cross_entropy"),
    ("lmbda", 0, 0.0),
    ("optimiser", "momentum", "momentum"),
    ("mu", 0, 0.0),
    ("activation", "step", "step"),
    ("activation", "relu", "relu"),
    ("freeze", [1, 0, 1], (0, 1)),
    ("freeze", [], ()),
    ("shuffle", False, False),
    ("dtype", "float64", "float64"),
    ("threads", 2, 2),
    ("kernel", "reference", "reference"),
    ("dataset.path", "some/folder", "some/folder"),
    ("dataset.path", None, None),
    ("dataset.split", "full", "full"),
    ("dataset.scale", "none", "none"),
    ("dataset.classes", 26, 26),
    ("dataset.limit", 1, 1),
]
WHOLE = "must be a whole number of at least "
BAD = [
    ("hidden", 0, "hidden must be a whole number of at least 1, or a list"),
    ("hidden", [30, 2.5], "hidden must be .* but got .30, 2.5."),
    ("hidden", True, "hidden must be .* but got True"),
    ("hidden", "30", "hidden must be .* but got '30'"),
    ("eta", 0, "eta must be a finite number above 0, but got 0"),
    ("eta", -1.0, "eta must be a finite number above 0, but got -1.0"),
    ("eta", math.nan, "eta must be a finite number above 0, but got nan"),
    ("eta", math.inf, "eta must be a finite number above 0, but got inf"),
    ("eta", 10**400, "eta must be a finite number above 0, but got 1000"),
    ("eta", "fast", "eta must be a finite number above 0, but got 'fast'"),
    ("eta", True, "eta must be a finite number above 0, but got True"),
    ("eta", [], r"eta must be a number, or stages like \[\[31, 2.0\], \[30, 0.4\]\]"),
    ("eta", [1.0], "eta must be a number, or stages like"),
    ("eta", [[0, 1.0]], f"eta .a stage's epochs. {WHOLE}1, but got 0"),
    ("eta", [[1, 0]], "eta .a stage's rate. must be a finite number above 0, but got 0"),
    ("batch_size", 0, f"batch_size {WHOLE}1, but got 0"),
    ("epochs", -5, f"epochs {WHOLE}1, but got -5"),
    ("epochs", 1.5, f"epochs {WHOLE}1, but got 1.5"),
    ("epochs", None, f"epochs {WHOLE}1, but got None"),
    ("seed", -1, f"seed {WHOLE}0, but got -1"),
    ("seed", {}, f"seed {WHOLE}0, but got {{}}"),
    ("init", "scald", f"init must be one of {', '.join(INITS)}, but got 'scald'; did you mean scaled"),
    ("cost", 1, f"cost must be one of {', '.join(COSTS)}, but got 1"),
    ("lmbda", -0.1, "lmbda must be a finite number of at least 0, but got -0.1"),
    (
        "optimiser",
        "momentun",
        f"optimiser must be one of {', '.join(OPTIMISERS)}, but got 'momentun'; did you mean momentum",
    ),
    ("mu", 1, "mu must be a finite number of at least 0 and below 1, but got 1"),
    ("mu", -0.1, "mu must be a finite number of at least 0 and below 1, but got -0.1"),
    ("activation", "rely", f"activation must be one of {', '.join(ACTIVATIONS)}, but got 'rely'; did you mean relu"),
    ("freeze", 0, r"freeze must be a list of layers like \[0\], but got 0"),
    ("freeze", [-1], f"freeze {WHOLE}0, but got -1"),
    ("shuffle", 1, "shuffle must be true or false, but got 1"),
    ("shuffle", "yes", "shuffle must be true or false, but got 'yes'"),
    ("dtype", "float", f"dtype must be one of {', '.join(DTYPES)}, but got 'float'"),
    ("experiment", 3, "experiment must be a text, but got 3"),
    ("kernel", "fast", "kernel must be one of auto, numpy, compiled, reference, but got 'fast'"),
    ("threads", 0, f"threads {WHOLE}1, but got 0"),
    ("dataset.name", "", "dataset.name must be a text, but got ''"),
    ("dataset.path", 3, "dataset.path must be a text, but got 3"),
    ("dataset.split", "half", f"dataset.split must be one of {', '.join(SPLITS)}, but got 'half'"),
    ("dataset.scale", 0, "dataset.scale must be auto, standard, none, or a number such as 1/256, but got 0"),
    ("dataset.scale", "1/0", "dataset.scale must be auto, standard, none, or a number such as 1/256, but got '1/0'"),
    ("dataset.classes", 1, f"dataset.classes {WHOLE}2, but got 1"),
    ("dataset.classes", [3], "dataset.classes must be how many there are, or a list of two at least"),
    ("dataset.label", True, "dataset.label must be a text, but got True"),
    ("dataset.drop", "id", r"dataset.drop must be a list of columns, by name or place, like \[id\], but got 'id'"),
    ("dataset.grey", 1, "dataset.grey must be true or false, but got 1"),
    ("dataset.transpose", None, "dataset.transpose must be true or false, but got None"),
    ("dataset.split_seed", -1, f"dataset.split_seed {WHOLE}0, but got -1"),
    ("dataset.test", 0, "dataset.test must be a finite number above 0 and below 1, but got 0"),
    ("dataset.val", 1, "dataset.val must be a finite number above 0 and below 1, but got 1"),
    ("dataset.limit", 0, f"dataset.limit {WHOLE}1, but got 0"),
]
UNKNOWN = [
    ("hiden", "there is no setting hiden; did you mean hidden?"),
    ("dataset.splt", "there is no setting dataset.splt; did you mean dataset.split?"),
    ("xyzzy", "there is no setting xyzzy; the settings are hidden, eta, batch_size"),
    ("_target_", "there is no setting _target_"),
    ("dataset._target_", "there is no setting dataset._target_"),
    ("dataset", "there is no setting dataset; did you mean dataset."),
]


def nested(name: str, value: Any) -> dict[str, Any]:
    group, _, leaf = name.rpartition(".")
    return {group: {leaf: value}} if group else {leaf: value}


@pytest.mark.parametrize(("name", "value", "built"), GOOD)
def test_a_value_that_fits_is_taken(name: str, value: Any, built: Any) -> None:
    config = build(nested(name, value))
    found = getattr(config.dataset if "." in name else config, name.rpartition(".")[2])
    assert (found, type(found)) == (built, type(built))


@pytest.mark.parametrize(("name", "value", "message"), BAD)
def test_a_value_that_does_not_is_refused_in_words(name: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigError, match=f"^{message}") as raised:
        build(nested(name, value))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("name", "message"), UNKNOWN)
def test_an_unknown_setting_is_refused_with_the_nearest_known(name: str, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        build(nested(name, "os.system"))
    assert str(raised.value).startswith(message)


def test_every_setting_has_a_bad_value_above() -> None:
    assert {name for name, _, _ in BAD} == set(SCHEMA.setting_names())


def test_without_settings_it_is_the_books_network() -> None:
    assert build({}) == build({"dataset": {}}) == Config()


def test_other_data_than_mnist_must_lie_somewhere() -> None:
    with pytest.raises(ConfigError, match=r"dataset\.path must name a folder or an \.npz file"):
        build({"dataset": {"name": "folder"}})


def test_nothing_in_a_record_is_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "elsewhere")
    text = "${oc.env:HOME}"
    assert build({"dataset": {"path": text}}).dataset.path == text
    with pytest.raises(ConfigError, match="seed must be a whole number"):
        build({"seed": text})


WORD = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=20)
RATE = st.floats(min_value=0, exclude_min=True, allow_infinity=False)
SETTINGS = st.fixed_dictionaries(
    {},
    optional={
        "hidden": st.integers(1, 2000) | st.lists(st.integers(1, 2000), min_size=1, max_size=4),
        "eta": RATE | st.integers(1, 10**6) | st.lists(st.tuples(st.integers(1, 99), RATE), min_size=1, max_size=4),
        "batch_size": st.integers(1, 10**6),
        "seed": st.integers(0, 2**64),
        "lmbda": st.floats(min_value=0, allow_infinity=False),
        "optimiser": st.sampled_from(["sgd", "momentum"]),
        "mu": st.floats(min_value=0, max_value=1, exclude_max=True),
        "freeze": st.lists(st.integers(0, 9), max_size=4),
        "shuffle": st.booleans(),
        "dtype": st.sampled_from(["float32", "float64"]),
        "dataset": st.fixed_dictionaries({"path": WORD}, optional={"name": WORD, "limit": st.none() | st.integers(1)}),
    },
)


@settings(deadline=None)
@given(SETTINGS)
def test_values_and_build_undo_each_other(given_settings: dict[str, Any]) -> None:
    config = build(given_settings)
    assert build(values(config)) == config


OPEN = {"kernel": "auto", "dataset.split": "auto", "dataset.scale": "auto"}  # until the data are looked at


def test_equal_values_written_otherwise_are_equal() -> None:
    assert build({"hidden": [30], "eta": 3}) == build({"hidden": 30, "eta": 3.0})
    assert SCHEMA.deciding(build({"hidden": [30], "eta": 3})) == SCHEMA.deciding(Config()) == OPEN


def test_what_decides_leaves_out_what_changes_no_experiment() -> None:
    data = DatasetConfig(name="copy", path="/elsewhere", split="book", scale="1/256")
    elsewhere = Config(threads=2, experiment="mine", kernel="numpy", dataset=data)
    assert SCHEMA.deciding(elsewhere) == {}
    left_out = {name for name, one in SCHEMA.settings.items() if not one.decides}
    assert left_out == {"experiment", "threads", "dataset.name", "dataset.path"}


def test_what_changes_how_long_an_epoch_takes() -> None:
    cheap = {name for name, one in SCHEMA.settings.items() if not one.costs}
    assert cheap == {
        "eta", "epochs", "seed", "init", "lmbda", "mu", "shuffle", "experiment", "dataset.scale",
        "dataset.label", "dataset.transpose", "dataset.split_seed",
    }  # fmt: skip


def test_every_setting_says_what_it_means() -> None:
    assert all(one.meaning for one in SCHEMA.settings.values())
