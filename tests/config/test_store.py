"""What Hydra composes is what the schema says, and the user's own files come first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from nnexp.config.paths import CONF, SWEEPS
from nnexp.config.sweeps import sweep_names
from nnexp.tasks.network.config import SCHEMA, Config

Nnexp = Callable[..., tuple[int, str, str]]


def composed(nnexp: Nnexp, *arguments: str) -> dict[str, object]:
    status, out, err = nnexp("train", "--cfg", "job", *arguments)
    assert (status, err) == (0, "")
    loaded = yaml.safe_load(out)
    assert isinstance(loaded, dict)
    return loaded


def test_what_hydra_composes_is_the_schemas_defaults(nnexp: Nnexp) -> None:
    assert SCHEMA.parse_config(composed(nnexp)) == Config()
    assert composed(nnexp) == SCHEMA.values(Config())


def test_it_makes_no_store_and_no_folder(nnexp: Nnexp, tmp_path: Path) -> None:
    composed(nnexp, "hidden=100")
    assert not list(tmp_path.iterdir())


def test_overrides_of_every_kind_reach_the_config(nnexp: Nnexp) -> None:
    config = SCHEMA.parse_config(
        composed(nnexp, "hidden=[100,30]", "eta=0.5", "dataset=folder", "dataset.path=my data")
    )
    assert (config.hidden, config.eta) == ((100, 30), 0.5)
    assert (config.dataset.name, config.dataset.path) == ("folder", "my data")


def test_a_users_group_comes_first(nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "conf" / "dataset").mkdir(parents=True)
    (tmp_path / "conf" / "dataset" / "mnist.yaml").write_text("split: full\n")
    (tmp_path / "conf" / "dataset" / "mine.yaml").write_text("name: mine\npath: here\n")
    assert SCHEMA.parse_config(composed(nnexp)).dataset.split == "full"
    assert SCHEMA.parse_config(composed(nnexp, "dataset=mine")).dataset.name == "mine"


@pytest.mark.parametrize("config", ["db: {host: x}\nlr: 0.1\n", "defaults:\n  - db: mysql\n", "a: [", "", "- a\n"])
def test_another_projects_conf_is_passed_over(config: str, nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "conf" / "dataset").mkdir(parents=True)
    (tmp_path / "conf" / "dataset" / "mnist.yaml").write_text("root: elsewhere\n")
    (tmp_path / "conf" / "config.yaml").write_text(config)
    assert composed(nnexp, "hidden=9") == SCHEMA.values(Config(hidden=9))
    status, _, err = nnexp("train", "dataset=mine")
    assert (status, err.count("\n")) == (2, 1)
    assert err.endswith("; ./conf is passed over: its config.yaml is another project's\n")


def test_a_users_own_config_is_what_every_run_begins_with(nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "conf").mkdir()
    shipped = (CONF / "config.yaml").read_text()
    (tmp_path / "conf" / "config.yaml").write_text(f"{shipped}\nhidden: 7\n")
    assert composed(nnexp)["hidden"] == 7


def test_no_sweep_stands_for_what_every_run_begins_with(nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "sweeps").mkdir()
    (tmp_path / "sweeps" / "config.yaml").write_text("lr: 1\n")
    assert composed(nnexp) == SCHEMA.values(Config())


def test_a_users_sweep_comes_first_and_the_others_stay(nnexp: Nnexp, tmp_path: Path) -> None:
    (tmp_path / "sweeps").mkdir()
    own = "defaults: [config, _self_]\nepochs: 7\n"
    (tmp_path / "sweeps" / "eta.yaml").write_text(own)
    (tmp_path / "sweeps" / "mine.yaml").write_text(own)
    for name in ("eta", "mine"):
        assert SCHEMA.parse_config(composed(nnexp, "--config-name", name)).epochs == 7
    assert "mine" in sweep_names()


@pytest.mark.parametrize("name", sorted(file.stem for file in SWEEPS.glob("*.yaml")))
def test_every_sweep_that_is_shipped_composes(nnexp: Nnexp, name: str) -> None:
    SCHEMA.parse_config(composed(nnexp, "--config-name", name))
