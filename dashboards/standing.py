"""Where each indicator stands: its newest complete week, its run of weeks, and why a number is missing.

Pure functions over published rows; the store is not asked here, and nothing is drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.records import Appetite, Indicator, Observation, Readiness
from dashboards.theme import Absence, Direction, Mark, Status, mark_variation

ALL = ("all", "all")
STATE_ABSENCES = {
    "failed": Absence.FAILED,
    "waiting": Absence.WAITING,
    "late": Absence.LATE,
    "partial": Absence.PARTIAL,
    "restated": Absence.RESTATED,
}
"""What the state of a period's data asks of its reader."""
FAMILIES = ("escalation", "harm", "disclosure", "use", "drift", "governance", "quality")


@dataclass(frozen=True)
class Standing:
    """An indicator, its newest complete week, and the weeks of the range."""

    indicator: Indicator
    latest: Observation | None
    weeks: tuple[Observation, ...]
    appetite: Appetite | None
    readiness: Readiness | None
    absences: tuple[Absence, ...]

    @property
    def status(self) -> Status:
        """Level against appetite; an indicator without an observation may lack its limits, too."""
        if self.latest is not None:
            return self.latest.level
        if self.indicator.goodness is Direction.NEITHER:
            return Status.NOT_APPLICABLE
        has_limits = self.appetite is not None and not self.appetite.is_placeholder
        return Status.INSUFFICIENT_DATA if has_limits else Status.NO_APPETITE_SET

    @property
    def variation(self) -> Mark | None:
        """The mark of change against history, if there is an observation."""
        return mark_variation(self.latest.movement, self.indicator.goodness) if self.latest else None


def find_standings(
    indicators: Iterable[Indicator],
    *,
    weeks: Iterable[Observation],
    latest: Iterable[Observation],
    appetites: Sequence[Appetite],
    readiness: Iterable[Readiness],
    full_week: date | None,
) -> tuple[Standing, ...]:
    """One standing an indicator, by family in the order of what matters first, then by title."""
    by_indicator: dict[str, list[Observation]] = defaultdict(list)
    for week in weeks:
        if week.estimate == "raw":
            by_indicator[week.indicator_id].append(week)
    newest = {row.indicator_id: row for row in latest if (row.slice, row.slice_value) == ALL}
    ready = {row.indicator_id: row for row in readiness}
    return tuple(
        Standing(
            indicator=indicator,
            latest=newest.get(indicator.indicator_id),
            weeks=tuple(by_indicator[indicator.indicator_id]),
            appetite=find_limits(
                appetites, indicator.indicator_id, newest.get(indicator.indicator_id), on=full_week
            ),
            readiness=ready.get(indicator.indicator_id),
            absences=explain_absence(
                newest.get(indicator.indicator_id), ready.get(indicator.indicator_id), full_week=full_week
            ),
        )
        for indicator in order_indicators(indicators)
    )


def order_indicators(indicators: Iterable[Indicator]) -> tuple[Indicator, ...]:
    """By family in the order of what matters first, then by title."""
    return tuple(sorted(indicators, key=_order))


def _order(indicator: Indicator) -> tuple[int, str, str]:
    known = FAMILIES.index(indicator.family) if indicator.family in FAMILIES else len(FAMILIES)
    return (known, indicator.family, indicator.title)


def explain_absence(
    latest: Observation | None, readiness: Readiness | None, *, full_week: date | None
) -> tuple[Absence, ...]:
    """Why the newest complete week has no number, or what its number must be read with."""
    if latest is None:
        is_ready = readiness is not None and readiness.state == "ready"
        return (Absence.LATE,) if is_ready else (Absence.NOT_MEASURED,)
    found = list(explain_row(latest))
    if full_week is not None and latest.period_start < full_week:
        found.append(Absence.LATE)
    return tuple(dict.fromkeys(found))


def explain_row(row: Observation) -> tuple[Absence, ...]:
    """What one observation must be read with."""
    found: list[Absence] = []
    if row.value is None and row.bound is None:
        found.append(Absence.NONE if row.denominator == 0 else Absence.NOT_MEASURED)
    if row.is_suppressed:
        found.append(Absence.SUPPRESSED)
    if row.coverage is not None and row.coverage < 1:
        found.append(Absence.UNSCORED)
    state = STATE_ABSENCES.get(row.data_state)
    found += [state] if state else []
    if row.is_partial and state in {None, Absence.RESTATED}:
        found.append(Absence.PARTIAL)
    return tuple(found)


def find_limits(
    appetites: Iterable[Appetite], indicator_id: str, judged: Observation | None, *, on: date | None
) -> Appetite | None:
    """The limits that an observation was judged by; without one, those in force on a day."""
    if judged is None:
        return find_appetite(appetites, indicator_id, on=on)
    version = judged.appetite_version or 0
    return next(
        (row for row in appetites if row.indicator_id == indicator_id and row.version == version), None
    )


def find_appetite(appetites: Iterable[Appetite], indicator_id: str, *, on: date | None) -> Appetite | None:
    """The appetite in force on a day; an approved one comes before a placeholder of any date."""
    known = [
        row
        for row in appetites
        if row.indicator_id == indicator_id and (on is None or row.effective_from <= on or row.is_placeholder)
    ]
    return max(known, key=lambda row: (not row.is_placeholder, row.effective_from, row.version), default=None)


def latest_statuses(latest: Iterable[Observation]) -> Mapping[tuple[str, str, str], Status]:
    """Status of the newest complete week by indicator, slice and slice value."""
    return {(row.indicator_id, row.slice, row.slice_value): row.level for row in latest}


def deployment_statuses(latest: Iterable[Observation]) -> Mapping[str, str]:
    """Status of the newest complete week of the whole deployment by indicator."""
    return {row.indicator_id: row.status for row in latest if (row.slice, row.slice_value) == ALL}


def fill_periods(rows: Sequence[Observation], *, step: timedelta) -> list[tuple[date, Observation | None]]:
    """Every period between the first and the last row, with None where there is no row."""
    if not rows:
        return []
    by_start = {row.period_start: row for row in rows}
    first, last = min(by_start), max(by_start)
    count = (last - first) // step + 1
    return [(first + step * index, by_start.get(first + step * index)) for index in range(count)]
