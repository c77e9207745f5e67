"""The task that ships, as whoever runs it sees it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nnexp.errors import ConfigError, DataError, RecordError
from nnexp.measure import CHOOSE, DIGITS, REPORT, TELL
from nnexp.tasks.known import TASKS, task_named
from nnexp.tasks.network.config import Config
from nnexp.tasks.network.lost import lost_classes
from nnexp.tasks.network.measures import declared
from nnexp.tasks.network.task import NETWORK
from nnexp.tracking.records import Tag
from nnexp.training.spec import make_spec
from tests.trained import train

Tiny = Callable[..., Config]


def names_declared(config: Config) -> set[str]:
    return {measure.name for measure in NETWORK.examine(config).measures}


class TestExamine:
    def test_it_names_the_data_and_the_shape(self, tiny: Tiny, tiny_data: Path) -> None:
        found = NETWORK.examine(tiny(hidden=[5, 4]))
        assert found.title == "36-5-4-3 on tiny"
        assert found.data
        assert (found.data.name, found.data.source, len(found.data.digest)) == ("tiny", str(tiny_data), 64)

    def test_a_path_is_recorded_so_that_it_is_found_from_anywhere(self, tiny: Tiny, tiny_data: Path) -> None:
        Path("here.npz").write_bytes(tiny_data.read_bytes())
        found = NETWORK.examine(tiny(dataset={"path": "here.npz"})).config
        assert found.dataset.path == str(Path("here.npz").absolute())

    def test_a_path_may_lead_up_and_is_recorded_without(self, tiny: Tiny, tiny_data: Path) -> None:
        up = tiny_data.parent / "somewhere" / ".." / tiny_data.name
        assert NETWORK.examine(tiny(dataset={"path": str(up)})).config.dataset.path == str(tiny_data)

    def test_data_that_have_changed_are_read_again(self, tiny: Tiny, tiny_data: Path) -> None:
        Path("here.npz").write_bytes(tiny_data.read_bytes())
        config = tiny(dataset={"path": "here.npz"})
        before = NETWORK.examine(config).data
        arrays = dict(np.load(tiny_data))
        arrays["x_train"][0, 0, 0] ^= 1
        np.savez("here.npz", **arrays)
        after = NETWORK.examine(config).data
        assert before
        assert after
        assert before.digest != after.digest

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"batch_size": 251}, "batch_size must be between 1 and 250"),
            ({"freeze": [2]}, "freeze"),
            ({"activation": "step"}, "activation must be one of .*relu.* to learn, but got step"),
        ],
    )
    def test_settings_that_do_not_fit_the_data_are_refused(
        self, tiny: Tiny, settings: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(ConfigError, match=message):
            NETWORK.examine(tiny(**settings))

    def test_data_that_are_not_there_are_refused(self, tiny: Tiny) -> None:
        with pytest.raises(DataError, match=r"nowhere\.npz"):
            NETWORK.examine(tiny(dataset={"path": "nowhere.npz"}))


class TestBegin:
    def test_every_declared_metric_is_measured_and_no_other(self, tiny: Tiny) -> None:
        epochs, _ = train(NETWORK, tiny())
        assert {name for epoch in epochs for name in epoch.metrics} == names_declared(tiny())

    def test_without_a_validation_set_there_is_nothing_of_it(self, tiny: Tiny) -> None:
        epochs, _ = train(NETWORK, tiny(dataset={"split": "full"}))
        missing = names_declared(tiny()) - set(epochs[0].metrics)
        assert missing == {name for name in names_declared(tiny()) if name.startswith("val/")}
        assert "val/accuracy" in missing

    def test_each_epoch_has_a_digest_of_its_own(self, tiny: Tiny) -> None:
        epochs, _ = train(NETWORK, tiny())
        assert len({epoch.digest for epoch in epochs}) == 3

    def test_what_is_left_are_the_parameters_and_what_they_make_of_the_test_set(self, tiny: Tiny) -> None:
        epochs, result = train(NETWORK, tiny())
        assert set(result.arrays) == {"parameters", "predictions"}
        assert set(result.arrays["parameters"]) == {"weights_0", "weights_1", "biases_0", "biases_1"}
        predictions = result.arrays["predictions"]
        assert {name: array.shape for name, array in predictions.items()} == dict.fromkeys(
            ("labels", "predicted", "confidence"), (60,)
        )
        assert np.mean(predictions["labels"] == predictions["predicted"]) == epochs[-1].metrics["test/accuracy"]

    def test_classes_that_it_never_predicts_are_remarked(self, tiny: Tiny) -> None:
        epochs, result = train(NETWORK, tiny(hidden=1, epochs=1, eta=1e-6))
        predicted = set(result.arrays["predictions"]["predicted"].tolist())
        never = sorted({0, 1, 2} - predicted)
        assert never  # untrained, with one hidden neuron
        assert result.remarks["never_predicted"] == " ".join(map(str, never))
        assert set(result.remarks["lost"].split()) >= set(map(str, never))
        assert epochs[-1].metrics["classes_never_predicted"] == len(never)

    @pytest.mark.parametrize(("missed", "known", "lost"), [(4, 0, []), (5, 0, [1]), (4, 1, [1]), (7, 3, [])])
    def test_a_class_is_lost_where_it_is_no_chance(self, missed: int, known: int, lost: list[int]) -> None:
        labels = np.array([0] * 9 + [1] * (missed + known))
        predicted = np.array([0] * 9 + [0] * missed + [1] * known)
        assert lost_classes(labels, predicted) == lost

    def test_where_every_class_is_predicted_there_is_nothing_to_remark(self, tiny: Tiny) -> None:
        epochs, result = train(NETWORK, tiny(epochs=20))
        assert epochs[-1].metrics["classes_never_predicted"] == 0
        assert result.remarks == {"lost": Tag.NOTHING}

    def test_it_may_be_closed_after_any_epoch(self, tiny: Tiny) -> None:
        training = NETWORK.begin(tiny())
        next(training)
        training.close()
        assert next(training, None) is None


class TestEpochSeconds:
    @pytest.mark.parametrize(("batch_size", "limit"), [(10, None), (50, None), (7, None), (3, 3)])
    def test_it_gives_seconds_whatever_the_settings(self, tiny: Tiny, batch_size: int, limit: int | None) -> None:
        given = tiny(batch_size=batch_size)
        assert NETWORK.epoch_seconds(replace(given, dataset=replace(given.dataset, limit=limit))) > 0

    def test_a_setting_that_would_burst_stops_nothing(self, tiny: Tiny) -> None:
        assert NETWORK.epoch_seconds(tiny(lmbda=5000.0)) > 0
        assert NETWORK.epoch_seconds(tiny(hidden=10**13)) == 0


def test_what_it_is_judged_by_is_what_runs_of_every_version_have() -> None:
    judged = [(one.purpose, one.name) for one in declared(DIGITS, uneven=False) if one.purpose]
    assert judged == [(CHOOSE, "val/accuracy"), (REPORT, "test/accuracy"), (TELL, "digits_never_predicted")]


def test_it_goes_to_workers_by_name() -> None:
    assert type(pickle.loads(pickle.dumps(NETWORK))) is type(NETWORK)
    assert len(pickle.dumps(NETWORK)) < 200


def test_a_record_can_name_it_and_nothing_that_is_not_at_hand() -> None:
    assert task_named("network") is NETWORK is TASKS["network"]
    with pytest.raises(RecordError, match=r"by os\.system, which is not at hand here"):
        task_named("os.system")


class TestSpec:
    def test_it_holds_whatever_is_known_of_a_run_before_it_starts(self, tiny: Tiny, tmp_path: Path) -> None:
        spec = make_spec(NETWORK, tiny(seed=3, eta=0.5), number=7, folder=tmp_path)
        name = "36-5-3 on tiny eta=0.5 epochs=3 seed=3"
        assert (spec.name, spec.number, spec.folder, spec.epochs) == (name, 7, tmp_path, 3)
        assert spec.code == NETWORK.code()
        assert spec.data == NETWORK.examine(tiny()).data
        assert NETWORK.schema.parse_config(spec.values) == spec.config
        assert spec.params["dataset.name"] == "tiny"

    @pytest.mark.parametrize("chosen", [{}, {"hidden": 7}, {"hidden": 7, "eta": 3.0, "seed": 0}], ids=str)
    def test_it_is_named_alike_whatever_was_typed_or_varies(self, chosen: dict[str, Any], tiny: Tiny) -> None:
        assert make_spec(NETWORK, tiny(hidden=7), chosen).name == "36-7-3 on tiny epochs=3 seed=0"

    @pytest.mark.parametrize(("name", "called"), [("folder", "tiny.npz"), ("mnist", "tiny.npz"), ("mine", "mine")])
    def test_data_that_nobody_named_are_called_by_their_path(self, name: str, called: str, tiny: Tiny) -> None:
        assert make_spec(NETWORK, tiny(dataset={"name": name})).name == f"36-5-3 on {called} epochs=3 seed=0"
