"""One pass over the outbox: plan who has to be told by now, then try what is due.

Every step is written before the next is taken, so a pass can be killed anywhere and run again, and two passes
at once do not try the same delivery. No page is lost; one is repeated only where a server took it and the
sender died or had stopped waiting before that was written, and then under the same id.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from pipelines.notify.escalation import find_targets
from pipelines.notify.message import write_message
from pipelines.notify.routing import Routing
from pipelines.notify.send import Outcome, Sender, send
from risk_register.database.store import Store
from risk_register.notice.deliveries import (
    LEASE,
    LONGEST_RETRY,
    accept,
    claim,
    is_due,
    list_deliveries,
    plan,
    refuse,
    set_right,
)
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import list_notices, queue_notice

ACTOR = "notify"
FIRST_RETRY = dt.timedelta(minutes=1)

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True)
class Sent:
    """What a pass did, as counts of attempts."""

    accepted: int = 0
    refused: int = 0


def dispatch(store: Store, routing: Routing, *, clock: Clock, sender: Sender = send) -> Sent:
    """Plan and try everything that is due at the clock's time."""
    plan_due(store, routing, at=clock())
    accepted = refused = 0
    while (taken := claim(store, actor=ACTOR, at=clock())) is not None:
        route = routing.routes.get(taken.delivery.route)
        message = write_message(taken, dashboard=routing.dashboard)
        outcome = Outcome.NO_ADDRESS if route is None else sender(route.read(), message)
        now, number = clock(), taken.delivery.delivery_id
        if outcome is Outcome.ACCEPTED:
            accept(store, delivery_id=number, actor=ACTOR, at=now)
            accepted += 1
        else:
            wait = wait_before_retry(taken.delivery.attempt_count)
            if outcome is Outcome.UNKNOWN:  # it may be under way, as that of a sender who died
                wait = max(wait, LEASE)
            later = now + wait
            refuse(store, delivery_id=number, error=outcome.value, next_attempt_at=later, actor=ACTOR, at=now)
            refused += 1
    return Sent(accepted, refused)


def plan_due(store: Store, routing: Routing, *, at: dt.datetime) -> None:
    """Plan every step that is due; a step that is planned already stays as it is."""
    set_right(store, actor=ACTOR, at=at)
    for notice in reversed(list_notices(store, is_waiting=True)):
        planned = list_deliveries(store, notice_id=notice.notice_id)
        first = min((one.planned_at for one in planned), default=at)
        known = {(one.step, one.person, one.route) for one in planned}
        if planned and notice.severity is not NoticeSeverity.PAGE:
            continue
        targets = find_targets(routing, notice, first_planned_at=first, at=at)
        new = [one for one in targets if (one.step, one.person, one.route) not in known]
        if new:
            plan(store, notice_id=notice.notice_id, targets=new, actor=ACTOR, at=at)


def needs_pass(store: Store, routing: Routing, *, at: dt.datetime) -> bool:
    """Whether a pass now would plan or try anything; for a sensor, which asks often."""
    plan_due(store, routing, at=at)
    return is_due(store, at)


def wait_before_retry(attempt_count: int) -> dt.timedelta:
    """How long to wait after the so many-th attempt failed: twice as long each time, to a limit."""
    return min(FIRST_RETRY * 2 ** min(attempt_count - 1, 10), LONGEST_RETRY)


def queue_test(store: Store, *, actor: str, at: dt.datetime, key: str | None = None) -> int:
    """Queue the test page of a week (or one that somebody asked for); returns its id."""
    year, week, _ = at.isocalendar()
    name = key or f"test:{year}-W{week:02d}"
    with store.write(actor=actor, at=at) as write:
        return queue_notice(
            write,
            key=name,
            deployment_id=None,
            kind=NoticeKind.TEST,
            severity=NoticeSeverity.PAGE,
            reference_id=name,
            link="/alarms",
        )
