"""A job as Hydra composed it: plain settings, a folder, and what it comes back as."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.utils import JobStatus
from hydra.types import RunMode
from omegaconf import OmegaConf

from nnexp.tasks.hydra.job import Job, make_job

CONFIG = """
lr: 0.1
seed: 0
wanted: ???
broken: ${oc.env:THAT_IS_NOT_SET}
twice: ${lr}
where: ${hydra:runtime.output_dir}/model
beneath: ${where}/last
at: ${now:%H-%M-%S}
number: ${hydra:job.num}
app: ${hydra:job.name}
nested: {list: [1, [2, 3]], empty: {}, none: null}
"""

Make = Callable[..., Job]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    (tmp_path / "config.yaml").write_text(CONFIG)
    with initialize_config_dir(str(tmp_path), job_name="app", version_base="1.3"):
        hydra = GlobalHydra.instance().hydra
        assert hydra

        def make(*overrides: str, number: int = 0) -> Job:
            master = hydra.compose_config("config", ["hydra.sweep.dir=out"], RunMode.MULTIRUN)
            return make_job(hydra.config_loader, master, overrides, number)

        yield make


def test_its_settings_are_plain_and_resolved(make: Make) -> None:
    job = make("lr=0.5", number=3)
    values: dict[str, Any] = job.settings
    assert (values["lr"], values["twice"], values["app"], values["number"]) == (0.5, 0.5, "app", 3)
    assert values["nested"] == {"list": [1, [2, 3]], "empty": {}, "none": None}
    assert values["beneath"] == f"{Path('out/3').absolute()}/model/last"


def test_what_only_its_reader_would_find_wrong_stands_as_it_is_written(make: Make) -> None:
    values = make().settings
    assert (values["wanted"], values["broken"]) == ("???", "${oc.env:THAT_IS_NOT_SET}")


def test_what_says_where_or_when_it_runs_is_told_from_what_decides(make: Make) -> None:
    assert make().incidental == {"where", "beneath", "at", "number"}


def test_what_is_made_of_other_settings_is_told_from_them(make: Make) -> None:
    assert make().derived == {"twice", "beneath"}
    assert make("twice=2").derived == {"beneath"}


def test_its_folder_is_the_one_that_hydra_names(make: Make) -> None:
    assert make(number=7).folder == Path("out/7")
    assert make("lr=2", "hydra.sweep.subdir=${hydra:job.override_dirname}").folder == Path("out/lr=2")


def test_it_comes_back_as_from_hydras_own_launcher(make: Make) -> None:
    back = make("lr=2", number=1).back(JobStatus.COMPLETED, 0.25)
    assert (back.return_value, back.overrides, back.working_dir) == (0.25, ["lr=2"], str(Path.cwd()))
    assert back.cfg is not None
    assert back.hydra_cfg is not None
    assert (back.cfg.lr, "hydra" in back.cfg, back.hydra_cfg.hydra.job.num) == (2, False, 1)
    assert back.hydra_cfg.hydra.runtime.output_dir == str(Path("out/1").absolute())
    inside = make("lr=2", "hydra.job.chdir=true", number=1).back(JobStatus.COMPLETED, None, Path("earlier/4"))
    assert inside.working_dir == "earlier/4"


def test_hydra_tells_of_whatever_it_told_of_before(make: Make) -> None:
    before = HydraConfig.instance().cfg
    make().back(JobStatus.COMPLETED, None)
    assert HydraConfig.instance().cfg is before
    assert OmegaConf.create({"now": "${now:%Y}"}).now.startswith("2")
    assert compose("config", ["wanted=1", "broken=1"]).lr == 0.1
