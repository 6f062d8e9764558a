"""Distances leave in steps, and no number of a week in which a category or a day counts few."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from methods.drift import REFERENCE_WEEKS, jensen_shannon
from pipelines.publish.distances import suppress_drift, suppress_index
from pipelines.publish.extract import read_extract
from pipelines.publish.few_messages import Few
from pipelines.schemas.published import DRIFT, OBSERVATION
from pipelines.schemas.table import Table

MONDAY = dt.date(2026, 3, 2)
WEEK = dt.timedelta(weeks=1)


def fill(table: Table, rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema([(one.name, one.type) for one in table.columns])
    return pa.Table.from_pylist([{"deployment_id": "harbor"} | row for row in rows], schema=schema)


def make_week(number: int, **more: Any) -> dict[str, Any]:
    return {
        "week": MONDAY + number * WEEK, "feature": "signal_mix", "status": "stable", "message_count": 800,
        "reference_count": 6400, "is_suppressed": False, "distance": 0.16, "threshold": 0.1,
        "null_high": 0.0612345, "spread": 0.2249, "spread_null_high": 0.026, "largest_gap": 0.024,
    } | more  # fmt: skip


def mark(rows: list[dict[str, Any]], few: dict[str, Few] | None = None) -> list[bool]:
    return suppress_drift(fill(DRIFT, rows), few or {})["is_suppressed"].to_pylist()


def test_what_assess_marks_and_few_messages_are_hidden():
    rows = [make_week(0), make_week(1, is_suppressed=True), make_week(2, message_count=10)]
    rows += [
        make_week(3, message_count=11),
        make_week(4, reference_count=10),
        make_week(5, reference_count=0),
    ]
    assert mark(rows) == [False, True, True, False, True, False]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (MONDAY + REFERENCE_WEEKS * WEEK, [False, True, False]),
        (MONDAY + REFERENCE_WEEKS * WEEK + dt.timedelta(days=6), [False, True, False]),
        (MONDAY + 10 * WEEK, [False, False, False]),
        # All other rows say how many messages the reference has, and so how many this week had.
        (MONDAY + 7 * WEEK, [True, True, True]),
    ],
)
@pytest.mark.parametrize("status", ["stable", "insufficient_data"])
def test_the_week_of_a_day_of_few_messages_is_hidden(day: dt.date, status: str, expected: list[bool]) -> None:
    rows = [make_week(number, status=status) for number in range(10)]
    few = Few(frozenset({day}))
    assert mark(rows, {"harbor": few})[-3:] == expected
    assert mark(rows, {"other": few}) == [False] * 10


def test_the_index_is_hidden_with_the_week_of_its_feature():
    drift = fill(DRIFT, [make_week(0, is_suppressed=True), make_week(1),
                         make_week(1, feature="language", is_suppressed=True)])  # fmt: skip
    rows = [
        {"indicator_id": indicator, "period_start": MONDAY + number * WEEK, "is_suppressed": was}
        for indicator, number, was in (
            ("drift_index", 0, False), ("drift_index", 1, False), ("drift_index", 2, True), ("x", 0, False)
        )
    ]  # fmt: skip
    marked = suppress_index(fill(OBSERVATION, rows), drift)
    assert marked["is_suppressed"].to_pylist() == [True, False, True, False]


def write(path: Path, *tables: tuple[Table, list[dict[str, Any]]]) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema published")
        for table, rows in tables:
            connection.from_arrow(fill(table, rows)).create(table.full_name)
    return path


def test_distances_leave_in_steps_and_not_where_they_are_hidden(tmp_path: Path) -> None:
    rows = [make_week(0), make_week(1, is_suppressed=True), make_week(2, spread=None)]
    path = write(tmp_path / "published-1.duckdb", (DRIFT, rows))
    shown, hidden, mixed = read_extract(path, "drift", deployment_id="harbor").to_pylist()
    names = ("distance", "null_high", "spread", "spread_null_high", "largest_gap", "message_count")
    assert [shown[name] for name in names] == [0.15, 0.05, 0.2, 0.05, 0.0, 800]
    assert (shown["threshold"], shown["status"]) == (0.1, "stable")
    assert [hidden[name] for name in names] == [None] * 6
    assert (hidden["status"], mixed["spread"]) == ("stable", None)


def test_the_value_of_the_index_leaves_in_steps_and_no_other(tmp_path: Path) -> None:
    plain = {"period": "week", "period_start": MONDAY, "is_suppressed": False, "is_of_few": False,
             "slice": "all", "denominator": 800.0, "value": 0.16}  # fmt: skip
    rows = [plain | {"indicator_id": name} for name in ("drift_index", "refusal_rate")]
    rows.append(plain | {"indicator_id": "drift_index", "period_start": MONDAY + WEEK, "value": None})
    path = write(tmp_path / "published-1.duckdb", (OBSERVATION, rows))
    left = read_extract(path, "observation", deployment_id="harbor").to_pylist()
    assert [(row["indicator_id"], row["value"]) for row in left] == [
        ("drift_index", 0.15), ("drift_index", None), ("refusal_rate", 0.16),
    ]  # fmt: skip


def test_no_count_of_a_category_follows_from_distances_in_steps(tmp_path: Path) -> None:
    """By exact distances of two weeks one pair of counts is left; in steps, whole ranges are."""
    reference, weeks = (90, 6310), [(14, 786), (25, 775)]
    exact = [float(jensen_shannon(reference, counts)) for counts in weeks]
    rows = [make_week(number, distance=distance) for number, distance in enumerate(exact)]
    path = write(tmp_path / "published-1.duckdb", (DRIFT, rows))
    left = read_extract(path, "drift", deployment_id="harbor")["distance"].to_pylist()

    def fit(number: int, told: float, within: float) -> list[int]:
        return [
            count for count in range(11, 101)
            if abs(float(jensen_shannon(reference, (count, 800 - count))) - told) <= within
        ]  # fmt: skip

    assert [fit(number, told, 1e-11) for number, told in enumerate(exact)] == [[14], [25]]
    assert all(len(fit(number, told, 0.025)) >= 5 for number, told in enumerate(left))
