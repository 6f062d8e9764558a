"""Addresses of every kind of service are understood; each is given the id that tells a repetition."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import apprise
import pytest

from pipelines.notify import send as sending
from pipelines.notify.message import HEADER, Message
from pipelines.notify.send import Outcome, send
from risk_register.database.store import BUSY_SECONDS
from risk_register.notice.deliveries import LEASE
from tests.unit.pipelines.detect.model_server import Answer, serve_model

MESSAGE = Message("Title", "Body", "plimsoll-1-0-first-mail")
ADDRESSES = {
    "email": "mailtos://user:secret@mail.example.org?to=officer@example.org",
    "slack": "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/%23safety",
    "workflows": "workflows://prod-1.logic.example.org:443/643ec20e8f54/tsQpNGdRCKJ",
    "custom_json": "jsons://hook.example.org/plimsoll",
    "pagerduty": "pagerduty://aGVsbG8gd29ybGQ@aGVsbG8gd29ybGQ",
}


@pytest.mark.parametrize("service", ADDRESSES)
def test_a_service_of_each_kind_is_called_with_the_id(service: str, monkeypatch) -> None:
    called: list[Any] = []

    def take(self: apprise.Apprise, **given: object) -> bool:
        called.extend(self)
        return True

    monkeypatch.setattr(apprise.Apprise, "notify", take)
    assert send(ADDRESSES[service], MESSAGE) is Outcome.ACCEPTED
    (one,) = called
    assert service in type(one).__module__
    if service == "pagerduty":
        assert one.dedup == MESSAGE.message_id
    if service in {"email", "custom_json"}:
        assert one.headers[HEADER] == MESSAGE.message_id


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        (None, Outcome.NO_ADDRESS),
        ("nothing-we-know://x", Outcome.BAD_ADDRESS),
        ("no address at all", Outcome.BAD_ADDRESS),
        ("json://127.0.0.1:9/", Outcome.REFUSED),
    ],
)
def test_what_cannot_be_sent_says_of_which_kind_the_failure_is(address: str | None, outcome: Outcome) -> None:
    assert send(address, MESSAGE) is outcome


def test_a_webhook_that_leads_elsewhere_took_nothing() -> None:
    with serve_model() as elsewhere, serve_model() as named:
        elsewhere.answer = lambda *_: (200, {}, b"")
        named.answer = lambda *_: (307, {"Location": f"{elsewhere.url}/taken"}, b"")
        address = named.url.replace("http://", "json://")
        assert send(address, MESSAGE) is Outcome.REFUSED
        assert (len(named.requests), elsewhere.requests) == (1, [])


def test_an_attempt_that_is_not_over_in_time_is_no_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "LIMIT_SECONDS", 0.3)
    is_over = threading.Event()

    def answer_late(*_: object) -> Answer:
        is_over.wait(20)
        return 200, {}, b""

    with serve_model() as slow:
        slow.answer = answer_late
        try:
            assert send(slow.url.replace("http://", "json://"), MESSAGE) is Outcome.UNKNOWN
        finally:
            is_over.set()
    assert len(slow.requests) == 1


def test_an_attempt_and_the_note_of_its_outcome_lie_within_the_lease() -> None:
    assert dt.timedelta(seconds=sending.LIMIT_SECONDS + BUSY_SECONDS) <= LEASE
    assert sending.ASSET._service_timeout == 0  # else Apprise gives up after a minute of its own
