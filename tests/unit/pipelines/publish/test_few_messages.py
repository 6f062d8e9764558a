"""A day of few messages is told by no indicator of its data, by no week around it, and by no data alert."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.publish.extract import read_extract
from pipelines.publish.few_messages import Few, list_few, suppress_days
from pipelines.schemas.published import DATA_ALERT, DATA_DAY, OBSERVATION, RESTATEMENT
from pipelines.schemas.table import Table

MONDAY = dt.date(2026, 11, 2)
DAY = dt.timedelta(days=1)
FEW = MONDAY + 16 * DAY
"""Six messages; the smallest other day of the month, two days before, covers it."""


def fill(table: Table, rows: list[dict[str, Any]]) -> pa.Table:
    schema = pa.schema([(one.name, one.type) for one in table.columns])
    return pa.Table.from_pylist([{"deployment_id": "harbor"} | row for row in rows], schema=schema)


def make_days() -> pa.Table:
    counts = {MONDAY + number * DAY: 400 + number for number in range(28)} | {FEW: 6, FEW - 2 * DAY: 40}
    return fill(DATA_DAY, [{"day": day, "message_count": count} for day, count in counts.items()])


def observe(indicator: str, period: str, start: dt.date, **more: Any) -> dict[str, Any]:
    return {"indicator_id": indicator, "period": period, "period_start": start, "is_suppressed": False,
            "numerator_rounded": 0, "denominator_rounded": 5} | more  # fmt: skip


def test_the_smallest_other_day_goes_with_the_day_of_few_messages():
    assert list_few(make_days()) == {"harbor": Few(frozenset({FEW, FEW - 2 * DAY}))}


@pytest.mark.parametrize(
    ("counts", "is_month_hidden"),
    [({0: 6}, True), ({0: 6, 1: 3}, True), ({0: 6, 1: 0}, True), ({0: 6, 1: 40}, False), ({0: 40}, False)],
)
def test_a_month_whose_other_days_do_not_cover_its_days_of_few_messages_goes_with_them(
    counts: dict[int, int], is_month_hidden: bool
) -> None:
    days = [{"day": MONDAY + place * DAY, "message_count": count} for place, count in counts.items()]
    rows = [observe("data_late_share", "month", MONDAY.replace(day=1)),
            observe("data_late_share", "month", dt.date(2026, 12, 1))]  # fmt: skip
    marked = suppress_days(fill(OBSERVATION, rows), list_few(fill(DATA_DAY, days)))
    assert marked["is_suppressed"].to_pylist() == [is_month_hidden, False]


@pytest.mark.parametrize(
    ("indicator", "period", "start", "is_hidden"),
    [
        ("data_late_share", "day", FEW, True),
        ("data_duplicate_share", "day", FEW - 2 * DAY, True),
        ("data_rejected_share", "day", FEW - DAY, False),
        # The week less its shown days would be what the two have together, or one of them.
        ("data_rejected_share", "week", MONDAY + 14 * DAY, True),
        ("data_late_share", "week", MONDAY + 7 * DAY, False),
        ("data_late_share", "week", MONDAY + 21 * DAY, False),
        ("data_late_share", "month", dt.date(2026, 11, 1), False),
        ("checklist_completion", "day", FEW, False),
    ],
)
def test_indicators_of_a_days_data_tell_no_day_of_few_messages(
    indicator: str, period: str, start: dt.date, is_hidden: bool
) -> None:
    rows = fill(OBSERVATION, [observe(indicator, period, start)])
    (row,) = suppress_days(rows, list_few(make_days())).to_pylist()
    assert row["is_suppressed"] is is_hidden
    assert (row["denominator_rounded"] is None, row["numerator_rounded"] is None) == (is_hidden, is_hidden)
    (other,) = suppress_days(rows, {"other": Few(frozenset({start}), frozenset({start}))}).to_pylist()
    assert other["is_suppressed"] is False


def test_what_is_hidden_already_stays_so():
    rows = fill(OBSERVATION, [observe("refusal_rate", "day", MONDAY, is_suppressed=True)])
    assert suppress_days(rows, list_few(make_days()))["is_suppressed"].to_pylist() == [True]


def alert(kind: str, first: dt.date, last: dt.date) -> dict[str, Any]:
    return {"alert_id": f"{kind}:{first}", "kind": kind, "opened_on": first, "last_on": last, "observed": 6.0,
            "expected": 401.5, "note": "6 messages a day", "next_step": "Check."}  # fmt: skip


def test_an_alert_about_a_day_of_few_messages_leaves_without_its_number(tmp_path: Path) -> None:
    alerts = [
        alert("volume_drop", FEW, FEW),
        alert("volume_rise", FEW - 3 * DAY, FEW - DAY),
        alert("volume_rise", FEW + DAY, FEW + 3 * DAY),
        # A delivery of another day changed it.
        alert("restatement", FEW + 9 * DAY, FEW + 9 * DAY),
        alert("restatement", FEW + 10 * DAY, FEW + 10 * DAY),
        alert("field_lost", FEW + 2 * DAY, FEW + 3 * DAY),
    ]
    changed = [{"day": FEW, "opened_on": FEW + 9 * DAY}, {"day": FEW + DAY, "opened_on": FEW + 10 * DAY}]
    path = tmp_path / "published-1.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema published")
        for table, rows in ((DATA_ALERT, fill(DATA_ALERT, alerts)), (DATA_DAY, make_days()),
                            (RESTATEMENT, fill(RESTATEMENT, changed))):  # fmt: skip
            connection.from_arrow(rows).create(table.full_name)
    rows = read_extract(path, "data_alert", deployment_id="harbor").to_pylist()
    told = {row["alert_id"]: (row["observed"], row["expected"], "6" in row["note"]) for row in rows}
    assert told == {
        f"volume_drop:{FEW}": (None, None, False),
        f"volume_rise:{FEW - 3 * DAY}": (None, None, False),
        f"volume_rise:{FEW + DAY}": (6.0, 401.5, True),
        f"restatement:{FEW + 9 * DAY}": (None, None, False),
        f"restatement:{FEW + 10 * DAY}": (6.0, 401.5, True),
        # Its share, of which the words tell whole percents, would be a count where there are few messages.
        f"field_lost:{FEW + 2 * DAY}": (None, None, False),
    }
    assert {row["next_step"] for row in rows} == {"Check."}
