"""Tables as people have them: with a header or without, any separator, the label wherever it stands."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet

from nnexp.datasets import digest, load
from nnexp.errors import DataError

rng = np.random.default_rng(0)
VALUES = rng.normal(size=(60, 3)).round(3)
KINDS = np.array(["cat", "dog", "ox"])[np.arange(60) % 3]
FRAME = pd.DataFrame(VALUES, columns=["a", "b", "c"]).assign(species=KINDS)
PIXELS = rng.integers(0, 256, (60, 64), dtype=np.uint8)
DIGITS = np.arange(60) % 10


def write(file: Path, frame: pd.DataFrame, **how: object) -> Path:
    frame.to_csv(file, index=False, **how)  # type: ignore[call-overload]
    return file


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write(tmp_path / "animals.csv", FRAME)


def test_every_value_of_a_table_is_learnt_from_and_its_classes_keep_their_names(table: Path) -> None:
    data = load(table)
    parts = [data.train, data.val, data.test]
    assert [len(part) for part in parts if part] == [42, 9, 9]
    assert (data.class_names, data.meta.columns) == (("cat", "dog", "ox"), ("a", "b", "c"))
    raw = np.concatenate([part.images * np.array(data.meta.std) + np.array(data.meta.mean) for part in parts if part])
    named = np.array(data.class_names)[np.concatenate([part.labels for part in parts if part])]
    found = sorted(zip(raw.round(3).tolist(), named.tolist(), strict=True))
    assert found == sorted(zip(VALUES.tolist(), KINDS.tolist(), strict=True))


def test_it_is_standardised_on_the_training_part_alone(table: Path) -> None:
    data = load(table)
    np.testing.assert_allclose(data.train.images.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(data.train.images.std(axis=0), 1, atol=1e-6)
    assert abs(data.test.images.mean()) > 1e-3
    assert (data.meta.scale, data.scale) == ("standard", 1.0)


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_the_separator_is_seen(table: Path, tmp_path: Path, separator: str) -> None:
    assert digest(write(tmp_path / "other.csv", FRAME, sep=separator)) == digest(table)


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("decimal.csv", {"sep": ";", "decimal": ","}),
        ("decimal.tsv", {"sep": "\t", "decimal": ","}),
        ("windows.csv", {"encoding": "utf-16"}),
        ("unmarked.csv", {"encoding": "utf-16-le"}),
        ("unmarked.csv", {"encoding": "utf-16-be"}),
        ("marked.csv", {"encoding": "utf-8-sig"}),
        ("packed.csv.bz2", {}),
        ("plain.txt", {"sep": " ", "header": False}),
        ("plain.dat", {"sep": "\t"}),
    ],
)
def test_the_same_table_as_other_programs_write_it(
    table: Path, tmp_path: Path, name: str, how: dict[str, object]
) -> None:
    assert digest(write(tmp_path / name, FRAME, **how)) == digest(table)


def test_blanks_part_columns_however_many_they_are(table: Path, tmp_path: Path) -> None:
    lines = [f"  {a:9.3f}   {b:9.3f} {c:9.3f} {kind} " for (a, b, c), kind in zip(VALUES, KINDS, strict=True)]
    (tmp_path / "aligned.data").write_text("\n".join(lines))
    assert digest(tmp_path / "aligned.data") == digest(table)


def test_quotes_may_stand_behind_a_blank(tmp_path: Path) -> None:
    names = {"cat": "a cat", "dog": "dog, small", "ox": "ox"}
    rows = [f'{a}, {b}, {c}, "{names[kind]}"' for (a, b, c), kind in zip(VALUES.tolist(), KINDS, strict=True)]
    (tmp_path / "quoted.csv").write_text("\n".join(['a, b, c, "the kind"', *rows]))
    data = load(tmp_path / "quoted.csv")
    assert (data.class_names, data.meta.columns) == (("a cat", "dog, small", "ox"), ("a", "b", "c"))


def test_names_that_no_utf8_wrote_are_read(tmp_path: Path) -> None:
    frame = FRAME.assign(species=np.where(KINDS == "ox", "Mähre", KINDS))
    assert load(write(tmp_path / "old.csv", frame, encoding="cp1252")).class_names == ("Mähre", "cat", "dog")


def test_a_cell_may_hold_a_whole_example(tmp_path: Path) -> None:
    flat = tmp_path / "flat.csv"
    write(flat, pd.DataFrame(PIXELS, columns=[f"p{n}" for n in range(64)]).assign(label=DIGITS))
    told = pd.DataFrame({"emotion": DIGITS, "pixels": [" ".join(map(str, row)) for row in PIXELS]})
    pd.DataFrame({"label": DIGITS, "pixels": PIXELS.tolist()}).to_parquet(tmp_path / "lists.parquet")
    same = {digest(flat), digest(write(tmp_path / "told.csv", told)), digest(tmp_path / "lists.parquet")}
    assert len(same) == 1
    parts = write(tmp_path / "parts.csv", told.assign(Usage="Training"))
    with pytest.raises(DataError, match=r"each of 'pixels' is a whole one; dataset\.drop=\[Usage\] leaves"):
        load(parts)
    assert digest(parts, drop=("Usage",)) in same


def test_an_empty_list_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"label": DIGITS, "pixels": [[]] * 60}).to_parquet(tmp_path / "empty.parquet")
    with pytest.raises(DataError, match=r"\(pixels\), row 1: expected a list of numbers, but got an empty one"):
        load(tmp_path / "empty.parquet")


def test_of_a_table_with_decimal_commas_the_cell_that_is_none_is_told(tmp_path: Path) -> None:
    frame = FRAME.assign(colour="red")[["a", "b", "colour", "species"]]
    with pytest.raises(DataError, match=r"got 'red' in row 1, column 'colour'"):
        load(write(tmp_path / "comma.csv", frame, sep=";", decimal=","), label="species")


def test_a_decimal_comma_may_come_late(tmp_path: Path) -> None:
    lines = ["a;b;kind", *(f"{n};{n}{',5' * (n > 3)};{'xy'[n % 2]}" for n in range(30))]
    (tmp_path / "late.csv").write_text("\n".join(lines))
    assert load(tmp_path / "late.csv").meta.highest == 29.5


def test_a_first_line_may_be_long(tmp_path: Path) -> None:
    names = ",".join([*(f"a-column-of-a-long-name-{n}" for n in range(12_000)), "kind"])
    rows = [",".join(["1"] * 12_000 + ["xy"[n % 2]]) for n in range(20)]
    (tmp_path / "wide.csv").write_text("\n".join([names, *rows]))
    assert load(tmp_path / "wide.csv").train.images.shape[1] == 12_000


def test_numbers_called_y_are_no_label_beside_a_column_of_words(tmp_path: Path) -> None:
    frame = FRAME.rename(columns={"b": "y"})
    assert load(write(tmp_path / "xy.csv", frame)).class_names == ("cat", "dog", "ox")


def test_lists_of_another_length_are_refused(tmp_path: Path) -> None:
    lists = [row[: 63 if at == 7 else 64] for at, row in enumerate(PIXELS.tolist())]
    pd.DataFrame({"label": DIGITS, "pixels": lists}).to_parquet(tmp_path / "torn.parquet")
    with pytest.raises(DataError, match=r"\(pixels\), row 8: expected 64 values as in the first row, but got 63"):
        load(tmp_path / "torn.parquet")


def test_a_table_of_pictures_names_says_how_pictures_are_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"file": [f"{n}.png" for n in range(60)], "label": DIGITS})
    with pytest.raises(DataError, match=r"the name of a picture, '0\.png' in row 1.*folder of its own"):
        load(write(tmp_path / "files.csv", frame))


def test_a_table_is_the_same_data_in_any_format(table: Path, tmp_path: Path) -> None:
    (tmp_path / "animals.csv.gz").write_bytes(gzip.compress(table.read_bytes()))
    FRAME.to_parquet(tmp_path / "animals.parquet")
    header = ["% theirs", "@RELATION animals", *(f"@attribute '{name}' REAL" for name in "abc")]
    rows = [",".join([*map(str, values), f"'{kind}'"]) for values, kind in zip(VALUES.tolist(), KINDS, strict=True)]
    arff = "\n".join([*header, "@ATTRIBUTE species {cat,dog,ox}", "", "@DATA", *rows])
    (tmp_path / "animals.arff").write_text(arff)
    write(tmp_path / "animals.data", FRAME, header=False)
    files = [tmp_path / f"animals.{ending}" for ending in ("csv.gz", "parquet", "arff", "data")]
    assert {digest(file) for file in files} == {digest(table)}


def test_a_folder_names_its_parts(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    write(folder / "mnist_train.csv", FRAME[:40])
    write(folder / "mnist_test.csv", FRAME[40:])
    data = load(folder, split="full")
    assert (len(data.train), len(data.test)) == (40, 20)


def test_a_test_file_without_labels_is_left_out_and_said(tmp_path: Path) -> None:
    folder = tmp_path / "contest"
    folder.mkdir()
    write(folder / "train.csv", FRAME)
    write(folder / "test.csv", FRAME.drop(columns="species"))
    data = load(folder)
    assert len(data.train) + len(data.test) + len(data.val or ()) == 60
    assert "test.csv has no column 'species': it is left out" in data.meta.odd


def pixels(label_last: bool = False) -> pd.DataFrame:
    columns = [PIXELS, DIGITS[:, None]] if label_last else [DIGITS[:, None], PIXELS]
    return pd.DataFrame(np.concatenate(columns, axis=1))


def test_pixels_in_a_table_are_pictures(tmp_path: Path) -> None:
    data = load(write(tmp_path / "digits.csv", pixels(), header=False))
    assert (data.image_shape, data.train.images.dtype, data.meta.scale) == ((8, 8), np.uint8, "1/256")
    assert data.class_names == tuple("0123456789")


@pytest.mark.parametrize(("settings", "last"), [({"label": -1}, True), ({"label": 64}, True), ({"label": 0}, False)])
def test_the_label_is_named_by_place(tmp_path: Path, settings: dict[str, object], last: bool) -> None:
    data = load(write(tmp_path / "digits.csv", pixels(last), header=False), **settings)
    assert data.class_names == tuple("0123456789")


def test_sorted_rows_hide_no_label(tmp_path: Path) -> None:
    frame = pd.DataFrame({"kind": np.arange(1200) // 600, "x": rng.normal(size=1200).round(3)})
    data = load(write(tmp_path / "sorted.csv", frame, header=False))
    assert data.class_names == ("0", "1")
    assert any("sorted by class" in line for line in data.meta.odd)


def test_a_column_that_numbers_the_rows_is_said_and_dropped(tmp_path: Path) -> None:
    file = write(tmp_path / "numbered.csv", FRAME.assign(id=np.arange(60) * 7))
    assert any("column 'id' numbers the rows" in line and "dataset.drop=[id]" in line for line in load(file).meta.odd)
    data = load(file, drop=("id",))
    assert data.meta.columns == ("a", "b", "c")
    assert not any("numbers the rows" in line for line in data.meta.odd)


@pytest.mark.parametrize(
    ("frame", "settings", "message"),
    [
        (FRAME.assign(b=[*VALUES[:9, 1], None, *VALUES[10:, 1]]), {}, "got nan in row 10, column 'b'"),
        (FRAME.assign(b="word"), {"label": "species"}, r"got 'word' in row 1, column 'b'; dataset\.drop=\[b\]"),
        (FRAME.assign(x="word"), {}, r"to know the column of labels; name it \(dataset\.label="),
        (FRAME, {"label": "specie"}, r"dataset\.label names specie, which is no column; did you mean species"),
        (FRAME, {"drop": ("d",)}, r"dataset\.drop names d, which is no column"),
        (FRAME[["a", "b"]], {"label": "b"}, "expected whole numbers as labels, .* not quantities"),
        (FRAME[["species"]], {}, "expected a column of labels and others"),
        (FRAME.assign(species="cat"), {"label": "species"}, "expected at least two classes, but got cat"),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(
    tmp_path: Path, frame: pd.DataFrame, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(DataError, match=rf"odd\.csv.*: .*{message}") as error:
        load(write(tmp_path / "odd.csv", frame), **settings)
    assert "\n" not in str(error.value)


def test_a_row_of_another_length_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cut.csv").write_text("a,label\n1,x\n2,y\n3\n4,x\n")
    with pytest.raises(DataError, match=r"cut\.csv: .* but got 2 in the first row and 1 in row 4"):
        load(tmp_path / "cut.csv")


def test_bytes_that_are_no_text_are_no_table(tmp_path: Path) -> None:
    (tmp_path / "torn.csv").write_bytes(b"a,label\n" + bytes(512))
    with pytest.raises(DataError, match=r"torn\.csv: expected a table, but got bytes that are no text$"):
        load(tmp_path / "torn.csv")


def test_a_long_name_is_told_by_its_beginning(tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text("x" * 4000)
    with pytest.raises(DataError, match=r"got x{60}…$"):
        load(tmp_path / "one.csv")


def test_a_row_that_is_another_far_down_is_refused(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},{'xy'[n % 2]}" for n in range(2000))
    (tmp_path / "cut.csv").write_text(f"a,label\n{rows}\n1,2,3\n")
    with pytest.raises(DataError, match=r"cut\.csv: expected a table, but it is damaged .* Expected 2 columns, got 3"):
        load(tmp_path / "cut.csv")


def test_pictures_in_parquet_keep_their_names(tmp_path: Path) -> None:
    def png(image: np.ndarray) -> bytes:
        packed = io.BytesIO()
        Image.fromarray(image).save(packed, "PNG")
        return packed.getvalue()

    names = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
    told = {"info": {"features": {"label": {"names": names, "_type": "ClassLabel"}}}}
    cells = [{"bytes": png(image), "path": None} for image in PIXELS.reshape(-1, 8, 8)]
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    made = pa.table({"image": pa.array(cells, kind), "label": pa.array(DIGITS)})
    parquet.write_table(
        made.replace_schema_metadata({"huggingface": json.dumps(told)}), tmp_path / "train-00000-of-00001.parquet"
    )
    data = load(tmp_path)
    assert (data.image_shape, data.class_names) == ((8, 8), tuple(names))
    assert {row.tobytes() for row in data.test.images} < {row.tobytes() for row in PIXELS}


def test_bytes_that_turn_into_fractions_lose_nothing(tmp_path: Path) -> None:
    values = np.concatenate([np.arange(500) % 200, [0.5, 1.5]])
    frame = pd.DataFrame({"x": values, "label": np.arange(502) % 2})
    data = load(write(tmp_path / "late.csv", frame))
    raw = data.train.images[:, 0] * data.meta.std[0] + data.meta.mean[0]
    assert {float(one) for one in raw.round(3)} <= set(values.tolist())
