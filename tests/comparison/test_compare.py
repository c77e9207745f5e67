import time
from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from scipy import stats

from nnexp.comparison.compare import compare
from nnexp.comparison.eligible import LeftOut, Reason
from nnexp.errors import ConfigError
from nnexp.report.prose.told import tell
from nnexp.statistics.decision import Results, decide
from nnexp.tracking.records import Kind, Status, Tag
from tests.shelf import LARGE, SMALL, Shelf, run, runs, small_and_large, without


def spoken(comparison):
    told = tell(comparison)
    return " ".join([told.answer, *told.details, *told.notes])


def test_the_answer_names_the_best_its_lead_with_an_interval_and_what_is_ruled_out():
    comparison = compare(small_and_large())
    decision = decide({"30": Results(SMALL), "100": Results(LARGE)}, resolution=0.0001)
    low, high = (100 * bound for bound in (decision.lead.low, decision.lead.high))
    answer = tell(comparison).answer
    assert answer.startswith(f"hidden=100 is the best: 97.28 %, 2.2 points [{low:.1f}, {high:.1f}] ahead of the next")
    assert "ruled out (5 seeds" in answer


def test_a_setting_is_summarized_over_its_seeds():
    best = compare(small_and_large()).configurations[0]
    assert best.label == "hidden=100"
    assert (best.level.n, best.level.mean, best.level.sd) == pytest.approx((5, np.mean(LARGE), np.std(LARGE, ddof=1)))
    assert (best.median, best.worst) == (np.median(LARGE), min(LARGE))
    assert best.reported.mean == pytest.approx(np.mean(LARGE) - 0.001)
    assert best.best_epoch_median == 25
    assert best.run_seconds == pytest.approx(11.4)


def test_runs_that_lost_a_digit_count_for_no_level_and_are_counted():
    lost = runs({"hidden": 100}, [0.87, 0.78], first_seed=9)
    lost = [replace(one, tags={**one.tags, Tag.LOST: digits}) for one, digits in zip(lost, ("7", "2 7"), strict=True)]
    sound = [replace(one, tags={**one.tags, Tag.LOST: Tag.NOTHING}) for one in small_and_large()]
    best = compare(sound + lost).configurations[0]
    assert (best.label, best.level.n, best.level.mean) == ("hidden=100", 5, pytest.approx(np.mean(LARGE)))
    assert (best.loss.count, best.loss.runs, best.lost, best.worst) == (2, 7, ("2", "7"), 0.78)
    assert best.reported.n == 5


def test_runs_that_do_not_say_whether_they_were_lost_are_asked_for_their_answers(shelf: Shelf):
    records, labels = small_and_large(), np.arange(100, dtype=np.uint8) % 10
    for one in records:
        predicted = np.where((labels == 3) & (one is records[0]), 8, labels).astype(np.uint8)
        shelf.keep(one.run_id, "predictions.npz", labels=labels, predicted=predicted, confidence=labels * np.float16(1))
    best, other = compare(records, shelf).configurations
    assert (best.loss.count, other.loss.count, other.lost) == (0, 1, ("3",))


def test_what_differs_is_compared():
    comparison = compare(
        runs({"hidden": "[100, 30]"}, LARGE) + runs({"hidden": 100}, LARGE) + runs({"hidden": 30}, SMALL)
    )
    assert comparison.by == ("hidden",)
    assert comparison.verdict.decision.may_be_best == ["hidden=100", "hidden=[100, 30]"]
    assert comparison.verdict.decision.ruled_out == ["hidden=30"]


def test_whichever_order_the_runs_stand_in_the_answer_is_the_same():
    records = small_and_large() + runs({"hidden": 60}, [0.951, 0.952, 0.950, 0.953, 0.952])
    assert tell(compare(records[::-1])) == tell(compare(records))


@pytest.mark.parametrize("worthwhile", [-1, float("nan"), float("inf")])
def test_a_margin_that_is_no_difference_is_refused(worthwhile):
    with pytest.raises(ConfigError, match="worthwhile must be at least 0, but got"):
        compare(small_and_large(), worthwhile=worthwhile)


def test_more_seeds_than_a_sweep_adds_are_not_promised_of_it():
    def remedy(gap):
        comparison = undecided("nnexp sweep quick", gap)
        return comparison.verdict.more_seeds, "--until-decided" in tell(comparison).answer

    few, many = remedy(0.004), remedy(0.002)
    assert (few[0] <= 17 < many[0], few[1], many[1]) == (True, True, False)


def undecided(command, gap=0.004, **tags):
    """Compare what a sweep of that command left, and could not decide."""
    near = [0.95, 0.954, 0.946]
    records = runs({"hidden": 30}, near) + runs({"hidden": 60}, [x + gap for x in near])
    records = [replace(one, tags={**one.tags, Tag.member("a"): Tag.YES}) for one in records]
    about = {Tag.KIND: Kind.SWEEP, Tag.SWEEP: "a", Tag.COMMAND: command, **tags}
    return compare(records, Shelf([*records, replace(records[0], run_id="f" * 32, tags=about)]))


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("nnexp sweep quick eta=1", ": add `--until-decided` to its command."),
        ("nnexp train -m hidden=30,60 seed=0,1,2", ": add `--until-decided` to its command."),
        ("nnexp train -m a=1,2 -- x {a}", ": add `--until-decided` to its command, before --."),
        ("python app.py -m hydra/launcher=nnexp", "would settle it."),
        ("", "would settle it."),
    ],
)
def test_what_is_said_to_add_seeds_can_be_typed(command, told):
    assert tell(undecided(command)).answer.endswith(told)


def test_a_search_is_not_told_to_add_seeds_to_what_it_tried():
    assert tell(undecided("nnexp sweep search", **{Tag.SEARCH: "{}"})).answer.endswith("would settle it.")


@pytest.mark.parametrize(("worthwhile", "decided"), [(None, True), (0.01, False)])
def test_what_is_shown_to_lie_within_a_margin_is_as_good(worthwhile, decided):
    one, other = [0.951, 0.952, 0.951, 0.952, 0.951], [0.952, 0.951, 0.952, 0.951, 0.952]
    comparison = compare(runs({"hidden": 30}, one) + runs({"hidden": 100}, other), worthwhile=worthwhile)
    assert len(comparison.verdict.decision.may_be_best) == 2
    assert comparison.verdict.is_decided == decided


def test_a_difference_that_chance_explains_rules_nothing_out_and_says_what_could_not_be_seen():
    level = [0.951, 0.950, 0.952, 0.953, 0.950]
    answer = tell(compare(runs({"eta": 1.0}, SMALL) + runs({"eta": 3.0}, level), worthwhile=0.1)).answer
    assert answer.startswith("No setting is ruled out: with 5 seeds a gap below 0.")
    assert "more seed" in answer or "seeds would be needed" in answer


def test_a_lower_cost_wins():
    comparison = compare(small_and_large(), metric="train/cost")
    assert comparison.configurations[0].label == "hidden=100"
    assert tell(comparison).answer.startswith("hidden=100 is the best: 0.0272, 0.0218 [")


def test_costs_that_are_all_0_are_the_same():
    comparison = compare(runs({"hidden": 30}, [1.0] * 3) + runs({"hidden": 100}, [1.0] * 3), metric="train/cost")
    assert comparison.verdict.decision.ruled_out == []
    assert comparison.verdict.decision.standings["hidden=30"].behind.high == pytest.approx(0, abs=1e-8)


def test_one_seed_shows_nothing():
    comparison = compare(runs({"hidden": 30}, SMALL[:1]) + runs({"hidden": 100}, LARGE[:1]))
    assert tell(comparison).answer.startswith("One seed shows nothing of chance; run at least 3")
    assert isnan(comparison.verdict.decision.standings["hidden=30"].behind.high)


def test_unequal_numbers_of_seeds_are_said():
    comparison = compare(runs({"hidden": 30}, SMALL) + runs({"hidden": 100}, LARGE[:4], first_seed=1))
    assert "do not have the same number of seeds (hidden=100 has 4, hidden=30 5)" in spoken(comparison)


def test_runs_without_a_seed_are_each_one_of_their_own():
    records = [run(a, seed=None, run_id=f"{h} {i}", hidden=h, tags={Tag.KEY: f"{h} {i}"})
               for h, accuracies in ((30, SMALL), (100, LARGE)) for i, a in enumerate(accuracies)]  # fmt: skip
    assert [one.level.n for one in compare(records).configurations] == [5, 5]


def test_settings_that_are_not_told_apart_are_averaged_within_a_seed():
    records = small_and_large(eta=1.0) + [
        replace(one, metrics={**one.metrics, "final/val_accuracy": one.metrics["final/val_accuracy"] + 0.004})
        for one in small_and_large(eta=3.0)
    ]
    comparison = compare(records, by=["hidden"])
    assert comparison.configurations[0].level.n == 5
    assert comparison.configurations[0].level.mean == pytest.approx(np.mean(LARGE) + 0.002)
    assert "averaged within each seed: eta" in spoken(comparison)


def test_only_what_both_settings_have_enters_their_difference():
    extra = runs({"hidden": 100, "eta": 0.1}, [0.5] * 5)  # an eta that hidden=30 never saw
    comparison = compare(small_and_large() + extra, by=["hidden"])
    assert comparison.configurations[0].level.mean == pytest.approx(np.mean(LARGE))


def test_runs_that_did_not_finish_are_left_out_and_counted():
    stray = [run(0.1, hidden=30, seed=7, status=status, run_id=status) for status in ("FAILED", "KILLED", "RUNNING")]
    stray = [replace(one, status=Status(one.status), tags={**one.tags, Tag.KEY: one.run_id}) for one in stray]
    comparison = compare(small_and_large() + stray)
    assert "3 runs left out: 1 failed, 1 killed, 1 still running." in tell(comparison).notes
    assert len(comparison.runs) == 10


def test_a_run_that_was_pruned_is_no_result():
    pruned = replace(run(0.99, hidden=30, seed=7), tags={**run(0.99, hidden=30, seed=7).tags, Tag.PRUNED: "too slow"})
    comparison = compare([*small_and_large(), pruned])
    assert comparison.left_out == (LeftOut(Reason.PRUNED, 1),)
    assert "1 run left out: 1 pruned." in tell(comparison).notes


def test_a_setting_of_which_no_run_finished_is_named():
    diverged = runs({"hidden": 30, "eta": 30.0}, [0.1, 0.1], status=Status.FAILED)
    notes = tell(compare(small_and_large() + diverged)).notes
    assert "No run that counts: eta=30.0 hidden=30." in notes


def test_parents_and_reruns_are_not_runs():
    parent = replace(run(0.1, hidden=30), run_id="parent", tags={Tag.KIND: Kind.SWEEP})
    assert tell(compare([*small_and_large(), parent])) == tell(compare(small_and_large()))


@pytest.mark.parametrize(
    ("incidental", "by"),
    [
        (None, ("hidden",)),
        ("workers", ("hidden", "threads")),
        ("threads workers", ("hidden",)),
        ("", ("hidden", "threads", "workers")),
    ],
)
def test_settings_that_decide_nothing_tell_no_runs_apart(incidental, by):
    tags = {} if incidental is None else {Tag.INCIDENTAL: incidental}
    workers = {} if incidental is None else {"workers": 1}
    compared = runs({"hidden": 30, "threads": 1, **workers}, SMALL, tags=tags)
    compared += runs({"hidden": 100, "threads": 2, **dict.fromkeys(workers, 2)}, LARGE, tags=tags)
    assert compare(compared).by == by


def test_of_the_same_experiment_the_newest_counts():
    first, *rest = small_and_large()
    anew = replace(first, run_id="anew", started_at=9_000, metrics={**first.metrics, "final/val_accuracy": 0.951})
    comparison = compare([anew, first, *rest])
    assert comparison.configurations[1].level.mean == pytest.approx(np.mean([0.951, *SMALL[1:]]))
    assert "1 run left out: trained anew since." in tell(comparison).notes


@pytest.mark.parametrize(("tag", "words"), [(Tag.CODE, "other code"), (Tag.DATA, "other data")])
def test_runs_of_other_code_or_data_are_left_out_with_a_sentence(tag, words):
    stray = [replace(one, run_id=f"{one.run_id}!", tags={**one.tags, tag: "other", Tag.KEY: f"{one.key}!"})
             for one in runs({"hidden": 30}, [0.5, 0.5])]  # fmt: skip
    comparison = compare(small_and_large() + stray)
    assert comparison.configurations[1].level.mean == pytest.approx(np.mean(SMALL))
    assert f"2 runs left out: made with {words}" in spoken(comparison)


def test_another_task_mixed_in_is_left_out_unless_asked_for():
    stray = runs({"hidden": 30, "dataset__name": "fashion"}, [0.8, 0.8, 0.81], tags={Tag.DATA: "fashion"})
    comparison = compare(small_and_large() + stray)
    assert comparison.by == ("hidden",)
    assert "3 runs left out: made with another data set (dataset.name is not mnist)." in tell(comparison).notes
    assert len(compare(small_and_large() + stray, by=["dataset.name"]).configurations) == 2


def test_data_sets_may_be_what_is_compared():
    whole = runs({"dataset__split": "half"}, SMALL, tags={Tag.DATA: "half"})
    comparison = compare(whole + runs({"dataset__split": "held_out"}, LARGE))
    assert {one.label for one in comparison.configurations} == {"dataset.split=half", "dataset.split=held_out"}
    assert "The settings differ in their data (dataset.split)" in spoken(comparison)


def test_a_run_without_a_number_is_left_out_and_counted():
    broken = [run(float("nan"), hidden=100, seed=8), run(1.7976931348623157e308, hidden=100, seed=9)]  # MLflow's inf
    comparison = compare([*small_and_large(), *broken])
    assert comparison.configurations[0].level.n == 5
    assert "2 runs left out: no number for validation accuracy." in tell(comparison).notes


def test_without_validation_the_test_set_decides_and_that_is_said():
    records = [without(one, "final/val_accuracy") for one in small_and_large()]
    comparison = compare(records)
    assert comparison.measure.name == "final/test_accuracy"
    assert "The runs have no validation accuracy, so the test accuracy decides" in spoken(comparison)


def test_where_one_setting_lacks_validation_the_test_set_decides():
    records = [without(one, "final/val_accuracy") if one.params["hidden"] == "30" else one for one in small_and_large()]
    comparison = compare(records)
    assert comparison.measure.name == "final/test_accuracy"
    assert "Not every setting has a validation accuracy" in spoken(comparison)


def test_choosing_by_the_test_set_is_remarked_on():
    comparison = compare(small_and_large(), metric="final/test_accuracy")
    assert "good for reporting, not for choosing" in spoken(comparison)


def test_other_machines_are_a_warning_about_seconds():
    elsewhere = runs({"hidden": 100}, LARGE, tags={Tag.ENVIRONMENT: "elsewhere"})
    assert "2 environments" in spoken(compare(runs({"hidden": 30}, SMALL) + elsewhere))


def test_runs_older_than_what_is_said_of_lost_runs_tell_by_digits_never_predicted():
    dead = [
        run(0.8, hidden=100, seed=9 + i, tags={Tag.NEVER_PREDICTED: digits}) for i, digits in enumerate(("7", "2 7"))
    ]
    best = compare(small_and_large() + dead).configurations[0]
    assert (best.level.n, best.loss.count, best.lost) == (5, 2, ("2", "7"))


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([], "Nothing to compare: no run."),
        ([run(0.9, status=Status.FAILED)], "Nothing to compare: none of the runs has finished."),
        ([without(run(0.9), "final/val_accuracy", "final/test_accuracy")], "no run has a number for test accuracy"),
        (runs({}, SMALL), "Nothing to compare: all runs have the same settings; validation accuracy 95.10 % ± 0.16"),
        (runs({}, SMALL[:1]), "validation accuracy 95.00 % from one seed"),
        (runs({}, SMALL[:2]), "Nothing to compare but seeds: they are chance, not a setting."),
    ],
)
def test_nothing_to_compare_is_said_plainly(records, words):
    assert words in tell(compare(records)).answer


def test_two_single_runs_meet_on_the_same_examples(shelf: Shelf):
    a, b = run(0.8, hidden=30), run(0.9, hidden=100)
    labels = np.zeros(100, np.uint8)
    shelf.keep(a.run_id, "predictions.npz", labels=labels, predicted=np.r_[np.ones(20), np.zeros(80)].astype(np.uint8),
               confidence=labels.astype(np.float16))  # fmt: skip
    shelf.keep(b.run_id, "predictions.npz", labels=labels, predicted=np.r_[np.zeros(95), np.ones(5)].astype(np.uint8),
               confidence=labels.astype(np.float16))  # fmt: skip
    comparison = compare([a, b], shelf)
    assert tell(comparison).answer.startswith("One seed shows nothing")
    assert "the network with hidden=100 is right 15.0 points" in tell(comparison).details[0]
    assert f"McNemar p = {stats.binomtest(5, 25).pvalue:.2g}" in tell(comparison).details[0]


def test_two_runs_on_other_examples_do_not_meet(shelf: Shelf):
    for hidden, digit in ((30, 0), (100, 1)):
        labels = np.full(10, digit, np.uint8)
        shelf.keep(
            run(0.9, hidden=hidden).run_id, "predictions.npz", labels=labels, predicted=labels, confidence=np.ones(10)
        )
    comparison = compare([run(0.9, hidden=30), run(0.9, hidden=100)], shelf)
    assert "tested on different examples" in tell(comparison).details[0]


def test_epochs_and_seconds_to_an_accuracy_are_medians(shelf: Shelf):
    curves = {0: [0.5, 0.9, 0.96], 1: [0.5, 0.96, 0.97], 2: [0.5, 0.6, 0.7]}
    for seed, curve in curves.items():
        shelf.add(run(curve[-1], seed=seed), curve, 2.0)
    found = compare(shelf.records, shelf, reach=0.95).configurations[0].reach
    assert (found.epochs, found.seconds, found.reached, found.runs) == (3, 6.0, 2, 3)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"by": ["hiden"]}, r"by must name settings of the runs \(.*hidden.*\), but got 'hiden'"),
        ({"metric": "accuracy"}, "metric must be one that the runs have .*, but got 'accuracy'"),
        ({"reach": 95.0}, r"reach must be an accuracy above 0 and up to 1 \(0.95 for 95 %\), but got 95"),
    ],
)
def test_what_the_runs_do_not_have_is_refused(wrong, message):
    with pytest.raises(ConfigError, match=message):
        compare(small_and_large(), **wrong)


def test_a_thousand_runs_are_compared_in_a_moment(shelf: Shelf):
    random = np.random.default_rng(0)
    for hidden in range(10, 210):
        for seed in range(5):
            curve = 0.9 + 0.05 * random.random(30)
            shelf.add(run(curve[-1], hidden=hidden, seed=seed), curve, 0.2)
    begun = time.process_time()
    comparison = compare(shelf.records, shelf, reach=0.92)
    assert len(comparison.configurations) == 200
    assert time.process_time() - begun < 5  # a guard against squared work; it takes about 0.1 s
