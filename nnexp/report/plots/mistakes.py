"""The worst mistakes: the test examples a network gets wrong and is surest of, with their pictures."""

from __future__ import annotations

from math import ceil

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from nnexp.archive.predictions import Predictions
from nnexp.escape import shortened
from nnexp.report.plots import sheet

COLUMNS, FEW_COLUMNS = 6, 4
SHORT = 10  # characters of a caption, of which so many columns have room for
CAPTION = 12 / 28  # of a picture's height, under each
LEAST = 20 / 1100  # of the sheet's width, which a line of text needs at the least
WIDTH = 0.75  # of the height of a picture and its caption, which the caption has at the least
INK = np.iinfo(np.uint8).max
LONGEST = 9  # characters of a name


def compute(predictions: Predictions, count: int = 24) -> pd.DataFrame:
    """Give the surest wrong answers first: the example's number, its class, what it was called, and the output."""
    wrong = np.flatnonzero(~predictions.correct)
    confidence = predictions.confidence[wrong].astype(float)
    worst = wrong[np.argsort(-confidence, kind="stable")[:count]]
    return pd.DataFrame(
        {
            "example": worst,
            "label": [predictions.classes[one] for one in predictions.labels[worst]],
            "predicted": [predictions.classes[one] for one in predictions.predicted[worst]],
            "confidence": predictions.confidence[worst].astype(float),
        }
    )


def draw(mistakes: pd.DataFrame, images: NDArray[np.number], title: str) -> Figure:
    """Draw the pictures, ink on paper; `images` are those of the whole test set (n, h, w), the more the darker."""
    h, w = images.shape[1:]
    captions = [
        f"{shortened(label, LONGEST)} as {shortened(predicted, LONGEST)}"
        for label, predicted in zip(mistakes.label, mistakes.predicted, strict=True)
    ]
    letters = max(map(len, captions))
    columns = COLUMNS if letters <= SHORT else FEW_COLUMNS
    caption = max(round(h * CAPTION), ceil(LEAST * columns * (w + sheet.GAP)))
    gap = max(sheet.GAP, ceil(WIDTH * (h + caption)) - w)
    laid = sheet.tile(_ink(images[mistakes.example.to_numpy()]), columns, caption, gap)
    figure = sheet.draw(laid, title, "Greys", 0, INK)
    figure.update_layout(meta={**figure.layout.meta, "columns": columns, "letters": letters})
    for place, (text, confidence) in enumerate(zip(captions, mistakes.confidence, strict=True)):
        row, column = divmod(place, columns)
        figure.add_annotation(
            x=column * (w + gap) + w / 2,
            y=row * (h + caption) + h + caption / 2 - 1,
            text=text,
            hovertext=f"output {confidence:.2f}",
            showarrow=False,
            font={"size": 12},
        )
    return figure


def _ink(images: NDArray[np.number]) -> NDArray[np.number]:
    """Give bytes as they are, and what lies anywhere else by its range."""
    if images.dtype == np.uint8:
        return images
    least, most = images.min(), images.max()
    ink: NDArray[np.number] = (images - least) * (INK / ((most - least) or 1))
    return ink
