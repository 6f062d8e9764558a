"""What runs out soon or has run out, put into the outbox once for each day that it is due.

Clocks of incidents, holds, searches for a person, accepted risks, attestations, and reviews past their clock;
and once a month the list of who read words of people. Looking again changes nothing: a notice's key names
what is due and when.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from risk_register.account.administration import find_month_end, list_text_readers
from risk_register.database.store import Store
from risk_register.incident.clocks import find_clocks
from risk_register.incident.holds import APPROVE_WITHIN, list_holds
from risk_register.incident.incidents import list_incidents
from risk_register.incident.locations import list_locations
from risk_register.incident.states import IncidentStatus
from risk_register.item.checklist import VersionChange, list_items, list_seen
from risk_register.notice.kinds import Audience, NoticeKind, NoticeSeverity
from risk_register.notice.notices import list_known_keys, queue_notice
from risk_register.register.deployments import list_deployments
from risk_register.register.register import list_risks
from risk_register.register.transitions import RiskStatus
from risk_register.review.pace import list_overdue

CLOCK_WARNING = dt.timedelta(days=2)  # the shortest statutory clock has two days
HOLD_WARNING = dt.timedelta(days=7)  # a new hold has to be asked for and approved before this one ends
ACCEPTANCE_WARNING = dt.timedelta(days=14)  # a risk that was accepted is judged again before that ends
LOOK_BACK = dt.timedelta(days=7)  # reviews that are older are told by the next week's sample
ATTESTATION_WARNING = dt.timedelta(days=30)  # evidence takes weeks to renew


@dataclass(frozen=True)
class Due:
    """Something to tell; `key` makes it one however often it is found."""

    key: str
    kind: NoticeKind
    audience: Audience
    reference_id: str
    link: str
    severity: NoticeSeverity = NoticeSeverity.ATTENTION
    figures: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


class OrderedHold(NamedTuple):
    """A hold of counsel: text of its thread goes with the others once its last day is over."""

    deployment_id: str
    hold_id: str
    last_day: dt.date


def queue_deadlines(
    store: Store,
    *,
    actor: str,
    at: dt.datetime,
    zones: Mapping[str, str] = MappingProxyType({}),
    changes: Sequence[Mapping[str, Any]] = (),
    holds: Sequence[OrderedHold] = (),
) -> int:
    """Queue what is due and was not told yet, for every deployment. Returns how many notices came.

    Args:
        store: the governance store.
        actor: who looks, for the audit.
        at: now.
        zones: the IANA zone of each deployment, whose day counts for what people are due; else UTC.
        changes: rows of `published.change`, for answers that a change ends.
        holds: those of counsel, which the register does not keep.
    """
    count = 0
    for deployment in list_deployments(store):
        name = deployment.deployment_id
        due = find_due(
            store,
            name,
            at=at,
            zone=zones.get(name, "UTC"),
            seen=list_seen(changes, name),
            holds=[one for one in holds if one.deployment_id == name],
        )
        known = list_known_keys(store, (one.key for one in due))
        new = [one for one in due if one.key not in known]
        if not new:
            continue
        with store.write(actor=actor, at=at) as write:
            for one in new:
                queue_notice(
                    write,
                    key=one.key,
                    deployment_id=deployment.deployment_id,
                    kind=one.kind,
                    severity=one.severity,
                    audience=one.audience,
                    reference_id=one.reference_id,
                    link=one.link,
                    figures=one.figures,
                    names=[one.reference_id],  # of a record of the register; a risk has any name
                )
        count += len(new)
    return count


def find_due(
    store: Store,
    deployment_id: str,
    *,
    at: dt.datetime,
    zone: str = "UTC",
    seen: Iterable[VersionChange] = (),
    holds: Iterable[OrderedHold] = (),
) -> tuple[Due, ...]:
    """Everything of a deployment that is near its end or past it."""
    today = at.astimezone(ZoneInfo(zone)).date()
    return (
        *_find_clocks(store, deployment_id, at),
        *_find_holds(store, deployment_id, at.date()),
        *_find_ordered(holds, at.date()),
        *_find_searches(store, deployment_id, at),
        *_find_acceptances(store, deployment_id, today),
        *_find_attestations(store, deployment_id, today, seen),
        *_find_reviews(store, deployment_id, at),
        *_find_readers(store, deployment_id, at.date()),
    )


def _make_ending(
    name: str, last: dt.date, on: dt.date, *, is_past: bool, reference_id: str, link: str
) -> Due:
    """Something with a last day: told once when that is near, and once when it is past."""
    return Due(
        key=f"{name}:{last}:{'past' if is_past else 'near'}",
        kind=NoticeKind.DEADLINE,
        audience=Audience.COMPLIANCE,
        reference_id=reference_id,
        link=link,
        figures={"days_past": (on - last).days} if is_past else {"days_left": (last - on).days},
    )


def _find_clocks(store: Store, deployment_id: str, at: dt.datetime) -> Iterator[Due]:
    for incident in list_incidents(store, deployment_id):
        if incident.state is not IncidentStatus.OPEN:
            continue
        for clock in find_clocks(store, incident):
            on = clock.find_day(at)
            if not clock.is_in_force or clock.is_settled or on < clock.due_on - CLOCK_WARNING:
                continue
            yield _make_ending(
                f"clock:{incident.incident_id}:{clock.regime.id}",
                clock.due_on,
                on,
                is_past=clock.is_overdue(at),
                reference_id=incident.incident_id,
                link=f"/incidents?deployment={deployment_id}&incident={incident.incident_id}",
            )


def _find_holds(store: Store, deployment_id: str, on: dt.date) -> Iterator[Due]:
    for hold in list_holds(store, deployment_id=deployment_id):
        last = hold.expires_on
        if hold.approved_by is None:
            last = min(last, (hold.requested_at + APPROVE_WITHIN).date())
        if hold.released_at is not None or on < last - HOLD_WARNING:
            continue
        yield _make_ending(
            f"hold:{hold.hold_id}",
            last,
            on,
            is_past=on > last,
            reference_id=hold.hold_id,
            link=f"/incidents?deployment={deployment_id}&incident={hold.incident_id}",
        )


def _find_ordered(holds: Iterable[OrderedHold], on: dt.date) -> Iterator[Due]:
    for hold in holds:
        if on >= hold.last_day - HOLD_WARNING:
            yield _make_ending(
                f"ordered_hold:{hold.deployment_id}:{hold.hold_id}",
                hold.last_day,
                on,
                is_past=on > hold.last_day,
                reference_id=hold.hold_id,
                link=f"/incidents?deployment={hold.deployment_id}",
            )


def _find_searches(store: Store, deployment_id: str, at: dt.datetime) -> Iterator[Due]:
    for search in list_locations(store, deployment_id):
        if search.is_overdue(at):
            yield Due(
                key=f"search:{deployment_id}:{search.location_id}:past",
                kind=NoticeKind.DEADLINE,
                audience=Audience.CLINICAL,
                reference_id=f"location_{search.location_id}",
                link=f"/incidents?deployment={deployment_id}",
            )


def _find_acceptances(store: Store, deployment_id: str, on: dt.date) -> Iterator[Due]:
    for risk in list_risks(store, deployment_id):
        last = risk.accepted_until
        if risk.state is not RiskStatus.ACCEPTED or last is None or on < last - ACCEPTANCE_WARNING:
            continue
        yield _make_ending(
            f"acceptance:{deployment_id}:{risk.risk_id}",
            last,
            on,
            is_past=on > last,
            reference_id=risk.risk_id,
            link=f"/risk-register?deployment={deployment_id}&risk={risk.risk_id}",
        )


def _find_attestations(
    store: Store, deployment_id: str, on: dt.date, seen: Iterable[VersionChange]
) -> Iterator[Due]:
    """One notice a week with counts: many attestations are given, and end, on one day."""
    claimed = [item for item in list_items(store, deployment_id, as_of=on, seen=seen) if item.claims_met]
    past = [item for item in claimed if not item.is_met_on(on)]
    ending = [item for item in claimed if not item.is_met_on(on + ATTESTATION_WARNING + dt.timedelta(days=1))]
    if ending:
        year, week, _ = on.isocalendar()
        yield Due(
            key=f"attestations:{deployment_id}:{year}-W{week:02d}",
            kind=NoticeKind.DEADLINE,
            audience=Audience.COMPLIANCE,
            reference_id="checklist",
            link=f"/ethics-checklist?deployment={deployment_id}",
            figures={
                "past_count": len(past),
                "near_count": len(ending) - len(past),
            },
        )


def _find_reviews(store: Store, deployment_id: str, at: dt.datetime) -> Iterator[Due]:
    """One notice for a week's items of a level: they have one clock, and are many."""
    for one in list_overdue(store, deployment_id=deployment_id, since=at - LOOK_BACK, at=at):
        yield Due(
            key=f"review:{deployment_id}:{one.due_at:%Y-%m-%dT%H:%M}:{one.level}",
            kind=NoticeKind.REVIEW,
            audience=Audience.CLINICAL,
            reference_id="review",
            link=f"/review?deployment={deployment_id}",
            figures={"level": one.level, "overdue_count": one.item_count},
        )


def _find_readers(store: Store, deployment_id: str, on: dt.date) -> Iterator[Due]:
    """Last month's readers, once that month is over; a month without any is told as well."""
    last = on.replace(day=1) - dt.timedelta(days=1)
    first = last.replace(day=1)
    readers = list_text_readers(store, deployment_id=deployment_id, first=first, last=find_month_end(first))
    yield Due(
        key=f"readers:{deployment_id}:{first:%Y-%m}",
        kind=NoticeKind.READERS,
        audience=Audience.COMPLIANCE,
        severity=NoticeSeverity.INFORMATION,
        reference_id=f"readers:{first:%Y-%m}",
        link=f"/administration?deployment={deployment_id}&month={first:%Y-%m}",
        figures={"reader_count": len(readers), "reading_count": sum(one.total for one in readers)},
    )
