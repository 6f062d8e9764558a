"""What runs out is told once, before and after, to whoever acts on it; looking again changes nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.acceptability import Probability, Severity
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.deadlines import OrderedHold, find_due, queue_deadlines
from risk_register.incident import clocks as incident_clocks
from risk_register.incident import holds, incidents, locations
from risk_register.item import checklist, evidence
from risk_register.notice.kinds import Audience, NoticeKind
from risk_register.notice.notices import list_notices
from risk_register.register import register
from risk_register.register.register import RiskStatus, ensure_deployment
from risk_register.review import reviews
from tests.unit.risk_register.review.factory import add_reviewers, draw_week, label_next, stratum

DAY, RISK = dt.timedelta(days=1), "missed_escalation_of_risk"


def told(store: Store, at: dt.datetime, begin: str) -> list[tuple[str, dict[str, float]]]:
    """Keys and figures of what is due at a moment and begins so."""
    due = find_due(store, "demo", at=at)
    return [(one.key, dict(one.figures)) for one in due if one.key.startswith(begin)]


def open_grave(store: Store, at: dt.datetime) -> str:
    return incidents.open_incident(
        store, deployment_id="demo", title="Hurt", severity=Severity.S5, nature="widespread",
        actor="reviewer", at=at,
    )  # fmt: skip


def test_nothing_is_due_in_a_new_store_but_the_months_list_of_readers(store: Store, at: dt.datetime) -> None:
    (only,) = find_due(store, "demo", at=at)
    assert (only.key, only.kind, dict(only.figures)) == (
        "readers:demo:2026-10", NoticeKind.READERS, {"reader_count": 0, "reading_count": 0},
    )  # fmt: skip


def test_looking_again_queues_nothing_twice_and_leaves_no_trace(store: Store, at: dt.datetime) -> None:
    ensure_deployment(store, deployment_id="other", title="Other", actor="command_line", at=at)
    assert queue_deadlines(store, actor="notify", at=at) == 2
    before = audit.verify_chain(store).entry_count
    assert queue_deadlines(store, actor="notify", at=at + DAY) == 0
    assert audit.verify_chain(store).entry_count == before
    assert {one.deployment_id for one in list_notices(store)} == {"demo", "other"}


@pytest.mark.parametrize(("month", "queued"), [(11, 0), (12, 1)])
def test_the_readers_are_told_once_a_month(store: Store, at: dt.datetime, month: int, queued: int) -> None:
    audit.record_access(
        store,
        action="conversation_read",
        subject="c",
        deployment_id="demo",
        reason="Review.",
        actor="ben",
        at=at,
    )
    queue_deadlines(store, actor="notify", at=at)
    assert queue_deadlines(store, actor="notify", at=at.replace(month=month, day=29)) == queued
    if queued:
        notice = list_notices(store)[0]
        assert dict(notice.figures) == {"reader_count": 1, "reading_count": 1}
        assert notice.link == "/administration?deployment=demo&month=2026-11"


@pytest.mark.parametrize(
    ("day", "stages"), [(9, ["near"]), (10, ["near"]), (12, ["near"]), (13, ["past"]), (30, ["past"])]
)
def test_a_statutory_clock_is_told_two_days_before_and_once_it_ran_out(
    store: Store, day: int, stages: list[str]
) -> None:
    number = open_grave(store, dt.datetime(2028, 1, 10, 9, tzinfo=dt.UTC))
    at = dt.datetime(2028, 1, max(day, 10), 9, tzinfo=dt.UTC)
    keys = [key for key, _ in told(store, at, "clock:") if "eu_ai_act" in key]
    assert keys == [f"clock:{number}:eu_ai_act:2028-01-12:{stage}" for stage in stages]


@pytest.mark.parametrize("days", [0, 2, 30])
def test_a_clock_of_a_regime_not_yet_in_force_binds_nobody_and_is_not_told(store: Store, days: int) -> None:
    at = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
    number = open_grave(store, at)
    waiting = [
        one
        for one in incident_clocks.find_clocks(store, incidents.list_incidents(store, "demo")[0])
        if not one.is_in_force
    ]
    assert waiting
    for clock in waiting:
        incident_clocks.decide_report(
            store, incident_id=number, regime_id=clock.regime.id, is_reportable=True, reason="To be sure.",
            actor="compliance", at=at,
        )  # fmt: skip
    asked = {clock.regime.id for clock in waiting}
    assert [key for key, _ in told(store, at + days * DAY, "clock:") if key.split(":")[2] in asked] == []


@pytest.mark.parametrize(
    ("hour", "found"),
    [
        ("2028-01-08T22:59", []),
        ("2028-01-08T23:01", [("near", {"days_left": 2})]),  # a new day in Brussels, not in UTC
        ("2028-01-11T22:59", [("near", {"days_left": 0})]),
        ("2028-01-11T23:01", [("past", {"days_past": 1})]),
    ],
)
def test_the_days_of_a_statutory_clock_are_those_of_its_regime(
    store: Store, hour: str, found: list[tuple[str, dict[str, float]]]
) -> None:
    number = incidents.open_incident(
        store, deployment_id="demo", title="Died", severity=Severity.S5, nature="death",
        actor="reviewer", at=dt.datetime(2028, 1, 1, 9, tzinfo=dt.UTC),
    )  # fmt: skip
    at = dt.datetime.fromisoformat(f"{hour}+00:00")
    said = [one for one in told(store, at, "clock:") if "eu_ai_act" in one[0]]
    assert said == [(f"clock:{number}:eu_ai_act:2028-01-11:{stage}", figures) for stage, figures in found]


def test_a_clock_that_is_settled_is_not_told(store: Store) -> None:
    at = dt.datetime(2028, 1, 10, 9, tzinfo=dt.UTC)
    number = open_grave(store, at)
    for clock in incident_clocks.find_clocks(store, incidents.list_incidents(store, "demo")[0]):
        incident_clocks.decide_report(
            store, incident_id=number, regime_id=clock.regime.id, is_reportable=False, reason="Read.",
            actor="compliance", at=at,
        )  # fmt: skip
    assert told(store, at + 30 * DAY, "clock:") == []


@pytest.mark.parametrize(
    ("day", "left"),
    [
        (22, []),
        (23, [("near", "days_left", 7.0)]),
        (30, [("near", "days_left", 0.0)]),
        (31, [("past", "days_past", 1.0)]),
    ],
)
def test_a_hold_is_told_a_week_before_its_last_day_and_after_it(
    store: Store, at: dt.datetime, day: int, left: list[tuple[str, str, float]]
) -> None:
    at = at.replace(month=12, day=1)
    hold = holds.request_hold(
        store, incident_id=open_grave(store, at), conversation_id="c", thread_id="t", reason="Asked.",
        expires_on=dt.date(2026, 12, 30), actor="officer", at=at,
    )  # fmt: skip
    holds.approve_hold(store, hold_id=hold, deployment_id="demo", actor="compliance", at=at)
    found = told(store, at.replace(day=day), "hold:")
    assert found == [(f"hold:{hold}:2026-12-30:{stage}", {name: days}) for stage, name, days in left]


def test_a_hold_that_nobody_approved_runs_out_after_a_week(store: Store, at: dt.datetime) -> None:
    hold = holds.request_hold(
        store, incident_id=open_grave(store, at), conversation_id="c", thread_id="t", reason="Asked.",
        expires_on=(at + 90 * DAY).date(), actor="officer", at=at,
    )  # fmt: skip
    last = (at + 7 * DAY).date()
    assert told(store, at, "hold:") == [(f"hold:{hold}:{last}:near", {"days_left": 7})]
    here = {"hold_id": hold, "deployment_id": "demo", "at": at}
    holds.ask_release(store, reason="Over.", actor="compliance", **here)
    holds.confirm_release(store, actor="safety_officer", **here)
    assert told(store, at + 8 * DAY, "hold:") == []


@pytest.mark.parametrize(("hours", "count"), [(24, 0), (25, 1)])
def test_a_search_for_a_person_that_nobody_confirmed_in_a_day_is_told(
    store: Store, at: dt.datetime, hours: int, count: int
) -> None:
    locations.record_location(
        store, deployment_id="demo", subject="m", reason="Hurt.", source_file="a", position=1, why_not="",
        actor="officer", at=at,
    )  # fmt: skip
    assert len(told(store, at + dt.timedelta(hours=hours), "search:demo:1")) == count


@pytest.mark.parametrize(("days", "stage"), [(-15, None), (-14, "near"), (0, "near"), (1, "past")])
def test_an_acceptance_is_told_two_weeks_before_its_end_and_after_it(
    store: Store, at: dt.datetime, days: int, stage: str | None
) -> None:
    which = {"deployment_id": "demo", "risk_id": RISK, "at": at}
    register.move(store, to_state=RiskStatus.ASSESSED, reason="Seen.", actor="officer", **which)
    register.rate_residual(
        store, severity=Severity.S5, probability=Probability.FREQUENT, rationale="As before.",
        actor="officer", **which,
    )  # fmt: skip
    last = (at + 60 * DAY).date()
    register.move(
        store, to_state=RiskStatus.ACCEPTED, reason="Board.", accepted_until=last, actor="other", **which
    )
    keys = [key for key, _ in told(store, at + (60 + days) * DAY, "acceptance:")]
    assert keys == ([] if stage is None else [f"acceptance:demo:{RISK}:{last}:{stage}"])


def test_attestations_are_told_together_once_a_week(store: Store, at: dt.datetime) -> None:
    for item, days in (("intended_use_written", 40), ("crisis_testing_passed", 60)):
        checklist.attest(
            store, deployment_id="demo", item_id=item, state=checklist.ItemStatus.MET, evidence="a.pdf",
            note="", actor="compliance", at=at, expires_on=(at + days * DAY).date(),
        )  # fmt: skip
    assert told(store, at + 9 * DAY, "attestations:") == []
    (first,) = told(store, at + 10 * DAY, "attestations:")
    assert first[1] == {"past_count": 0, "near_count": 1}
    (later,) = told(store, at + 41 * DAY, "attestations:")
    assert later[1] == {"past_count": 1, "near_count": 1}
    assert later[0] != first[0]


def test_an_attestation_that_lost_its_evidence_is_told_as_past(store: Store, at: dt.datetime) -> None:
    given = {"deployment_id": "demo", "item_id": "intended_use_written", "actor": "compliance", "at": at}
    number = evidence.add_evidence(
        store, **given, kind=evidence.EvidenceKind.LINK, title="Plan", location="https://intranet.example"
    )
    checklist.attest(
        store, **given, state=checklist.ItemStatus.MET, evidence="", note="",
        expires_on=(at + 200 * DAY).date(),
    )  # fmt: skip
    assert told(store, at, "attestations:") == []
    evidence.withdraw_evidence(store, **given, number=number, reason="Forged.")
    assert [figures for _, figures in told(store, at, "attestations:")] == [
        {"past_count": 1, "near_count": 0}
    ]


def test_reviews_past_their_clock_are_told_by_level_and_not_one_by_one(store: Store, at: dt.datetime) -> None:
    draw_week(store, at, stratum(4, 2), stratum(3, 5), stratum(2, 4), stratum(0, 9))
    add_reviewers(store, at, "anna")

    def due(hours: float) -> list[dict[str, float]]:
        return [figures for _, figures in told(store, at + dt.timedelta(hours=hours), "review:demo:")]

    assert due(1) == []
    assert due(1.1) == [{"level": 4, "overdue_count": 2}]
    label_next(store, "anna", at)
    assert due(25) == [{"level": 4, "overdue_count": 1}, {"level": 3, "overdue_count": 5}]
    assert [one["level"] for one in due(73)] == [4, 3, 2]
    assert due(24 * 30) == []
    assert next(one for one in find_due(store, "demo", at=at + DAY)).audience in set(Audience)
    assert reviews.read_lanes(store, deployment_id="demo", at=at + DAY).overdue_count == 1


def test_attestations_run_out_on_the_day_of_the_deployment_and_with_a_change_that_was_seen(
    store: Store, at: dt.datetime
) -> None:
    checklist.attest(
        store, deployment_id="demo", item_id="training_data_documented", state=checklist.ItemStatus.MET,
        evidence="a.pdf", note="", actor="compliance", at=at, expires_on=(at + 40 * DAY).date(),
    )  # fmt: skip
    night = dt.datetime.combine((at + 41 * DAY).date(), dt.time(4), dt.UTC)  # the evening before, in the west

    def count(zone: str, seen: tuple[checklist.VersionChange, ...] = ()) -> float:
        found = find_due(store, "demo", at=night, zone=zone, seen=seen)
        return next(one.figures["past_count"] for one in found if one.key.startswith("attestations:"))

    assert (count("UTC"), count("America/Los_Angeles")) == (1, 0)
    queue_deadlines(store, actor="schedule", at=night, zones={"demo": "America/Los_Angeles"})
    told = [one.figures for one in list_notices(store) if one.reference_id == "checklist"]
    assert [one["past_count"] for one in told] == [0]
    change = checklist.VersionChange("model", (at + 3 * DAY).date(), "The log first names it.")
    assert count("America/Los_Angeles", (change,)) == 1


@pytest.mark.parametrize(("days", "told_of"), [(-8, None), (-7, "near"), (0, "near"), (1, "past")])
def test_a_hold_of_counsel_is_told_a_week_before_its_last_day_and_when_it_is_over(
    store: Store, at: dt.datetime, days: int, told_of: str | None
) -> None:
    last = at.date() - days * DAY
    hold = OrderedHold("demo", "hold_0001", last)
    other = OrderedHold("other", "hold_0002", at.date())
    queue_deadlines(store, actor="notify", at=at, holds=[hold, other])
    keys = {one.key for one in find_due(store, "demo", at=at, holds=[hold])}
    assert {key for key in keys if "ordered_hold" in key} == (
        {f"ordered_hold:demo:hold_0001:{last}:{told_of}"} if told_of else set()
    )
    assert [one.reference_id for one in list_notices(store) if one.reference_id.startswith("hold_")] == (
        ["hold_0001"] if told_of else []
    )
