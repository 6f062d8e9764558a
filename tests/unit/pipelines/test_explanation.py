"""What stands behind a figure: the period, limits, days and changes that belong to it, and no small cell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.errors import StateError
from pipelines.explanation import Figure, explain, parse_figure
from pipelines.schemas.published import TABLES

WEEK = dt.date(2026, 8, 3)
LATER = WEEK + dt.timedelta(days=7)


def observe(start: dt.date, **changes: Any) -> dict[str, Any]:
    return {
        "deployment_id": "one", "indicator_id": "refusal_rate", "period": "week", "period_start": start,
        "slice": "all", "slice_value": "all", "estimate": "raw", "numerator": 30.0, "denominator": 600.0,
        "value": 0.05, "is_suppressed": False, "is_of_few": False, "is_partial": False, "appetite_version": 2,
    } | changes  # fmt: skip


def limit(day: dt.date, version: int, **changes: Any) -> dict[str, Any]:
    return {"deployment_id": "one", "indicator_id": "refusal_rate", "effective_from": day, "version": version,
            "watch": 0.1, "breach": 0.2, "side": "above", "is_placeholder": False} | changes  # fmt: skip


ROWS: dict[str, list[dict[str, Any]]] = {
    "deployment": [{"deployment_id": "one"}, {"deployment_id": "other"}],
    "indicator": [
        {"indicator_id": "refusal_rate", "title": "Refusal", "question": "How often?", "sql": "select 1"}
    ],
    "observation": [
        observe(WEEK),
        observe(WEEK, estimate="corrected", value=0.07),
        observe(WEEK, deployment_id="other", value=0.9),
        observe(LATER, is_partial=True, appetite_version=0),
        observe(WEEK, slice="gender", slice_value="woman", is_suppressed=True),
        observe(LATER, slice="use", slice_value="companion", is_partial=True),
    ],
    "appetite": [
        limit(WEEK - dt.timedelta(days=90), 1),
        limit(WEEK + dt.timedelta(days=2), 2),
        limit(WEEK + dt.timedelta(days=5), 3),
        limit(WEEK, 9, deployment_id="other"),
    ],
    "change": [
        {"change_id": name, "deployment_id": "one", "effective_on": day, "what": "model", "note": name}
        for name, day in (
            ("long before", WEEK - dt.timedelta(days=29)), ("before", WEEK - dt.timedelta(days=28)),
            ("within", WEEK + dt.timedelta(days=6)), ("after", LATER),
        )
    ],
    "data_day": [
        {"deployment_id": "one", "day": WEEK + dt.timedelta(days=number), "state": "complete",
         "message_count": 100, "rejected_count": 0, "late_count": 0, "unscored_count": 0, "reasons": ""}
        for number in range(-1, 9)
    ],
    "miss_rate": [
        {"deployment_id": deployment, "detector_id": "judge", "signal_id": signal, "period": period,
         "period_start": WEEK, "first_day": WEEK, "last_day": LATER, "state": "estimated", "value": 0.25,
         "numerator": 50.0, "confirmed_count": 150, "passed_count": 900, "seen_count": 11,
         "sampled_count": 440, "rest_count": 2000, "is_suppressed": is_hidden}
        for deployment, signal, period, is_hidden in (
            ("one", "u_self_harm", "month", False), ("one", "u_self_harm", "last_90_days", False),
            ("one", "a_abandonment", "last_90_days", True),
        )
    ],
    "lineage": [
        {"target": "indicator.refusal_rate", "origin": "fact.message"},
        {"target": "fact.message", "origin": "staging.message"},
        {"target": "fact.message", "origin": "finding.finding"},
        {"target": "indicator.other", "origin": "fact.event"},
    ],
    "build": [
        {"generation": 7, "built_at": dt.datetime(2026, 8, 20, tzinfo=dt.UTC), "code_version": "0.1.0"}
    ],
}  # fmt: skip


def write_published(path: Path) -> Path:
    """A published file with these rows; what they leave open is empty."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema published")
        for name, rows in ROWS.items():
            table = next(one for one in TABLES if one.name == name)
            made = pa.Table.from_pylist(
                rows, schema=pa.schema([(one.name, one.type) for one in table.columns])
            )
            connection.from_arrow(made).create(table.full_name)
    return path


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_published(tmp_path_factory.mktemp("published") / "published-7.duckdb")


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("refusal_rate", Figure("refusal_rate")),
        ("refusal_rate/month", Figure("refusal_rate", "month")),
        ("refusal_rate/day/2026-08-03", Figure("refusal_rate", "day", WEEK)),
        (
            "refusal_rate/week/2026-08-03/region=US/CA",
            Figure("refusal_rate", "week", WEEK, "region", "US/CA"),
        ),
    ],
)
def test_a_figure_is_named_by_what_tells_it_apart_and_the_name_leads_back(text: str, figure: Figure):
    assert parse_figure(text) == figure
    start = figure.start or WEEK
    assert parse_figure(figure.name(start)) == Figure(
        figure.indicator_id, figure.period, start, figure.slice, figure.slice_value
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "names no figure"), ("a/year", "periods are day, week, month"), ("a/week/monday", "'monday'")],
)
def test_what_is_no_figure_says_what_one_is(text: str, message: str):
    with pytest.raises(StateError, match=message):
        parse_figure(text)


def test_the_newest_whole_period_is_meant_with_what_was_in_force_and_happened_then(published: Path):
    found = explain(published, parse_figure("refusal_rate"), deployment_id="one")
    assert found["figure"] == "refusal_rate/week/2026-08-03/all=all"
    assert [(row["estimate"], row["value"]) for row in found["observations"]] == [
        ("raw", 0.05), ("corrected", 0.07),
    ]  # fmt: skip
    assert found["appetite"]["version"] == 2
    assert [row["note"] for row in found["changes"]] == ["before", "within"]
    assert [row["day"] for row in found["days"]] == [WEEK + dt.timedelta(days=number) for number in range(7)]
    assert found["computed_from"] == ["fact.message", "finding.finding", "staging.message"]
    assert (found["file"]["name"], found["file"]["generation"]) == ("published-7.duckdb", 7)
    assert found["sql"] == "plimsoll sql show refusal_rate"


def test_where_no_period_is_whole_yet_the_newest_is_meant_and_says_so(published: Path):
    begun = Figure("refusal_rate", slice="use", slice_value="companion")
    (row,) = explain(published, begun, deployment_id="one")["observations"]
    assert (row["period_start"], row["is_partial"]) == (LATER, True)


def test_of_a_small_cell_no_number_is_told(published: Path):
    (row,) = explain(
        published, parse_figure("refusal_rate/week/2026-08-03/gender=woman"), deployment_id="one"
    )["observations"]
    assert row["is_suppressed"]
    assert {row["numerator"], row["denominator"], row["value"]} == {None}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("refusals", "There is no indicator refusals. There is: refusal_rate."),
        ("refusal_rate/month", "Months there: none"),
        ("refusal_rate/week/2026-01-05", "Weeks there: from 2026-08-03 to 2026-08-10"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(published: Path, text: str, message: str):
    with pytest.raises(StateError, match=message):
        explain(published, parse_figure(text), deployment_id="one")
