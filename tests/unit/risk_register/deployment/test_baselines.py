"""A chart begins anew by a person's decision with a reason, on a day that has been, once."""

import datetime as dt

import pytest

from risk_register.database.store import Store
from risk_register.deployment.baselines import ALL_INDICATORS, decide_baseline, list_baselines
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.register.deployments import ensure_deployment

NOON = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 5, 4)


@pytest.fixture
def ready(store: Store) -> Store:
    ensure_deployment(store, deployment_id="companion", title="Companion", actor="plimsoll", at=NOON)
    return store


def decide(store: Store, **changes) -> str:
    values = {
        "deployment_id": "companion",
        "indicator_id": "missed_escalation_rate",
        "starts_on": DAY,
        "reason": "New detector, run beside the old one for two weeks.",
        "actor": "officer",
        "at": NOON,
    }
    return decide_baseline(store, **(values | changes))  # fmt: skip


def test_a_decision_is_kept_with_its_reason_and_its_author(ready: Store):
    baseline_id = decide(ready)
    (found,) = list_baselines(ready, "companion")
    assert (found.baseline_id, found.starts_on, found.decided_by) == (baseline_id, DAY, "officer")
    assert found.reason.startswith("New detector")


def test_all_indicators_at_once_is_a_decision_of_its_own(ready: Store):
    decide(ready)
    decide(ready, indicator_id=ALL_INDICATORS)
    assert len(list_baselines(ready, "companion")) == 2


@pytest.mark.parametrize(
    "changes", [{"reason": "  "}, {"starts_on": NOON.date() + dt.timedelta(days=1)}], ids=["blank", "to come"]
)
def test_without_a_reason_or_on_a_day_to_come_nothing_begins(ready: Store, changes):
    with pytest.raises(NotAllowedError):
        decide(ready, **changes)
    assert list_baselines(ready, "companion") == ()


def test_the_same_beginning_is_decided_once(ready: Store):
    decide(ready)
    with pytest.raises(NotAllowedError, match="already"):
        decide(ready)


def test_a_deployment_that_nobody_knows_has_no_charts(ready: Store):
    with pytest.raises(UnknownRecordError):
        decide(ready, deployment_id="elsewhere")
