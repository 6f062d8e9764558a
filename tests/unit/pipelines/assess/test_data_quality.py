"""What became of rows: accepted and rejected ones, and what the gate found, each under its own source."""

import datetime as dt
from pathlib import Path

import pyarrow as pa

from pipelines.assess.days.delivered import show_delivered
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.schemas import LAKE_TABLES

SQL = Path(__file__).parents[4] / "sql" / "assessment"
DAY = dt.date(2026, 8, 3)
TABLES = (
    *("indicator.quality_day", "indicator.feature_day", "indicator.received_day"),
    *("ledger.rejected", "ledger.quality", "ledger.delivery"),
)


def run(name: str, **tables: list[dict]) -> list[dict]:
    with DuckDBEngine(threads=1) as engine:
        for table in TABLES:
            schema = LAKE_TABLES[table].arrow_schema
            blank = {field.name: "" if pa.types.is_string(field.type) else 0 for field in schema}
            blank |= {"deployment_id": "harbor", "day": DAY, "received_on": DAY}
            blank |= {"field": None, "is_met": True}
            rows = [blank | row for row in tables.get(table.split(".")[1], [])]
            rows = [{key: row[key] for key in schema.names} for row in rows]
            engine.register(table, pa.Table.from_pylist(rows, schema=schema))
        show_delivered(engine)
        return engine.query((SQL / f"{name}.sql").read_text()).to_pylist()


def test_rejected_records_are_counted_by_reason():
    rows = run(
        "data_quality",
        rejected=[{"reason": "empty_body"}, {"reason": "empty_body"}, {"reason": "future_date"}],
    )
    assert [(row["source"], row["reason"], row["row_count"]) for row in rows] == [
        ("ingest", "rejected:empty_body", 2),
        ("ingest", "rejected:future_date", 1),
    ]


def test_a_rule_that_holds_leaves_no_row():
    rule = {"suite": "message", "rule": "text_is_there", "severity": "stop", "failing_count": 3}
    rows = run(
        "data_quality", quality=[rule | {"is_met": False}, rule | {"is_met": True, "failing_count": 0}]
    )
    assert [(row["source"], row["reason"], row["row_count"]) for row in rows] == [
        ("gate:message", "stop:text_is_there", 3)
    ]


def test_shares_of_rows_are_counted_over_what_was_accepted_or_delivered():
    rows = run(
        "operation_day",
        quality_day=[
            {"source": "ingest", "reason": "accepted", "row_count": 100},
            {"source": "ingest", "reason": "late", "row_count": 4},
            {"source": "detect", "reason": "unscored:unsupported_language", "row_count": 7},
            {"source": "detect", "reason": "unscored:failed", "row_count": 1},
            {"source": "ingest", "reason": "exact_duplicate", "row_count": 20},
            {"source": "ingest", "reason": "conflicting_duplicate", "row_count": 5},
        ],
        feature_day=[
            {"feature": "language", "category": "en", "message_count": 30},
            {"feature": "language", "category": "unknown", "message_count": 10},
            {"feature": "message_length", "category": "unknown", "message_count": 99},
        ],
        delivery=[{"rejected_count": 2, "record_count": 110}, {"rejected_count": 1, "record_count": 10}],
    )
    assert {row["indicator_id"]: (row["numerator"], row["denominator"]) for row in rows} == {
        "data_late_share": (4, 100),
        "data_unscored_share": (8, 100),
        "data_rejected_share": (3, 120),
        "data_duplicate_share": (25, 125),
        "data_language_unknown_share": (10, 40),
    }


def test_a_file_that_an_earlier_version_did_not_count_as_delivered_is_no_more_than_all():
    rows = run("operation_day", delivery=[{"rejected_count": 1, "record_count": 0}])
    assert [(row["numerator"], row["denominator"]) for row in rows] == [(1, 1)]


def test_a_broken_file_is_mended_by_a_later_delivery_of_its_name_and_by_no_earlier_one():
    rejected = [{"position": 0, "reason": "broken_archive", "delivery_id": "a", "file_name": "one.gz"}]
    broken = {"delivery_id": "a", "file_name": "one.gz", "record_count": 1, "rejected_count": 1}
    for days, count in ((-1, 1), (0, 0), (1, 0)):
        again = {"delivery_id": "b", "file_name": "one.gz", "record_count": 5}
        again["received_on"] = DAY + dt.timedelta(days=days)
        rows = run("day_total", delivery=[broken, again], rejected=rejected)
        assert {row["day"]: row["broken_file_count"] for row in rows}[DAY] == count


def test_records_that_are_a_days_first_restate_nothing_however_late_they_are():
    first, more = DAY + dt.timedelta(days=30), DAY + dt.timedelta(days=40)
    came = {"record_count": 6, "overdue_count": 6, "received_on": first}
    assert run("restatement", received_day=[came]) == []
    again = {"record_count": 2, "overdue_count": 2, "received_on": more}
    (row,) = run("restatement", received_day=[came, again])
    assert (row["opened_on"], row["record_count"], row["record_count_before"]) == (more, 2, 6)


def test_what_was_refused_of_erased_people_is_no_broken_file():
    delivery = [{"rejected_count": 2, "record_count": 5, "delivery_id": "a"}]
    for reason, count in (("erased", 0), ("broken_archive", 1)):
        rejected = [{"position": 0, "reason": reason, "delivery_id": "a"}]
        (row,) = run("day_total", delivery=delivery, rejected=rejected)
        assert row["broken_file_count"] == count


def test_what_is_a_test_is_left_out_of_a_delivery_and_is_no_fault_of_it():
    delivery = [{"delivery_id": "a", "rejected_count": 5, "record_count": 20}]
    rejected = [{"delivery_id": "a", "position": place, "reason": "test_traffic"} for place in (1, 2, 3)]
    (row,) = run("operation_day", delivery=delivery, rejected=rejected)
    assert (row["indicator_id"], row["numerator"], row["denominator"]) == ("data_rejected_share", 2, 17)
    (row,) = run("data_quality", rejected=rejected)
    assert (row["reason"], row["row_count"]) == ("test_traffic", 3)


def test_a_day_has_each_of_its_counts_in_its_place_and_its_rules_by_how_grave_they_are():
    reasons = {"accepted": 100, "late": 4, "out_of_order": 3, "clock_skew": 2, "waiting_event": 1,
               "redacted": 9, "exact_duplicate": 20, "conflicting_duplicate": 5}  # fmt: skip
    rules = (("a", "stop", False), ("b", "tell", False), ("c", "stop", True), ("d", "tell", True))
    (row,) = run(
        "day_total",
        quality_day=[
            *({"source": "ingest", "reason": name, "row_count": count} for name, count in reasons.items()),
            {"source": "detect", "reason": "unscored:unsupported_language", "row_count": 7},
            {"source": "detect", "reason": "unscored:failed", "row_count": 6},
            {"source": "cascade", "reason": "owed:moderation", "row_count": 2},
            {"source": "cascade", "reason": "owed:judge", "row_count": 40},
        ],
        quality=[{"rule": rule, "severity": severity, "is_met": is_met} for rule, severity, is_met in rules],
        delivery=[{"delivery_id": "a", "rejected_count": 5, "record_count": 120}],
        received_day=[{"received_on": DAY}, {"received_on": DAY + dt.timedelta(days=9)}],
    )
    assert {name.removesuffix("_count"): row[name] for name in row if name.endswith("_count")} == {
        "message": 100, "late": 4, "out_of_order": 3, "clock_skew": 2, "waiting_event": 1, "duplicate": 25,
        "redacted": 9, "unscored": 13, "failed": 6, "owed": 42, "delivered": 120, "rejected": 5,
        "broken_file": 0,
    }  # fmt: skip
    assert row["owed_reasons"] == "owed:judge,owed:moderation"
    assert (row["stop_rules"], row["tell_rules"]) == ("a", "b")
    assert (row["last_received_on"] - row["first_received_on"]).days == 9


def test_a_file_that_came_again_as_broken_is_not_mended():
    rejected = [{"position": 0, "reason": "broken_archive", "delivery_id": "a", "file_name": "one.gz"}]
    broken = {"delivery_id": "a", "file_name": "one.gz", "record_count": 1, "rejected_count": 1}
    rows = run("day_total", delivery=[broken, broken | {"delivery_id": "b"}], rejected=rejected)
    assert [row["broken_file_count"] for row in rows] == [1]
