"""The worst mistakes: the test examples a network gets wrong and is surest of, with their digits drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from plotly.graph_objects import Figure

from nnexp.comparison.predictions import Predictions
from nnexp.report.plots import sheet

COLUMNS = 6
CAPTION = 12  # pixels under each digit


def compute(predictions: Predictions, count: int = 24) -> pd.DataFrame:
    """Give the surest wrong answers first: the example's number, its label, what it was called, and the output."""
    wrong = np.flatnonzero(~predictions.correct)
    confidence = predictions.confidence[wrong].astype(float)
    worst = wrong[np.argsort(-confidence, kind="stable")[:count]]
    return pd.DataFrame(
        {
            "example": worst,
            "label": predictions.labels[worst],
            "predicted": predictions.predicted[worst],
            "confidence": predictions.confidence[worst].astype(float),
        }
    )


def draw(mistakes: pd.DataFrame, images: NDArray[np.uint8], title: str) -> Figure:
    """Draw the digits, ink on paper; `images` are those of the whole test set (n, h, w), ink 255."""
    h, w = images.shape[1:]
    laid = sheet.tile(images[mistakes.example.to_numpy()], COLUMNS, CAPTION)
    figure = sheet.draw(laid, title, "Greys", 0, 255)
    for place, (label, predicted, confidence) in enumerate(
        zip(mistakes.label, mistakes.predicted, mistakes.confidence, strict=True)
    ):
        row, column = divmod(place, COLUMNS)
        figure.add_annotation(
            x=column * (w + sheet.GAP) + w / 2,
            y=row * (h + CAPTION) + h + CAPTION / 2 - 1,
            text=f"{label} as {predicted}",
            hovertext=f"output {confidence:.2f}",
            showarrow=False,
            font={"size": 12},
        )
    return figure
