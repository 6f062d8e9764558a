"""The checklist: an answer that a change ended says so, wherever the item is drawn."""

from datetime import timedelta

import pytest

from risk_register.deployment import changes
from risk_register.item import checklist

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


def test_a_change_that_only_the_logs_show_ends_it_too(attested):
    with attested.store.read():
        assert changes.list_changes(attested.store, "harbor_companion") == ()
    assert "overdue: since the model change of" in line_of(attested)
