"""Which detectors run, and what running them all gives.

A detector is one line in DETECTORS. One that fails leaves its messages `failed`, which no indicator
counts as looked at; it never leaves them clear. What a detector looks for belongs in `detectors/`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from pipelines.detect.detector import (
    CoverageState,
    Detector,
    DetectorCard,
    DetectorError,
    Scan,
    make_coverage,
)
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.schemas.finding import COVERAGE, DETECTOR, FINDING


@dataclass(frozen=True)
class DetectorEntry:
    """A detector by name, made when it is first needed."""

    name: str
    make: Callable[[], Detector]


DETECTORS: tuple[DetectorEntry, ...] = (DetectorEntry("lexicon", load_lexicon_detector),)


def scan_all(messages: pa.Table, detectors: Sequence[Detector] | None = None) -> Scan:
    """Findings and coverage of every detector over these messages."""
    scans = [_scan_or_fail(detector, messages) for detector in _made(detectors)]
    return Scan(
        findings=pa.concat_tables([FINDING.empty(), *(scan.findings for scan in scans)]),
        coverage=pa.concat_tables([COVERAGE.empty(), *(scan.coverage for scan in scans)]),
    )


def list_cards(detectors: Sequence[Detector] | None = None) -> tuple[DetectorCard, ...]:
    """The cards of the detectors that run."""
    return tuple(detector.card for detector in _made(detectors))


def cards_table(detectors: Sequence[Detector] | None = None) -> pa.Table:
    """One row a detector and signal: languages, badge and what is known about its error (schema DETECTOR)."""
    rows = [
        {
            "detector_id": card.detector_id,
            "detector_version": card.version,
            "signal_id": signal.signal_id,
            "languages": ",".join(signal.languages),
            "badge": str(signal.badge),
            "note": signal.note,
        }
        for card in list_cards(detectors)
        for signal in card.signals
    ]
    return pa.Table.from_pylist(rows, schema=DETECTOR.arrow_schema)


def detectors_version(detectors: Sequence[Detector] | None = None) -> str:
    """One word that changes whenever a rule file, a listed resource or a detector's code version does."""
    versions = sorted(f"{card.detector_id}={card.version}" for card in list_cards(detectors))
    return hashlib.sha256("\n".join(versions).encode()).hexdigest()[:12]


def _made(detectors: Sequence[Detector] | None) -> Sequence[Detector]:
    return [entry.make() for entry in DETECTORS] if detectors is None else detectors


def _scan_or_fail(detector: Detector, messages: pa.Table) -> Scan:
    try:
        return detector.scan(messages)
    except DetectorError:
        states = [CoverageState.FAILED] * messages.num_rows
        return Scan(findings=FINDING.empty(), coverage=make_coverage(messages, states, card=detector.card))
