"""The outbox: one notice a key, in the caller's transaction, and nothing in it that could be text."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.notice.kinds import TRANSITIONS, WORDS, Audience, NoticeKind, NoticeSeverity, NoticeState
from risk_register.notice.notices import (
    acknowledge_notice,
    acknowledge_within,
    can_step,
    list_notices,
    queue_notice,
)
from risk_register.register.deployments import ensure_deployment


def queue(store: Store, at: dt.datetime, **given: object) -> int:
    fields = {
        "key": "alarm:one",
        "deployment_id": "demo",
        "kind": NoticeKind.ALARM,
        "severity": NoticeSeverity.PAGE,
        "reference_id": "appetite:demo:harm_rate_per_1000:2026-11-01",
        "link": "/alarms?deployment=demo",
    } | given
    with store.write(actor="assess", at=at) as write:
        return queue_notice(write, **fields)


def test_a_notice_waits_with_its_kind_and_numbers(store: Store, at: dt.datetime) -> None:
    number = queue(store, at, figures={"detector_precision": 0.62, "reviewed_count": 40})
    (notice,) = list_notices(store, "demo")
    assert (notice.notice_id, notice.state, notice.audience) == (
        number,
        NoticeState.QUEUED,
        Audience.CLINICAL,
    )
    assert dict(notice.figures) == {"detector_precision": 0.62, "reviewed_count": 40}
    assert [entry.action for entry in audit.list_entries(store, limit=1)] == ["notice_queued"]


def test_a_key_is_queued_once(store: Store, at: dt.datetime) -> None:
    assert queue(store, at) == queue(store, at + dt.timedelta(hours=1), severity=NoticeSeverity.ATTENTION)
    assert len(list_notices(store)) == 1
    assert queue(store, at, key="alarm:two") != queue(store, at)


def test_a_caller_that_fails_leaves_no_notice(store: Store, at: dt.datetime) -> None:
    def write_and_fail() -> None:
        with store.write(actor="assess", at=at) as write:
            queue_notice(
                write, key="k", deployment_id="demo", kind=NoticeKind.ALARM, severity=NoticeSeverity.PAGE,
                reference_id="r", link="/alarms",
            )  # fmt: skip
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert list_notices(store) == ()


@pytest.mark.parametrize(
    "given",
    [
        {"reference_id": "she said she would"},
        {"reference_id": "0123456789abcdef0123456789abcdef"},
        {"link": "/conversations/0123456789abcdef"},
        {"link": "https://elsewhere.example/alarms"},
        {"key": "a key with words"},
        {"figures": {"quote": "I cannot go on"}},
        {"figures": {"What she said": 1}},
        {"figures": {"is_true": True}},
    ],
)
def test_what_could_carry_text_or_a_pseudonym_is_refused(store: Store, at: dt.datetime, given) -> None:
    with pytest.raises(NotAllowedError) as refused:
        queue(store, at, **given)
    assert "she" not in str(refused.value)
    assert "0123" not in str(refused.value)
    assert list_notices(store) == ()


HEXADECIMAL = "tenant_5f3a9c1d2e4b"


def test_a_deployment_and_what_operators_name_may_look_like_a_pseudonym(
    store: Store, at: dt.datetime
) -> None:
    ensure_deployment(store, deployment_id=HEXADECIMAL, title="Tenant", actor="assess", at=at)
    told = queue(
        store, at, deployment_id=HEXADECIMAL,
        key=f"alarm:appetite:{HEXADECIMAL}:rate_of_facade0deface0:2026-11-01",
        reference_id=f"{HEXADECIMAL}_incident_0001", names=["rate_of_facade0deface0"],
        link=f"/incidents?deployment={HEXADECIMAL}&incident={HEXADECIMAL}_incident_0001",
    )  # fmt: skip
    assert [one.notice_id for one in list_notices(store, HEXADECIMAL)] == [told]


@pytest.mark.parametrize("link", ["0123456789abcdef", f"{HEXADECIMAL}0123456789abcdef"])
def test_the_name_of_a_deployment_lets_no_pseudonym_through(store: Store, at: dt.datetime, link: str) -> None:
    for name in (HEXADECIMAL, "ab"):
        ensure_deployment(store, deployment_id=name, title="Tenant", actor="assess", at=at)
    with pytest.raises(NotAllowedError, match="looks like it holds a pseudonym"):
        queue(store, at, deployment_id=HEXADECIMAL, link=f"/alarms?deployment={HEXADECIMAL}&of={link}")
    with pytest.raises(NotAllowedError, match="looks like it holds a pseudonym"):
        queue(store, at, deployment_id="ab", link="/alarms?of=01234567ab0123456789ab")


def test_an_unknown_deployment_is_refused_and_a_home_wide_notice_is_not(
    store: Store, at: dt.datetime
) -> None:
    with pytest.raises(UnknownRecordError, match="nowhere"):
        queue(store, at, deployment_id="nowhere")
    queue(store, at, deployment_id=None)
    assert len(list_notices(store)) == 1
    assert list_notices(store, "demo") == ()


def test_the_first_who_acknowledges_has_it(store: Store, at: dt.datetime) -> None:
    number = queue(store, at)
    acknowledge_notice(store, notice_id=number, actor="safety_officer", at=at)
    (notice,) = list_notices(store)
    assert (notice.state, notice.acknowledged_by) == (NoticeState.ACKNOWLEDGED, "safety_officer")
    with pytest.raises(NotAllowedError, match="acknowledged cannot become acknowledged"):
        acknowledge_notice(store, notice_id=number, actor="other", at=at)
    with pytest.raises(UnknownRecordError, match="no notice 99"):
        acknowledge_notice(store, notice_id=99, actor="other", at=at)


def test_dealing_with_the_thing_acknowledges_its_notices(store: Store, at: dt.datetime) -> None:
    first, second = queue(store, at), queue(store, at, key="alarm:again")
    other = queue(store, at, key="alarm:other", reference_id="another")
    with store.write(actor="safety_officer", at=at) as write:
        write.record("alarm_acknowledged", subject="x")
        told = acknowledge_within(write, reference_id="appetite:demo:harm_rate_per_1000:2026-11-01")
        assert sorted(told) == sorted((first, second))
    assert [one.notice_id for one in list_notices(store) if one.state is NoticeState.QUEUED] == [other]


def test_who_had_it_first_is_kept_when_the_thing_is_dealt_with(store: Store, at: dt.datetime) -> None:
    number = queue(store, at)
    acknowledge_notice(store, notice_id=number, actor="safety_officer", at=at)
    with store.write(actor="other", at=at + dt.timedelta(hours=1)) as write:
        write.record("alarm_acknowledged", subject="x")
        assert acknowledge_within(write, reference_id="appetite:demo:harm_rate_per_1000:2026-11-01") == ()
    (notice,) = list_notices(store)
    assert (notice.acknowledged_by, notice.acknowledged_at) == ("safety_officer", at)


def test_the_newest_notice_stands_first(store: Store, at: dt.datetime) -> None:
    for hour, key in ((1, "alarm:one"), (3, "alarm:three"), (2, "alarm:two")):
        queue(store, at + dt.timedelta(hours=hour), key=key)
    assert [one.key for one in list_notices(store)] == ["alarm:three", "alarm:two", "alarm:one"]


def test_every_state_and_kind_has_its_row() -> None:
    assert set(TRANSITIONS) == set(NoticeState)
    assert set(WORDS) == set(NoticeKind)
    assert can_step(NoticeState.FAILED, to_state=NoticeState.SENT)
    assert not can_step(NoticeState.SENT, to_state=NoticeState.FAILED)
