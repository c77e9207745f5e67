"""Composing once and setting values must give what Hydra itself composes for every job."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hydra import initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from hydra.types import RunMode
from omegaconf import OmegaConf, open_dict, read_write
from omegaconf.errors import OmegaConfBaseException

from nnexp.config import store
from nnexp.config.paths import CONF
from nnexp.errors import ConfigError
from nnexp.sweep.hydra.compose import Composer
from nnexp.tasks.network.config import SCHEMA

ERRORS = (HydraException, OmegaConfBaseException, ConfigError)

USER = {
    "config": """
defaults:
  - settings
  - dataset: mnist
  - experiment: null
  - _self_
dataset:
  limit: ${lmbda}00
eta: ${hidden}
hydra:
  sweep: {dir: out, subdir: "${hydra.job.num}-${seed}"}
""",
    "dataset/mnist": "name: mnist\nsplit: book\n",
    "dataset/folder": "name: folder\npath: null\nsplit: full\n",
    "experiment/wide": "# @package _global_\nhidden: 100\ndataset: {scale: 1/255}\n",
}

TABLE = [
    [],
    ["seed=3"],
    ["seed=3", "eta=0.5", "epochs=7"],
    ["eta=1e-3"],
    ["eta=.5"],
    ["hidden=[100,30]"],
    ["hidden=[]", "freeze=[0,1]"],
    ["eta=[[31,2.0],[30,0.4]]"],
    ["shuffle=false", "dtype=float64"],
    ["shuffle=yes"],
    ["dataset.limit=null"],
    ["dataset.limit=500", "dataset.scale=1/255"],
    ["dataset.classes=12", "seed=1"],
    ["dataset.path=/some/where"],
    ["dataset.path='with, a comma'"],
    ['dataset.path="with \\"quotes\\" = and {braces}"'],
    ["dataset.path='123'"],
    ["dataset.path=''"],
    ["dataset.path=a\\,b"],
    ["init=null"],
    ["init='null'"],
    ["dataset=folder", "dataset.path=/data"],
    ["dataset.path=/data", "dataset=folder"],
    ["experiment=wide"],
    ["experiment=wide", "hidden=20"],
    ["hidden=20", "experiment=wide", "seed=9"],
    ["eta=${seed}", "seed=4"],
    ["dataset.path='${init}/x'"],
    ["seed=5", "lmbda=2"],
    ["hidden=7"],
    ["+new=1"],
    ["+dataset.new=1"],
    ["++seed=5"],
    ["++other=5", "seed=1"],
    ["~shuffle"],
    ["~dataset.split", "seed=2"],
    ["~dataset"],
    ["dataset={limit:5,split:full}"],
    ["seed=1", "seed=2"],
    ["hydra.job.name=other", "seed=2"],
]

WRONG = [
    ["sed=3"],
    ["dataset.limt=3"],
    ["datasett.limit=3"],
    ["seed.deeper=3"],
    ["seed=3", "hiden=[1,2]"],
    ["experiment=none_such"],
    ["dataset=none_such"],
    ["~none_such"],
]


class Hydra:
    """Hydra's loader, a composed multirun, and how often it was asked to compose a job."""

    def __init__(self) -> None:
        self.loader = GlobalHydra.instance().config_loader()
        self.asked = 0
        self.master = self.loader.load_configuration("config", [], run_mode=RunMode.MULTIRUN)

    def load_sweep_config(self, *arguments: Any) -> Any:
        self.asked += 1
        return self.loader.load_sweep_config(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.loader, name)

    def itself(self, overrides: list[str]) -> Any:
        """Compose as Hydra does."""
        job = OmegaConf.to_container(self.loader.load_sweep_config(self.master, overrides))
        del job["hydra"]
        return OmegaConf.to_container(OmegaConf.create(job), resolve=True, throw_on_missing=True)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[dict[str, str]], Hydra]]:
    """Start Hydra on a folder of configs, with nnexp's settings registered."""
    contexts = []

    def start(files: dict[str, str]) -> Hydra:
        for name, text in files.items():
            file = tmp_path / "conf" / f"{name}.yaml"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        store.register(SCHEMA.values(SCHEMA.parse_config({})), {"pool": {"jobs": None}}, {})
        contexts.append(initialize_config_dir(str(tmp_path / "conf") if files else str(CONF), version_base="1.3"))
        contexts[-1].__enter__()
        return Hydra()

    yield start
    for context in contexts:
        context.__exit__(None, None, None)


@pytest.fixture
def hydra(start: Callable[[dict[str, str]], Hydra]) -> Hydra:
    return start(USER)


def test_every_job_is_what_hydra_composes_and_leaves_nothing_behind(hydra: Hydra) -> None:
    composer = Composer(hydra, hydra.master, SCHEMA)  # type: ignore[arg-type]
    wanted = [(overrides, hydra.itself(overrides)) for overrides in TABLE]
    for overrides, settings in [*wanted, *reversed(wanted), *wanted[::3]]:
        assert composer.job(overrides, 0)[0] == settings, overrides


@pytest.mark.parametrize("overrides", WRONG, ids=str)
def test_what_hydra_refuses_is_refused(overrides: list[str], hydra: Hydra) -> None:
    with pytest.raises(ERRORS):
        hydra.itself(overrides)
    with pytest.raises(ERRORS):
        Composer(hydra, hydra.master, SCHEMA).job(overrides, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("sed=3", r"there is no setting sed; did you mean seed\?"),
        ("dataset.limt=3", r"there is no setting dataset\.limt; did you mean dataset\.limit\?"),
    ],
)
def test_a_misspelt_setting_names_the_one_that_was_meant(override: str, message: str, hydra: Hydra) -> None:
    with pytest.raises(ConfigError, match=message):
        Composer(hydra, hydra.master, SCHEMA).job([override], 0)  # type: ignore[arg-type]


def test_a_thousand_jobs_are_composed_once(start: Callable[[dict[str, str]], Hydra]) -> None:
    hydra = start({})  # nnexp's own configs
    composer = Composer(hydra, hydra.master, SCHEMA)  # type: ignore[arg-type]
    seeds = [composer.job([f"seed={seed}", "dataset.limit=1000"], 0)[0]["seed"] for seed in range(1000)]
    assert seeds == list(range(1000))
    assert hydra.asked == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0.30000000000000004", 0.3),
        ("0.7999999999999999", 0.8),
        ("0.1", 0.1),
        ("0.03162277660168379", 0.03162277660168379),
        ("0.3333333333333333", 1 / 3),
        ("1e-300", 1e-300),
        ("3", 3),
    ],
)
def test_a_step_of_a_range_is_the_number_that_was_meant(
    typed: str, meant: float, start: Callable[[dict[str, str]], Hydra]
) -> None:
    hydra = start({})
    assert Composer(hydra, hydra.master, SCHEMA).job([f"eta={typed}"], 0)[0]["eta"] == meant  # type: ignore[arg-type]


def test_folders_are_numbered_and_may_name_settings(hydra: Hydra) -> None:
    composer = Composer(hydra, hydra.master, SCHEMA)  # type: ignore[arg-type]
    folders = [composer.job([f"seed={seed}"], number)[1] for number, seed in enumerate((7, 8, 7))]
    assert folders == [Path("out/0-7"), Path("out/1-8"), Path("out/2-7")]


@pytest.mark.parametrize(
    "folder", [[], ["hydra.sweep.dir=here"], ["hydra.sweep.subdir=a"], ["hydra.sweep.dir=x${now:%Y}"]]
)
def test_a_folder_is_what_hydra_names(folder: list[str], start: Callable[[dict[str, str]], Hydra]) -> None:
    hydra = start({})
    assert hydra.master.hydra.sweep.dir  # as Hydra's sweeper asks for it: the time is then that of the command
    composer = Composer(hydra, hydra.master, SCHEMA)  # type: ignore[arg-type]
    for number in range(2):
        job = hydra.loader.load_sweep_config(hydra.master, ["seed=1", *folder])
        with open_dict(job), read_write(job.hydra.job):
            job.hydra.job.num = number
        HydraConfig.instance().cfg = job
        sweep = job.hydra.sweep
        assert composer.job(["seed=1", *folder], number)[1] == Path(sweep.dir) / str(sweep.subdir)
