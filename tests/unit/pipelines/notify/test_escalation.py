"""Who has to be told by now: the order of the first call stays, copies go once, repetition ends."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.notify.escalation import count_steps, find_targets
from pipelines.notify.routing import Routing
from risk_register.notice.kinds import Audience, NoticeKind, NoticeSeverity, NoticeState
from risk_register.notice.notices import NoticeRecord
from tests.unit.pipelines.notify.post import START

MINUTE, DAY = dt.timedelta(minutes=1), 24 * 60


def notice(
    severity: NoticeSeverity = NoticeSeverity.PAGE,
    kind: NoticeKind = NoticeKind.ALARM,
    deployment: str | None = "demo",
) -> NoticeRecord:
    return NoticeRecord(
        notice_id=1, key="one", deployment_id=deployment, kind=kind, severity=severity,
        audience=Audience.CLINICAL, reference_id="one", link="/alarms", figures={},
        state=NoticeState.QUEUED, queued_at=START, sent_at=None, acknowledged_at=None, acknowledged_by=None,
    )  # fmt: skip


def find(routing: Routing, about: NoticeRecord, *, first: dt.datetime, after: int) -> list[tuple[int, str]]:
    found = find_targets(routing, about, first_planned_at=first, at=first + after * MINUTE)
    return [(one.step, one.person) for one in found]


def test_a_turn_that_changes_meanwhile_does_not_change_who_was_called_first(routing: Routing) -> None:
    before_nine = START.replace(hour=8, minute=55)  # the turn changes at nine
    assert find(routing, notice(), first=before_nine, after=20) == [(0, "first"), (1, "second")]
    assert find(routing, notice(), first=before_nine + 5 * MINUTE, after=0) == [(0, "second")]


@pytest.mark.parametrize("severity", list(NoticeSeverity))
def test_whoever_is_to_have_a_copy_is_told_once(routing: Routing, severity: NoticeSeverity) -> None:
    rule = routing.rules[0].model_copy(update={"rota": None, "people": ("first",), "copy_to": ("second",)})
    copied = routing.model_copy(update={"rules": (rule,)})
    found = find(copied, notice(severity), first=START, after=60)
    assert [one for one in found if one[1] == "second"] == [(0, "second")]


def test_a_page_is_repeated_for_a_day_and_a_test_is_not(routing: Routing) -> None:
    assert count_steps(routing, notice(), DAY - 1) == 49
    assert count_steps(routing, notice(), DAY) == count_steps(routing, notice(), 3 * DAY) == 50
    assert count_steps(routing, notice(kind=NoticeKind.TEST), 3 * DAY) == 3


def test_what_wakes_nobody_reaches_whose_turn_it_is_or_everybody_whom_a_rule_names(routing: Routing) -> None:
    calm = notice(NoticeSeverity.ATTENTION)
    assert find(routing, calm, first=START, after=60) == [(0, "first")]
    rule = routing.rules[0].model_copy(update={"rota": None, "people": ("first", "second")})
    named = routing.model_copy(update={"rules": (rule,)})
    assert find(named, calm, first=START, after=60) == [(0, "first"), (0, "second")]


def test_a_person_is_called_by_every_way_they_have(routing: Routing) -> None:
    both = routing.model_copy(update={"people": routing.people | {"first": ("mail_first", "mail_second")}})
    found = find_targets(both, notice(), first_planned_at=START, at=START)
    assert [one.route for one in found] == ["mail_first", "mail_second"]


def test_without_steps_a_page_is_repeated_from_its_first_call_on(routing: Routing) -> None:
    plain = routing.model_copy(update={"escalation_minutes": ()})
    assert [count_steps(plain, notice(), minutes) for minutes in (0, 29, 30, 60)] == [1, 1, 2, 3]
