"""A run proposes and opens tasks, from the upper bound over readable conversations; it decides nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from pipelines.assess.register.proposing import find_evidence, speak_to_register
from risk_register.acceptability import Probability
from risk_register.database.store import Store
from risk_register.item.tasks import list_tasks
from risk_register.register import proposals, register

MONTH = dt.date(2026, 10, 1)
AT = dt.datetime(2026, 11, 2, 6, tzinfo=dt.UTC)
LOWER = "lower_is_better"
# fmt: off
DEFINITIONS = {
    "missed_escalation_rate": {
        "family": "escalation", "unit": "conversation", "direction": LOWER, "kind": "proportion",
    },
    "refusal_rate": {"family": "use", "unit": "message", "direction": "neither", "kind": "proportion"},
    "turns_to_escalation": {
        "family": "escalation", "unit": "conversation", "direction": LOWER, "kind": "distribution",
    },
    "harm_rate_per_1000": {
        "family": "harm", "unit": "message", "direction": LOWER, "kind": "rate_per_1000",
    },
    "critical_harm_count": {"family": "harm", "unit": "message", "direction": LOWER, "kind": "count"},
}
# fmt: on


def row(indicator: str, numerator: float | None, denominator: float, **more: Any) -> dict[str, Any]:
    given = {
        "deployment_id": "demo", "indicator_id": indicator, "period": "month", "period_start": MONTH,
        "slice": "all", "slice_value": "all", "estimate": "raw", "numerator": numerator,
        "denominator": denominator, "is_partial": False, "is_latest": True, "status": "within",
        "detector_version": "lexicon@1",
    }  # fmt: skip
    return given | more


def table(*rows: dict[str, Any]) -> pa.Table:
    return pa.Table.from_pylist([*rows])


def exposure(count: float, **more: Any) -> dict[str, Any]:
    return row("high_risk_prevalence", 3, count, **more)


def test_the_rate_is_per_readable_conversation_and_not_per_conversation_at_risk() -> None:
    found = find_evidence(table(row("missed_escalation_rate", 2, 40), exposure(20_000)), DEFINITIONS)
    one = next(each for each in found if each.risk_id == "missed_escalation_of_risk")
    assert (one.observed_rate, one.unit_count) == (2 / 20_000, 20_000)
    assert (one.lower_bound, one.upper_bound) == pytest.approx((1.2e-5, 3.6e-4), rel=0.02)
    assert one.source == "conversations of October 2026, lexicon@1"


def months(first: int, last: int, cases: float, count: float) -> list[dict[str, Any]]:
    starts = [{"period_start": dt.date(2026, month, 1)} for month in range(first, last + 1)]
    return [
        each
        for start in starts
        for each in (row("missed_escalation_rate", cases, 40, **start), exposure(count, **start))
    ]


def find_quarters(*rows: dict[str, Any]) -> tuple[float, ...]:
    found = find_evidence(table(*rows), DEFINITIONS)
    return next(each for each in found if each.risk_id == "missed_escalation_of_risk").quarter_bounds


def test_the_two_newest_quarters_that_have_ended_come_with_it() -> None:
    older, newer, current = months(4, 6, 0, 10_000), months(7, 9, 1, 10_000), months(10, 10, 5, 10_000)
    bounds = find_quarters(*older, *newer, *current)
    assert bounds == pytest.approx((1.2e-4, 2.9e-4), rel=0.03)  # 0 and 3 of 30,000
    assert find_quarters(*older, *newer) == bounds
    assert find_quarters(*older[2:], *newer, *current) == bounds[1:]
    assert find_quarters(*months(4, 6, 0, 10_000), *current) == bounds[:1]
    unknown = [each | {"numerator": None} if each["period_start"].month == 8 else each for each in newer]
    assert find_quarters(*older, *unknown, *current) == bounds[:1]
    assert find_quarters(*current) == ()


@pytest.mark.parametrize(
    "rows",
    [
        [row("missed_escalation_rate", 2, 40, is_partial=True), exposure(20_000, is_partial=True)],
        [row("missed_escalation_rate", 2, 40)],
        [row("missed_escalation_rate", None, 0), exposure(20_000)],
        [row("missed_escalation_rate", 2, 40), exposure(0)],
        [row("refusal_rate", 2, 40), exposure(20_000)],
        [row("turns_to_escalation", 28, 36), exposure(20_000)],
        [row("missed_escalation_rate", 2, 40, period="week"), exposure(20_000, period="week")],
    ],
    ids=[
        "partial month",
        "exposure unknown",
        "not known",
        "nothing readable",
        "no hazard",
        "times of those who were escalated",
        "no month",
    ],
)
def test_without_a_whole_month_of_a_hazard_nothing_is_said(rows: list[dict[str, Any]]) -> None:
    assert find_evidence(table(*rows), DEFINITIONS) == []


@pytest.mark.parametrize("indicator", ["missed_escalation_rate", "harm_rate_per_1000", "critical_harm_count"])
def test_a_share_a_rate_and_a_count_of_hazards_speak(indicator: str) -> None:
    found = find_evidence(table(row(indicator, 2, 40), exposure(20_000)), DEFINITIONS)
    assert {one.indicator_id for one in found} == {indicator}


def test_a_run_proposes_once_opens_a_task_once_and_changes_no_rating(tmp_path: Any) -> None:
    store = Store(f"sqlite:///{tmp_path / 'governance.sqlite'}")
    store.upgrade()
    register.ensure_deployment(store, deployment_id="demo", title="Demo", actor="pipelines", at=AT)
    before = register.list_risks(store, "demo")
    seen = table(
        *months(4, 9, 0, 20_000), row("missed_escalation_rate", 2, 40, status="breach"), exposure(20_000)
    )
    for days in (0, 1):
        speak_to_register(
            store, seen, DEFINITIONS, deployment_ids=["demo"], actor="pipelines",
            at=AT + dt.timedelta(days=days),
        )  # fmt: skip
    made = proposals.list_proposals(store, "demo")
    assert {(one.risk_id, one.probability) for one in made} >= {
        ("missed_escalation_of_risk", Probability.PROBABLE)
    }
    assert len(made) == len({one.risk_id for one in made})
    assert register.list_risks(store, "demo") == before
    assert list_tasks(store, "demo") == ()
