"""The cards of all detectors as tables, so that they are published and shown beside what was found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from pipelines.detect.cascade import Cascade
from pipelines.detect.detector import DetectorCard, SignalCard
from pipelines.detect.trajectory import load_account
from pipelines.schemas.finding import DETECTOR, DETECTOR_CARD, DETECTOR_FIGURE
from risk_register.content import load_taxonomy


def cards_table(cascade: Cascade) -> pa.Table:
    """One row a detector and signal: languages, badge, thresholds, who decides (schema DETECTOR)."""
    rows = [
        {
            "detector_id": card.detector_id,
            "detector_version": card.version,
            "signal_id": line.signal_id,
            "languages": ",".join(line.languages),
            "badge": str(line.badge),
            "note": _note(card, line),
            "sieve": line.sieve,
            "alert": line.alert,
            "threshold_reason": line.threshold_reason,
            "place": cascade.plan.place_of(card.detector_id, line.signal_id),
        }
        for card, line in _lines(cascade)
    ]
    return pa.Table.from_pylist(rows, schema=DETECTOR.arrow_schema)


def _note(card: DetectorCard, line: SignalCard) -> str:
    shipped = {signal.id: signal for signal in load_taxonomy().signals}
    signal = shipped.get(line.signal_id)
    if signal is None or signal.is_measured_by(card.detector_id, line.badge):
        return line.note
    return f"Needs review or a judge: no rate is made of what phrases find. {line.note}"


def accounts_table(cascade: Cascade) -> pa.Table:
    """One row a detector: purpose, failures, data, what it sees, other numbers (schema DETECTOR_CARD)."""
    pairs = [(card, step.describe()) for card, step in zip(cascade.cards, cascade.steps, strict=True)]
    course = load_account()
    rows = [
        {
            "detector_id": card.detector_id,
            "detector_version": card.version,
            "purpose": card.purpose,
            "not_for": card.not_for,
            "failures": "\n".join(card.failures),
            "languages": ",".join(card.languages),
            "roles": ",".join(card.roles),
            "data": card.data,
            "sees": sees,
            "thresholds": "\n".join(f"{one.name} {one.value:g}: {one.reason}" for one in card.thresholds),
        }
        for card, sees in (*pairs, (course.card, course.sees))
    ]
    return pa.Table.from_pylist(rows, schema=DETECTOR_CARD.arrow_schema)


def figures_table(cascade: Cascade) -> pa.Table:
    """One row a measured figure (schema DETECTOR_FIGURE)."""
    rows: list[dict[str, Any]] = [
        {
            "detector_id": card.detector_id,
            "detector_version": card.version,
            "signal_id": line.signal_id,
            "dataset": figure.dataset,
            "language": figure.language,
            "operating_point": figure.operating_point or "none",
            "measure": figure.measure,
            "value": figure.value,
            "ci_low": figure.low,
            "ci_high": figure.high,
            "n": figure.row_count,
            "positive_count": figure.positive_count,
            "label_source": figure.label_source,
        }
        for card, line in _lines(cascade)
        for figure in line.figures
    ]
    return pa.Table.from_pylist(rows, schema=DETECTOR_FIGURE.arrow_schema)


def _lines(cascade: Cascade) -> Iterator[tuple[DetectorCard, SignalCard]]:
    return ((card, line) for card in cascade.cards for line in card.signals)
