"""What a call says: its kind's own words, what it is about, since when, and which repetition it is."""

from __future__ import annotations

from pipelines.notify.dispatch import dispatch, queue_test
from risk_register.notice.kinds import WORDS, NoticeKind


def test_a_first_call_says_all_that_is_known_and_no_more(store, routing, clock, post, queue) -> None:
    queue(figures={"detector_precision": 0.62, "count": 3})
    clock.pass_minutes(10)  # between the moment it was queued and the first pass
    typed = routing.model_copy(update={"dashboard": f"{routing.dashboard}/"})
    dispatch(store, typed, clock=clock, sender=post)
    assert post.messages[0].body.splitlines() == [
        WORDS[NoticeKind.ALARM],
        "Deployment: demo",
        "About: alarm:one",
        "count: 3",
        "detector precision: 0.62",
        "Since: 2026-11-23 02:00 UTC",
        "See and acknowledge: https://plimsoll.example.org/alarms?deployment=demo",
        f"Id: {post.ids[0]}",
    ]


def test_later_calls_say_which_they_are_and_that_nobody_has_it_yet(
    store, routing, clock, post, queue
) -> None:
    queue()
    for minutes in (15, 15, 0):
        dispatch(store, routing, clock=clock, sender=post)
        clock.pass_minutes(minutes)
    said = [[line for line in one.body.splitlines() if line.startswith("Call ")] for one in post.messages]
    assert said == [
        [],
        ["Call 2: nobody has acknowledged it yet."],
        ["Call 3: nobody has acknowledged it yet."],
    ]


def test_what_is_about_the_whole_home_says_so(store, routing, clock, post) -> None:
    queue_test(store, actor="notify", at=clock())
    dispatch(store, routing, clock=clock, sender=post)
    (message,) = post.messages
    assert message.title == "Plimsoll page: test in every deployment"
    assert "Deployment: every deployment" in message.body.splitlines()
