"""What a detector is: it reads messages, says what it saw, and says for every message whether it looked.

The words every detector uses, and the card that says how far to trust it, live here. What a detector
looks for belongs in `detectors/`; running them all, and who decides, belongs in `cascade.py`. No Dagster, no
database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import pyarrow as pa

from pipelines.errors import PlimsollError
from pipelines.schemas.finding import COVERAGE, FINDING
from pipelines.schemas.miss import MISS_DAY

MESSAGE_COLUMNS = (
    *("deployment_id", "day", "conversation_id", "message_id"),
    *("turn", "role", "text", "language"),
)
LOG = "log"
"""In `reads` of a card: without scores in the log the detector takes no part."""
KEY_COLUMNS = ("deployment_id", "day", "conversation_id", "message_id")


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
    NOT_TEXT = "not_text"
    """It is an image, a sound, a video or a file; no detector reads those."""
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


OWN_SUBJECTS = frozenset({str(Subject.SELF), str(Subject.UNCLEAR)})
"""Of findings about the speaker: what is not said to be another's is taken for the speaker's own."""

CRITICAL_LEVEL = 4
"""Danger to life now, or a harm of that kind: what a person must see."""
ANSWER = "answer_"
"""Begins the evidence id of what a short answer tells beside the assistant's question."""


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
class Figure:
    """One measured figure, as `evaluate` gives it."""

    dataset: str
    measure: str
    value: float
    low: float
    high: float
    row_count: int
    positive_count: int
    language: str = "en"
    operating_point: str = ""
    """sieve, alert, or empty for a figure over all thresholds."""
    label_source: str = "people"


@dataclass(frozen=True)
class SignalCard:
    """What is known about a detector's error on one signal in some languages, and its two thresholds.

    From `sieve` on a finding is kept, for closer looks and for sampling; from `alert` on it is counted.
    """

    signal_id: str
    languages: tuple[str, ...]
    badge: Badge
    note: str
    sieve: float = 0.5
    alert: float = 0.5
    threshold_reason: str = ""
    figures: tuple[Figure, ...] = ()
    by_evidence: Mapping[str, SignalCard] = field(default_factory=dict)
    """Lines for evidence, by its id, that has thresholds of its own; the pair above is the lowest of each."""

    def __post_init__(self) -> None:
        """Refuse thresholds that no score, or every score, would pass."""
        if not 0 < self.sieve <= self.alert <= 1:
            raise DetectorError(
                f"{self.signal_id}: sieve {self.sieve} and alert {self.alert} must satisfy "
                "0 < sieve <= alert <= 1."
            )


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
    data: str = ""
    """What it was made from, whose words these are, and under which licence."""
    reads: tuple[str, ...] = ()
    """Detectors whose graded findings it wants to be given; LOG for scores that came with the log."""

    def signal(self, signal_id: str, language: str, evidence_id: str = "") -> SignalCard | None:
        """The line for a signal, or some evidence of it, in a language; None if it is not looked for."""
        for line in self.signals:
            if line.signal_id == signal_id and (language in line.languages or "*" in line.languages):
                return line.by_evidence.get(evidence_id, line)
        return None


@dataclass(frozen=True)
class Evidence:
    """What a detector saw in one message, with its score: graded, so below the thresholds too."""

    signal_id: str
    level: int
    score: float
    evidence_id: str
    cssrs_like: int = 0
    subject: Subject = Subject.SELF
    time: Time = Time.CURRENT
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Given:
    """What a detector may know beside the messages it reads."""

    context: pa.Table | None = None
    """All messages of the same conversations (MESSAGE_COLUMNS), in order of turn."""
    evidence: pa.Table | None = None
    """Graded findings (schema FINDING) of the detectors that the card says it reads."""
    scores: pa.Table | None = None
    """Scores that came with the log (schema SCORE), without text."""


NOTHING_GIVEN = Given()


@dataclass(frozen=True)
class Scan:
    """Graded findings (schema FINDING) and one coverage row a message (schema COVERAGE).

    A signal without a row has score 0. Findings below the sieve are dropped by the cascade, and kept by
    `evaluate`, which measures every threshold.
    """

    findings: pa.Table
    coverage: pa.Table
    unfinished: frozenset[tuple[str, dt.date]] = frozenset()
    """Deployments and days of which a detector still owes messages that it was to look at."""
    misses: pa.Table = field(default_factory=MISS_DAY.empty)
    """What dear detectors confirm, day by day (schema MISS_DAY)."""


class Detector(Protocol):
    """Reads messages (columns MESSAGE_COLUMNS at least) and returns what it saw."""

    @property
    def card(self) -> DetectorCard:
        """The card of exactly this version."""

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        """Look at every message.

        Raises:
            DetectorError: it could not look at these messages.
        """


def make_findings(
    messages: pa.Table, found: Sequence[tuple[int, Evidence]], *, card: DetectorCard
) -> pa.Table:
    """The findings table of what was seen, each with the place of its message in `messages`.

    `is_alert` follows from the card; `is_deciding` is the cascade's to say, and true until it has.
    """
    places = pa.array([place for place, _ in found], pa.int64())
    keys = messages.select(KEY_COLUMNS).take(places)
    languages = messages["language"].take(places).to_pylist()
    items = [evidence for _, evidence in found]
    count = len(items)
    alerts = [
        (line := card.signal(item.signal_id, language, item.evidence_id)) is not None
        and item.score >= line.alert
        for item, language in zip(items, languages, strict=True)
    ]
    columns = {name: keys[name] for name in KEY_COLUMNS} | {
        "signal_id": [item.signal_id for item in items],
        "level": [item.level for item in items],
        "cssrs_like": [item.cssrs_like for item in items],
        "subject": [str(item.subject) for item in items],
        "time": [str(item.time) for item in items],
        "score": [item.score for item in items],
        "start": [item.start for item in items],
        "end": [item.end for item in items],
        "evidence_id": [item.evidence_id for item in items],
        "detector_id": [card.detector_id] * count,
        "detector_version": [card.version] * count,
        "is_alert": alerts,
        "is_deciding": [True] * count,
    }
    arrays = [
        column.combine_chunks().cast(field.type)
        if isinstance(column := columns[field.name], pa.ChunkedArray)
        else pa.array(column, field.type)
        for field in FINDING.arrow_schema
    ]
    return pa.Table.from_arrays(arrays, schema=FINDING.arrow_schema)


def make_coverage(messages: pa.Table, states: Sequence[CoverageState], *, card: DetectorCard) -> pa.Table:
    """The coverage table for these messages, one state a message, in the same order.

    Inclusion, basis and what is owed are the cascade's to say; until then all was looked at for sure.
    """
    count = messages.num_rows
    if len(states) != count:
        raise DetectorError(
            f"{card.detector_id} gave {len(states)} states for {count} messages; one each is due."
        )
    columns = {name: messages[name] for name in KEY_COLUMNS} | {
        "detector_id": pa.array([card.detector_id] * count, pa.string()),
        "detector_version": pa.array([card.version] * count, pa.string()),
        "state": pa.array([str(state) for state in states], pa.string()),
        "inclusion": pa.array([1.0] * count, pa.float64()),
        "is_basis": pa.array([True] * count, pa.bool_()),
        "is_owed": pa.array([False] * count, pa.bool_()),
    }
    return pa.table(columns).cast(COVERAGE.arrow_schema)
