"""The regression gate: results against what the cards promise for the same data set.

A figure below the lower end of its interval on the card is a regression: the card's error is no longer that
of the detector. Figures of other data sets say nothing here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pipelines.detect.detector import DetectorCard, Figure

MEASURES = ("precision", "recall", "f1", "auprc")


def find_regressions(results: Iterable[dict[str, Any]], cards: Sequence[DetectorCard]) -> list[str]:
    """One sentence for each figure below its card, empty if there is none."""
    promised = {
        (card.detector_id, line.signal_id, figure.dataset, figure.measure): figure
        for card in cards
        for line in card.signals
        for figure in line.figures
        if figure.operating_point in ("", "alert")
    }
    found: list[str] = []
    for result in results:
        for measure in MEASURES:
            figure = promised.get((result["detector"], result["signal"], result["dataset"], measure))
            value = result[measure]
            if figure is not None and value is not None and value < figure.low:
                found.append(_describe(result, measure, value, figure))
    return found


def _describe(result: dict[str, Any], measure: str, value: float, figure: Figure) -> str:
    return (
        f"{result['detector']} on {result['dataset']}, {result['signal']}: {measure} {value:.3f} is below "
        f"{figure.low:.3f}, the lower end on its card ({figure.value:.3f} of {figure.row_count} rows)."
    )
