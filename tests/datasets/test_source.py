import gzip
import hashlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest

from nnexp.datasets import digest, load
from nnexp.datasets.layouts import idx
from nnexp.datasets.options import Options
from nnexp.errors import DataError

Arrays = dict[str, np.ndarray]
Write = Callable[..., Path]
Unprivileged = Callable[[], AbstractContextManager[None]]


def test_plain_gzip_and_npz_are_the_same_data(write_idx: Write, arrays: Arrays, folder: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", **arrays)
    zipped = write_idx(arrays, "zipped", zipped=True)
    assert digest(folder) == digest(zipped) == digest(tmp_path / "x.npz")


def test_the_first_bytes_decide_what_is_gzip(write_idx: Write, arrays: Arrays, folder: Path) -> None:
    misnamed = write_idx(arrays, "misnamed")
    for path in misnamed.iterdir():
        path.write_bytes(gzip.compress(path.read_bytes()))
    assert digest(misnamed) == digest(folder)


def test_a_changed_pixel_is_other_data_and_is_noticed_at_once(folder: Path) -> None:
    before = load(folder)
    images = folder / "t10k-images-idx3-ubyte"
    images.write_bytes(images.read_bytes()[:-1] + bytes([before.test.images[-1, -1] ^ 1]))
    after = load(folder)
    assert after.digest != before.digest
    assert after.test.images[-1, -1] == before.test.images[-1, -1] ^ 1


def test_test_files_may_be_called_test(folder: Path) -> None:
    before = digest(folder)
    for path in folder.glob("t10k-*"):
        path.rename(path.with_name(path.name.replace("t10k", "test")))
    assert digest(folder) == before


def test_a_folder_may_hold_one_npz(tmp_path: Path, arrays: Arrays, folder: Path) -> None:
    (tmp_path / "shop").mkdir()
    np.savez(tmp_path / "shop" / "any name.npz", **arrays)
    (tmp_path / "shop" / "notes.txt").write_text("ours")
    assert digest(tmp_path / "shop") == digest(folder)


def remove(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def two_archives(folder: Path) -> None:
    empty(folder)
    (folder / "a.npz").touch()
    (folder / "b.npz").touch()


def twice(folder: Path) -> None:
    (folder / "train-images-idx3-ubyte.gz").touch()


def a_folder_for_a_file(folder: Path) -> None:
    remove("t10k-labels-idx1-ubyte")(folder)
    (folder / "t10k-labels-idx1-ubyte").mkdir()


def a_broken_link(folder: Path) -> None:
    remove("t10k-labels-idx1-ubyte")(folder)
    (folder / "t10k-labels-idx1-ubyte").symlink_to("nowhere")


def fewer_labels(folder: Path) -> None:
    (folder / "train-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01\0\0\0\x02\1\1")


def no_label_file(folder: Path) -> None:
    (folder / "train-labels-idx1-ubyte").write_bytes((folder / "train-images-idx3-ubyte").read_bytes())


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (remove("train-labels-idx1-ubyte"), r"idx: expected train-labels-idx1-ubyte\[\.gz\], but got nothing of that"),
        (remove("t10k-images-idx3-ubyte"), r"idx: expected t10k-images-idx3-ubyte\[\.gz\], but got nothing of that"),
        (
            empty,
            r"idx: expected a folder of IDX files \(train-images.*\) or one \.npz .*, but got nothing .* it is empty",
        ),
        (two_archives, r"one \.npz file, but got a\.npz and b\.npz"),
        (twice, "but got train-images-idx3-ubyte and train-images-idx3-ubyte.gz"),
        (a_folder_for_a_file, "t10k-labels-idx1-ubyte: expected a file, but got a folder"),
        (a_broken_link, "t10k-labels-idx1-ubyte: expected a file, but got .* a broken link"),
        (
            fewer_labels,
            "train-labels-idx1-ubyte: expected 13 labels, one for each image in .*train-images.*, but got 2",
        ),
        (no_label_file, r"train-labels-idx1-ubyte: expected an IDX file of labels .* got 00000803"),
    ],
)
def test_a_folder_that_is_no_data_set_is_refused(folder: Path, spoil: Callable[[Path], None], message: str) -> None:
    spoil(folder)
    with pytest.raises(DataError, match=message) as error:
        load(folder)
    assert "\n" not in str(error.value)


def test_a_path_where_nothing_is_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"nowhere: expected a folder or a file of data, but nothing is there"):
        load(tmp_path / "nowhere")


def test_an_idx_file_names_its_folder(folder: Path) -> None:
    assert digest(folder / "train-images-idx3-ubyte") == digest(folder)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("ours")
    with pytest.raises(DataError, match=r"notes\.md: expected .* one \.npz file.*, but got a file \.md"):
        load(tmp_path / "notes.md")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("digits.zip", r"got an archive \(\.zip\); unpack it"),
        ("digits.tar.gz", r"got an archive .*; unpack it"),
        ("digits.xlsx", r"a spreadsheet .*; save the sheet of the examples as \.csv"),
        ("digits.jsonl", r"pandas\.read_json\('.*digits\.jsonl', lines=True\)\.to_csv\('digits\.csv', index=False\)"),
        (
            "digits.mat",
            r"a MATLAB file .*scipy\.io\.loadmat\('.*'\) .*numpy\.savez\('digits\.npz', x_train=…, y_train=…\)",
        ),
        ("digits.npy", r"one array .*; its labels lie in another"),
        ("digits.png", r"a picture .*; put the pictures of each class into a folder of its own"),
    ],
)
def test_what_others_write_is_refused_with_what_to_do(tmp_path: Path, name: str, line: str) -> None:
    (tmp_path / name).write_bytes(b"anything")
    with pytest.raises(DataError, match=line):
        digest(tmp_path / name)


@pytest.mark.parametrize(
    ("names", "line"),
    [
        (["mnist.zip"], r"got an archive, mnist\.zip; unpack it there"),
        (["0_1.png", "1_1.png", "README"], r"pictures beside each other, .*; put the pictures of each class"),
    ],
)
def test_a_folder_of_what_others_write_likewise(tmp_path: Path, names: list[str], line: str) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"anything")
    with pytest.raises(DataError, match=line):
        digest(tmp_path)


def test_a_zip_archive_may_have_any_name(tmp_path: Path, arrays: Arrays, folder: Path) -> None:
    np.savez(tmp_path / "x.npz", **arrays)
    (tmp_path / "x.npz").rename(tmp_path / "shop")
    assert digest(tmp_path / "shop") == digest(folder)


def test_a_file_that_changes_while_it_is_read_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = idx.read

    def meddle(files: tuple[Path, ...], name: str, options: Options) -> np.ndarray:
        array = read(files, name, options)
        files[0].write_bytes(files[0].read_bytes()[:-1] + b"\2")
        return array

    monkeypatch.setattr(idx, "read", meddle)
    with pytest.raises(DataError, match="ubyte: expected it to stay as it is, but it changed while it was read"):
        load(folder)


@pytest.mark.parametrize("name", ["private", "private/data.npz"])
def test_what_may_not_be_read_is_named(name: str, arrays: Arrays, public: Path, unprivileged: Unprivileged) -> None:
    private = public / "private"
    private.mkdir()
    np.savez(private / "data.npz", **arrays)
    path = public / name
    path.chmod(0)
    try:
        with unprivileged(), pytest.raises(DataError, match=f"{path}: .*Permission denied; check its permissions"):
            load(path)
    finally:
        path.chmod(0o755)


class TestSums:
    @pytest.fixture
    def sums(self, folder: Path) -> Path:
        lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in folder.iterdir()]
        (folder / "SHA256SUMS").write_text("\n".join(lines) + "\n")
        return folder / "SHA256SUMS"

    def test_files_that_match_are_loaded(self, folder: Path, sums: Path) -> None:
        sums.write_text(sums.read_text().replace("  ", " *").upper().replace("IDX", "idx"))
        assert len(load(folder).test) == 4

    def test_a_changed_file_is_refused(self, folder: Path, sums: Path) -> None:
        load(folder)
        labels = folder / "t10k-labels-idx1-ubyte"
        wanted = hashlib.sha256(labels.read_bytes()).hexdigest()[:12]
        labels.write_bytes(labels.read_bytes()[:-1] + b"\0")
        got = hashlib.sha256(labels.read_bytes()).hexdigest()[:12]
        message = (
            f"t10k-labels-idx1-ubyte: expected SHA-256 {wanted}… from SHA256SUMS, but got {got}…; restore the file"
        )
        with pytest.raises(DataError, match=message):
            load(folder)

    def test_a_file_it_does_not_list_is_loaded(self, folder: Path, sums: Path) -> None:
        sums.write_text("0" * 64 + "  another-file\n")
        assert len(load(folder).test) == 4
