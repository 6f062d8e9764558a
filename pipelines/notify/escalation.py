"""Which people a notice has to have reached by now: the person on call, the second, and so on.

Pure: the routing, the notice and two moments in, targets out. A page goes on until somebody acknowledges it;
what does not wake anybody is told once.
"""

from __future__ import annotations

import datetime as dt

from pipelines.notify.routing import Routing
from risk_register.notice.deliveries import Target
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import NoticeRecord


def find_targets(
    routing: Routing, notice: NoticeRecord, *, first_planned_at: dt.datetime, at: dt.datetime
) -> tuple[Target, ...]:
    """Everyone who should have been told by `at`, in the order of the steps.

    Args:
        routing: who takes which turn.
        notice: one that nobody has acknowledged.
        first_planned_at: when the first call was planned; escalation counts from then, whether or not a
            server took it, so that a mail server that is down does not keep the second person asleep.
        at: now.
    """
    rule = routing.find_rule(notice)
    is_page = notice.severity is NoticeSeverity.PAGE
    order = rule.people if rule.rota is None else routing.rotas[rule.rota].order_at(first_planned_at)
    if is_page:
        passed = (at - first_planned_at).total_seconds() / 60
        steps = [(step, order[step % len(order)]) for step in range(count_steps(routing, notice, passed))]
    else:
        steps = [(0, person) for person in (order if rule.rota is None else order[:1])]
    steps += [(0, person) for person in rule.copy_to]
    found = [Target(step, person, route) for step, person in steps for route in routing.people[person]]
    return tuple(dict.fromkeys(found))


def count_steps(routing: Routing, notice: NoticeRecord, minutes: float) -> int:
    """How many steps of the escalation are due so many minutes after the first call; at least one."""
    due = 1 + sum(after <= minutes for after in routing.escalation_minutes)
    if due <= len(routing.escalation_minutes) or notice.kind is NoticeKind.TEST:
        return due
    last = routing.escalation_minutes[-1] if routing.escalation_minutes else 0
    repeated = min(minutes, routing.repeat_hours * 60) - last
    return due + max(int(repeated // routing.repeat_minutes), 0)
