"""The checklist: an answer that a change ended says so, wherever the item is drawn."""

from datetime import timedelta

import pytest

from risk_register.deployment import changes
from risk_register.item import checklist, evidence

PAGE, HARBOR = "/ethics-checklist", "?deployment=harbor_companion"
ITEM = "training_data_documented"  # per model


@pytest.fixture
def attested(officer, clock):
    at = clock() - timedelta(days=200)
    checklist.attest(
        officer.store, deployment_id="harbor_companion", item_id=ITEM, state=checklist.ItemStatus.MET,
        evidence="a.pdf", note="", actor="compliance", at=at, expires_on=(at + timedelta(days=300)).date(),
    )  # fmt: skip
    return officer


def line_of(visitor):
    """The words of the item's line among those that are overdue; nothing if it is none of them."""
    words = visitor.read(PAGE, f"{HARBOR}&show=overdue&item={ITEM}")
    return words if "Are the origin, consent" in words and "First change since" in words else ""


def test_an_answer_that_a_declared_change_ended_is_overdue_and_names_it(attested, clock):
    changes.declare(
        attested.store, deployment_id="harbor_companion", effective_on=(clock() - timedelta(days=190)).date(),
        what=changes.Subject.MODEL, note="From a-1 to a-2.", is_planned=True, actor="engineer", at=clock(),
    )  # fmt: skip
    words = line_of(attested)
    assert "overdue: since the model change of" in words
    assert "From a-1 to a-2." in words


def test_an_answer_whose_only_evidence_was_withdrawn_reads_so_and_not_as_met(officer, clock):
    given = {"deployment_id": "harbor_companion", "item_id": ITEM, "actor": "compliance", "at": clock()}
    number = evidence.add_evidence(
        officer.store, **given, kind="link", title="List", location="https://intranet.example"
    )
    checklist.attest(officer.store, **given, state=checklist.ItemStatus.MET, evidence="", note="",
                     expires_on=(clock() + timedelta(days=90)).date())  # fmt: skip
    before = officer.read(PAGE, f"{HARBOR}&item={ITEM}")
    assert "evidence withdrawn" not in before
    assert "of 0 the evidence is withdrawn" in before
    evidence.withdraw_evidence(officer.store, **given, number=number, reason="Forged.")
    words = line_of(officer)
    assert "of 1 the evidence is withdrawn" in words
    assert words.count("evidence withdrawn") == 2  # in the list, and where the item is open
    assert "evidence withdrawn overdue" in " ".join(words.split())


def test_a_change_that_only_the_logs_show_ends_it_too(attested):
    with attested.store.read():
        assert changes.list_changes(attested.store, "harbor_companion") == ()
    assert "overdue: since the model change of" in line_of(attested)
