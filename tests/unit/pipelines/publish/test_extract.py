"""What leaves of a published table: one deployment's rows, and no number of a small cell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines.errors import StateError
from pipelines.publish.extract import TABLES, read_extract
from pipelines.schemas.published import TABLES as PUBLISHED
from pipelines.schemas.table import COUNT, NUMBER

DAY = dt.date(2026, 8, 3)


def observe(**changes: Any) -> dict[str, Any]:
    return {
        "deployment_id": "one", "indicator_id": "refusal_rate", "period": "week", "period_start": DAY,
        "slice": "all", "slice_value": "all", "estimate": "raw", "numerator": 4.0, "denominator": 60.0,
        "value": 0.07, "ci_low": 0.02, "ci_high": 0.16, "coverage": 0.9, "is_suppressed": False, "p90": 1.0,
        "status": "within", "variation": "common_cause",
        "is_of_few": False,
    } | changes  # fmt: skip


def write(path: Path, rows: list[dict[str, Any]], name: str = "observation") -> Path:
    table = TABLES[name]
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema if not exists published")
        made = pa.Table.from_pylist(rows, schema=pa.schema([(c.name, c.type) for c in table.columns]))
        connection.from_arrow(made).create(table.full_name)
    return path


@pytest.fixture
def published(tmp_path: Path) -> Path:
    rows = [
        observe(is_suppressed=True),
        observe(period_start=DAY + dt.timedelta(days=7), numerator=30.0),
        observe(slice="gender", slice_value="woman"),
        observe(indicator_id="escalation_rate"),
        observe(deployment_id="other"),
    ]
    return write(tmp_path / "published-1.duckdb", rows)


def test_no_number_of_a_small_cell_leaves_and_all_of_the_others_do(published: Path) -> None:
    hidden, shown = read_extract(
        published, "observation", deployment_id="one", indicator_id="refusal_rate", slice_name="all"
    ).to_pylist()
    numbers = ("numerator", "denominator", "value", "ci_low", "ci_high", "p90")
    assert [hidden[name] for name in numbers] == [None] * 6
    assert (hidden["is_suppressed"], hidden["coverage"]) == (True, None)
    assert (shown["numerator"], shown["denominator"], shown["value"]) == (30.0, 60.0, 0.07)


def test_how_a_small_cell_was_judged_does_not_leave_with_it(published: Path) -> None:
    """A breach below .97 and a denominator from elsewhere leave one count of 47 and 46 of 48."""
    hidden, shown = read_extract(
        published, "observation", deployment_id="one", indicator_id="refusal_rate", slice_name="all"
    ).to_pylist()
    assert (hidden["status"], hidden["variation"], hidden["is_suppressed"]) == (None, None, True)
    assert (shown["status"], shown["variation"]) == ("within", "common_cause")


@pytest.mark.parametrize("name", ["observation", "equity"])
def test_no_row_leaves_that_names_what_a_few_conversations_said(tmp_path: Path, name: str) -> None:
    """One conversation of 750 had the gender 'Tom Testperson': its rows are hidden, and told the name."""
    columns = {column.name for column in TABLES[name].columns}
    rows = [
        {key: value for key, value in row.items() if key in columns}
        for row in (
            observe(slice="gender", slice_value="woman"),
            observe(slice="gender", slice_value="Tom Testperson", is_suppressed=True, is_of_few=True),
            # No harm in 300 of its messages is no small count, and names him as well.
            observe(slice="gender", slice_value="Tom T.", numerator=0.0, denominator=300.0, is_of_few=True),
        )
    ]
    path = write(tmp_path / "published-1.duckdb", rows, name)
    for asked in ({}, {"slice_name": "gender"}, {"indicator_id": "refusal_rate"}):
        left = read_extract(path, name, deployment_id="one", **asked)
        assert left["slice_value"].to_pylist() == ["woman"]


def test_what_detectors_counted_does_not_leave_in_a_corrected_rate_where_a_week_of_it_is_hidden(
    tmp_path: Path,
) -> None:
    """One of 404 conversations: 2.475 per 1,000 beside a hidden week said so."""
    weeks = [DAY + number * dt.timedelta(days=7) for number in range(5)]
    observed = [observe(period_start=week, is_suppressed=week == weeks[3]) for week in weeks]
    observed += [observe(period_start=weeks[0], slice="gender", slice_value="woman", is_suppressed=True),
                 observe(period_start=weeks[0], period="day", is_suppressed=True),
                 observe(period_start=weeks[1], indicator_id="escalation_rate", is_suppressed=True),
                 observe(period_start=weeks[1], estimate="corrected", is_suppressed=True),
                 observe(period_start=weeks[1], deployment_id="other", is_suppressed=True)]  # fmt: skip
    path = write(tmp_path / "published-1.duckdb", observed)
    plain = {column.name: 1.5 for column in TABLES["correction"].columns if column.type is NUMBER}
    windows = [
        plain | {"deployment_id": "one", "indicator_id": "refusal_rate", "is_suppressed": False,
                 "first_week": first, "last_week": last, "confirmed_count": 40}
        for first, last in ((weeks[0], weeks[2]), (weeks[3], weeks[3]), (weeks[2], weeks[4]))
    ]  # fmt: skip
    write(path, windows, "correction")
    left = read_extract(path, "correction", deployment_id="one").to_pylist()
    counted = ("raw_value", "powered_value", "powered_low", "powered_high", "powered_weight",
               "error_rate_value", "error_rate_low", "error_rate_high")  # fmt: skip
    found = {(row["first_week"], row["last_week"]): {row[name] for name in counted} for row in left}
    assert found == {
        (weeks[0], weeks[2]): {1.5}, (weeks[3], weeks[3]): {None}, (weeks[2], weeks[4]): {None},
    }  # fmt: skip
    assert {(row["value"], row["confirmed_count"]) for row in left} == {(1.5, 40)}


def test_of_an_alarm_its_words_leave_and_not_where_its_detector_stands_or_what_it_counted(
    tmp_path: Path,
) -> None:
    """267 of 330 from 2 to 12 November, less a week and days that are shown, are the 3 of a hidden day."""
    alarm = {"deployment_id": "one", "alarm_id": "a", "note": "Above the appetite.", "statistic": 1200.0,
             "checkpoint": '{"late_units": 3, "statistics": [1.232271]}',
             "evidence": "Counted: 80.9 % from 2026-11-02 to 2026-11-12."}  # fmt: skip
    path = write(tmp_path / "published-1.duckdb", [alarm], "alarm")
    (left,) = read_extract(path, "alarm", deployment_id="one").to_pylist()
    assert left["note"] == "Above the appetite."
    assert [left[name] for name in ("statistic", "checkpoint", "evidence")] == [None] * 3


def test_the_coverage_beside_a_shown_number_counts_nobody_who_was_not_read(tmp_path: Path) -> None:
    """One message of 342 in a language that nobody reads, and the same message in another row's coverage."""
    unread = observe(indicator_id="unsupported_language_rate", numerator=1.0, denominator=342.0,
                     value=1 / 342, coverage=341 / 342, is_suppressed=True)  # fmt: skip
    beside = observe(indicator_id="harm_rate", numerator=30.0, denominator=342.0, coverage=341 / 342)
    few = observe(indicator_id="stigma_rate", numerator=30.0, denominator=60.0, coverage=59 / 60)
    whole = observe(indicator_id="zz_rate", numerator=30.0, denominator=60.0, coverage=1.0)
    unknown = observe(indicator_id="zzz_rate", numerator=30.0, denominator=None, coverage=None)
    path = write(tmp_path / "published-2.duckdb", [unread, beside, few, whole, unknown])
    rows = {
        row["indicator_id"]: row for row in read_extract(path, "observation", deployment_id="one").to_pylist()
    }
    assert {name: row["coverage"] for name, row in rows.items()} == {
        "unsupported_language_rate": None, "harm_rate": 0.95, "stigma_rate": None, "zz_rate": 1.0,
        "zzz_rate": None,
    }  # fmt: skip


def test_of_a_day_leave_lines_of_a_log_and_nothing_that_counts_people(tmp_path: Path) -> None:
    """A day of four messages, with the smallest other of its month; what was not read leaves on no day."""
    names = [column.name for column in TABLES["data_day"].columns if column.type in (COUNT, NUMBER)]
    days = [
        dict.fromkeys(names, 7) | {"deployment_id": "one", "day": DAY + dt.timedelta(days=number)}
        | {"message_count": messages, "state": "complete", "reasons": "", "volume": "usual", "tell_rules": ""}
        for number, messages in enumerate([400, 4, 12, 500])
    ]  # fmt: skip
    path = write(tmp_path / "published-3.duckdb", days, "data_day")
    rows = read_extract(path, "data_day", deployment_id="one").to_pylist()
    assert [row["message_count"] for row in rows] == [400, None, None, 500]
    assert [row["rejected_count"] for row in rows] == [7, None, None, 7]
    for name in ("unscored_count", "failed_count", "redacted_count"):
        assert [row[name] for row in rows] == [None] * 4
    assert all(row[name] is None for row in rows[1:3] for name in names)
    # The day that is hidden with the small one is, too, where the small one is not asked for.
    (alone,) = read_extract(
        path, "data_day", deployment_id="one", first=days[2]["day"], last=days[2]["day"]
    ).to_pylist()
    assert alone["message_count"] is None


def test_rows_of_another_deployment_stay(published: Path) -> None:
    rows = read_extract(published, "observation", deployment_id="one").to_pylist()
    assert len(rows) == 4
    assert {row["deployment_id"] for row in rows} == {"one"}


@pytest.mark.parametrize(("first", "last", "count"), [(0, 6, 3), (0, 7, 4), (1, 7, 1), (8, 9, 0)])
def test_both_ends_of_a_range_belong_to_it(published: Path, first: int, last: int, count: int) -> None:
    ends = {name: DAY + dt.timedelta(days=days) for name, days in (("first", first), ("last", last))}
    assert read_extract(published, "observation", deployment_id="one", **ends).num_rows == count


def test_a_table_that_holds_ids_or_counts_that_nothing_marks_does_not_leave(published: Path) -> None:
    for name in ("needs_eyes", "finding_summary", "language", "chart", "no_such_table"):
        with pytest.raises(StateError, match=r"There is: alarm, appetite"):
            read_extract(published, name, deployment_id="one")


def test_every_table_with_marked_cells_that_leaves_is_known_by_the_mark() -> None:
    marked = {table.name for table in PUBLISHED if any(one.name == "is_suppressed" for one in table.columns)}
    assert marked & set(TABLES) == {"observation", "equity", "correction", "drift", "bridge", "miss_rate"}


def test_an_option_that_the_table_does_not_know_is_refused(published: Path) -> None:
    with duckdb.connect(str(published)) as connection:
        table = TABLES["risk"]
        connection.from_arrow(table.empty()).create(table.full_name)
    with pytest.raises(StateError, match="leave the option out"):
        read_extract(published, "risk", deployment_id="one", indicator_id="refusal_rate")
