"""What an assessment tells people: cases brought up to date, and notices put into the outbox, in one write.

An alarm of a cause that somebody was called for already calls nobody again. What is held by bad data calls
the engineer instead. Whether a concern may call is decided in `paging`; sending is `notify`'s business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from pipelines.assess.alarms.concern import Concern
from pipelines.assess.alarms.data_call import queue_fault
from pipelines.assess.alarms.paging import FLOOR, STREAMS
from pipelines.assess.days.calendar import DAY
from risk_register.alarm.cases import SeenAlarm, sync_cases
from risk_register.alarm.finding_call import SeenFinding, call_for_eyes
from risk_register.alarm.states import CaseState
from risk_register.database.store import Store, Write
from risk_register.database.tables.alarm import AlarmCase
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import queue_notice

ACTOR = "assess"
MOVED_DAYS = 7
"""An alarm of the same stream that opened so close by is the same alarm, seen with later records."""
STATES = {"watch": CaseState.WATCH, "alarm": CaseState.ALARM, "resolved": CaseState.PASSED}


def call_people(
    store: Store,
    deployment_id: str,
    concerns: Sequence[Concern],
    critical: Iterable[Mapping[str, Any]],
    *,
    figures: Mapping[str, float],
    at: dt.datetime,
) -> None:
    """Bring the store up to date with an assessment of one deployment.

    Args:
        store: the governance store.
        deployment_id: the deployment.
        concerns: all concerns of the deployment, with `is_paging` and `held_by` decided.
        critical: rows of `assessment.critical_day`, before the cap of what is listed. Of whatever day: what
            an export that was stuck for weeks brings was never read, either.
        figures: what reviews say of the detectors, to stand beside a call for eyes.
        at: now.
    """
    with store.write(actor=ACTOR, at=at) as write:
        # Grave findings are decided one by one, so they are no case.
        sync_cases(write, deployment_id, [_see(one) for one in concerns if one.kind != FLOOR])
        write.session.flush()
        call_for_eyes(write, deployment_id, [_find(deployment_id, row) for row in critical], figures=figures)
        cases = {
            row.alarm_id: row
            for row in write.session.scalars(select(AlarmCase).filter_by(deployment_id=deployment_id))
        }
        for one in sorted(concerns, key=lambda one: (one.opened_on, one.alarm_id)):
            if one.kind != FLOOR:
                _call(write, one, cases)


def _see(one: Concern) -> SeenAlarm:
    # What a person decided is kept by the case; the data's own state is what is handed over.
    state = STATES.get(one.state, CaseState.PASSED if one.closed_on else CaseState.ALARM)
    return SeenAlarm(
        alarm_id=one.alarm_id,
        deployment_id=one.deployment_id,
        stream_id=one.stream_id,
        kind=one.kind,
        cause=one.cause,
        opened_on=one.opened_on,
        closed_on=one.closed_on,
        judged_through=one.judged_through,
        state=state,
    )


def _find(deployment_id: str, row: Mapping[str, Any]) -> SeenFinding:
    return SeenFinding(
        deployment_id=deployment_id,
        day=row["day"],
        message_id=row["message_id"],
        what=row["what"],
        signal_id=row["signal_id"],
        detector_id=row["detector_id"],
    )


def _call(write: Write, one: Concern, cases: Mapping[str, AlarmCase]) -> None:
    link = f"/alarms?deployment={one.deployment_id}"
    if one.is_paging:
        _queue_once(write, one, cases, kind=NoticeKind.ALARM, severity=NoticeSeverity.PAGE, link=link)
    elif one.held_by == "taken" and one.state == "alarm":
        queue_notice(
            write,
            key=f"again:{one.alarm_id}",
            deployment_id=one.deployment_id,
            kind=NoticeKind.ALARM,
            severity=NoticeSeverity.ATTENTION,
            reference_id=one.alarm_id,
            link=link,
            names=[one.indicator_id],
        )
    elif one.held_by == "data" and one.state == "alarm" and one.stream_id.partition(":")[0] in STREAMS:
        queue_fault(
            write,
            key=one.cause,
            deployment_id=one.deployment_id,
            reference_id=one.cause,
            severity=NoticeSeverity.PAGE,
        )
    elif one.kind == "suspected_unannounced_change" and one.state == "watch":
        _queue_once(
            write,
            one,
            cases,
            kind=NoticeKind.UNANNOUNCED_CHANGE,
            severity=NoticeSeverity.ATTENTION,
            link=link,
        )


def _belongs(case: AlarmCase, one: Concern) -> bool:
    is_moved = case.stream_id == one.stream_id and abs(case.opened_on - one.opened_on) <= MOVED_DAYS * DAY
    return case.cause == one.cause or (is_moved and case.state != CaseState.RESOLVED)


def _queue_once(
    write: Write,
    one: Concern,
    cases: Mapping[str, AlarmCase],
    *,
    kind: NoticeKind,
    severity: NoticeSeverity,
    link: str,
) -> None:
    """Call for a cause once: a member that joins later has the call of the first.

    So has an alarm whose opening day moved because late records came.
    """
    members = [case for case in cases.values() if case.kind == one.kind and _belongs(case, one)]
    called = next((case.notice_id for case in members if case.notice_id is not None), None)
    if called is None:
        called = queue_notice(
            write,
            key=f"alarm:{one.alarm_id}",
            deployment_id=one.deployment_id,
            kind=kind,
            severity=severity,
            reference_id=one.alarm_id,
            link=link,
            names=[one.indicator_id],
        )
    cases[one.alarm_id].notice_id = called
