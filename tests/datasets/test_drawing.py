"""A person's own drawing, made what MNIST's digits are: ink 255 on 0, filling a box of 20 x 20, centred by its mass."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from scipy import ndimage

from nnexp.datasets.drawing import Drawing, Manner, as_text, manner_of, read_drawing, write_png
from nnexp.errors import DataError

INVERTED = "inverted: the ink was dark on light paper"
SEVEN = [(5, 4), (20, 4), (11, 23)]
FOUR = [(15, 23), (15, 4), (6, 17), (21, 17)]


def digit(stroke: list[tuple[int, int]]) -> np.ndarray:
    """A digit as MNIST's are, (28, 28)."""
    image = Image.new("L", (280, 280))
    ImageDraw.Draw(image).line([(10 * x, 10 * y) for x, y in stroke], fill=255, width=28, joint="curve")
    left, top, right, bottom = image.getbbox()
    side = max(right - left, bottom - top)
    small = np.asarray(
        image.crop((left, top, right, bottom)).resize(
            (20 * (right - left) // side, 20 * (bottom - top) // side), Image.Resampling.BOX
        )
    )
    placed = np.zeros((28, 28), np.uint8)
    placed[: len(small), : small.shape[1]] = small
    by = np.rint(14 - np.array(ndimage.center_of_mass(placed)))
    return ndimage.shift(placed, by, order=0)


@pytest.fixture(params=[SEVEN, FOUR], ids=["7", "4"])
def drawn(request: pytest.FixtureRequest) -> np.ndarray:
    return digit(request.param)


def page(drawn: np.ndarray) -> np.ndarray:
    """A page (240, 320) with the digit on it, off its middle: 1 where there is paper, 0 where there is ink."""
    paper = np.ones((240, 320))
    paper[75:215, 20:160] -= np.asarray(Image.fromarray(drawn).resize((140, 140), Image.Resampling.BICUBIC)) / 255
    return paper


def as_picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray(values.clip(0, 255).astype(np.uint8))


def noise(deviation: float) -> np.ndarray:
    return np.random.default_rng(1).normal(0, deviation, (240, 320))


def clean(paper: np.ndarray) -> Image.Image:
    return as_picture(255 * paper)


def photograph(paper: np.ndarray) -> Image.Image:
    return as_picture(np.linspace(110, 250, 320) * paper + noise(6)).convert("RGB")


def shadow(paper: np.ndarray) -> Image.Image:
    return as_picture(np.where(np.arange(320) < 90, 120, 230) * (0.2 + 0.8 * paper) + noise(3))


def grey_paper(paper: np.ndarray) -> Image.Image:
    return as_picture(70 + 130 * paper + noise(5))


def pencil(paper: np.ndarray) -> Image.Image:
    return as_picture(190 + 40 * paper + noise(2))


def chalk(paper: np.ndarray) -> Image.Image:
    return as_picture(200 - 150 * paper + noise(5))


def frame(paper: np.ndarray) -> Image.Image:
    ink = 130 + 125 * paper  # fainter than the frame
    ink[:3] = ink[-3:] = ink[:, :3] = ink[:, -3:] = 0
    return as_picture(ink)


def drawn_frame(paper: np.ndarray) -> Image.Image:
    image = clean(paper)
    ImageDraw.Draw(image).rectangle((6, 6, 314, 234), outline=80, width=2)
    return image


def specks(paper: np.ndarray) -> Image.Image:
    spoilt = paper.copy()
    for y, x, side in ((10, 300, 2), (2, 2, 1), (225, 250, 6), (130, 170, 3)):
        spoilt[y : y + side, x : x + side] = 0
    return clean(spoilt)


def squared(paper: np.ndarray) -> Image.Image:
    lines = np.ones_like(paper)
    lines[7::15] = lines[:, 7::15] = 0.75
    return as_picture(240 * np.minimum(paper, lines) + noise(3))


def many_bits(paper: np.ndarray) -> Image.Image:
    return Image.fromarray((1023 * (1 - paper)).astype(np.uint16))


def black_on_clear(paper: np.ndarray) -> Image.Image:
    image = Image.new("RGBA", (320, 240))
    image.putalpha(as_picture(255 * (1 - paper)))
    return image


def white_on_clear(paper: np.ndarray) -> Image.Image:
    image = Image.new("RGBA", (320, 240), "white")
    image.putalpha(as_picture(255 * (1 - paper)))
    return image


PAPERS = [
    clean, photograph, shadow, grey_paper, pencil, chalk, frame, drawn_frame, specks, squared, many_bits,
    black_on_clear, white_on_clear,
]  # fmt: skip


def read(picture: Image.Image | np.ndarray, folder: Path, manner: Manner | None = None) -> Drawing:
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(folder / "drawing.png")
    return read_drawing(folder / "drawing.png", (28, 28), manner or Manner())


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlate them where they are most alike, a pixel more or less."""
    moved = (np.roll(other, by, (0, 1)).ravel() for by in np.ndindex(3, 3))
    return max(float(np.corrcoef(np.roll(one, (1, 1), (0, 1)).ravel(), each)[0, 1]) for each in moved)


@pytest.mark.parametrize("on", PAPERS)
def test_a_digit_is_found_on_any_paper(drawn: np.ndarray, on: Callable[..., Image.Image], tmp_path: Path) -> None:
    drawing = read(on(page(drawn)), tmp_path)
    assert likeness(drawing.picture, drawn) > 0.9
    assert drawing.doubt == ""
    assert (INVERTED in drawing.changes) is (on not in (chalk, many_bits, white_on_clear))
    assert any("left out" in change for change in drawing.changes) is (on in (frame, drawn_frame, specks))


def test_one_of_mnists_own_comes_through_untouched(drawn: np.ndarray, tmp_path: Path) -> None:
    drawing = read(drawn, tmp_path)
    np.testing.assert_array_equal(drawing.picture, drawn)
    assert drawing.changes == ()
    dark = read(255 - drawn, tmp_path)
    np.testing.assert_array_equal(dark.picture, drawn)
    assert dark.changes == (INVERTED,)


def test_one_of_the_networks_size_is_centred(drawn: np.ndarray, tmp_path: Path) -> None:
    drawing = read(np.roll(drawn, (-2, 3), (0, 1)), tmp_path)
    assert likeness(drawing.picture, drawn) > 0.99
    assert drawing.changes == ("centred, as MNIST's are",)


def test_a_pens_thin_line_becomes_as_broad_as_mnists(tmp_path: Path) -> None:
    image = Image.new("L", (300, 300), 255)
    ImageDraw.Draw(image).line([(10 * x + 10, 10 * y + 10) for x, y in SEVEN], fill=30, width=4)
    drawing = read(image, tmp_path)
    assert likeness(drawing.picture, digit(SEVEN)) > 0.85


@pytest.mark.parametrize("orientation", range(1, 9))
def test_it_is_read_the_way_up_that_the_camera_was_held(drawn: np.ndarray, orientation: int, tmp_path: Path) -> None:
    to_stored = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # EXIF's turn undone, as Pillow numbers turns
    image = clean(page(drawn))
    stored = image.transpose(Image.Transpose(to_stored[orientation])) if orientation > 1 else image
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "held.jpg", exif=exif)
    drawing = read_drawing(tmp_path / "held.jpg", (28, 28))
    assert likeness(drawing.picture, drawn) > 0.9
    assert {"resized from 320 x 240 to 28 x 28", "centred, as MNIST's are"} < {*drawing.changes}


def several() -> np.ndarray:
    return np.hstack([page(digit(SEVEN))[:, :170], page(digit(FOUR))[:, :170]]) * 255


def dots() -> np.ndarray:
    paper = np.full((240, 320), 240.0)
    paper[20:220:20, 20:300:20] = 0
    return ndimage.grey_erosion(paper, 11)


def rings() -> np.ndarray:
    """What has more holes than any digit."""
    y, x = np.mgrid[:240, :320]
    return np.where((abs(y - 120) < 100) & (abs(x - 160) < 100) & ((y % 20 < 6) | (x % 20 < 6)), 20.0, 230.0)


@pytest.mark.parametrize(
    ("values", "doubt"),
    [
        (240 + noise(5), "nothing stands out"),
        (128 + noise(40), "nothing stands out"),
        (several(), "several parts"),
        (dots(), "several parts"),
        (rings(), "holes"),
    ],
)
def test_what_may_not_be_one_digit_is_doubted(values: np.ndarray, doubt: str, tmp_path: Path) -> None:
    assert doubt in read(as_picture(values), tmp_path).doubt


def test_pictures_of_other_data_are_taken_in_their_manner(drawn: np.ndarray, tmp_path: Path) -> None:
    assert manner_of([drawn] * 3) == Manner()
    inverted = manner_of([255 - drawn] * 3)
    assert inverted == Manner(is_light=False)
    np.testing.assert_array_equal(read(drawn, tmp_path, inverted).picture, 255 - drawn)
    cornered = np.roll(drawn, (4, 4), (0, 1))
    elsewhere = manner_of([cornered] * 3)
    assert (elsewhere.is_light, elsewhere.is_placed) == (True, False)
    np.testing.assert_array_equal(read(cornered, tmp_path, elsewhere).picture, cornered)


def png(width: int, height: int) -> bytes:
    """A PNG that says it is so large, with hardly any bytes."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = (header, b"IDAT" + zlib.compress(b"\0"), b"IEND")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def half_a_jpeg() -> bytes:
    file = io.BytesIO()
    photograph(page(digit(SEVEN))).save(file, "JPEG")
    return file.getvalue()[:3000]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"ours", "damaged or none: cannot identify image file$"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "cannot identify"),  # Pillow would have it executed
        (half_a_jpeg(), "truncated"),
        (png(9000, 9000)[:20], "damaged or none"),
        (png(12_000, 9_000), "at most 100,000,000 pixels, but got 12000 x 9000"),
        (png(32_000, 32_000), "at most 100,000,000 pixels, but got many more"),
    ],
)
def test_what_is_no_picture_or_too_large_is_refused_in_a_line(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_bytes(content)
    with pytest.raises(DataError, match=message) as raised:
        read_drawing(tmp_path / "notes.png", (28, 28))
    assert str(raised.value).startswith(f"{tmp_path}/notes.png: expected a picture ")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("values", [np.full((9, 9), 255), np.linspace(120, 240, 320) * np.ones((240, 1))])
def test_a_blank_picture_is_refused(values: np.ndarray, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"drawing\.png: expected a drawn digit, but the picture is blank"):
        read(as_picture(values), tmp_path)


def test_a_picture_is_written_dark_on_light_and_enlarged(tmp_path: Path) -> None:
    write_png(np.array([[0, 255]], np.uint8), tmp_path / "two.png", scale=3)
    with Image.open(tmp_path / "two.png") as image:
        np.testing.assert_array_equal(np.asarray(image), np.repeat([[255] * 3 + [0] * 3], 3, axis=0))
    with pytest.raises(DataError, match=r"two\.png cannot be written: .*No such file"):
        write_png(np.zeros((1, 2), np.uint8), tmp_path / "nowhere" / "two.png")


def test_text_shows_the_ink_and_no_empty_columns_at_the_end() -> None:
    assert as_text(np.array([[0, 255, 0], [64, 128, 192]], np.uint8)) == "  ██\n░░▒▒▓▓"
