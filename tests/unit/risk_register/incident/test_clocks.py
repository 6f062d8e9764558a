"""Statutory clocks: days from the regimes' data, counted in the regime's zone, decided by people."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from risk_register.content import load_regimes
from risk_register.database.audit import list_entries
from risk_register.database.store import Store
from risk_register.deployment.applicability import sign
from risk_register.errors import NotAllowedError
from risk_register.incident import clocks as incident_clocks
from risk_register.incident import closing as incident_closing
from risk_register.incident import incidents
from risk_register.incident.clocks import IncidentClock, find_clocks
from risk_register.incident.incidents import IncidentRecord
from risk_register.incident.reports import list_due_reports

ACT = "eu_ai_act"
IN_FORCE = dt.datetime(2028, 1, 10, 9, 0, tzinfo=dt.UTC)


def open_one(store: Store, aware_at: dt.datetime, nature: str = "serious_harm") -> IncidentRecord:
    incidents.open_incident(
        store, deployment_id="demo", title="Somebody was hurt", severity="S5", nature=nature,
        actor="reviewer", aware_at=aware_at, at=aware_at + dt.timedelta(hours=1),
    )  # fmt: skip
    return incidents.list_incidents(store, "demo")[0]


def clock_of(store: Store, incident: IncidentRecord) -> IncidentClock:
    (clock,) = [one for one in find_clocks(store, incident) if one.regime.id == ACT]
    return clock


@pytest.mark.parametrize(("nature", "days"), [("serious_harm", 15), ("death", 10), ("widespread", 2)])
def test_the_days_are_those_of_the_regimes_data(store: Store, nature: str, days: int) -> None:
    clock = clock_of(store, open_one(store, IN_FORCE, nature))
    assert (clock.days, clock.due_on, clock.is_in_force) == (days, dt.date(2028, 1, 10 + days), True)


def test_what_is_not_serious_has_no_clock(store: Store) -> None:
    assert find_clocks(store, open_one(store, IN_FORCE, "not_serious")) == ()


def test_a_regime_that_somebody_signed_away_waits_for_nobody_until_it_applies_again(store: Store) -> None:
    incident = open_one(store, IN_FORCE)
    signed = {"deployment_id": "demo", "regime_id": ACT, "actor": "compliance", "at": IN_FORCE}
    late = IN_FORCE + dt.timedelta(days=30)
    for is_applicable in (False, True):
        sign(store, is_applicable=is_applicable, reason="Sold outside the Union.", **signed)
        clock = clock_of(store, incident)
        assert clock.excluded_by == (None if is_applicable else "compliance")
        assert (clock.is_in_force, clock.is_overdue(late)) == (True, is_applicable)
        left = incident_closing.find_what_is_left(store, incident.incident_id)
        assert (f"{ACT} waits for a decision" in left) is is_applicable


def test_what_is_decided_before_a_regime_binds_is_never_overdue(store: Store) -> None:
    incident = open_one(store, dt.datetime(2027, 12, 1, 12, tzinfo=dt.UTC))
    incident_clocks.decide_report(
        store, incident_id=incident.incident_id, regime_id=ACT, is_reportable=True,
        reason="We tell it anyway.", actor="compliance", at=IN_FORCE,
    )  # fmt: skip
    assert not clock_of(store, incident).is_overdue(IN_FORCE + dt.timedelta(days=60))


def test_a_death_that_is_held_to_be_not_serious_does_not_close(store: Store) -> None:
    incident = open_one(store, IN_FORCE, "not_serious")
    left = incident_closing.find_what_is_left(store, incident.incident_id)
    assert any(line.startswith("S5 is a death or a threat to life") for line in left)


def test_the_audit_keeps_the_moment_from_which_clocks_run(store: Store) -> None:
    open_one(store, IN_FORCE)
    (entry,) = [one for one in list_entries(store) if one.action == "incident_opened"]
    assert dt.datetime.fromisoformat(entry.details["aware_at"]) == IN_FORCE


@pytest.mark.parametrize(("hour", "day"), [(22, 16), (23, 17)])
def test_the_day_of_awareness_is_that_of_the_regimes_zone(store: Store, hour: int, day: int) -> None:
    """23:00 UTC in January is the next day in Brussels."""
    aware = dt.datetime(2028, 1, 1, hour, tzinfo=dt.UTC)
    assert clock_of(store, open_one(store, aware)).due_on == dt.date(2028, 1, day)


@pytest.mark.parametrize(("day", "is_in_force"), [(1, False), (2, True)])
def test_a_regime_binds_from_its_day_on_and_is_shown_before(
    store: Store, day: int, is_in_force: bool
) -> None:
    clock = clock_of(store, open_one(store, dt.datetime(2027, 12, day, 12, tzinfo=dt.UTC)))
    assert clock.is_in_force is is_in_force
    assert clock.is_settled is not is_in_force
    assert clock.is_overdue(dt.datetime(2028, 6, 1, tzinfo=dt.UTC)) is is_in_force


@pytest.mark.parametrize(("hours", "is_overdue"), [(22, False), (23, True)])
def test_a_clock_runs_out_with_its_last_day_in_its_zone(store: Store, hours: int, is_overdue: bool) -> None:
    clock = clock_of(store, open_one(store, IN_FORCE))
    assert clock.is_overdue(dt.datetime(2028, 1, 25, hours, tzinfo=dt.UTC)) is is_overdue


def decide(store: Store, incident: IncidentRecord, is_reportable: bool, **changes) -> None:
    given = {
        "regime_id": ACT,
        "reason": "Read against Article 3.",
        "actor": "compliance",
        "at": IN_FORCE,
        **changes,
    }
    incident_clocks.decide_report(
        store, incident_id=incident.incident_id, is_reportable=is_reportable, **given
    )


def report(store: Store, incident: IncidentRecord, reference: str = "MSA-1") -> None:
    incident_clocks.record_report(
        store,
        incident_id=incident.incident_id,
        regime_id=ACT,
        reference=reference,
        actor="compliance",
        at=IN_FORCE,
    )


def test_reportable_is_settled_by_the_report_and_not_reportable_by_its_reason(store: Store) -> None:
    incident = open_one(store, IN_FORCE)
    with pytest.raises(NotAllowedError, match="Nobody has decided"):
        report(store, incident)
    decide(store, incident, True)
    assert not clock_of(store, incident).is_settled
    with pytest.raises(NotAllowedError, match="has a reference"):
        report(store, incident, " ")
    report(store, incident)
    assert clock_of(store, incident).is_settled
    with pytest.raises(NotAllowedError, match="was reported"):
        decide(store, incident, False)
    with pytest.raises(NotAllowedError, match="was reported"):
        report(store, incident)


def test_a_decision_may_change_until_it_is_reported(store: Store) -> None:
    incident = open_one(store, IN_FORCE)
    decide(store, incident, True)
    decide(store, incident, False)
    assert clock_of(store, incident).is_settled
    assert not clock_of(store, incident).is_overdue(IN_FORCE + dt.timedelta(days=90))


def call(store: Store, incident: IncidentRecord, nature: str) -> IncidentRecord:
    """Judge that the event is of this kind."""
    incidents.assess_incident(
        store, incident_id=incident.incident_id, severity="S5", nature=nature, causality="possible",
        cause="As known now.", affected_count=1, actor="reviewer", at=IN_FORCE + dt.timedelta(days=1),
    )  # fmt: skip
    return incidents.list_incidents(store, "demo")[0]


KINDS = ("serious_harm", "death", "widespread")


@pytest.mark.parametrize("now", KINDS)
@pytest.mark.parametrize("decided", ["not_serious", *KINDS])
def test_not_reportable_settles_the_clock_of_the_kind_of_event_that_it_was_decided_about(
    store: Store, decided: str, now: str
) -> None:
    incident = open_one(store, IN_FORCE, decided)
    decide(store, incident, False)
    clock = clock_of(store, call(store, incident, now))
    assert clock.is_settled is (decided == now)
    assert clock.is_overdue(IN_FORCE + dt.timedelta(days=40)) is (decided != now)
    left = incident_closing.find_what_is_left(store, incident.incident_id)
    assert (left == ()) is (decided == now)
    if decided != now:
        with pytest.raises(NotAllowedError, match=f"{ACT} waits for a decision"):
            incident_closing.close_incident(
                store, incident_id=incident.incident_id, conclusion="Done.", actor="second", at=IN_FORCE
            )


@pytest.mark.parametrize(
    ("reported", "now", "is_settled"),
    [
        *((kind, kind, True) for kind in KINDS),
        *((graver, "serious_harm", True) for graver in ("death", "widespread")),
        *(("serious_harm", graver, False) for graver in ("death", "widespread")),
        ("death", "widespread", False),
        ("widespread", "death", False),
    ],
)
def test_a_report_tells_of_its_kind_of_event_and_of_milder_ones(
    store: Store, reported: str, now: str, is_settled: bool
) -> None:
    incident = open_one(store, IN_FORCE, reported)
    decide(store, incident, True)
    report(store, incident)
    incident = call(store, incident, now)
    assert clock_of(store, incident).is_settled is is_settled


def test_what_became_graver_is_decided_and_reported_again_and_the_first_report_stays(store: Store) -> None:
    incident = open_one(store, IN_FORCE)
    decide(store, incident, True)
    report(store, incident, "MSA-1")
    incident = call(store, incident, "death")
    with pytest.raises(NotAllowedError, match="Nobody has decided"):
        report(store, incident, "MSA-2")
    decide(store, incident, True)
    assert [one.reported_at for one in list_due_reports(store, "demo")].count(None) == 1
    report(store, incident, "MSA-2")
    assert [one.reported_at for one in list_due_reports(store, "demo")] == [IN_FORCE, IN_FORCE]
    clock = clock_of(store, incident)
    assert clock.decision is not None
    assert (clock.is_settled, clock.decision.nature, clock.decision.reference) == (True, "death", "MSA-2")
    assert clock_of(store, call(store, incident, "serious_harm")).is_settled


def test_what_was_decided_about_a_milder_event_is_not_reported_as_the_graver(store: Store) -> None:
    incident = open_one(store, IN_FORCE)
    decide(store, incident, True)
    incident = call(store, incident, "death")
    with pytest.raises(NotAllowedError, match="as serious_harm; it is held to be death now"):
        report(store, incident)
    decide(store, incident, True)
    report(store, incident)
    assert incident_closing.find_what_is_left(store, incident.incident_id) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"reason": " "}, "needs a reason"), ({"regime_id": "nowhere"}, "With clocks: eu_ai_act")],
)
def test_a_decision_that_cannot_be_followed_is_refused(store: Store, changes, words: str) -> None:
    with pytest.raises(NotAllowedError, match=words):
        decide(store, open_one(store, IN_FORCE), True, **changes)


def test_an_undecided_clock_in_force_keeps_an_incident_open(store: Store) -> None:
    incident = open_one(store, IN_FORCE)
    assert f"{ACT} waits for a decision" in incident_closing.find_what_is_left(store, incident.incident_id)
    decide(store, incident, True)
    assert f"{ACT} waits for its report" in incident_closing.find_what_is_left(store, incident.incident_id)


@pytest.mark.parametrize(("day", "is_in_force"), [(10, True), (9, False)])
def test_a_clock_binds_up_to_and_with_its_last_day(store: Store, day: int, is_in_force: bool) -> None:
    act = next(one for one in load_regimes() if one.id == ACT)
    ending = SimpleNamespace(
        id="old", zone="UTC", effective_from=None, effective_to=dt.date(2028, 1, day), clocks=act.clocks
    )
    (clock,) = find_clocks(store, open_one(store, IN_FORCE), regimes=[ending])  # type: ignore[list-item]
    assert clock.is_in_force is is_in_force


def test_due_reports_are_those_that_a_person_decided_are_due(store: Store) -> None:
    incident = open_one(store, IN_FORCE)
    assert list_due_reports(store, "demo") == ()
    said = {"incident_id": incident.incident_id, "actor": "compliance"}
    incident_clocks.decide_report(
        store,
        regime_id=ACT,
        is_reportable=True,
        reason="serious",
        at=IN_FORCE + dt.timedelta(hours=3),
        **said,
    )
    (due,) = list_due_reports(store, "demo")
    assert (due.regime_id, due.aware_at, due.reported_at) == (ACT, IN_FORCE, None)
    made_at = IN_FORCE + dt.timedelta(hours=30)
    incident_clocks.record_report(store, regime_id=ACT, reference="A-1", at=made_at, **said)
    (made,) = list_due_reports(store, "demo")
    assert made.reported_at == made_at
    assert list_due_reports(store, "other") == ()
