"""Rows about the measurement itself: limits of charts, corrected rates, classes of likelihood, what moved.

Field names are the column names of the query of the same name; nothing is computed here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Limit:
    """A point of a control chart with its limits."""

    period: str
    period_start: date
    number: int
    chart: str
    value: float | None
    centre: float | None
    low: float | None
    high: float | None
    variation: str
    rule: str
    phase_start: date | None
    is_baseline: bool
    is_carried: bool


@dataclass(frozen=True)
class Correction:
    """A rate with the detectors' errors taken out."""

    window_weeks: int
    first_week: date
    last_week: date
    week_count: int
    raw_value: float | None
    value: float
    ci_low: float | None
    ci_high: float | None
    method: str
    confirmed_count: int
    population_count: int
    powered_value: float | None
    powered_low: float | None
    powered_high: float | None
    error_rate_value: float | None
    reviewed_count: int
    sampled_count: int
    overdue_count: int
    waiting_count: int
    passed_over_count: int
    covered_share: float
    is_lower_bound: bool
    alpha: float | None
    label_quality: str
    detector_version: str


@dataclass(frozen=True)
class Likelihood:
    """A class of likelihood by its upper bound."""

    time_window: str
    first_day: date
    last_day: date
    numerator: float
    denominator: float
    upper: float | None
    level: str
    point_level: str | None
    evidence: str
    needed_exposure: int | None
    is_corrected: bool
    is_standing: bool


@dataclass(frozen=True)
class Drift:
    """How far one feature of a week lies from the reference weeks."""

    feature: str
    week: date
    distance: float | None
    threshold: float | None
    null_high: float | None
    message_count: int
    reference_count: int
    status: str
    is_suppressed: bool


@dataclass(frozen=True)
class Shift:
    """A category that moved a week."""

    week: date
    feature: str
    category: str
    reference_share: float
    week_share: float
    contribution: float
    is_practical: bool


@dataclass(frozen=True)
class Bridge:
    """Two versions of the detectors on the same conversations."""

    signal_id: str
    old_version: str
    new_version: str
    is_trial: bool
    first_day: date
    last_day: date
    day_count: int
    both_count: int
    old_count: int
    new_count: int
    agreement: float | None
    ratio: float | None
    ci_low: float | None
    ci_high: float | None
    is_suppressed: bool


@dataclass(frozen=True)
class MissRate:
    """How much the sieve before a detector misses of a signal, as that detector sees it."""

    detector_id: str
    signal_id: str
    period: str
    period_start: date
    first_day: date
    last_day: date
    day_count: int
    left_out_day_count: int
    state: str
    numerator: float | None
    denominator: float | None
    value: float | None
    ci_low: float | None
    ci_high: float | None
    numerator_low: float | None
    numerator_high: float | None
    method: str
    passed_count: int
    confirmed_count: int
    rest_count: int
    sampled_count: int
    seen_count: int
    unanswered_count: int
    is_suppressed: bool


@dataclass(frozen=True)
class DailyCount:
    """An indicator's counts on a day."""

    indicator_id: str
    day: date
    numerator: float | None
    denominator: float | None


@dataclass(frozen=True)
class StreamStanding:
    """Where a stream about a level or a release stands: its evidence, since when, and out of how much."""

    indicator_id: str
    stream_id: str
    state: str
    judged_since: date | None
    judged_through: date | None
    statistic: float | None
    watch_from: float | None
    threshold: float | None
    held_day_count: int
    why_not: str = ""
