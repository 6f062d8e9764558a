"""What needs a person now: grave findings and calls, then breaches, alarms, waiting decisions, overdue items.

Pure functions over published rows and the records of the register; the page only draws the list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboards.health_records import DataAlert
from dashboards.records import Alarm
from dashboards.standing import Standing
from dashboards.theme import CONTRADICTED, OVERDUE, STATUS_MARKS, WAITING, Mark, Status
from dashboards.vocabulary import (
    ALARM_MARKS,
    DATA_ALERT_MARKS,
    FINDING_MARKS,
    INCIDENT_MARKS,
    NOTICE_MARKS,
)
from dashboards.wording import (
    say_day,
    say_days_in,
    say_moment,
    say_month,
    say_needing_eyes,
    say_observation,
    say_things,
    say_unanswered,
    say_words,
)
from risk_register.alarm.grave_findings import FindingState, GraveFindingRecord
from risk_register.deployment.appetites import AppetiteDecision
from risk_register.incident.holds import HoldRecord
from risk_register.incident.incidents import IncidentRecord
from risk_register.incident.states import IncidentStatus
from risk_register.item.checklist import ItemRecord, contradicted_by
from risk_register.notice.kinds import NoticeSeverity
from risk_register.notice.notices import NoticeRecord
from risk_register.register.register import RiskRecord
from risk_register.report.states import ReportStatus, SubmissionRecord

OPEN_ALARMS = frozenset({"watch", "alarm"})


@dataclass(frozen=True)
class Need:
    """One thing to act on: its mark, what it is, why, and where to go."""

    mark: Mark
    what: str
    why: str
    path: str
    filters: Mapping[str, str]
    place: str = ""
    """The part of the page, by its id."""


def find_needs(
    standings: Sequence[Standing],
    *,
    findings: Iterable[GraveFindingRecord],
    unanswered: Iterable[GraveFindingRecord],
    calls: Iterable[NoticeRecord],
    alarms: Iterable[Alarm],
    items: Iterable[ItemRecord],
    risks: Iterable[RiskRecord],
    data_alerts: Iterable[DataAlert],
    incidents: Iterable[IncidentRecord],
    proposals: Iterable[AppetiteDecision],
    holds: Iterable[HoldRecord],
    reports: Iterable[SubmissionRecord],
    statuses: Mapping[str, str],
    today: date,
) -> tuple[Need, ...]:
    """Everything that needs a person, the most severe first; `calls` are those that nobody has taken."""
    all_alarms, all_items, all_risks = tuple(alarms), tuple(items), tuple(risks)
    titles = {standing.indicator.indicator_id: standing.indicator.title for standing in standings}
    levels = sorted(
        (standing for standing in standings if standing.status in {Status.WATCH, Status.BREACH}),
        key=lambda standing: standing.status is not Status.BREACH,
    )
    found = _find_unseen(findings, say_needing_eyes, "needs-eyes") + _find_untaken(calls)
    found += _find_unseen(unanswered, say_unanswered, "unanswered")
    found += [_need_of_standing(standing) for standing in levels]
    found += [
        Need(
            ALARM_MARKS[alarm.state],
            titles.get(alarm.indicator_id, say_words(alarm.indicator_id)),
            f"since {say_day(alarm.opened_on)}. {say_days_in(alarm.words)}",
            "/alarms",
            {},
        )
        for alarm in all_alarms
        if alarm.state in OPEN_ALARMS
    ]
    found += _find_unsaid(all_alarms)
    found += _find_open(incidents)
    found += _find_waiting(proposals, all_risks, titles) + _find_holds(holds, today)
    found += _find_submitted(reports) + _find_asked(all_items)
    found += [
        Need(
            CONTRADICTED,
            f"{item.reference} {item.question}",
            f"attested as {say_words(item.state)}, but in breach: "
            + ", ".join(titles.get(name, say_words(name)) for name in breached),
            "/ethics-checklist",
            {"item": item.item_id},
        )
        for item in all_items
        if (breached := contradicted_by(item, statuses))
    ]
    found += _find_faults(data_alerts)
    overdue = [item for item in all_items if item.is_overdue]
    if overdue:
        found.append(
            Need(
                OVERDUE,
                f"{len(overdue)} checklist item{'s' if len(overdue) > 1 else ''}",
                _list_references([item.reference for item in overdue]),
                "/ethics-checklist",
                {"show": "overdue"},
            )
        )
    late = [risk for risk in all_risks if risk.is_overdue(today)]
    if late:
        found.append(
            Need(
                OVERDUE,
                f"Review of {len(late)} risk{'s' if len(late) > 1 else ''}",
                _list_references([risk.reference for risk in late]),
                "/risk-register",
                {"show": "overdue"},
            )
        )
    return tuple(found)


def _find_unseen(seen: Iterable[GraveFindingRecord], say: Callable[[int], str], place: str) -> list[Need]:
    days = [one.day for one in seen if one.state is FindingState.UNCONFIRMED]
    if not days:
        return []
    since = "" if min(days) == max(days) else f"{say_day(min(days))} to "
    them = "it" if len(days) == 1 else "them"
    return [
        Need(
            FINDING_MARKS[FindingState.UNCONFIRMED],
            say(len(days)),
            f"of {since}{say_day(max(days))}; a detector found {them} and nobody has looked",
            "/alarms",
            {},
            place=place,
        )
    ]


def _find_untaken(calls: Iterable[NoticeRecord]) -> list[Need]:
    waiting = sorted(calls, key=lambda one: (list(NoticeSeverity).index(one.severity), one.queued_at))
    if not waiting:
        return []
    kinds = Counter(say_words(one.kind) for one in waiting)
    told = ", ".join(name if count == 1 else f"{name} ({count})" for name, count in kinds.items())
    return [
        Need(
            NOTICE_MARKS[waiting[0].state],
            f"{say_things(len(waiting), 'call')} that nobody has taken",
            f"{told}; the oldest since {say_moment(min(one.queued_at for one in waiting))}",
            "/alarms",
            {},
            place="calls",
        )
    ]


def _find_unsaid(alarms: Iterable[Alarm]) -> list[Need]:
    """Alarms that the data let go of before anybody said what they were, in one line."""
    passed = [alarm for alarm in alarms if alarm.state == "passed"]
    if not passed:
        return []
    newest = max(alarm.closed_on or alarm.opened_on for alarm in passed)
    return [
        Need(
            ALARM_MARKS["passed"],
            "1 alarm passed by itself" if len(passed) == 1 else f"{len(passed)} alarms passed by themselves",
            f"the newest on {say_day(newest)}; nobody has said what it was",
            "/alarms",
            {"status": "passed", "range": "all"},
        )
    ]


def _need_of_standing(standing: Standing) -> Need:
    week = say_day(standing.latest.period_start) if standing.latest else "no week"
    return Need(
        STATUS_MARKS[standing.status],
        standing.indicator.title,
        f"week of {week}: {say_observation(standing.latest, standing.indicator)}",
        f"/indicators/{standing.indicator.indicator_id}",
        {},
    )


def _find_open(incidents: Iterable[IncidentRecord]) -> list[Need]:
    return [
        Need(
            INCIDENT_MARKS[incident.state],
            f"{incident.incident_id} {incident.title}",
            f"{incident.severity}; somebody knew since {say_moment(incident.aware_at)}",
            "/incidents",
            {"incident": incident.incident_id},
        )
        for incident in incidents
        if incident.state is IncidentStatus.OPEN
    ]


def _find_waiting(
    proposals: Iterable[AppetiteDecision], risks: Iterable[RiskRecord], titles: Mapping[str, str]
) -> list[Need]:
    found = [
        Need(
            WAITING,
            f"Appetite for {titles.get(one.indicator_id, say_words(one.indicator_id))}",
            f"proposed by {one.proposed_by}; another person approves it",
            "/appetites",
            {},
        )
        for one in proposals
        if one.is_open
    ]
    return found + [
        Need(
            WAITING,
            f"Lower rating of {risk.reference} {risk.title}",
            f"proposed by {risk.pending.proposed_by}; another person approves it",
            "/risk-register",
            {"risk": risk.risk_id},
        )
        for risk in risks
        if risk.pending is not None
    ]


def _find_holds(holds: Iterable[HoldRecord], today: date) -> list[Need]:
    found = []
    for one in holds:
        if not one.is_in_force(today):
            continue
        filters = {"incident": one.incident_id}
        if one.is_release_asked(today):
            why = f"asked for by {one.release_asked_by}; another person confirms it"
            found.append(Need(WAITING, f"Release of {one.hold_id}", why, "/incidents", filters))
        elif one.approved_by is None:
            why = f"asked for by {one.requested_by}; it ends after a week unless another person approves it"
            found.append(Need(WAITING, one.hold_id, why, "/incidents", filters))
    return found


def _find_submitted(reports: Iterable[SubmissionRecord]) -> list[Need]:
    return [
        Need(
            WAITING,
            f"{say_words(one.report).capitalize()}, {say_month(one.period)}",
            f"submitted by {one.submitted_by}; another person approves it",
            "/reports",
            {},
        )
        for one in reports
        if one.state is ReportStatus.SUBMITTED
    ]


def _find_asked(items: Iterable[ItemRecord]) -> list[Need]:
    return [
        Need(
            WAITING,
            f"{item.reference} {item.question}",
            f"{say_words(item.pending.kind)}, says {item.pending.proposed_by}; another person approves it",
            "/ethics-checklist",
            {"item": item.item_id},
        )
        for item in items
        if item.pending is not None
    ]


def _find_faults(alerts: Iterable[DataAlert]) -> list[Need]:
    return [
        Need(DATA_ALERT_MARKS[alert.kind], f"Data: {say_words(alert.kind)}", alert.note, "/data-health", {})
        for alert in alerts
        if alert.is_open
    ]


def _list_references(references: Sequence[str], limit: int = 8) -> str:
    more = f" and {len(references) - limit} more" if len(references) > limit else ""
    return ", ".join(references[:limit]) + more
