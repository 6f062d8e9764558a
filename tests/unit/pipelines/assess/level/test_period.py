"""Counts by day, week and month: what belongs to a week is no day."""

import datetime as dt
from pathlib import Path

import pyarrow as pa

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.schemas import LAKE_TABLES

SQL = Path(__file__).parents[5] / "sql" / "assessment"
MONDAY = dt.date(2026, 8, 31)


def query(name: str, **tables: list[dict]) -> list[dict]:
    """The rows of a query over these days and weeks."""
    with DuckDBEngine(threads=1) as engine:
        for table in ("indicator_day", "indicator_week"):
            schema = LAKE_TABLES[f"indicator.{table}"].arrow_schema
            blank = {field.name: "all" if pa.types.is_string(field.type) else 0 for field in schema}
            rows = [blank | {"day": MONDAY} | row for row in tables.get(table, [])]
            rows = [{key: row[key] for key in schema.names} for row in rows]
            engine.register(f"indicator.{table}", pa.Table.from_pylist(rows, schema=schema))
        return engine.query((SQL / f"{name}.sql").read_text(encoding="utf-8")).to_pylist()


def count(**tables: list[dict]) -> dict[tuple[str, dt.date, str], float]:
    """Denominators by period, its start and slice."""
    found = query("period", **tables)
    return {(row["period"], row["period_start"], row["slice"]): row["denominator"] for row in found}


def test_a_user_in_a_week_is_in_no_day_and_in_the_month_of_its_monday():
    assert count(indicator_week=[{"denominator": 3}]) == {
        ("week", MONDAY, "all"): 3,
        ("month", dt.date(2026, 8, 1), "all"): 3,
    }


def test_days_add_up_in_weeks_and_months_and_a_slice_has_no_days():
    days = [{"denominator": 2}, {"denominator": 5, "day": MONDAY + dt.timedelta(days=1)}]
    assert count(indicator_day=[*days, {"denominator": 1, "slice": "region"}]) == {
        ("day", MONDAY, "all"): 2,
        ("day", MONDAY + dt.timedelta(days=1), "all"): 5,
        ("week", MONDAY, "all"): 7,
        ("week", MONDAY, "region"): 1,
        ("month", dt.date(2026, 8, 1), "all"): 2,
        ("month", dt.date(2026, 8, 1), "region"): 1,
        ("month", dt.date(2026, 9, 1), "all"): 5,
    }


def test_each_count_adds_up_to_itself():
    given = {"numerator": 1, "denominator": 20, "unscored_count": 300, "unit_count": 4000}
    found = query("period", indicator_day=[given, given], indicator_week=[given])
    sums = {row["period"]: tuple(row[name] for name in given) for row in found if row["period"] != "month"}
    assert sums == {"day": (2, 40, 600, 8000), "week": (3, 60, 900, 12000)}


def test_where_units_were_not_counted_yet_those_that_were_judged_stand_for_them():
    days = [{"denominator": 2, "unit_count": None}, {"denominator": 5, "unit_count": 9}]
    weeks = [{"denominator": 3, "unit_count": None, "slice": "region"}]
    found = query("period", indicator_day=days, indicator_week=weeks)
    assert {row["slice"]: row["unit_count"] for row in found if row["period"] == "week"} == {
        "all": 11,
        "region": 3,
    }


def test_an_own_indicator_says_from_when_it_counts_where_the_log_is_older():
    later = {"day": MONDAY + dt.timedelta(days=2)}
    days = [
        {"indicator_id": "shipped"},
        {"indicator_id": "late_shipped"} | later,
        {"indicator_id": "x_as_old"},
        {"indicator_id": "x_young"} | later,
        {"indicator_id": "x_young", "deployment_id": "newer"} | later,
    ]
    assert query("counted_since", indicator_day=days) == [
        {"deployment_id": "all", "indicator_id": "x_young", "since_on": later["day"]}
    ]
