"""Tells engineers that the watch is blind: logs that do not come raise no alarm, however bad things are.

A fault that holds back a call which was due wakes somebody (`calling`): an alarm of a stream that is switched
on and not muted waits for it. All others that hold calls back, from a silence to a day that the gate keeps,
are read within the day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from pipelines.assess.days.alert import DataAlert
from pipelines.assess.days.calendar import DAY, Calendar
from risk_register.database.store import Store, Write
from risk_register.notice.kinds import Audience, NoticeKind, NoticeSeverity
from risk_register.notice.notices import queue_notice

ACTOR = "assess"

RECENT_DAYS = 7
"""Days before the newest with data. A day that was held before is history that was taken in, or was told
then. Owner: the data owner, a placeholder of 2026-11-30."""


def call_engineers(
    store: Store, alerts: Iterable[DataAlert], calendars: Mapping[str, Calendar], *, at: dt.datetime
) -> None:
    """Queue one notice a fault that lasts and holds calls back; one that was queued before stays one.

    Args:
        store: the governance store, which knows the deployments.
        alerts: of `pipelines.assess.days.health`.
        calendars: the days with data by deployment.
        at: now.
    """
    told = [one for one in alerts if one.holds_pages and _lasts(one, calendars.get(one.deployment_id))]
    if not told:
        return
    with store.write(actor=ACTOR, at=at) as write:
        for one in sorted(told, key=lambda one: (one.opened_on, one.alert_id)):
            queue_fault(
                write,
                key=f"fault:{one.alert_id}",
                deployment_id=one.deployment_id,
                reference_id=one.alert_id,
                severity=NoticeSeverity.ATTENTION,
            )


def queue_fault(
    write: Write, *, key: str, deployment_id: str, reference_id: str, severity: NoticeSeverity
) -> None:
    """Queue a notice of a fault of the data to whoever runs the sources."""
    queue_notice(
        write,
        key=key,
        deployment_id=deployment_id,
        kind=NoticeKind.DATA_FAULT,
        severity=severity,
        audience=Audience.ENGINEERING,
        reference_id=reference_id,
        link=f"/data-health?deployment={deployment_id}",
    )


def _lasts(alert: DataAlert, calendar: Calendar | None) -> bool:
    if alert.closed_on is not None:
        return False
    return calendar is None or alert.last_on > calendar.last - RECENT_DAYS * DAY
