"""`nnexp judge`: tables of any tool, two settings, the exit statuses, and what cannot be used."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pandas as pd
import pytest

import nnexp as package
from nnexp.comparison.judge import Terms, judge
from nnexp.errors import DataError
from tests import judging
from tests.judging import clopper_pearson, oracle, random_sweep

A, B, C = (list(one.good) for one in (judging.A, judging.B, judging.C))
ABC = {"A": A, "B": B, "C": C}


def rows(settings=None, factor=1.0):
    settings = ABC if settings is None else settings
    return [
        {"setting": name, "seed": seed, "result": value * factor}
        for name, values in settings.items()
        for seed, value in enumerate(values)
    ]


def write(path, records, delimiter=",", encoding="utf-8"):
    with path.open("w", newline="", encoding=encoding) as file:
        table = csv.DictWriter(file, list(records[0]), delimiter=delimiter)
        table.writeheader()
        table.writerows(records)
    return path


@pytest.fixture
def judged(nnexp):
    def judge(*arguments, status=0):
        ended, out, err = nnexp("judge", *arguments, "--json")
        assert ended == status, (out, err)
        return json.loads(out)

    return judge


@pytest.fixture
def refused(nnexp):
    def judge(*arguments):
        status, out, err = nnexp("judge", *arguments)
        assert (status, out) == (64, "")
        *told, line = err.splitlines()
        assert all(one.endswith("nnexp sweeps lists them") for one in told)  # which sweep was taken
        return line

    return judge


@pytest.mark.parametrize("part", range(4))
def test_any_sweep_is_decided_as_the_formulas_say_in_any_order(judged, nnexp, part, tmp_path):
    rng = random.Random(part)
    for _ in range(50):
        sweep = random_sweep(rng)
        records = [
            {"setting": name, "result": value, "lost": lost}
            for name, outcomes in sweep.items()
            for lost, values in zip((False, True), outcomes, strict=True)
            for value in values
        ]
        rng.shuffle(records)
        status, out, _ = nnexp("judge", write(tmp_path / "sweep.csv", records), "--json")
        found, expected = json.loads(out), oracle(sweep)
        assert status == (0 if found["decided"] else 2)
        assert {*found["may_be_best"]} == {name for name, one in expected.items() if one["reason"] is None}, sweep
        for name, one in expected.items():
            if one["reason"]:
                assert found["ruled_out"][name]["reason"] == one["reason"]
                assert found["ruled_out"][name]["rival"] in one["rivals"]
            behind = [found["behind"][name][bound] for bound in ("estimate", "low", "high")]
            if one["behind"] is None or any(x != x for x in one["behind"]):
                assert behind[1:] == [None, None]
            else:
                assert behind == pytest.approx(one["behind"], abs=1e-9), sweep
            count, runs = len(sweep[name][1]), sum(map(len, sweep[name]))
            interval = pytest.approx(clopper_pearson(count, runs), abs=1e-9)
            assert found["lost"][name] == {"count": count, "runs": runs, "interval": interval}


class TestTables:
    def expect(self, found):
        assert found["may_be_best"] == ["A", "C"]
        assert found["ruled_out"] == {"B": {"reason": "level", "rival": "A"}}
        assert found["behind"]["B"] == pytest.approx({"estimate": 0.61, "low": 0.43216, "high": 0.75034}, abs=1e-3)
        assert (found["margin"], found["more_seeds"], found["better"]) == (0.2, 0, None)

    def test_of_every_kind_give_the_same_answer(self, judged, tmp_path):
        frame = pd.DataFrame(rows())
        frame.to_parquet(tmp_path / "a.parquet")
        frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
        frame.to_json(tmp_path / "a.json", orient="records")
        write(tmp_path / "a.csv", rows())
        write(tmp_path / "a.tsv", rows(), "\t")
        for suffix in ("csv", "tsv", "parquet", "jsonl", "json"):
            self.expect(judged(tmp_path / f"a.{suffix}"))

    def test_of_a_spreadsheet_may_have_a_mark_semicolons_and_decimal_commas(self, judged, tmp_path):
        records = [one | {"result": str(one["result"]).replace(".", ",")} for one in rows()]
        self.expect(judged(write(tmp_path / "a.csv", records, ";", "utf-8-sig")))

    def test_hold_fractions_which_are_told_in_points(self, nnexp, judged, tmp_path):
        file = write(tmp_path / "a.csv", rows(factor=0.01))
        self.expect(judged(file))
        assert nnexp("judge", file)[1].startswith("A or C: nothing else may be best; A is at most 0.12 points from the")

    def test_hold_per_cent_if_one_says_so(self, nnexp, tmp_path):
        out = nnexp("judge", write(tmp_path / "a.csv", rows({"A": A, "B": B})), "--unit", "%")[1]
        assert out.startswith("A is the best: 97.85 %, 0.61 points [0.47, 0.72] ahead of the next; B is ruled out")

    def test_may_hold_what_less_is_better_of(self, nnexp, judged, tmp_path):
        file = write(tmp_path / "a.csv", rows({name: [100 - x for x in values] for name, values in ABC.items()}))
        found = judged(file, "--lower-is-better")
        self.expect(found)
        assert found["level"]["A"] == pytest.approx(2.15)
        assert judged(file)["may_be_best"] == ["B"]

    def test_have_columns_of_any_name(self, judged, tmp_path):
        named = {"setting": "net", "seed": "repeat", "result": "score"}
        records = [{named[name]: value for name, value in one.items()} | {"dead": "no"} for one in rows()]
        options = ["--setting", "net", "--seed", "repeat", "--result", "score", "--lost", "dead"]
        self.expect(judged(write(tmp_path / "a.csv", records), *options))

    def test_name_a_setting_by_several_columns(self, judged, tmp_path):
        records = [one | {"lr": "0.1", "width": len(one.pop("setting")) * 8} for one in rows({"x": A, "yy": B})]
        found = judged(write(tmp_path / "a.csv", records), "--by", "lr,width")
        assert found["may_be_best"] == ["lr=0.1 width=8"]
        assert [*found["ruled_out"]] == ["lr=0.1 width=16"]

    def test_keep_names_that_look_like_numbers(self, judged, tmp_path):
        names = {"1": A, "1.0": B, "01": B, "1e0": B, "nan": B, "NA": B, "True": B}
        assert {*judged(write(tmp_path / "a.csv", rows(names)))["lost"]} == {*names}

    @pytest.mark.parametrize(("yes", "no"), [("true", "false"), ("1", "0"), ("Yes", "No"), ("TRUE", "FALSE")])
    def test_say_in_words_which_runs_are_lost(self, judged, tmp_path, yes, no):
        lost = [
            x | {"lost": yes if x["result"] < 90 else no} for x in rows({"A": A, "B": [97.0, 96.9, 88.1, 87.6, 78.9]})
        ]
        found = judged(write(tmp_path / "a.csv", lost))
        assert (found["lost"]["B"]["count"], found["lost"]["A"]["count"]) == (3, 0)
        assert found["behind"]["B"]["estimate"] == pytest.approx(0.9)

    def test_of_which_all_results_are_0_have_no_level_of_minus_0(self, nnexp, tmp_path):
        file = write(tmp_path / "a.csv", rows({"A": [0] * 5, "B": [3] * 5}))
        assert nnexp("judge", file, "--lower-is-better")[1].startswith("A is the best: 0, 3 ")
        assert '"A": 0.0' in nnexp("judge", file, "--lower-is-better", "--json")[1]

    def test_show_no_level_to_be_behind_that_is_not(self, nnexp, tmp_path):
        wide, lost = [97.0, 97.1, 97.0, 96.6, 97.6, 97.6], [80.0] * 20
        sweep = {"A": ([96.9, 96.95, 97.0] * 7, []), "B": ([97.05, 97.4, 97.75], lost), "C": (wide, lost)}
        records = [
            {"setting": name, "result": x, "lost": x < 90}
            for name, (good, lost) in sweep.items()
            for x in [*good, *lost]
        ]
        out = nnexp("judge", write(tmp_path / "a.csv", records))[1]
        assert out.count("out by mean: A") == 2
        assert "(0," not in out

    def test_need_no_seeds_and_may_have_empty_lines(self, judged, tmp_path):
        lines = [f"{one['setting']},{one['result']}" for one in rows()]
        (tmp_path / "a.csv").write_text("setting,result\n" + "\n\n".join(lines) + "\n\n\n")
        self.expect(judged(tmp_path / "a.csv"))

    def test_of_a_million_rows_do_not_take_forever(self, judged, tmp_path):
        lines = (
            f"{'ABC'[i % 3]},{i},{0.9 + 0.01 * (i % 3) + 0.001 * (i % 7)},{'yes' if i % 50 == 0 else 'no'}"
            for i in range(10**6)
        )
        (tmp_path / "a.csv").write_text("setting,seed,result,lost\n" + "\n".join(lines))
        assert judged(tmp_path / "a.csv")["may_be_best"] == ["C"]


class TestRefusals:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "t.csv must begin with the names of its columns, but is empty"),
            ("\n\n", "t.csv must begin with the names of its columns, but is empty"),
            ("setting,result\n", "t.csv must hold a row for each run, but holds none"),
            ("a,b\n1,2\n", "t.csv must have one column 'setting', but has none: its columns are a, b; --by, --seed"),
            ("setting,setting,result\nA,A,1\n", "t.csv, line 1: must name each column once, but names 'setting' twice"),
            ("setting,result\nA,1\nB,high\n", "t.csv, line 3, column 'result': must be a finite number, but is 'high'"),
            ("setting,result\nA,1\n\nB,nan\n", "t.csv, line 4, column 'result': must be a finite number, but is 'nan'"),
            ("setting,result\nA,inf\nB,2\n", "t.csv, line 2, column 'result': must be a finite number, but is 'inf'"),
            ("setting,result\nA,\nB,2\n", "t.csv, line 2, column 'result': must be a finite number, but is ''"),
            ("setting,result\n,1\nB,2\n", "t.csv, line 2, column 'setting': must name a setting, but is empty"),
            ("setting,result\nA,1\nA,2\n", "there must be two settings or more to compare, but there is one: A"),
            ("setting,result,lost\nA,1,no\nB,2,perhaps\n", "line 3, column 'lost': must be true or false (or 1, 0"),
            ("setting,seed,result\nA,7,1\nB,7,1\nA,7,2\n", "line 4, column 'seed': seed 7 of A stands there already"),
            ("setting,result\nA,1\nB,1,2\n", "t.csv is no proper CSV: Expected 2 fields in line 3, saw 3"),
            ('setting,note,result\nA,"a\nb",1\nB,,high\n', "t.csv, row 2, column 'result': must be a finite number"),
            ("setting,result\nA,1\nB,2e200\n", "line 3, column 'result': must be a number of at most 1e+150, but is"),
            ("# made by x\nsetting,result\nA,1\n", "t.csv names 1 column in its first line, but has more"),
            ("setting,result\nA,1,3\nB,1,2\n", "t.csv names 2 columns in its first line, but has more in the others"),
        ],
    )  # fmt: skip
    def test_name_file_line_and_column(self, refused, tmp_path, text, message):
        (tmp_path / "t.csv").write_text(text)
        assert message in refused("t.csv")

    @pytest.mark.parametrize(
        ("file", "content", "message"),
        [
            ("t.csv", b"setting,result\n\xff\xfe,1\n", "must be text in UTF-8, but byte 15 is not"),
            ("t.parquet", b"nothing of the kind", "t.parquet is no proper Parquet file"),
            ("t.jsonl", b'{"setting": "A", "result": 1}\n{"setting": ', "t.jsonl, line 2: must be a JSON object, but"),
            ("t.jsonl", b'{"setting": "A", "result": 1}\n[1]', "t.jsonl, line 2: must be a JSON object, but got '[1]'"),
            ("t.json", b"[1, 2]", "t.json must be a list of objects"),
            ("t.jsonl", b'{"setting": "A", "result": NaN}\n', "t.jsonl, line 1, column 'result': must be a finite"),
            ("t.jsonl", b'{"setting": null, "result": 1}\n', "t.jsonl, line 1, column 'setting': must name a setting"),
            ("t.xlsx", b"", "t.xlsx must end in .csv, .tsv, .parquet, .jsonl, .ndjson, .json, but ends in '.xlsx'"),
        ],
    )
    def test_are_one_line_whatever_the_file_holds(self, refused, tmp_path, file, content, message):
        (tmp_path / file).write_bytes(content)
        assert message in refused(file)

    def test_too_many_settings_are_no_settings(self, refused, tmp_path):
        write(tmp_path / "t.csv", [{"setting": i, "result": i} for i in range(3000)])
        assert "at most 2,000 settings, but setting names 3,000; name other columns" in refused("t.csv")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "Missing argument"),
            (["t.csv", "--alpha", "0"], "alpha must be between 1e-9 and 0.5, but got 0"),
            (["t.csv", "--worthwhile", "nan"], "worthwhile must be at least 0, but got nan"),
            (["t.csv", "--resolution", "0"], "resolution must be above 0, but got 0"),
            (["t.csv", "--resolution", "1e300"], "resolution must be at most 1e+150, but got 1e+300"),
            (["t.csv", "--alpha", "many"], "Invalid value for '--alpha'"),
            (["t.csv", "--seed", "no"], "must have one column 'no', but has none"),
            (["t.csv", "t.csv", "t.csv"], "judge takes one table, or two settings or files, but got 3 names"),
            (["none.csv"], "none.csv cannot be read: No such file or directory"),
            (["t.csv", "--no"], "No such option: --no"),
        ],
    )
    def test_what_is_typed_wrongly_is_no_answer(self, refused, tmp_path, arguments, message):
        write(tmp_path / "t.csv", rows())
        assert message in refused(*arguments)


class TestTwoFiles:
    @pytest.mark.parametrize(
        ("one", "other", "status", "better"),
        [(A, B, 0, True), (B, A, 1, False), (A, [*A[:-1], 97.86], 1, False), (A[:2], C[:2], 2, None)],
    )
    def test_the_exit_status_is_the_answer(self, judged, tmp_path, one, other, status, better):
        for name, values in (("one", one), ("other", other)):
            write(tmp_path / f"{name}.csv", [{"result": value} for value in values])
        found = judged("one.csv", "other.csv", status=status)
        assert found["better"] is better
        assert {*found["lost"]} == {"one", "other"}
        assert (found["more_seeds"] or 0) > 0 or better is not None

    def test_a_setting_that_was_lost_often_is_not_better_for_its_level(self, judged, tmp_path):
        write(tmp_path / "a.csv", [{"result": x, "lost": x < 90} for x in [*A, 80, 82, 85, 84, 81]])
        write(tmp_path / "b.csv", [{"result": x, "lost": False} for x in B])
        assert judged("a.csv", "b.csv", status=1)["ruled_out"]["a"]["reason"] == "mean"

    def test_of_equal_names_are_told_apart_by_their_folders(self, judged, tmp_path):
        for folder, values in (("x", A), ("y", B)):
            (tmp_path / folder).mkdir()
            write(tmp_path / folder / "r.csv", [{"result": value} for value in values])
        assert judged("x/r.csv", "y/r.csv")["may_be_best"] == ["x/r.csv"]

    def test_hold_a_setting_each(self, refused, tmp_path):
        write(tmp_path / "a.csv", rows())
        assert "a.csv must hold one setting, but holds 3: A, B, C" in refused("a.csv", "a.csv")


class TestStores:
    @pytest.fixture(autouse=True)
    def theirs(self, database: Path):
        """An experiment that another program made with MLflow's client."""
        from mlflow.tracking import MlflowClient

        client = MlflowClient(f"sqlite:///{database}")
        experiment = client.create_experiment("theirs")
        for one in rows():
            run = client.create_run(experiment)
            client.log_param(run.info.run_id, "optimizer", one["setting"])
            client.log_param(run.info.run_id, "seed", one["seed"])
            client.log_metric(run.info.run_id, "acc", one["result"] / 100)
            client.set_terminated(run.info.run_id)
        client.create_run(experiment)  # which still runs

    def test_an_experiment_of_any_tool_is_a_table(self, nnexp, judged):
        options = ["theirs", "--by", "optimizer", "--result", "acc"]
        TestTables().expect(judged(*options))
        assert "1 of 16 runs left out: not finished, or without acc" in nnexp("judge", *options)[2]

    def test_infinity_which_mlflow_keeps_as_a_number_is_none(self, refused, database):
        from mlflow.tracking import MlflowClient

        client = MlflowClient(f"sqlite:///{database}")
        run = client.create_run(client.get_experiment_by_name("theirs").experiment_id).info.run_id
        client.log_param(run, "optimizer", "A")
        client.log_metric(run, "acc", float("inf"))
        client.set_terminated(run)
        message = f"run {run}, column 'acc': must be a number of at most 1e+150, but is 1.79"
        assert message in refused("theirs", "--by", "optimizer", "--result", "acc")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["theirs"], "experiment theirs must have a metric 'result', but has acc; --result names another"),
            (["theirs", "--result", "acc"], "must have a parameter 'setting', but has optimizer, seed; --by names"),
            (["ours"], "there is no file ours, and no experiment of that name with a run in the store"),
            (["hidden=3", "hidden=4"], "there is no finished run to judge by"),
            (["hidden=3", "hidden=4", "--sweep", "x"], "there is no sweep x in this store"),
        ],
    )
    def test_what_is_not_there_is_said(self, refused, arguments, message):
        assert message in refused(*arguments)


def test_two_settings_of_the_last_sweep(judged, refused, nnexp, database, tiny_data):
    data = ["dataset=folder", f"dataset.path={tiny_data}", "hidden=8", "init=scaled", "epochs=2"]
    assert nnexp("train", "-m", *data, "eta=0.3,3", "hidden=8,[5,4]", "seed=0,1")[0] == 0
    found = json.loads(nnexp("judge", "hidden=8 eta=3", "hidden=[5,4], eta=0.3", "--json")[1])
    assert {*found["level"]} == {"eta=3.0 hidden=8", "eta=0.3 hidden=[5, 4]"}
    assert nnexp("train", "-m", *data, "eta=0.01,3", "seed=range(5)")[0] == 0
    assert judged("eta=3.0", "eta=0.01")["better"] is True
    assert judged("0.01", "3.0", "--sweep", "multirun", status=1)["unit"] == "fraction"
    assert judged("3.0", "0.01", "--result", "final/test_accuracy")["result"] == "final/test_accuracy"
    assert "must be one of those compared (eta=0.01, eta=3.0), but got 'eta=9'" in refused("eta=9", "3.0")
    assert judged("eta=3", "0.010")["better"] is True


def test_where_looks_were_made_before_a_look_has_a_third_of_the_error():
    results = {"A": judging.A, "B": judging.B, "C": judging.C}
    looked = judge(results, Terms(), looks=[3, 5])
    assert looked.decision == judge(results, Terms(alpha=0.05 / 3)).decision
    assert looked.decision != judge(results, Terms()).decision


class TestFrames:
    def test_are_judged_as_tables_are(self):
        judged = package.judge(
            pd.DataFrame(rows(factor=0.01)).rename(columns={"result": "accuracy"}), result="accuracy"
        )
        assert judged.decision.may_be_best == ["A", "C"]
        assert str(judged) == repr(judged) == judged.answer
        assert judged.answer.startswith("A or C: nothing else may be best; A is at most 0.12 points from the best")
        assert list(judged.frame["setting"]) == ["A", "C", "B"]
        assert judged.frame["level"].iloc[0] == pytest.approx(97.85)
        assert judged.is_decided
        assert "| A | 5 | 97.85 % |" in judged._repr_markdown_()

    def test_may_name_settings_by_columns_of_any_type(self):
        frame = pd.DataFrame([one | {"lr": {"A": 0.1, "B": 1.0, "C": 10.0}[one["setting"]], "n": 3} for one in rows()])
        assert package.judge(frame, by=["lr", "n"]).decision.may_be_best == ["lr=0.1 n=3", "lr=10.0 n=3"]
        assert package.judge(frame, by=["lr"]).decision.ruled_out == ["1.0"]

    @pytest.mark.parametrize(
        ("frame", "message"),
        [
            (pd.DataFrame(rows())[:0], "the frame must hold a row for each run, but holds none"),
            (rows(), r"a pandas data frame, a row for each run, but got list; pandas\.read_csv reads one"),
        ],
    )
    def test_are_not_whatever_one_likes(self, frame, message):
        with pytest.raises(DataError, match=message):
            package.judge(frame)

    def test_name_the_row_that_cannot_be_used(self):
        frame = pd.DataFrame(rows()).set_index(pd.Index([f"run-{i}" for i in range(15)]))
        frame.loc["run-3", "result"] = float("nan")
        with pytest.raises(DataError, match=r"the frame, row run-3, column 'result': .* number, but is nan;"):
            package.judge(frame)
