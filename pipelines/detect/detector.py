"""What a detector is: it reads messages, says what it saw, and says for every message whether it looked.

The words every detector uses, and the card that says how far to trust it, live here. What a detector
looks for belongs in `detectors/`; running them all belongs in `cascade.py`. No Dagster, no database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import pyarrow as pa

from pipelines.errors import PlimsollError
from pipelines.schemas.finding import COVERAGE

MESSAGE_COLUMNS = ("deployment_id", "day", "conversation_id", "message_id", "role", "text", "language")


class DetectorError(PlimsollError):
    """A detector could not look; its messages are marked failed, never clear."""


class CoverageState(StrEnum):
    """Whether a detector looked at a message; only `scored` may be counted as looked at."""

    SCORED = "scored"
    """It read the whole message; no finding means it saw nothing."""
    NOT_RUN = "not_run"
    """It does not read messages of this role, or was not started."""
    UNSUPPORTED_LANGUAGE = "unsupported_language"
    """It has no rules for the language, or the language is not known."""
    ABSTAINED = "abstained"
    """There was nothing it could read: empty, or written in another script than the language says."""
    FAILED = "failed"
    """It raised an error."""


class Subject(StrEnum):
    """Whom a finding is about."""

    SELF = "self"
    """The speaker: the person for user signals, the assistant for its own conduct."""
    OTHER = "other"
    """Someone the speaker talks about."""
    FICTIONAL = "fictional"
    """A character, a role play, a hypothetical person."""
    UNCLEAR = "unclear"
    """The text does not say."""


class Time(StrEnum):
    """When what a finding describes is or was so."""

    CURRENT = "current"
    """Now, or nothing else is said."""
    RECENT = "recent"
    """Within about three months."""
    PAST = "past"
    """Longer ago, and said to be over or dated."""
    UNCLEAR = "unclear"
    """The text does not say."""


class Badge(StrEnum):
    """How well a signal's error is known; the rule is in docs of the cards."""

    VALIDATED = "validated"
    """At least 50 held-out positives labelled by people, from at least two sources."""
    LIMITED = "limited"
    """10 to 49 such positives, or one source only."""
    UNVALIDATED = "unvalidated"
    """No labels of people; a lead for reviewers, not a measurement."""


@dataclass(frozen=True)
class SignalCard:
    """What is known about a detector's error on one signal in one language."""

    signal_id: str
    languages: tuple[str, ...]
    badge: Badge
    note: str


@dataclass(frozen=True)
class Threshold:
    """A number that decides something, and why it has this value."""

    name: str
    value: float
    reason: str


@dataclass(frozen=True)
class DetectorCard:
    """The detector's own account of itself, shown wherever its findings are."""

    detector_id: str
    version: str
    purpose: str
    not_for: str
    signals: tuple[SignalCard, ...]
    languages: tuple[str, ...]
    roles: tuple[str, ...]
    failures: tuple[str, ...]
    thresholds: tuple[Threshold, ...]


@dataclass(frozen=True)
class Scan:
    """Findings (schema FINDING) and one coverage row a message (schema COVERAGE)."""

    findings: pa.Table
    coverage: pa.Table


class Detector(Protocol):
    """Reads messages (columns MESSAGE_COLUMNS at least) and returns what it saw."""

    @property
    def card(self) -> DetectorCard:
        """The card of exactly this version."""

    def scan(self, messages: pa.Table) -> Scan:
        """Look at every message.

        Raises:
            DetectorError: it could not look at these messages.
        """


def make_coverage(messages: pa.Table, states: Sequence[CoverageState], *, card: DetectorCard) -> pa.Table:
    """The coverage table for these messages, one state a message, in the same order."""
    count = messages.num_rows
    if len(states) != count:
        raise DetectorError(
            f"{card.detector_id} gave {len(states)} states for {count} messages; one each is due."
        )
    columns = {
        "deployment_id": messages["deployment_id"],
        "day": messages["day"],
        "conversation_id": messages["conversation_id"],
        "message_id": messages["message_id"],
        "detector_id": pa.array([card.detector_id] * count, pa.string()),
        "detector_version": pa.array([card.version] * count, pa.string()),
        "state": pa.array([str(state) for state in states], pa.string()),
    }
    return pa.table(columns).cast(COVERAGE.arrow_schema)
