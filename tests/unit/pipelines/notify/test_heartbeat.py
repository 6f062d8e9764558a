"""A sign of life only while runs are recent and pages leave."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import requests

from pipelines.notify.dispatch import dispatch
from pipelines.notify.heartbeat import beat, check_health
from pipelines.settings import Home
from risk_register.notice.kinds import NoticeSeverity, NoticeState
from risk_register.notice.notices import list_notices
from tests.unit.pipelines.notify.post import Post


@pytest.fixture
def home(tmp_path: Path, clock) -> Home:
    home = Home(tmp_path / "home")
    home.published.mkdir(parents=True)
    (home.published / "current").write_text("published-00000001.duckdb")
    touch(home, clock().timestamp())
    return home


def touch(home: Home, moment: float) -> None:
    os.utime(home.published / "current", (moment, moment))


def test_recent_runs_and_an_empty_outbox_are_a_sign_of_life(home, store, clock) -> None:
    assert check_health(home, store, None, at=clock()).is_alive


def test_a_dead_scheduler_falls_silent(home, store, clock) -> None:
    clock.pass_minutes(26 * 60)
    assert check_health(home, store, None, at=clock()).is_alive
    clock.pass_minutes(1)
    assert "26 h old" in check_health(home, store, None, at=clock()).faults[0]
    (home.published / "current").unlink()
    assert check_health(home, store, None, at=clock()).faults == ("nothing is published yet",)


def test_a_generation_of_a_day_to_come_is_no_sign_of_life(home, store, clock) -> None:
    touch(home, clock().timestamp() + 5 * 60)
    assert check_health(home, store, None, at=clock()).is_alive
    touch(home, clock().timestamp() + 5 * 60 + 1)
    (fault,) = check_health(home, store, None, at=clock()).faults
    assert "the newest generation is of 2026-11-23 02:05 UTC, which is yet to come" in fault
    touch(home, clock().timestamp() + 365 * 86400)
    clock.pass_minutes(300 * 24 * 60)
    assert not check_health(home, store, None, at=clock()).is_alive


def test_a_page_that_was_queued_on_a_day_to_come_is_no_sign_of_life(home, store, clock, queue) -> None:
    clock.pass_minutes(30 * 24 * 60)
    queue()
    clock.pass_minutes(-30 * 24 * 60)
    (fault,) = check_health(home, store, None, at=clock()).faults
    assert "1 page(s) that wait were queued at a moment which is yet to come" in fault


def test_a_page_that_no_server_takes_falls_silent(home, store, clock, queue) -> None:
    queue()
    clock.pass_minutes(30)
    assert check_health(home, store, None, at=clock()).is_alive
    clock.pass_minutes(1)
    assert check_health(home, store, None, at=clock()).faults == ("1 page(s) wait for more than 30 min",)


def test_what_wakes_nobody_may_wait(home, store, clock, queue) -> None:
    queue(severity=NoticeSeverity.ATTENTION)
    clock.pass_minutes(60)
    assert check_health(home, store, None, at=clock()).is_alive


def test_a_page_that_a_server_refused_falls_silent_too(home, store, clock, routing, queue) -> None:
    queue()
    post = Post()
    post.is_down = True
    dispatch(store, routing, clock=clock, sender=post)
    assert list_notices(store)[0].state is NoticeState.FAILED
    clock.pass_minutes(31)
    assert check_health(home, store, None, at=clock()).faults == ("1 page(s) wait for more than 30 min",)


class Outside:
    """An address that fails so many times first."""

    def __init__(self, failures: int) -> None:
        self.failures, self.posts = failures, []

    is_redirect = False

    def post(self, address: str, *, data: bytes, timeout: float, allow_redirects: bool) -> Outside:
        assert not allow_redirects
        self.posts.append((address, data))
        return self

    def raise_for_status(self) -> None:
        if len(self.posts) <= self.failures:
            raise requests.HTTPError


@pytest.mark.parametrize(("failures", "is_heard"), [(0, True), (1, True), (3, False)])
def test_a_sign_of_life_is_tried_three_times_and_carries_nothing(failures: int, is_heard: bool) -> None:
    outside = Outside(failures)
    assert beat("https://watch.example.org/x", session=outside) is is_heard
    assert len(outside.posts) == min(failures + 1, 3)
    assert {data for _, data in outside.posts} == {b""}


def test_an_address_that_leads_elsewhere_has_not_heard() -> None:
    class Moved(Outside):
        is_redirect = True

    assert not beat("https://watch.example.org/x", session=Moved(0))
