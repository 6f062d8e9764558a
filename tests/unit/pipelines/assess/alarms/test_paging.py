"""Streams that are on call people; lists, muted streams and bad data do not; the floor always does."""

import datetime as dt

import pytest

from pipelines.assess.alarms.concern import Concern
from pipelines.assess.alarms.paging import Switchboard, decide_paging
from risk_register.alarm.streams import MuteRecord, StreamRecord

AT = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)
STREAM = "level:harm_rate_per_1000"


def decide(*, is_on: bool = True, is_muted: bool = False, at: dt.datetime = AT, **given) -> Concern:
    fields = {
        "alarm_id": "a",
        "deployment_id": "harbor",
        "indicator_id": "harm_rate_per_1000",
        "kind": "appetite_exceeded",
        "opened_on": dt.date(2026, 3, 30),
        "state": "alarm",
        "note": "",
        "stream_id": STREAM,
    } | given
    streams = [StreamRecord("harbor", STREAM, is_on, "", {}, "officer", AT)]
    mutes = [MuteRecord("harbor", STREAM, "", "officer", AT, AT + dt.timedelta(days=1), None, None)]
    board = Switchboard(streams, mutes if is_muted else [])
    return decide_paging([Concern(**fields)], {"harbor": board}, at=at)[0]


@pytest.mark.parametrize(
    ("given", "is_paging", "held_by"),
    [
        ({}, True, ""),
        ({"is_on": False}, False, "list"),
        ({"is_muted": True}, False, "muted"),
        ({"held_by": "data"}, False, "data"),
        ({"held_by": "data", "is_on": False}, False, "list"),
        ({"held_by": "data", "stream_id": "change:drift_index"}, False, "list"),
        ({"held_by": "taken"}, False, "taken"),
        ({"held_by": "taken", "is_on": False}, False, "taken"),
        ({"held_by": "data", "is_muted": True}, False, "muted"),
        ({"state": "watch"}, False, ""),
        ({"state": "acknowledged"}, False, ""),
        ({"closed_on": dt.date(2026, 3, 31)}, False, ""),
        ({"closed_on": dt.date(2026, 3, 31), "kind": "critical_finding"}, False, ""),
        ({"stream_id": "change:drift_index", "kind": "suspected_unannounced_change"}, False, "list"),
    ],
)
def test_an_alarm_calls_if_its_stream_is_on_and_nothing_holds_it(given, is_paging, held_by):
    decided = decide(**given)
    assert (decided.is_paging, decided.held_by) == (is_paging, held_by)


def test_nothing_silences_the_floor():
    decided = decide(kind="critical_finding", stream_id="floor:assistant_harm", is_on=False, is_muted=True)
    assert decided.is_paging


def test_a_mute_ends():
    mute = MuteRecord("harbor", STREAM, "", "officer", AT, AT + dt.timedelta(days=1), None, None)
    assert mute.holds(AT)
    assert not mute.holds(AT + dt.timedelta(days=1))
    assert not mute.holds(AT - dt.timedelta(seconds=1))


def test_after_the_end_of_a_mute_an_alarm_calls_again():
    end = AT + dt.timedelta(days=1)
    assert not decide(is_muted=True, at=end - dt.timedelta(seconds=1)).is_paging
    assert decide(is_muted=True, at=end).is_paging
