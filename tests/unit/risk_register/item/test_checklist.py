"""An item is attested on evidence for a limited time, and data contradicts without changing the answer."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.deployment import changes
from risk_register.errors import NotAllowedError, SelfApprovalError, UnknownRecordError
from risk_register.item import checklist
from risk_register.item.checklist import ItemRecord, ItemStatus, VersionChange
from risk_register.item.record import find_item

ITEM = "crisis_protocol_approved"


def find(store: Store, *, as_of: dt.date) -> ItemRecord:
    return next(item for item in checklist.list_items(store, "demo", as_of=as_of) if item.item_id == ITEM)


def attest(store: Store, at: dt.datetime, state: str = "met", **fields: Any) -> None:
    given = {
        "evidence": "protocol.pdf",
        "note": "",
        "expires_on": dt.date(2027, 5, 23),
        "actor": "compliance",
        "item_id": ITEM,
        **fields,
    }
    checklist.attest(store, deployment_id="demo", state=state, at=at, **given)


def test_a_new_deployment_has_every_item_unanswered_in_order(store: Store) -> None:
    items = checklist.list_items(store, "demo", as_of=dt.date(2026, 11, 23))
    assert [item.reference for item in items] == [f"EC-{n:02d}" for n in range(1, 37)]
    assert {item.state for item in items} == {ItemStatus.NOT_STARTED}
    assert checklist.list_items(store, "unknown", as_of=dt.date(2026, 11, 23)) == ()


def test_an_item_that_was_never_answered_is_overdue_the_day_after_it_was_due(store: Store) -> None:
    assert find(store, as_of=dt.date(2026, 12, 1)).due_on == dt.date(2026, 12, 1)
    assert not find(store, as_of=dt.date(2026, 12, 1)).is_overdue
    assert find(store, as_of=dt.date(2026, 12, 2)).is_overdue


def test_an_attestation_holds_through_the_day_it_expires(store: Store, at: dt.datetime) -> None:
    attest(store, at)
    item = find(store, as_of=dt.date(2027, 5, 23))
    assert (item.state, item.attested_by, item.attested_on) == (ItemStatus.MET, "compliance", at.date())
    assert not item.is_overdue
    assert find(store, as_of=dt.date(2027, 5, 24)).is_overdue


def test_being_in_progress_does_not_stop_the_clock(store: Store, at: dt.datetime) -> None:
    attest(store, at, "in_progress", evidence="", expires_on=None)
    assert find(store, as_of=dt.date(2026, 12, 2)).is_overdue


@pytest.mark.parametrize(
    ("state", "fields", "message"),
    [
        ("met", {"evidence": " "}, "evidence"),
        ("met", {"evidence": " x "}, "one letter is none"),
        ("met", {"expires_on": dt.date(2027, 11, 25)}, "up to 2027-11-24"),
        ("met", {"expires_on": None}, "expires"),
        ("met", {"expires_on": dt.date(2026, 11, 23)}, "expires"),
        ("met_with_exceptions", {"note": ""}, "says which"),
        ("not_applicable", {"note": ""}, "says why"),
        ("not_started", {}, "cannot be attested"),
    ],
)
def test_an_answer_without_what_it_needs_is_refused(
    store: Store, at: dt.datetime, state: str, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(NotAllowedError, match=message):
        attest(store, at, state, **fields)
    assert find(store, as_of=at.date()).state is ItemStatus.NOT_STARTED


def test_an_attestation_may_expire_tomorrow(store: Store, at: dt.datetime) -> None:
    attest(store, at, expires_on=dt.date(2026, 11, 24))
    assert find(store, as_of=at.date()).state is ItemStatus.MET


def test_an_attestation_may_expire_after_a_year(store: Store, at: dt.datetime) -> None:
    attest(store, at, expires_on=dt.date(2027, 11, 24), evidence="xy")
    assert find(store, as_of=at.date()).state is ItemStatus.MET


def test_an_expiry_of_before_there_was_a_longest_one_counts_for_a_year(store: Store, at: dt.datetime) -> None:
    attest(store, at, item_id="training_data_documented")
    with store.write(actor="old", at=at) as write:
        find_item(write, "demo", "training_data_documented").expires_on = dt.date(2099, 1, 1)
        write.record("item_attested", subject="training_data_documented", deployment_id="demo")
    for days, is_overdue in ((366, False), (367, True)):
        on = at.date() + dt.timedelta(days=days)
        (item,) = [one for one in checklist.list_items(store, "demo", as_of=on) if one.reference == "EC-02"]
        assert item.is_overdue is is_overdue


RELEASE, MODEL = "crisis_testing_passed", "training_data_documented"  # per release, per model
CHANGED = dt.date(2026, 11, 26)  # three days after the answer


def declare(
    store: Store, at: dt.datetime, what: str, *, on: dt.date = CHANGED, note: str = "a-1 to a-2."
) -> None:
    changes.declare(
        store, deployment_id="demo", effective_on=on, what=changes.Subject(what), note=note,
        is_planned=True, actor="engineer", at=at,
    )  # fmt: skip


def is_overdue(store: Store, on: dt.date, seen: tuple[VersionChange, ...] = ()) -> dict[str, bool]:
    items = checklist.list_items(store, "demo", as_of=on, seen=seen)
    return {item.item_id: item.is_overdue for item in items if item.item_id in {RELEASE, MODEL, ITEM}}


@pytest.mark.parametrize("is_seen", [False, True], ids=["declared", "seen in the logs"])
@pytest.mark.parametrize(
    ("what", "ended"), [("model", {RELEASE, MODEL}), ("prompt", {RELEASE}), ("policy", set())]
)
def test_an_answer_for_a_release_or_a_model_ends_with_the_first_change_of_it(
    store: Store, at: dt.datetime, what: str, ended: set[str], is_seen: bool
) -> None:
    for item in (RELEASE, MODEL, ITEM):
        attest(store, at, item_id=item, expires_on=dt.date(2027, 11, 1))
    seen = (VersionChange(what, CHANGED, "The log first names it."),) if is_seen else ()
    if not is_seen:
        declare(store, at, what)
        declare(store, at, what, on=CHANGED + dt.timedelta(days=9), note="Later.")
    assert not any(is_overdue(store, CHANGED, seen).values())
    after = is_overdue(store, CHANGED + dt.timedelta(days=1), seen)
    assert {item for item, is_late in after.items() if is_late} == ended
    for item in checklist.list_items(store, "demo", as_of=CHANGED, seen=seen):
        if item.item_id in ended:
            assert item.outdated_by is not None
            assert (item.outdated_by.what, item.again_on) == (what, CHANGED)


@pytest.mark.parametrize(
    ("version", "note", "ends"),
    [
        ("a-2", "From a-1 to a-2.", False),
        ("a-2", "The log first names the model a-2.", False),
        ("a-1", "From a-1 to a-2.", True),
        ("2", "From a-1 to a-2.", True),
        ("", "From a-1 to a-2.", True),
    ],
)
def test_an_answer_about_the_version_that_a_change_brings_outlives_it(
    store: Store, at: dt.datetime, version: str, note: str, ends: bool
) -> None:
    attest(store, at, item_id=MODEL, for_version=version)
    declare(store, at, "model", note=note)
    assert is_overdue(store, CHANGED + dt.timedelta(days=1))[MODEL] is ends


@pytest.mark.parametrize(
    ("days", "version", "ends"), [(-1, "", False), (0, "", True), (0, "a-2", False), (0, "a-1", True)]
)
def test_a_change_of_the_day_of_an_answer_ends_it_unless_the_answer_names_what_it_brings(
    store: Store, at: dt.datetime, days: int, version: str, ends: bool
) -> None:
    attest(store, at, item_id=MODEL, for_version=version)
    declare(store, at, "model", on=at.date() + dt.timedelta(days=days))
    assert not is_overdue(store, at.date())[MODEL]
    assert is_overdue(store, at.date() + dt.timedelta(days=1))[MODEL] is ends


@pytest.mark.parametrize(
    ("version", "kinds", "ended_by"),
    [
        ("2", ("prompt", "model"), "model"),
        ("2", ("model", "prompt"), "prompt"),
        ("prompt 2", ("model", "prompt"), "model"),
        ("model 2", ("model", "prompt"), "prompt"),
        ("2", ("prompt", "prompt"), None),
        ("prompt 2", ("prompt",), None),
        ("prompt 2", ("model",), "model"),
    ],
)
def test_a_version_of_the_prompt_is_none_of_a_model_that_has_the_same_name(
    store: Store, at: dt.datetime, version: str, kinds: tuple[str, ...], ended_by: str | None
) -> None:
    attest(store, at, item_id=RELEASE, for_version=version, expires_on=dt.date(2027, 11, 1))
    for number, kind in enumerate(kinds):
        declare(store, at, kind, on=CHANGED + dt.timedelta(days=number), note=f"{kind} 1 to 2")
    items = checklist.list_items(store, "demo", as_of=CHANGED)
    (item,) = [one for one in items if one.item_id == RELEASE]
    assert (item.outdated_by and item.outdated_by.what) == ended_by


def test_a_release_that_changes_both_on_one_day_has_one_name(store: Store, at: dt.datetime) -> None:
    attest(store, at, item_id=RELEASE, for_version="2027-01", expires_on=dt.date(2027, 11, 1))
    for kind in ("model", "prompt"):
        declare(store, at, kind, note=f"{kind} of 2026-09 to 2027-01")
    assert not is_overdue(store, CHANGED + dt.timedelta(days=1))[RELEASE]


def test_every_problem_of_an_answer_is_told_at_once(store: Store, at: dt.datetime) -> None:
    with pytest.raises(NotAllowedError) as caught:
        attest(store, at, "met_with_exceptions", evidence="", note="", expires_on=None)
    assert all(word in str(caught.value) for word in ("evidence", "expires", "says which"))


def test_not_applicable_holds_only_after_a_second_person(store: Store, at: dt.datetime) -> None:
    attest(store, at)
    attest(store, at, "not_applicable", note="No minors are admitted.")
    waiting = find(store, as_of=at.date())
    assert (waiting.state, waiting.pending_by) == (ItemStatus.MET, "compliance")
    with pytest.raises(SelfApprovalError):
        checklist.approve_not_applicable(store, deployment_id="demo", item_id=ITEM, actor="compliance", at=at)
    checklist.approve_not_applicable(store, deployment_id="demo", item_id=ITEM, actor="safety_officer", at=at)
    confirmed = find(store, as_of=dt.date(2030, 1, 1))
    assert confirmed.state is ItemStatus.NOT_APPLICABLE
    assert (confirmed.attested_by, confirmed.approved_by) == ("compliance", "safety_officer")
    assert confirmed.note == "No minors are admitted."
    assert not confirmed.is_overdue
    attest(store, at)  # answered anew: nobody has approved that
    assert find(store, as_of=at.date()).approved_by is None


def test_confirming_what_nobody_proposed_is_refused(store: Store, at: dt.datetime) -> None:
    with pytest.raises(NotAllowedError, match="Nobody has proposed"):
        checklist.approve_not_applicable(store, deployment_id="demo", item_id=ITEM, actor="a", at=at)


def test_a_breached_indicator_contradicts_an_answer_and_leaves_it_as_it_is(
    store: Store, at: dt.datetime
) -> None:
    attest(store, at)
    item = find(store, as_of=at.date())
    statuses = {"missed_escalation_rate": "breach", "risk_question_rate": "watch", "refusal_rate": "breach"}
    assert checklist.contradicted_by(item, statuses) == ("missed_escalation_rate",)
    assert find(store, as_of=at.date()).state is ItemStatus.MET


@pytest.mark.parametrize(
    "status", ["watch", "within", "insufficient_data", "no_appetite_set", "not_applicable"]
)
def test_only_a_breach_contradicts(store: Store, at: dt.datetime, status: str) -> None:
    attest(store, at)
    item = find(store, as_of=at.date())
    assert checklist.contradicted_by(item, {"missed_escalation_rate": status}) == ()
    assert checklist.contradicted_by(item, {}) == ()


def test_an_item_that_does_not_claim_to_be_met_cannot_be_contradicted(store: Store, at: dt.datetime) -> None:
    attest(store, at, "not_met", evidence="", expires_on=None)
    item = find(store, as_of=at.date())
    assert checklist.contradicted_by(item, {"missed_escalation_rate": "breach"}) == ()


def test_an_attestation_is_audited_with_before_and_after(store: Store, at: dt.datetime) -> None:
    attest(store, at)
    entry = audit.list_entries(store, action="item_attested")[0]
    assert (entry.subject, entry.actor, entry.deployment_id) == (ITEM, "compliance", "demo")
    assert (entry.details["before"], entry.details["after"]) == ("not_started", "met")
    assert entry.details["evidence"] == find(store, as_of=at.date()).evidence != ""


def test_what_waited_and_makes_way_for_an_answer_stays_in_the_audit(store: Store, at: dt.datetime) -> None:
    checklist.propose_waiver(
        store, deployment_id="demo", item_id=ITEM, reason="The supplier mends it in May.",
        until=at.date() + dt.timedelta(days=30), actor="compliance", at=at,
    )  # fmt: skip
    attest(store, at)
    (proposed,) = audit.list_entries(store, action="waiver_proposed")
    (dropped,) = audit.list_entries(store, action="item_proposal_dropped")
    assert proposed.details["reason"] == "The supplier mends it in May."
    assert dropped.details == {"kind": "waiver", "proposed_by": "compliance"}


def test_an_unknown_item_is_named(store: Store, at: dt.datetime) -> None:
    with pytest.raises(UnknownRecordError, match="no item no_such_item"):
        attest(store, at, item_id="no_such_item")
