"""A person's own drawing, made what MNIST's digits are: ink 255 on 0, filling a box of 20 x 20, centred by its mass."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nnexp.datasets.drawing import as_text, read_drawing, write_png
from nnexp.errors import DataError


def bar(height: int, width: int, top: int, left: int) -> np.ndarray:
    """A picture of light ink: an upright bar, twice as high as it is wide."""
    picture = np.zeros((height, width), np.uint8)
    picture[top : top + 40, left : left + 20] = 255
    return picture


def saved(picture: np.ndarray | Image.Image, file: Path) -> Path:
    (Image.fromarray(picture) if isinstance(picture, np.ndarray) else picture).save(file)
    return file


def test_a_picture_of_the_networks_size_is_taken_as_it_is(tmp_path: Path) -> None:
    picture = np.zeros((28, 28), np.uint8)
    picture[5:20, 14] = 200
    drawing = read_drawing(saved(picture, tmp_path / "digit.png"), (28, 28))
    np.testing.assert_array_equal(drawing.picture, picture)
    assert drawing.changes == ()


def test_a_drawing_of_any_size_and_place_is_boxed_and_centred(tmp_path: Path) -> None:
    drawing = read_drawing(saved(bar(200, 100, 3, 70), tmp_path / "digit.png"), (28, 28))
    ink = np.argwhere(drawing.picture == 255)
    assert len(ink) == np.count_nonzero(drawing.picture) == 20 * 10
    assert np.ptp(ink, axis=0).tolist() == [19, 9]
    assert np.abs(ink.mean(axis=0) - 14).max() <= 0.5  # the mean of MNIST's own digits is 14.0 in both directions
    assert drawing.changes == ("resized from 100 x 200 to 28 x 28 and centred, as MNIST's are",)


def test_dark_ink_on_light_or_on_no_paper_is_the_same_drawing(tmp_path: Path) -> None:
    ink = bar(60, 50, 10, 10)
    light = read_drawing(saved(ink, tmp_path / "light.png"), (28, 28))
    dark = read_drawing(saved(255 - ink, tmp_path / "dark.png"), (28, 28))
    transparent = Image.new("RGBA", (50, 60))
    transparent.paste("black", mask=Image.fromarray(ink))
    clear = read_drawing(saved(transparent, tmp_path / "clear.png"), (28, 28))
    np.testing.assert_array_equal(dark.picture, light.picture)
    np.testing.assert_array_equal(clear.picture, light.picture)
    assert dark.changes == ("inverted: the ink was dark on light paper", *light.changes)
    assert clear.changes == ("made grey", *dark.changes)


def test_what_is_no_drawing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("ours")
    with pytest.raises(DataError, match=r"notes\.png: expected a picture such as PNG, but got: cannot identify"):
        read_drawing(tmp_path / "notes.png", (28, 28))
    with pytest.raises(DataError, match=r"blank\.png: expected a drawn digit, but the picture is blank"):
        read_drawing(saved(np.full((9, 9), 255, np.uint8), tmp_path / "blank.png"), (28, 28))


def test_a_picture_is_written_dark_on_light_and_enlarged(tmp_path: Path) -> None:
    write_png(np.array([[0, 255]], np.uint8), tmp_path / "two.png", scale=3)
    with Image.open(tmp_path / "two.png") as image:
        np.testing.assert_array_equal(np.asarray(image), np.repeat([[255] * 3 + [0] * 3], 3, axis=0))
    with pytest.raises(DataError, match=r"two\.png cannot be written: .*No such file"):
        write_png(np.zeros((1, 2), np.uint8), tmp_path / "nowhere" / "two.png")


def test_text_shows_the_ink_and_no_empty_columns_at_the_end() -> None:
    assert as_text(np.array([[0, 255, 0], [64, 128, 192]], np.uint8)) == "  ██\n░░▒▒▓▓"
