"""A regime applies where somebody signed that it does; past its limit nothing is issued on its text."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.content import load_regimes
from risk_register.database.store import Store
from risk_register.deployment import applicability
from risk_register.deployment.applicability import RegimeStanding
from risk_register.errors import NotAllowedError, UnknownRecordError

REGIME = "us_ca_companion_chatbots"


def sign(store: Store, at: dt.datetime, *, is_applicable: bool = True, reason: str = "People there.") -> int:
    return applicability.sign(
        store, deployment_id="demo", regime_id=REGIME, is_applicable=is_applicable, reason=reason,
        actor="compliance", at=at,
    )  # fmt: skip


def find(store: Store) -> RegimeStanding:
    return next(one for one in applicability.list_standings(store, "demo") if one.regime.id == REGIME)


def test_nothing_is_issued_before_somebody_signed(store: Store, at: dt.datetime) -> None:
    assert "nobody has signed" in (find(store).why_not_issue(at.date()) or "")
    assert len(applicability.list_standings(store, "demo")) == len(load_regimes())


def test_a_signed_regime_may_be_issued_on_until_its_text_has_to_be_read_again(
    store: Store, at: dt.datetime
) -> None:
    sign(store, at)
    limit = find(store).regime.verify_again_by
    assert find(store).why_not_issue(limit) is None
    assert "due again by" in (find(store).why_not_issue(limit + dt.timedelta(days=1)) or "")


def test_the_newest_signature_holds_and_the_earlier_stay(store: Store, at: dt.datetime) -> None:
    sign(store, at)
    sign(store, at + dt.timedelta(days=1), is_applicable=False, reason="The service left the state.")
    standing = find(store)
    assert standing.decision is not None
    assert (standing.decision.is_applicable, standing.decision.reason) == (
        False,
        "The service left the state.",
    )
    assert [one.is_applicable for one in standing.earlier] == [True]
    assert "does not apply here, as compliance signed" in (standing.why_not_issue(at.date()) or "")


def test_a_text_that_nobody_confirmed_blocks_even_where_it_applies(store: Store, at: dt.datetime) -> None:
    applicability.sign(
        store, deployment_id="demo", regime_id="us_or_ai_companions", is_applicable=True, reason="Users.",
        actor="compliance", at=at,
    )  # fmt: skip
    found = {one.regime.id: one for one in applicability.list_standings(store, "demo")}
    assert "not confirmed" in (found["us_or_ai_companions"].why_not_issue(at.date()) or "")


def test_a_signature_needs_a_reason_a_regime_and_a_deployment(store: Store, at: dt.datetime) -> None:
    with pytest.raises(NotAllowedError, match="reason"):
        sign(store, at, reason=" ")
    for wrong in ({"regime_id": "no_such_law"}, {"deployment_id": "other"}):
        given = {"deployment_id": "demo", "regime_id": REGIME, **wrong}
        with pytest.raises(UnknownRecordError):
            applicability.sign(store, is_applicable=True, reason="x", actor="compliance", at=at, **given)
