"""Rows of the published file as the pages use them.

Field names are column names of the query of the same name; nothing is computed but what follows from a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from dashboards.theme import Direction, Status, Variation


@dataclass(frozen=True)
class Build:
    """What the file is and how fresh."""

    generation: int
    built_at: datetime
    code_version: str
    taxonomy_version: str
    home_kind: str
    worst_delay_minutes: int


@dataclass(frozen=True)
class Deployment:
    """A deployment and how far its data reach."""

    deployment_id: str
    title: str
    zone: str
    first_day: date | None
    last_day: date | None
    last_ended_day: date | None
    conversation_count: int
    message_count: int


@dataclass(frozen=True)
class Indicator:
    """An indicator's definition."""

    indicator_id: str
    title: str
    question: str
    numerator: str
    denominator: str
    kind: str
    unit: str
    value_unit: str
    direction: str
    minimum_denominator: int
    family: str
    owner: str
    lifecycle: str
    computed_by: str
    needs: str
    sql: str
    definition_version: str

    @property
    def signal_ids(self) -> tuple[str, ...]:
        """The signals that it is counted from."""
        return tuple(
            need.removeprefix("signal:") for need in self.needs.split(",") if need.startswith("signal:")
        )

    @property
    def goodness(self) -> Direction:
        """Which way is good."""
        return Direction(self.direction)


@dataclass(frozen=True)
class Observation:
    """An indicator's value in one period and slice."""

    indicator_id: str
    period: str
    period_start: date
    slice: str
    slice_value: str
    estimate: str
    numerator: float | None
    denominator: float | None
    value: float | None
    ci_low: float | None
    ci_high: float | None
    method: str
    status: str
    variation: str
    coverage: float | None
    is_suppressed: bool
    p90: float | None
    is_partial: bool
    definition_version: str
    detector_version: str
    appetite_version: int | None
    data_state: str = "complete"
    at_least: float | None = None
    is_of_few: bool = False

    @property
    def bound(self) -> float | None:
        """What an unknown value is at least, where that says something: at least 0 does not."""
        return self.at_least or None if self.value is None else None

    @property
    def level(self) -> Status:
        """Level against appetite."""
        return Status(self.status)

    @property
    def movement(self) -> Variation:
        """Change against history."""
        return Variation(self.variation)

    @property
    def is_whole(self) -> bool:
        """Whether all data of the period came in time and could be used."""
        return not self.is_partial and self.data_state == "complete"


@dataclass(frozen=True)
class Appetite:
    """An appetite in force from a day on, or the placeholder."""

    indicator_id: str
    effective_from: date
    watch: float | None
    breach: float | None
    side: str
    is_placeholder: bool
    version: int
    reason: str
    proposed_by: str | None
    approved_by: str | None


@dataclass(frozen=True)
class Alarm:
    """Something that somebody should look at, and the story it belongs to."""

    alarm_id: str
    indicator_id: str
    kind: str
    opened_on: date
    closed_on: date | None
    state: str
    is_paging: bool
    statistic: float | None
    threshold: float | None
    confirmed_on: date | None
    cause: str
    note: str
    words: str
    stream_id: str = ""
    resolution: str | None = None
    held_by: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nobody has resolved it, and the data have not let go of it."""
        return self.state not in {"passed", "resolved"}


@dataclass(frozen=True)
class GraveFinding:
    """Grave findings of one signal on one day, confirmed by nobody."""

    day: date
    what: str
    signal_id: str
    level: int
    detector_id: str
    badge: str
    listed_count: int
    day_count: int


@dataclass(frozen=True)
class Change:
    """A change of model, prompt or policy."""

    change_id: str
    effective_on: date
    what: str
    note: str
    origin: str
    is_planned: bool | None
    declared_by: str | None


@dataclass(frozen=True)
class Readiness:
    """What an indicator still lacks."""

    indicator_id: str
    state: str
    missing: str
    next_step: str


@dataclass(frozen=True)
class LanguageShare:
    """Conversations that are read in one language, and whether a detector read any of the user's words."""

    language: str
    is_seen: bool
    conversation_count: int


@dataclass(frozen=True)
class Detector:
    """A detector, a signal it looks for, and what is known of its error."""

    detector_id: str
    detector_version: str
    signal_id: str
    languages: str
    badge: str
    note: str
    sieve: float
    alert: float
    threshold_reason: str
    place: int


@dataclass(frozen=True)
class DetectorCard:
    """A detector's account of itself."""

    detector_id: str
    detector_version: str
    purpose: str
    not_for: str
    failures: str
    languages: str
    roles: str
    data: str
    sees: str
    thresholds: str


@dataclass(frozen=True)
class DetectorFigure:
    """One measured figure of a detector's error."""

    detector_id: str
    signal_id: str
    dataset: str
    language: str
    operating_point: str
    measure: str
    value: float
    ci_low: float
    ci_high: float
    n: int
    positive_count: int
    label_source: str


@dataclass(frozen=True)
class EquityRatio:
    """A group's rate ratio against the rest, and what the detector's error allows of it."""

    indicator_id: str
    slice: str
    slice_value: str
    first_day: date
    last_day: date
    numerator: float
    denominator: float
    ratio: float | None
    ci_low: float | None
    ci_high: float | None
    difference_per_1000: float | None
    bound_low: float | None
    bound_high: float | None
    status: str
    method: str
    funnel_low: float | None = None
    funnel_high: float | None = None
    is_suppressed: bool = False
    is_of_few: bool = False
