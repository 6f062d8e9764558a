"""No page is lost and none is sent twice, wherever the sender is killed and however long mail fails."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from pipelines.notify import dispatch as dispatching
from pipelines.notify.dispatch import dispatch, queue_test, wait_before_retry
from pipelines.notify.message import Message
from pipelines.notify.send import Outcome
from risk_register.database.audit import list_entries
from risk_register.database.store import Store
from risk_register.notice.deliveries import LEASE, TURN, DeliveryState, Target, list_deliveries, plan
from risk_register.notice.kinds import NoticeSeverity, NoticeState
from risk_register.notice.notices import acknowledge_notice, list_notices
from tests.unit.pipelines.notify.post import Post


class KilledError(BaseException):
    """The process ends here; nothing catches it."""


def test_a_page_reaches_the_person_on_call_once(store, routing, clock, post, queue) -> None:
    queue(figures={"detector_precision": 0.62})
    for _ in range(3):
        dispatch(store, routing, clock=clock, sender=post)
    (message,) = post.messages
    assert message.title == "Plimsoll page: alarm in demo"
    assert "detector precision: 0.62" in message.body
    assert "https://plimsoll.example.org/alarms?deployment=demo" in message.body
    # At two in the morning the turn of the night before goes on.
    assert message.message_id.endswith("-0-first-mail_first")
    assert list_notices(store)[0].state is NoticeState.SENT


def test_what_may_have_arrived_is_not_repeated_sooner_than_that_of_a_sender_who_died(
    store, routing, clock, queue
) -> None:
    queue()
    tried: list[dt.datetime] = []

    def never_ends(address: str | None, message: Message) -> Outcome:
        tried.append(clock())
        return Outcome.UNKNOWN

    for _ in range(10):
        dispatch(store, routing, clock=clock, sender=never_ends)
        clock.pass_minutes(1)
    assert [(at - tried[0]).seconds // 60 for at in tried] == [0, 2, 4, 8]
    (delivery,) = list_deliveries(store)
    assert (delivery.state, delivery.last_error) == (DeliveryState.WAITING, "unknown")


def test_an_unacknowledged_page_reaches_the_second_person_and_goes_on(
    store, routing, clock, post, queue
) -> None:
    number = queue()
    for _ in range(13):
        dispatch(store, routing, clock=clock, sender=post)
        clock.pass_minutes(5)
    steps = [(one.step, one.person, one.planned_at) for one in list_deliveries(store)]
    first = steps[0][2]
    assert [(step, (at - first).seconds // 60) for step, _, at in steps] == [
        (0, 0),
        (1, 15),
        (2, 30),
        (3, 60),
    ]
    assert steps[0][1] != steps[1][1]
    assert len(set(post.ids)) == len(post.ids) == 4
    acknowledge_notice(store, notice_id=number, actor="second", at=clock())
    clock.pass_minutes(120)
    dispatch(store, routing, clock=clock, sender=post)
    assert len(post.ids) == 4


def test_what_wakes_nobody_is_told_once(store, routing, clock, post, queue) -> None:
    queue(severity=NoticeSeverity.ATTENTION)
    for _ in range(4):
        dispatch(store, routing, clock=clock, sender=post)
        clock.pass_minutes(60)
    assert len(post.ids) == 1


def test_a_page_leaves_before_what_was_queued_earlier_and_wakes_nobody(
    store, routing, clock, post, queue
) -> None:
    queue("deadline:one", severity=NoticeSeverity.ATTENTION)
    queue("alarm:one")
    dispatch(store, routing, clock=clock, sender=post)
    assert [one.title.split(":")[0] for one in post.messages] == ["Plimsoll page", "Plimsoll attention"]


def test_of_two_pages_the_older_leaves_first(store, routing, clock, post, queue) -> None:
    queue("alarm:older")
    clock.pass_minutes(1)
    queue("alarm:newer")
    dispatch(store, routing, clock=clock, sender=post)
    about = [line for one in post.messages for line in one.body.splitlines() if line.startswith("About")]
    assert about == ["About: alarm:older", "About: alarm:newer"]


def test_an_hour_without_mail_loses_nothing_and_repeats_nothing(store, routing, clock, post, queue) -> None:
    queue()
    post.is_down = True
    for _ in range(12):
        dispatch(store, routing, clock=clock, sender=post)
        clock.pass_minutes(5)
    assert post.ids == []
    assert list_notices(store)[0].state is NoticeState.FAILED
    assert {one.last_error for one in list_deliveries(store)} == {"refused"}
    post.is_down = False
    for _ in range(3):
        dispatch(store, routing, clock=clock, sender=post)
        clock.pass_minutes(5)
    planned = [one.message_id for one in list_deliveries(store)]
    assert Counter(post.ids) == Counter(planned)
    assert {(one.state, one.last_error) for one in list_deliveries(store)} == {(DeliveryState.ACCEPTED, None)}
    (notice,) = list_notices(store)
    first = min(one.accepted_at for one in list_deliveries(store) if one.accepted_at)
    assert (notice.state, notice.sent_at) == (NoticeState.SENT, first)


@pytest.mark.parametrize("fatal", [0, 1, 2], ids=["plan", "claim", "accept"])
def test_killed_at_any_write_the_page_still_arrives(fatal, store_url, routing, clock, queue) -> None:
    """Killed after the server took it and before that was written, it comes twice, under one id."""
    store, post, count = Store(store_url), Post(), -1

    class Fragile(Store):
        """A store whose process dies before the so many-th write."""

        def write(self, *, actor: str, at: dt.datetime):
            nonlocal count
            count += 1
            if count == fatal:
                raise KilledError
            return super().write(actor=actor, at=at)

    queue()
    with pytest.raises(KilledError):
        dispatch(Fragile(store_url), routing, clock=clock, sender=post)
    clock.pass_minutes(LEASE.seconds / 60)
    dispatch(store, routing, clock=clock, sender=post)
    assert len(set(post.ids)) == 1
    assert len(post.ids) == (2 if fatal == 2 else 1)
    is_said = "Attempt 2; the same id means the same call." in post.messages[-1].body
    assert is_said is (fatal == 2)


def test_killed_while_a_server_answers_the_lease_keeps_others_away_until_it_ends(
    store, routing, clock, post, queue
) -> None:
    queue()

    def die(address: str | None, message: Message) -> Outcome:
        raise KilledError

    with pytest.raises(KilledError):
        dispatch(store, routing, clock=clock, sender=die)
    dispatch(store, routing, clock=clock, sender=post)
    assert post.ids == []
    clock.pass_minutes(LEASE.seconds / 60)
    dispatch(store, routing, clock=clock, sender=post)
    assert len(post.ids) == 1


MONTH = 28 * 24 * 60
"""Minutes after which the rota stands as it does."""


@pytest.mark.parametrize("minutes", [13, MONTH])
@pytest.mark.parametrize("is_down", [True, False], ids=["refused", "accepted"])
def test_a_pass_while_the_clock_is_ahead_silences_nobody(
    store, routing, clock, queue, *, minutes, is_down
) -> None:
    queue()
    post = Post()
    post.is_down = is_down
    clock.pass_minutes(minutes)
    dispatch(store, routing, clock=clock, sender=post)
    clock.pass_minutes(-minutes)
    post.is_down = False
    assert dispatching.needs_pass(store, routing, at=clock()) is is_down
    dispatch(store, routing, clock=clock, sender=post)
    assert len(post.ids) == 1
    for _ in range(3):
        clock.pass_minutes(5)
        dispatch(store, routing, clock=clock, sender=post)
    # A quarter of an hour after the clock was right again the second person is called.
    assert len(set(post.ids)) == 2
    assert [one.step for one in list_deliveries(store)] == [0, 1]
    assert len(list_entries(store, action="notice_set_right")) == 1


def test_killed_while_the_clock_is_ahead_a_sender_holds_its_call_no_longer_than_its_lease(
    store, routing, clock, post, queue
) -> None:
    queue()

    def die(address: str | None, message: Message) -> Outcome:
        raise KilledError

    clock.pass_minutes(MONTH)
    with pytest.raises(KilledError):
        dispatch(store, routing, clock=clock, sender=die)
    clock.pass_minutes(-MONTH)
    dispatch(store, routing, clock=clock, sender=post)
    assert post.ids == []
    clock.pass_minutes(LEASE.seconds / 60)
    dispatch(store, routing, clock=clock, sender=post)
    assert len(post.ids) == 1


def test_a_sender_that_waited_for_its_turn_does_not_take_anothers_call(
    store, routing, clock, post, queue
) -> None:
    """It read its moment before the other claimed: the other's lease lies further ahead for it."""
    queue()

    def send_and_let_a_late_one_look(address: str | None, message: Message) -> Outcome:
        clock.pass_minutes(-TURN.seconds / 60)
        dispatch(store, routing, clock=clock, sender=post)
        clock.pass_minutes(TURN.seconds / 60)
        return post(address, message)

    dispatch(store, routing, clock=clock, sender=send_and_let_a_late_one_look)
    assert len(post.ids) == 1
    assert list_entries(store, action="notice_set_right") == ()


def test_two_senders_at_once_try_a_delivery_once(store, routing, clock, post, queue) -> None:
    queue()

    def send_and_let_another_look(address: str | None, message: Message) -> Outcome:
        dispatch(store, routing, clock=clock, sender=post)
        return post(address, message)

    dispatch(store, routing, clock=clock, sender=send_and_let_another_look)
    assert len(post.ids) == 1


def test_acknowledged_before_any_server_took_it_nobody_is_disturbed(
    store, routing, clock, post, queue
) -> None:
    number = queue()
    post.is_down = True
    dispatch(store, routing, clock=clock, sender=post)
    acknowledge_notice(store, notice_id=number, actor="first", at=clock())
    post.is_down = False
    clock.pass_minutes(30)
    dispatch(store, routing, clock=clock, sender=post)
    assert post.ids == []
    assert [one.state for one in list_deliveries(store)] == [DeliveryState.DROPPED]


def test_what_was_acknowledged_meanwhile_is_planned_for_nobody(store, clock, queue) -> None:
    number = queue()
    acknowledge_notice(store, notice_id=number, actor="first", at=clock())
    target = Target(step=1, person="second", route="mail_second")
    assert plan(store, notice_id=number, targets=[target], actor="notify", at=clock()) == 0
    assert list_deliveries(store) == ()


def test_a_route_without_address_is_said_and_tried_again(store, routing, clock, queue, monkeypatch) -> None:
    monkeypatch.delenv("MAIL_FIRST", raising=False)
    monkeypatch.delenv("MAIL_SECOND", raising=False)
    queue()
    dispatch(store, routing, clock=clock)
    assert [one.last_error for one in list_deliveries(store)] == ["no_address"]


def test_retries_wait_longer_and_never_longer_than_ten_minutes() -> None:
    waits = [wait_before_retry(count) for count in (1, 2, 3, 4, 5, 50)]
    assert waits == [dt.timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 10, 10)]


def test_the_weekly_test_is_one_a_week_and_escalates_without_end_to_nobody(
    store, routing, clock, post
) -> None:
    first = queue_test(store, actor="notify", at=clock())
    assert queue_test(store, actor="notify", at=clock()) == first
    for _ in range(8):
        dispatch(store, routing, clock=clock, sender=post)
        clock.pass_minutes(15)
    assert [one.step for one in list_deliveries(store)] == [0, 1, 2]
    clock.pass_minutes(7 * 24 * 60)
    assert queue_test(store, actor="notify", at=clock()) != first


def test_a_week_over_the_turn_of_the_year_has_one_test(store) -> None:
    last, first = (dt.datetime(*day, 10, tzinfo=dt.UTC) for day in ((2026, 12, 31), (2027, 1, 1)))
    assert queue_test(store, actor="notify", at=last) == queue_test(store, actor="notify", at=first)


def test_a_sensor_is_told_when_a_pass_is_needed(store, routing, clock, post, queue) -> None:
    assert not dispatching.needs_pass(store, routing, at=clock())
    queue()
    assert dispatching.needs_pass(store, routing, at=clock())
    dispatch(store, routing, clock=clock, sender=post)
    assert not dispatching.needs_pass(store, routing, at=clock())
    clock.pass_minutes(15)
    assert dispatching.needs_pass(store, routing, at=clock())
