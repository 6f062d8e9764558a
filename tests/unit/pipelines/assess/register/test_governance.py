"""What the register says, as counts: met and valid, overdue, contradicted by the data."""

import datetime as dt

from sqlalchemy import update

from pipelines.assess.register.governance import count_governance
from risk_register.database.model import RiskState
from risk_register.database.store import Store
from risk_register.item.checklist import ItemStatus, approve_waiver, attest, list_items, propose_waiver
from risk_register.item.evidence import add_evidence, withdraw_evidence
from risk_register.register.register import list_risks

AT = dt.datetime(2026, 8, 3, 9, tzinfo=dt.UTC)
ON = AT.date()


def count(
    store: Store,
    *,
    as_of: dt.date = ON,
    statuses: dict[str, str] | None = None,
    in_slices: dict | None = None,
) -> dict[str, tuple]:
    rows = count_governance(
        store, "harbor", on=ON, as_of=as_of, statuses=statuses or {}, in_slices=in_slices or {}
    )
    return {
        row["indicator_id"]: (row["numerator"], row["denominator"]) for row in rows if row["period"] == "day"
    }


def say_met(store: Store, item_id: str, *, expires_on: dt.date) -> None:
    attest(
        store, deployment_id="harbor", item_id=item_id, state=ItemStatus.MET, evidence="a file", note="",
        actor="compliance", at=AT, expires_on=expires_on,
    )  # fmt: skip


def test_a_fresh_deployment_has_met_nothing(store):
    counts = count(store)
    assert counts["checklist_completion"] == (0, 36)
    assert counts["checklist_contradicted"] == (0, 0)


def test_an_attestation_counts_until_it_runs_out(store):
    item = list_items(store, "harbor", as_of=ON)[0]
    say_met(store, item.item_id, expires_on=ON + dt.timedelta(days=10))
    assert count(store, as_of=ON + dt.timedelta(days=9))["checklist_completion"] == (1, 36)
    assert count(store, as_of=ON + dt.timedelta(days=11))["checklist_completion"] == (0, 36)


def test_a_waiver_makes_no_evidence_last_longer(store):
    item = list_items(store, "harbor", as_of=ON)[0]
    say_met(store, item.item_id, expires_on=ON + dt.timedelta(days=10))
    given = {"deployment_id": "harbor", "item_id": item.item_id, "at": AT}
    propose_waiver(store, **given, reason="It is renewed.", until=ON + dt.timedelta(days=60), actor="officer")
    approve_waiver(store, **given, actor="compliance")
    assert count(store, as_of=ON + dt.timedelta(days=10))["checklist_completion"] == (1, 36)
    later = count(store, as_of=ON + dt.timedelta(days=11))
    assert (later["checklist_completion"], later["checklist_overdue"]) == ((0, 36), (0, 36))


def test_an_answer_whose_evidence_was_withdrawn_is_not_met_and_overdue(store):
    given = {"deployment_id": "harbor", "item_id": list_items(store, "harbor", as_of=ON)[0].item_id, "at": AT}
    link = {"kind": "link", "title": "Plan", "location": "https://intranet.example"}
    number = add_evidence(store, **given, **link, actor="compliance")
    attest(store, **given, state=ItemStatus.MET, evidence="", note="", actor="compliance",
           expires_on=ON + dt.timedelta(days=100))  # fmt: skip
    met = count(store)
    assert (met["checklist_completion"], met["checklist_overdue"]) == ((1, 36), (0, 36))
    withdraw_evidence(store, **given, number=number, reason="Forged.", actor="officer")
    lost = count(store)
    assert (lost["checklist_completion"], lost["checklist_overdue"]) == ((0, 36), (1, 36))


def test_a_breach_contradicts_what_was_attested(store):
    item = next(one for one in list_items(store, "harbor", as_of=ON) if one.contradicting_indicators)
    say_met(store, item.item_id, expires_on=ON + dt.timedelta(days=100))
    indicator = item.contradicting_indicators[0]
    assert count(store, statuses={indicator: "within"})["checklist_contradicted"] == (0, 1)
    assert count(store, statuses={indicator: "breach"})["checklist_contradicted"] == (1, 1)


def test_a_risk_is_overdue_from_the_day_after_its_review_was_due(store):
    due = {risk.review_due_on for risk in list_risks(store, "harbor")}
    assert len(due) == 1
    (day,) = due
    assert day is not None
    assert count(store, as_of=day)["register_overdue"] == (0, 18)
    assert count(store, as_of=day + dt.timedelta(days=1))["register_overdue"] == (18, 18)


def test_a_risk_whose_review_nobody_has_planned_is_overdue(store):
    with store.write(actor="an_upgrade", at=AT) as write:
        write.session.execute(
            update(RiskState).filter_by(risk_id="privacy_breach").values(review_due_on=None)
        )
    assert count(store)["register_overdue"] == (1, 18)


def test_a_risk_is_in_breach_by_any_of_its_indicators_in_the_slice_that_it_names(store):
    total = len(list_risks(store, "harbor"))
    assert count(store)["register_in_breach"] == (0, total)
    missed = [
        risk
        for risk in list_risks(store, "harbor")
        if any(kri.indicator == "missed_escalation_rate" and kri.slice == "all" for kri in risk.kris)
    ]
    assert missed
    within = {"missed_escalation_rate": "watch"}
    assert count(store, statuses=within)["register_in_breach"] == (0, total)
    assert count(store, statuses={"missed_escalation_rate": "breach"})["register_in_breach"] == (
        len(missed),
        total,
    )
    elsewhere = {("out_of_scope_clinical_rate_per_1000", "region", "US-CA"): "breach"}
    named = {("out_of_scope_clinical_rate_per_1000", "region", "US-IL"): "breach"}
    assert count(store, in_slices=elsewhere)["register_in_breach"] == (0, total)
    assert count(store, in_slices=named)["register_in_breach"] == (1, total)
