"""Streams: at most eight call people, each after its back-test; a mute has a reason and an end."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.alarm.streams import (
    LONGEST_MUTE,
    MAXIMUM_PAGING,
    Question,
    end_mute,
    list_mutes,
    list_streams,
    mute,
    name_stream,
    switch_off,
    switch_on,
)
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, UnknownRecordError

BACK_TEST = {"first": "2026-09-01", "last": "2026-11-20", "alarm_count": 1, "threshold": 1000}
STREAM = name_stream(Question.LEVEL, "harm_rate_per_1000")


def turn_on(store: Store, at: dt.datetime, stream: str = STREAM, **more: object) -> None:
    given = {"reason": "Looked at it.", "back_test": BACK_TEST, "actor": "officer", "at": at} | more
    switch_on(store, deployment_id="demo", stream_id=stream, **given)


def test_a_stream_is_switched_on_with_what_was_shown(store: Store, at: dt.datetime) -> None:
    turn_on(store, at)
    (stream,) = list_streams(store, "demo")
    assert (stream.is_on, stream.decided_by, dict(stream.back_test)) == (True, "officer", BACK_TEST)
    switch_off(store, deployment_id="demo", stream_id=STREAM, reason="Too slow.", actor="officer", at=at)
    assert [one.is_on for one in list_streams(store, "demo")] == [False]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"back_test": {}}, "no back-test"),
        ({"back_test": {"first": "2026-09-01"}}, "no back-test"),
        ({"reason": " "}, "needs a reason"),
    ],
)
def test_without_back_test_or_reason_nothing_is_switched_on(store: Store, at, more, words) -> None:
    with pytest.raises(NotAllowedError, match=words):
        turn_on(store, at, **more)
    assert list_streams(store, "demo") == ()


def test_the_ninth_stream_is_refused_and_there_is_room_after_one_is_off(store: Store, at) -> None:
    for number in range(MAXIMUM_PAGING):
        turn_on(store, at, f"level:indicator_{number}")
    with pytest.raises(NotAllowedError, match="8 streams of demo are on"):
        turn_on(store, at)
    switch_off(store, deployment_id="demo", stream_id="level:indicator_3", reason="R.", actor="o", at=at)
    turn_on(store, at)


def test_the_floor_is_no_stream(store: Store, at: dt.datetime) -> None:
    until = at + dt.timedelta(days=1)
    for stream in ("floor:assistant_harm", "level:", "harm_rate_per_1000"):
        with pytest.raises(UnknownRecordError, match="is no stream"):
            turn_on(store, at, stream)
        with pytest.raises(UnknownRecordError, match="is no stream"):
            mute(store, deployment_id="demo", stream_id=stream, until=until, reason="R.", actor="o", at=at)


def test_a_mute_has_a_reason_and_an_end_and_can_be_ended(store: Store, at: dt.datetime) -> None:
    given = {"deployment_id": "demo", "stream_id": STREAM, "actor": "officer", "at": at}
    for until in (at, at + LONGEST_MUTE + dt.timedelta(seconds=1)):
        with pytest.raises(NotAllowedError, match="within 30 days"):
            mute(store, until=until, reason="Campaign.", **given)
    with pytest.raises(NotAllowedError, match="needs a reason"):
        mute(store, until=at + LONGEST_MUTE, reason="", **given)
    mute(store, until=at + LONGEST_MUTE, reason="Campaign.", **given)
    with pytest.raises(NotAllowedError, match="muted already"):
        mute(store, until=at + LONGEST_MUTE, reason="Again.", **given)
    end_mute(store, **given)
    (ended,) = list_mutes(store, "demo")
    assert (ended.ended_by, ended.holds(at)) == ("officer", False)
    with pytest.raises(NotAllowedError, match="is not muted"):
        end_mute(store, **given)
