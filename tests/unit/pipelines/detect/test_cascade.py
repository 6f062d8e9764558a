"""Running all detectors: a failure is never clear, and the version moves with what detectors do."""

import dataclasses
import datetime as dt

import pyarrow as pa
import pytest

from pipelines.detect.cascade import DETECTORS, cards_table, detectors_version, list_cards, scan_all
from pipelines.detect.detector import (
    Badge,
    CoverageState,
    DetectorCard,
    DetectorError,
    Scan,
    SignalCard,
    make_coverage,
)
from pipelines.schemas.finding import COVERAGE, DETECTOR, FINDING

MESSAGES = pa.table(
    {
        "deployment_id": ["d", "d"],
        "day": pa.array([dt.date(2026, 3, 1)] * 2, pa.date32()),
        "conversation_id": ["c", "c"],
        "message_id": ["m0", "m1"],
        "role": ["user", "assistant"],
        "text": ["I want to die", "Please call 988."],
        "language": ["en", "en"],
    }
)
CARD = DetectorCard(
    detector_id="stub",
    version="1",
    purpose="p",
    not_for="n",
    signals=(SignalCard("a_refusal", ("en", "fr"), Badge.UNVALIDATED, "not known"),),
    languages=("en", "fr"),
    roles=("user",),
    failures=(),
    thresholds=(),
)


class Stub:
    """A detector that does what the test says."""

    def __init__(self, error: Exception | None = None) -> None:
        self.card = CARD
        self._error = error

    def scan(self, messages: pa.Table) -> Scan:
        if self._error is not None:
            raise self._error
        states = [CoverageState.SCORED] * messages.num_rows
        return Scan(FINDING.empty(), make_coverage(messages, states, card=self.card))


def test_a_detector_that_fails_leaves_its_messages_failed_and_others_alone() -> None:
    working = DETECTORS[0].make()
    scan = scan_all(MESSAGES, [Stub(DetectorError("broken")), working])
    states = {(row["detector_id"], row["state"]) for row in scan.coverage.to_pylist()}
    assert states == {("stub", "failed"), (working.card.detector_id, "scored")}
    assert set(scan.findings["detector_id"].to_pylist()) == {working.card.detector_id}


def test_an_error_that_was_not_declared_is_not_hidden() -> None:
    with pytest.raises(ValueError, match="a fault of ours"):
        scan_all(MESSAGES, [Stub(ValueError("a fault of ours"))])


def test_every_message_has_one_coverage_row_for_every_detector() -> None:
    scan = scan_all(MESSAGES)
    keys = [tuple(row.values()) for row in scan.coverage.select(list(COVERAGE.key)).to_pylist()]
    assert len(keys) == len(set(keys)) == MESSAGES.num_rows * len(DETECTORS)


def test_findings_carry_the_version_of_the_card() -> None:
    versions = {card.detector_id: card.version for card in list_cards()}
    found = scan_all(MESSAGES).findings.to_pylist()
    assert found
    assert all(row["detector_version"] == versions[row["detector_id"]] for row in found)


def test_the_table_of_cards_follows_its_declaration() -> None:
    table = cards_table([Stub()])
    assert table.schema.equals(DETECTOR.arrow_schema)
    assert table.to_pylist() == [
        {
            "detector_id": "stub",
            "detector_version": "1",
            "signal_id": "a_refusal",
            "languages": "en,fr",
            "badge": "unvalidated",
            "note": "not known",
        }
    ]


def test_the_version_of_all_detectors_moves_with_one_of_them() -> None:
    one, other = Stub(), Stub()
    other.card = dataclasses.replace(CARD, version="2")
    assert detectors_version([one]) == detectors_version([Stub()])
    assert detectors_version([one]) != detectors_version([other])


def test_a_state_is_due_for_every_message() -> None:
    with pytest.raises(DetectorError, match="1 states for 2 messages"):
        make_coverage(MESSAGES, [CoverageState.SCORED], card=CARD)
