"""The month in sentences: they restate the tables, say what is unknown, and leave nobody out in silence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.report.reports.monthly_safety_review import compose
from pipelines.report.sections.summary import LOWER_BOUND, missed_escalation_note

Samples = dict[str, list[dict[str, Any]]]
BUILT_AT = dt.datetime(2026, 9, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def tell(facts_of: Callable[..., Any], sample_rows: Samples) -> Callable[[], str]:
    """The sentences about the sample rows as they stand."""
    return lambda: "\n".join(compose(facts_of(sample_rows), built_at=BUILT_AT).summary)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (
            5,
            "How many conversations took place in the month is hidden: fewer than 11, or a number from which "
            "a small count could be worked out.",
        ),
        (None, "How many conversations took place in the month is not measured."),
        (1200, "The month covers 1,200 conversations."),
    ],
)
def test_how_many_conversations_took_place_is_hidden_unknown_or_said(
    tell: Callable[[], str],
    sample_rows: Samples,
    make_observation: Callable[..., Any],
    count: int | None,
    said: str,
) -> None:
    """Also those that no detector could read, which are not in what a rate of a finding counts out of."""
    others = [row for row in sample_rows["observation"] if row["indicator_id"] != "long_session_share"]
    known = [] if count is None else [make_observation("long_session_share", 0, count)]
    sample_rows["observation"] = [*others, *known]
    assert tell().startswith(said)


def test_whatever_is_in_breach_and_not_named_is_counted(
    tell: Callable[[], str], sample_rows: Samples
) -> None:
    month = [row for row in sample_rows["observation"] if row["period_start"] == dt.date(2026, 8, 1)]
    for row in month:
        row["status"] = "breach"
    count = len({row["indicator_id"] for row in month if row["period"] == "month"})
    (named,) = [line for line in tell().splitlines() if line.startswith("In breach: ")]
    assert named.endswith(f" and {count - 6} more.")


def test_days_that_several_checks_hold_are_not_added_up(
    tell: Callable[[], str], sample_rows: Samples
) -> None:
    (stopped,) = [row for row in sample_rows["data_quality"] if row["reason"] == "stop:volume"]
    other = stopped | {"reason": "stop:role_is_known"}
    sample_rows["data_quality"] += [other, other | {"day": stopped["day"] + dt.timedelta(days=1)}]
    assert "days held by a check: 2;" in tell()


def whole(first: int, last: int, *states: str) -> list[dict[str, Any]]:
    """Days of August whose data are whole, and behind them one a state that is named."""
    days = [(day, "complete") for day in range(first, last + 1)] + list(enumerate(states, start=last + 1))
    return [
        {"day": dt.date(2026, 8, day), "state": state, "message_count": 400 if state == "complete" else 0}
        for day, state in days
    ]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (whole(1, 31), ""),
        (whole(1, 29, "quiet", "restated"), ""),
        (whole(1, 30), "1 are not whole (1 before the first data or still to come)"),
        (whole(11, 31), "10 are not whole (10 before the first data or still to come)"),
        (whole(1, 30, "partial"), "1 are not whole (1 partial)"),
        (whole(1, 28, "late", "failed", "late"), "3 are not whole (1 failed and 2 late)"),
        (whole(1, 30, "waiting"), "1 are not whole (1 waiting)"),
    ],
    ids=["whole", "quiet and restated", "to come", "began later", "running", "late and held", "waiting"],
)
def test_a_month_is_complete_only_if_each_of_its_days_has_ended_with_whole_data(
    facts_of: Callable[..., Any],
    sample_rows: Samples,
    days: list[dict[str, Any]],
    said: str,
) -> None:
    sample_rows["data_day"] = days
    document = compose(facts_of(sample_rows), built_at=BUILT_AT)
    summary = "\n".join(document.summary)
    assert document.head["is_complete"] is (said == "")
    assert ("The month is complete: all its 31 days have ended" in summary) is (said == "")
    assert said in summary
    assert ("The month is not complete: of its 31 days" in summary) is (said != "")


def test_incidents_of_the_month_and_those_from_before_are_counted_apart(
    tell: Callable[[], str], sample_rows: Samples
) -> None:
    first = sample_rows["incident"][0]
    older = {"incident_id": "incident-0", "opened_at": dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)}
    sample_rows["incident"] = [first, first | older, first | older | {"incident_id": "incident-00"}]
    assert "1 incident opened in the month, 2 open from before;" in tell()


def test_a_corrected_row_without_a_value_is_no_reviewed_estimate(
    facts_of: Callable[..., Any], sample_rows: Samples, make_observation: Callable[..., Any]
) -> None:
    row = make_observation("missed_escalation_rate", None, None, estimate="corrected")
    sample_rows["observation"].append(row)
    assert missed_escalation_note(facts_of(sample_rows)) == (LOWER_BOUND,)
