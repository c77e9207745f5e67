"""Ink on paper: where the one sign of a scan or a photograph is, and how dark each of its pixels.

Takes grey values alone, and knows no files and no networks. Lengths are shares of the picture's shorter side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Grey = NDArray[np.float32]  # (h, w), 0 to 255, light is high
Shares = NDArray[np.float32]  # (h, w), 0 where there is paper to 1 where there is ink
Mask = NDArray[np.bool_]

SMALL = 64  # pixels: what is smaller was drawn pixel by pixel, and has no noise to smooth away
BROAD = 0.35  # what is darker than its surroundings and narrower is ink, all else is paper
DARK = 32  # of 255: paper that is darker in the picture tells nothing by how much darker still the ink is
EDGE, ALONG = 0.12, 0.6  # of a side: a frame lies this near to it, and is at least so long
SPECK = 0.03  # what is smaller is dirt
STROKE, NEAR = 0.04, 0.25  # a detached stroke has so much of the main part's ink, and is so much of its length away
LOOKS = 3  # for ink, each beside what the one before found
CONTRAST, NOISE = 0.1, 8  # ink that stands out differs so much from paper, and so many deviations of what paper shows
THIN, USUAL = 0.1, 0.12  # of a sign's length: a stroke that a pen draws, and one as broad as most of MNIST's
ALONE = 0.65  # of all ink, in one sign
HOLES = 8  # that one sign may have; a photograph of anything else has dozens
TOUCHING = np.ones((3, 3), bool)  # at the corners too


@dataclass(frozen=True)
class Ink:
    """The ink of one sign, whether it was light on dark paper, and why it may be none."""

    shares: Shares
    is_light: bool
    others: int  # parts that were something else: a frame, specks
    doubt: str


@dataclass(frozen=True)
class Parts:
    """The connected parts of a mask, labelled from 1: of each its ink, that away from the edges, and its box."""

    labels: NDArray[Any]
    ink: NDArray[Any]
    inner: NDArray[Any]
    boxes: NDArray[np.int64]  # (n, 4): top, bottom, left, right

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Height and width of each, (n, 2)."""
        return self.boxes[:, 1::2] - self.boxes[:, ::2]


def find_ink(grey: Grey) -> Ink:
    """Find the sign that has the most ink, beside frames, dirt and uneven light."""
    smooth = ndimage.gaussian_filter(grey, 0.8) if min(grey.shape) >= SMALL else grey
    is_light = _is_light_on_dark(smooth)
    shares = _beside_paper(255 - smooth if is_light else smooth)
    if not shares.any():
        return Ink(shares, is_light, 0, "it is blank")
    parts, signs = _look(shares)
    taken = _main(parts, signs)
    kept = np.isin(parts.labels, 1 + np.flatnonzero(taken))
    floor = 0.0 if kept.all() else float(np.median(shares[~kept]))
    full = float(np.percentile(shares[kept], 90))
    alone = ((shares - floor) / max(full - floor, 1e-6)).clip(0, 1) * _around(kept)
    doubt = _doubt(shares, kept, full - floor, parts.ink[taken].sum() / max(parts.ink[signs].sum(), 1e-6))
    return Ink(_broadened(alone.astype(np.float32), kept), is_light, int((~taken).sum()), doubt)


def _is_light_on_dark(grey: Grey) -> bool:
    """Tell by the skewness of what differs from its surroundings: there is less ink than paper."""
    coarse = grey[::4, ::4] if min(grey.shape) >= SMALL else grey
    differs = coarse - ndimage.gaussian_filter(coarse, BROAD * min(coarse.shape))
    return bool((differs**3).sum() > 0)


def _beside_paper(grey: Grey) -> Shares:
    """Compare with the paper: what a closing leaves, in which narrow dark places are filled from around them."""
    paper = ndimage.grey_closing(grey, max(3, round(min(grey.shape) * BROAD)))
    shares: Shares = np.divide(paper - grey, np.maximum(paper, DARK), dtype=np.float32)
    return shares


def _look(shares: Shares) -> tuple[Parts, Mask]:
    """Find parts, and which are signs: neither frames nor specks. Where there is none, the first look counts."""
    unseen = np.ones(shares.shape, bool)
    looks = []
    for _ in range(LOOKS):
        parts = _parts(unseen & (shares > threshold(shares[unseen])), shares)
        signs = ~_frames(parts) & (parts.sizes.max(axis=1, initial=0) >= SPECK * min(shares.shape))
        if signs.any():
            return parts, signs
        looks.append(parts)
        unseen &= ~ndimage.binary_dilation(parts.labels > 0, TOUCHING, iterations=3)
        if not unseen.any():
            break
    return looks[0], np.ones(len(looks[0].ink), bool)


def threshold(values: NDArray[np.float32]) -> float:
    """Part values in two by N. Otsu, "A Threshold Selection Method from Gray-Level Histograms" (1979)."""
    counts, edges = np.histogram(values, 256)
    below, above = np.cumsum(counts)[:-1], np.cumsum(counts[::-1])[-2::-1]
    sums = counts * (edges[:-1] + edges[1:])
    mean_below = np.cumsum(sums)[:-1] / np.maximum(below, 1)
    mean_above = np.cumsum(sums[::-1])[-2::-1] / np.maximum(above, 1)
    between = below * above * (mean_below - mean_above) ** 2  # the variance between the two, but for factors
    return float(edges[1 + int(between.argmax())])


def _parts(mask: Mask, shares: Shares) -> Parts:
    labels, n = ndimage.label(mask, TOUCHING)
    every = np.arange(1, n + 1)
    top, left = (round(side * EDGE) for side in mask.shape)
    inner = np.zeros_like(shares)
    inner[top : len(inner) - top, left : inner.shape[1] - left] = 1
    boxes = [(rows.start, rows.stop, columns.start, columns.stop) for rows, columns in ndimage.find_objects(labels)]
    return Parts(
        labels,
        ndimage.sum_labels(shares, labels, every),
        ndimage.sum_labels(shares * inner, labels, every),
        np.array(boxes, np.int64).reshape(n, 4),
    )


def _frames(parts: Parts) -> Mask:
    long = (parts.sizes >= ALONG * np.array(parts.labels.shape)).any(axis=1)
    frames: Mask = long & (parts.inner < 0.1 * parts.ink)
    return frames


def _main(parts: Parts, signs: Mask) -> Mask:
    """Take the part with the most ink, and the strokes beside it."""
    main = int(np.where(signs, parts.ink, 0).argmax())
    top, bottom, left, right = parts.boxes[main]
    tops, bottoms, lefts, rights = parts.boxes.T
    away = np.max([tops - bottom, top - bottoms, lefts - right, left - rights], axis=0)
    taken: Mask = signs & (parts.ink >= STROKE * parts.ink[main]) & (away <= NEAR * parts.sizes[main].max())
    return taken


def _broadened(shares: Shares, kept: Mask) -> Shares:
    """Draw thin strokes as broad as usual; the mean distance to the edge of a stroke is a quarter of its breadth."""
    length = _length(kept)
    breadth = 4 * ndimage.distance_transform_edt(kept)[kept].mean() / length
    if breadth >= THIN:
        return shares
    by = round((USUAL - breadth) / 2 * length)
    y, x = np.mgrid[-by : by + 1, -by : by + 1]
    broad: Shares = ndimage.grey_dilation(shares, footprint=x * x + y * y <= by * by)
    return broad


def _around(kept: Mask) -> Mask:
    """Add as much around it as a soft edge may take, a twentieth of its length."""
    around: Mask = ndimage.distance_transform_edt(~kept) <= max(1, round(_length(kept) / 20))
    return around


def _length(kept: Mask) -> int:
    [box] = ndimage.find_objects(kept.astype(np.int8))
    return max(int(side.stop - side.start) for side in box)


def _doubt(shares: Shares, kept: Mask, contrast: float, alone: float) -> str:
    """Say why this may not be one sign, or nothing."""
    paper = shares[~ndimage.binary_dilation(kept, TOUCHING, iterations=2)]
    noise = 1.4826 * np.median(abs(paper - np.median(paper))) if paper.size else 0  # its standard deviation, robustly
    if contrast < CONTRAST or contrast < NOISE * noise:
        return "nothing stands out from the paper"
    if alone < ALONE:
        return "there are several parts"
    holes = ndimage.label(~ndimage.binary_closing(np.pad(kept, 2), TOUCHING))[1] - 1
    return f"it has {holes} holes" if holes > HOLES else ""
