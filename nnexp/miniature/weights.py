"""What the first layer looks at: the weights of each of its neurons as an image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nnexp.miniature.canvas import BLUE, GREY, PAPER, RED, Canvas, between

MOST_NEURONS, COLUMNS = 30, 10
WIDE, GAP, TOP = 640, 2, 24  # pixels of the sheet, between neurons, above them
LEVELS = 3  # of red, and as many of blue: more of them would be kilobytes of noise
MOST = 128  # pixels of an image's longer side


def draw(weights: NDArray[np.floating], shape: tuple[int, int]) -> bytes | None:
    """Draw the first neurons' weights (neurons, h · w), red below nothing and blue above, each on a scale of its own.

    None where they are those of no picture, or of one too large for a sheet.
    """
    n, (h, w) = len(weights), shape
    if min(h, w) < 2 or max(h, w) > MOST or weights.shape != (n, h * w) or not n:
        return None
    few = np.nan_to_num(weights[:MOST_NEURONS].astype(np.float64), posinf=0, neginf=0)
    most = np.abs(few).max(axis=1, keepdims=True)
    shares = (few / np.where(most > 0, most, 1)).reshape(-1, h, w)
    columns, larger = min(COLUMNS, len(few)), max(1, WIDE // (COLUMNS * (w + GAP)))
    rows = -(-len(few) // columns)
    sheet = np.full((rows, h + GAP, columns, w + GAP), LEVELS, np.uint8)
    for number, image in enumerate(np.round((shares + 1) * LEVELS).astype(np.uint8)):
        sheet[number // columns, :h, number % columns, :w] = image
    flat = sheet.reshape(rows * (h + GAP), columns * (w + GAP))
    canvas = Canvas(max(flat.shape[1] * larger, 300), TOP + flat.shape[0] * larger)
    told = f"the first {len(few)} of {n} neurons" if n > len(few) else f"{n} neurons" if n > 1 else "1 neuron"
    canvas.text((2, 11), f"weights of the first layer, {told}", colour=GREY)
    colours = [
        between(PAPER, RED if level < LEVELS else BLUE, abs(level / LEVELS - 1)) for level in range(2 * LEVELS + 1)
    ]
    canvas.image((0, TOP), flat, colours, larger)
    return canvas.png()
