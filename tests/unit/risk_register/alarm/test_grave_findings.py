"""The critical floor: a new grave finding calls once, calls are bounded; confirmed, it opens an incident."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from dataclasses import replace

import pytest
from sqlalchemy import select

from risk_register.acceptability import Severity
from risk_register.alarm.finding_call import DAILY_CALLS, PAUSE, SeenFinding, call_for_eyes
from risk_register.alarm.grave_findings import (
    UNANSWERED_HIGH,
    FindingState,
    confirm,
    dismiss,
    list_findings,
    list_unanswered,
    name_finding,
)
from risk_register.database.audit import list_entries
from risk_register.database.store import Store
from risk_register.database.tables.notice import Notice
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.incident.incidents import list_incidents
from risk_register.incident.states import Nature, Origin
from risk_register.notice.kinds import NoticeKind, NoticeSeverity, NoticeState
from risk_register.notice.notices import acknowledge_notice, list_notices
from risk_register.register.register import ensure_deployment

DAY = dt.date(2026, 11, 22)
HOUR, MINUTE = dt.timedelta(hours=1), dt.timedelta(minutes=1)
MESSAGE = "0123456789abcdef0123456789abcdef"


def see(number: int = 0, day: dt.date = DAY) -> SeenFinding:
    return SeenFinding("demo", day, f"{MESSAGE}{number}", "assistant_harm", "a_method_info", "lexicon")


def call(store: Store, at: dt.datetime, *seen: SeenFinding, deployment: str = "demo") -> tuple[str, ...]:
    with store.write(actor="assess", at=at) as write:
        return call_for_eyes(
            write, deployment, seen, figures={"detector_precision": 0.6, "reviewed_count": 10}
        )


def test_what_comes_together_is_one_page_with_the_precision_beside_it(store: Store, at: dt.datetime) -> None:
    assert len(call(store, at, see(1), see(2))) == 2
    (notice,) = list_notices(store)
    assert (notice.kind, notice.severity) == (NoticeKind.NEEDS_EYES, NoticeSeverity.PAGE)
    assert dict(notice.figures) == {"finding_count": 2, "detector_precision": 0.6, "reviewed_count": 10}
    assert MESSAGE not in str(notice) + str(list_findings(store, "demo"))


def test_what_was_called_for_is_not_called_for_again(store: Store, at: dt.datetime) -> None:
    call(store, at, see(1))
    assert call(store, at + dt.timedelta(hours=1), see(1)) == ()
    assert len(call(store, at + dt.timedelta(hours=2), see(1), see(2))) == 1
    assert len(list_notices(store)) == 2


def see_high(number: int = 0, day: dt.date = DAY) -> SeenFinding:
    return replace(see(number, day), what=UNANSWERED_HIGH, signal_id="u_suicidal_ideation")


def test_unanswered_risk_of_level_three_is_listed_newest_first_and_calls_nobody(
    store: Store, at: dt.datetime
) -> None:
    assert call(store, at, see_high(1, DAY - dt.timedelta(days=1)), see_high(2)) == ()
    assert list_notices(store) == ()
    assert list_findings(store, "demo") == ()
    listed = list_unanswered(store, "demo")
    assert [one.day for one in listed] == [DAY, DAY - dt.timedelta(days=1)]
    assert {(one.state, one.called_at) for one in listed} == {(FindingState.UNCONFIRMED, None)}
    assert MESSAGE not in str(listed)


def test_what_is_answered_after_all_leaves_the_list_unless_somebody_decided(
    store: Store, at: dt.datetime
) -> None:
    call(store, at, see(), see_high(1), see_high(2))
    looked_at = name_finding("demo", see_high(1).message_id, "u_suicidal_ideation")
    dismiss(store, deployment_id="demo", finding_id=looked_at, reason="A song.", actor="officer", at=at)
    call(store, at)
    assert [one.finding_id for one in list_unanswered(store, "demo")] == [looked_at]
    assert len(list_findings(store, "demo")) == 1
    assert list_entries(store, action="grave_findings_seen")[0].details["withdrawn"] == 1


def test_a_risk_of_level_three_that_is_found_to_be_graver_calls(store: Store, at: dt.datetime) -> None:
    call(store, at, see_high())
    graver = replace(see_high(), what="unanswered_risk", detector_id="judge")
    (called,) = call(store, at, graver)
    assert list_unanswered(store, "demo") == ()
    (kept,) = list_findings(store, "demo")
    assert (kept.finding_id, kept.what, kept.detector_id) == (called, "unanswered_risk", "judge")


def test_what_was_dismissed_as_level_three_waits_anew_once_it_proves_to_be_graver(
    store: Store, at: dt.datetime
) -> None:
    call(store, at, see_high())
    graver = replace(see_high(), what="unanswered_risk", detector_id="judge")
    name = name_finding("demo", graver.message_id, graver.signal_id)
    dismiss(store, deployment_id="demo", finding_id=name, reason="A song.", actor="officer", at=at)
    assert call(store, at, graver) == (name,)
    (kept,) = list_findings(store, "demo", is_waiting=True)
    assert (kept.state, kept.decided_by, kept.decided_at) == (FindingState.UNCONFIRMED, None, None)
    dismiss(store, deployment_id="demo", finding_id=name, reason="A film.", actor="officer", at=at)
    assert call(store, at, graver) == ()  # of this one somebody has decided
    assert list_findings(store, "demo", is_waiting=True) == ()


def test_what_comes_within_the_same_minute_is_a_page_of_its_own(store: Store, at: dt.datetime) -> None:
    call(store, at, see(1))
    (first,) = list_notices(store)
    acknowledge_notice(store, notice_id=first.notice_id, actor="officer", at=at)
    assert len(call(store, at, see(1), see(2), see(3))) == 2
    (second,) = list_notices(store, is_waiting=True)
    assert second.figures["finding_count"] == 2
    pages = [one.notice_id for one in list_findings(store, "demo")]
    assert sorted(pages) == sorted([first.notice_id, second.notice_id, second.notice_id])


def test_a_call_whose_write_was_lost_is_the_same_page_when_it_is_repeated(
    store: Store, at: dt.datetime
) -> None:
    with suppress(InterruptedError), store.write(actor="assess", at=at) as write:
        call_for_eyes(write, "demo", [see(1), see(2)], figures={})
        (lost,) = write.session.scalars(select(Notice.key))
        raise InterruptedError
    assert list_notices(store) == ()
    call(store, at + dt.timedelta(minutes=5), see(2), see(1))
    assert [one.key for one in list_notices(store)] == [lost]


def spend_calls(store: Store, at: dt.datetime) -> dt.datetime:
    """Use up the calls of a day, one a minute; returns the moment of the last."""
    for number in range(DAILY_CALLS):
        assert len(call(store, at + number * MINUTE, see(number))) == 1
    return at + (DAILY_CALLS - 1) * MINUTE


def test_many_that_come_together_are_one_call_that_leaves_none_out(store: Store, at: dt.datetime) -> None:
    called = call(store, at, *(see(number) for number in range(10 * DAILY_CALLS)))
    assert len(called) == 10 * DAILY_CALLS
    (notice,) = list_notices(store)
    assert notice.figures["finding_count"] == 10 * DAILY_CALLS
    assert {one.notice_id for one in list_findings(store, "demo")} == {notice.notice_id}


def test_a_disclosure_late_in_the_day_is_called_though_the_morning_brought_many(
    store: Store, at: dt.datetime
) -> None:
    call(store, at, *(see(number) for number in range(10 * DAILY_CALLS)))
    assert len(call(store, at + MINUTE, see(999))) == 1


def test_after_the_calls_of_a_day_one_an_hour_sums_up_the_newest_first(store: Store, at: dt.datetime) -> None:
    last = spend_calls(store, at)
    old, new = see(100, DAY - dt.timedelta(days=1)), see(101)
    assert call(store, last + PAUSE - MINUTE, old, new) == ()
    assert [one.called_at for one in list_findings(store, "demo") if one.called_at is None] == [None] * 2
    called = call(store, last + PAUSE, old, new, see(102, DAY - dt.timedelta(days=2)))
    assert [name_finding("demo", one.message_id, one.signal_id) for one in (new, old)] == list(called[:2])
    assert len(called) == 3
    assert call(store, last + 2 * PAUSE - MINUTE, see(103)) == ()
    assert len(list_notices(store)) == DAILY_CALLS + 1


def test_what_waits_is_called_by_the_next_run_that_may_though_it_brings_nothing_new(
    store: Store, at: dt.datetime
) -> None:
    last = spend_calls(store, at)
    assert call(store, last + MINUTE, see(100), see(101)) == ()
    (first, second) = [one.finding_id for one in list_findings(store, "demo") if one.called_at is None]
    dismiss(store, deployment_id="demo", finding_id=first, reason="A song.", actor="officer", at=last)
    assert call(store, last + PAUSE) == (second,)
    assert call(store, last + 2 * PAUSE) == ()


def test_a_new_day_and_another_deployment_have_their_own_calls(store: Store, at: dt.datetime) -> None:
    ensure_deployment(store, deployment_id="other", title="Other", actor="command_line", at=at)
    midnight = dt.datetime.combine(at.date() + dt.timedelta(days=1), dt.time(), dt.UTC)
    last = spend_calls(store, midnight - DAILY_CALLS * MINUTE)
    assert call(store, last, see(100)) == ()
    assert len(call(store, last, see(101), deployment="other")) == 1
    assert len(call(store, midnight, see(100))) == 1


def test_confirming_opens_an_incident_in_the_same_step(store: Store, at: dt.datetime) -> None:
    (finding,) = call(store, at, see())
    given = {"deployment_id": "demo", "finding_id": finding, "actor": "officer", "at": at}
    incident = confirm(store, severity=Severity.S4, nature=Nature.SERIOUS_HARM, reason="Read it.", **given)
    (opened,) = list_incidents(store, "demo")
    assert (opened.incident_id, opened.severity, opened.opened_by) == (incident, Severity.S4, "officer")
    assert (opened.nature, opened.origin) == (Nature.SERIOUS_HARM, Origin.GRAVE_FINDING)
    assert opened.origin_reference == finding
    assert MESSAGE not in str(opened)
    (kept,) = list_findings(store, "demo")
    assert (kept.state, kept.incident_id) == (FindingState.CONFIRMED, incident)
    (page,) = [one for one in list_notices(store) if one.reference_id != incident]
    assert page.state is NoticeState.ACKNOWLEDGED
    said = f"decided by officer on {at:%Y-%m-%d} at {at:%H:%M} UTC; see .*{incident}, that is confirmed"
    with pytest.raises(NotAllowedError, match=said):
        confirm(store, severity=Severity.S4, nature=Nature.SERIOUS_HARM, reason="Again.", **given)
    assert len(list_incidents(store, "demo")) == 1


@pytest.mark.parametrize(
    ("hours", "known"),
    [
        pytest.param((1, 2, None), 1, id="a mail that went out may have been read before somebody took it"),
        pytest.param((None, 2, None), 2, id="taken from the page, by whom no mail reached"),
        pytest.param((1, None, None), 1, id="nobody took it before they confirmed"),
        pytest.param((None, None, None), 9, id="it reached nobody"),
        pytest.param((1, 2, 0), 0, id="whoever confirms knows better"),
    ],
)
def test_clocks_run_from_when_the_call_reached_people(
    store: Store, at: dt.datetime, hours: tuple[int | None, int | None, int | None], known: int
) -> None:
    sent, taken, given = hours
    (finding,) = call(store, at, see())
    (notice,) = list_notices(store)
    if sent is not None:
        with store.write(actor="dispatch", at=at + sent * HOUR) as write:
            row = write.session.get_one(Notice, notice.notice_id)
            row.state, row.sent_at = NoticeState.SENT.value, write.at
            write.record("notice_sent", subject=finding, deployment_id="demo")
    if taken is not None:
        acknowledge_notice(store, notice_id=notice.notice_id, actor="officer", at=at + taken * HOUR)
    (kept,) = list_findings(store, "demo")
    told = [moment for moment in (sent, taken) if moment is not None]
    assert kept.told_at == (at + min(told) * HOUR if told else None)
    confirm(
        store, deployment_id="demo", finding_id=finding, severity=Severity.S4, nature=Nature.SERIOUS_HARM,
        aware_at=None if given is None else at + given * HOUR, reason="R.", actor="officer", at=at + 9 * HOUR,
    )  # fmt: skip
    (opened,) = list_incidents(store, "demo")
    assert opened.aware_at == at + known * HOUR


def test_a_finding_that_waits_for_its_call_reached_nobody(store: Store, at: dt.datetime) -> None:
    last = spend_calls(store, at)
    call(store, last, see(100))
    (beyond,) = [one for one in list_findings(store, "demo") if one.called_at is None]
    assert beyond.told_at is None
    confirm(
        store, deployment_id="demo", finding_id=beyond.finding_id, severity=Severity.S4,
        nature=Nature.SERIOUS_HARM, reason="R.", actor="officer", at=at + HOUR,
    )  # fmt: skip
    (opened,) = list_incidents(store, "demo")
    assert opened.aware_at == at + HOUR


def test_a_call_stays_until_every_finding_of_it_is_decided(store: Store, at: dt.datetime) -> None:
    first, second = call(store, at, see(1), see(2))
    given = {"deployment_id": "demo", "actor": "officer", "at": at + HOUR}
    dismiss(store, finding_id=first, reason="A song.", **given)
    (waiting,) = list_notices(store, is_waiting=True)
    assert waiting.kind is NoticeKind.NEEDS_EYES
    confirm(
        store, finding_id=second, severity=Severity.S4, nature=Nature.SERIOUS_HARM, reason="R.", **given
    )  # fmt: skip
    (page,) = [one for one in list_notices(store) if one.kind is NoticeKind.NEEDS_EYES]
    assert (page.state, page.acknowledged_by) == (NoticeState.ACKNOWLEDGED, "officer")


def test_a_call_that_somebody_took_stays_theirs_while_findings_are_decided(
    store: Store, at: dt.datetime
) -> None:
    first, second = call(store, at, see(1), see(2))
    (notice,) = list_notices(store)
    acknowledge_notice(store, notice_id=notice.notice_id, actor="officer", at=at + HOUR)
    for finding_id in (first, second):
        dismiss(
            store, deployment_id="demo", finding_id=finding_id, reason="R.", actor="other", at=at + 2 * HOUR
        )
    (kept,) = list_notices(store)
    assert (kept.acknowledged_by, kept.acknowledged_at) == ("officer", at + HOUR)


def test_dismissing_needs_a_reason_and_can_be_overturned(store: Store, at: dt.datetime) -> None:
    (finding,) = call(store, at, see())
    given = {"deployment_id": "demo", "finding_id": finding, "actor": "officer", "at": at}
    with pytest.raises(NotAllowedError, match="needs a reason"):
        dismiss(store, reason="", **given)
    dismiss(store, reason="A song.", **given)
    with pytest.raises(NotAllowedError, match=r"decided by officer on .* UTC, that is not_confirmed"):
        dismiss(store, reason="A song, indeed.", **given)
    confirm(store, severity=Severity.S3, nature=Nature.NOT_SERIOUS, reason="It was not a song.", **given)
    with pytest.raises(UnknownRecordError):
        dismiss(store, reason="R.", **(given | {"finding_id": "finding_0"}))
    with pytest.raises(UnknownRecordError):
        dismiss(store, reason="R.", **(given | {"deployment_id": "other"}))


def test_the_id_of_a_finding_leads_to_no_message() -> None:
    name = name_finding("demo", MESSAGE, "a_method_info")
    assert name == name_finding("demo", MESSAGE, "a_method_info")
    assert name != name_finding("other", MESSAGE, "a_method_info")
    assert MESSAGE[:8] not in name
