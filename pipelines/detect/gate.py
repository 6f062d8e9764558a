"""The regression gate: results against what the cards promise for the same data set and question.

A figure beyond the worse end of its interval on the card is a regression: the card's error is no longer that
of the detector. A set of which no card speaks cannot be compared, and is said aloud. A file that holds far
fewer rows than the card measured is no proof of anything, and the gate is not passed. A file belongs to the
set whose name it begins with: `counselchat_dev` to `counselchat`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.detect.detector import DetectorCard, Figure
from pipelines.detect.evaluate import ENOUGH_POSITIVES
from pipelines.detect.figures import FLAGGED, POINTS, list_figures
from pipelines.detect.labelled import LabelMap, load_label_map

LEAST_SHARE = 0.5
"""Of the rows, and of the positives, that a figure on a card rests on: with fewer, another set was measured.
Cards leave rows out (those trained on), so that a whole file seldom has just as many.
"""
ROUNDING = 0.0005
"""Cards hold four digits: a figure that is the same may differ from them by so much of itself."""


@dataclass(frozen=True)
class Comparison:
    """What the gate saw: sentences about figures that are worse, how many were compared, what was not."""

    regressions: tuple[str, ...]
    compared_count: int
    not_compared: tuple[str, ...]
    """One sentence a data set, label and detector of which the card has no figure."""
    too_small: tuple[str, ...] = ()
    """One sentence a data set, label and detector that has far fewer rows than the card."""

    @property
    def is_passed(self) -> bool:
        """Nothing is worse or too small to tell, and something was compared."""
        return not self.regressions and not self.too_small and self.compared_count > 0


def compare_with_cards(
    results: Iterable[dict[str, Any]],
    cards: Sequence[DetectorCard],
    *,
    label_map: LabelMap | None = None,
    is_subset: bool = False,
) -> Comparison:
    """Hold every result against the card of its detector; the cascade has no card of its own.

    With `is_subset` the files are known to be parts of their sets: fewer rows than the card's are no fault.
    """
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
    too_small: list[str] = []
    count = 0
    for result in results:
        detector = result["detector"]
        if detector not in sets or not any(result["flagged_share"][point]["trials"] for point in POINTS):
            continue
        name = _set_of(result["dataset"], sets[detector])
        compared = 0
        short: Figure | None = None
        for measured in list_figures(result | {"dataset": name}, known) if name else ():
            key = (measured.dataset, measured.measure, measured.operating_point)
            figure = promised.get((detector, result["signals"][0], *key))
            if figure is None:
                continue
            if _is_short(measured, figure, is_subset=is_subset):
                short = short or figure
                continue
            if _is_anecdote(figure):
                continue
            compared += 1
            if _is_worse(measured, figure, is_labelled=result["n"] > 0):
                regressions.append(_describe(result, measured, figure))
        count += compared
        where = f"{result['dataset']}, {result['label']}"
        if short is not None:
            too_small.append(f"{detector}: {where} {_say_short(result, short)}")
        elif not compared:
            not_compared.append(
                f"{detector}: its card has no figure for {where}, or none of {ENOUGH_POSITIVES} positives or "
                "more; nothing was compared."
            )
    return Comparison(tuple(regressions), count, tuple(not_compared), tuple(too_small))


def _set_of(dataset: str, names: Iterable[str]) -> str:
    """The longest name that the file's begins with; empty if there is none."""
    return max((name for name in names if f"{dataset}_".startswith(f"{name}_")), key=len, default="")


def _is_short(measured: Figure, figure: Figure, *, is_subset: bool) -> bool:
    """Whether too little was measured to be held against the card."""
    pairs = (
        (measured.row_count, figure.row_count),
        (measured.positive_count, figure.positive_count),
    )
    if not is_subset and any(here < LEAST_SHARE * there for here, there in pairs):
        return True
    return _is_anecdote(measured) and not _is_anecdote(figure)


def _is_anecdote(figure: Figure) -> bool:
    return 0 < figure.positive_count < ENOUGH_POSITIVES


def _say_short(result: dict[str, Any], figure: Figure) -> str:
    return (
        f"has {result['n'] or result['unknown']} rows, {result['positives']} positive, where its card's "
        f"figures rest on {figure.row_count} and {figure.positive_count} ({figure.dataset}): too few to tell."
    )


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
