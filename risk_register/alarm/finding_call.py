"""The call for grave findings: every one is kept, and people are called for all that nobody was called for.

Unanswered risk of level 3 is kept beside them and calls nobody. Undecided, it goes when something answers it
after all, when its conversation shows something graver, or with the day whose findings retention drops. Where
it proves to be of level 4, it is a new finding: what people made of the milder one is no answer to that.
What bounds a flood bounds the calls, never the findings. What people make of a finding: `grave_findings`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.alarm.grave_findings import UNANSWERED_HIGH, FindingState, name_finding
from risk_register.database.store import Write
from risk_register.database.tables.alarm import GraveFinding
from risk_register.database.tables.notice import Notice
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import queue_notice

DAILY_CALLS = 20
"""Calls a UTC day that go out as soon as something is found; from then on one in each `PAUSE`. It bounds what
wakes people, never what they are called for. Owner: clinical safety; a placeholder of 2026-11-30."""
PAUSE = dt.timedelta(hours=1)
"""How long a finding waits at most for the call that sums up, once a day has had its calls. Owner: clinical
safety; a placeholder of 2026-11-30."""


@dataclass(frozen=True)
class SeenFinding:
    """A grave finding as an assessment found it."""

    deployment_id: str
    day: dt.date
    message_id: str
    what: str
    signal_id: str
    detector_id: str


def call_for_eyes(
    write: Write, deployment_id: str, seen: Iterable[SeenFinding], *, figures: Mapping[str, float]
) -> tuple[str, ...]:
    """Keep what is new and call the on-call, once for all that nobody was called for; returns the called ids.

    After `DAILY_CALLS` a call waits until the last is `PAUSE` old; the run after that makes it.

    Args:
        write: the write of the assessment.
        deployment_id: the deployment.
        seen: grave findings of whatever day; those that are known already change nothing. Of unanswered risk
            of level 3 all that there is: what is no longer among it, for whatever reason, and nobody decided
            on, is withdrawn.
        figures: what is known of the detectors, such as their precision in reviews.
    """
    new_count, withdrawn_count = _keep(write, deployment_id, seen)
    uncalled = write.session.scalars(
        select(GraveFinding)
        .filter_by(deployment_id=deployment_id, called_at=None, state=FindingState.UNCONFIRMED.value)
        .where(GraveFinding.what != UNANSWERED_HIGH)
        .order_by(GraveFinding.day.desc(), GraveFinding.finding_id)
    ).all()
    called = tuple(row.finding_id for row in uncalled) if _may_call(write, deployment_id) else ()
    if called:
        reference = f"needs_eyes:{deployment_id}:{_name_call(called)}"
        notice_id = queue_notice(
            write,
            key=reference,
            deployment_id=deployment_id,
            kind=NoticeKind.NEEDS_EYES,
            severity=NoticeSeverity.PAGE,
            reference_id=reference,
            link=f"/alarms?deployment={deployment_id}",
            figures={"finding_count": len(called), **figures},
        )
        for row in uncalled:
            row.called_at, row.notice_id = write.at, notice_id
    if new_count or withdrawn_count or called:
        write.record(
            "grave_findings_seen",
            subject=deployment_id,
            deployment_id=deployment_id,
            count=new_count,
            withdrawn=withdrawn_count,
            called=len(called),
        )
    return called


def _keep(write: Write, deployment_id: str, seen: Iterable[SeenFinding]) -> tuple[int, int]:
    """Bring what is kept up to date; returns how many are new or graver, and how many were withdrawn."""
    rows = write.session.scalars(select(GraveFinding).filter_by(deployment_id=deployment_id))
    known = {row.finding_id: row for row in rows}
    found = {name_finding(deployment_id, one.message_id, one.signal_id): one for one in seen}
    high = {name: row for name, row in known.items() if row.what == UNANSWERED_HIGH}
    graver = [name for name in high.keys() & found.keys() if found[name].what != UNANSWERED_HIGH]
    for name in graver:
        row = high[name]
        row.what, row.detector_id = found[name].what, found[name].detector_id
        if row.state == FindingState.NOT_CONFIRMED.value:
            row.state, row.reason = FindingState.UNCONFIRMED.value, ""
            row.decided_by = row.decided_at = None
    answered = [
        row for name, row in high.items() if name not in found and row.state == FindingState.UNCONFIRMED.value
    ]
    for row in answered:
        write.session.delete(row)
    for finding_id in sorted(found.keys() - known.keys()):
        one = found[finding_id]
        write.session.add(
            GraveFinding(
                finding_id=finding_id,
                deployment_id=deployment_id,
                day=one.day,
                what=one.what,
                signal_id=one.signal_id,
                detector_id=one.detector_id,
                state=FindingState.UNCONFIRMED.value,
                reason="",
            )
        )
    return len(found.keys() - known.keys()) + len(graver), len(answered)


def _may_call(write: Write, deployment_id: str) -> bool:
    """Whether a call may go out now; by distance, so that a clock that once ran ahead holds none back."""
    midnight = write.at.replace(hour=0, minute=0, second=0, microsecond=0)
    today = write.session.scalars(
        select(Notice.queued_at)
        .filter_by(deployment_id=deployment_id, kind=NoticeKind.NEEDS_EYES.value)
        .where(Notice.queued_at >= midnight, Notice.queued_at < midnight + dt.timedelta(days=1))
    ).all()
    return len(today) < DAILY_CALLS or all(abs(write.at - moment) >= PAUSE for moment in today)


def _name_call(called: Iterable[str]) -> str:
    """One name for what is called together; by the clock, what comes a moment later would call nobody."""
    digest = hashlib.sha256("\x1f".join(sorted(called)).encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:16]}"  # a longer run could be a pseudonym
