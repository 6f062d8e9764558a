"""The regression gate: results against what the cards promise for the same data set and question.

A figure beyond the worse end of its interval on the card is a regression: the card's error is no longer that
of the detector. A set of which no card speaks cannot be compared, and is said aloud. A file belongs to the
set whose name it begins with: `counselchat_dev` to `counselchat`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.detect.detector import DetectorCard, Figure
from pipelines.detect.figures import FLAGGED, POINTS, list_figures
from pipelines.detect.labelled import LabelMap, load_label_map

ROUNDING = 0.0005
"""Cards hold four digits: a figure that is the same may differ from them by so much of itself."""


@dataclass(frozen=True)
class Comparison:
    """What the gate saw: sentences about figures that are worse, how many were compared, what was not."""

    regressions: tuple[str, ...]
    compared_count: int
    not_compared: tuple[str, ...]
    """One sentence a data set, label and detector of which the card has no figure."""

    @property
    def is_passed(self) -> bool:
        """Nothing is worse, and something was compared."""
        return not self.regressions and self.compared_count > 0


def compare_with_cards(
    results: Iterable[dict[str, Any]], cards: Sequence[DetectorCard], *, label_map: LabelMap | None = None
) -> Comparison:
    """Hold every result against the card of its detector; the cascade has no card of its own."""
    known = label_map or load_label_map()
    promised = {
        (card.detector_id, line.signal_id, figure.dataset, figure.measure, figure.operating_point): figure
        for card in cards
        for line in card.signals
        for figure in line.figures
    }
    sets: dict[str, set[str]] = {card.detector_id: set() for card in cards}
    for detector, _, name, *_ in promised:
        sets[detector].add(name.partition(", ")[0])
    regressions: list[str] = []
    not_compared: list[str] = []
    count = 0
    for result in results:
        detector = result["detector"]
        if detector not in sets or not any(result["flagged_share"][point]["trials"] for point in POINTS):
            continue
        name = _set_of(result["dataset"], sets[detector])
        compared = 0
        for measured in list_figures(result | {"dataset": name}, known) if name else ():
            key = (measured.dataset, measured.measure, measured.operating_point)
            figure = promised.get((detector, result["signals"][0], *key))
            if figure is None:
                continue
            compared += 1
            if _is_worse(measured, figure, is_labelled=result["n"] > 0):
                regressions.append(_describe(result, measured, figure))
        count += compared
        if not compared:
            where = f"{result['dataset']}, {result['label']}"
            not_compared.append(f"{detector}: its card has no figure for {where}; nothing was compared.")
    return Comparison(tuple(regressions), count, tuple(not_compared))


def _set_of(dataset: str, names: Iterable[str]) -> str:
    """The longest name that the file's begins with; empty if there is none."""
    return max((name for name in names if f"{dataset}_".startswith(f"{name}_")), key=len, default="")


def _is_worse(measured: Figure, figure: Figure, *, is_labelled: bool) -> bool:
    """Beyond the worse end on the card, by more than the card rounds.

    Text without labels may hold the real thing, which the card's rows did not: there the share must surely be
    higher, with the whole of its interval.
    """
    if _is_false_alarm(figure):
        return (measured.value if is_labelled else measured.low) > figure.high * (1 + ROUNDING)
    return measured.value < figure.low * (1 - ROUNDING)


def _is_false_alarm(figure: Figure) -> bool:
    return figure.measure == FLAGGED and not figure.positive_count


def _describe(result: dict[str, Any], measured: Figure, figure: Figure) -> str:
    end, side = (figure.high, "above") if _is_false_alarm(figure) else (figure.low, "below")
    point = f" at {measured.operating_point}" if measured.operating_point else ""
    return (
        f"{result['detector']} on {result['dataset']} ({figure.dataset}), {result['signal']}: "
        f"{measured.measure}{point} {measured.value:.3f} is {side} {end:.3f}, the worse end on its card "
        f"({figure.value:.3f} of {figure.row_count} rows)."
    )
