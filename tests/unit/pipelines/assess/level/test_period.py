"""Counts by day, week and month: what belongs to a week is no day."""

import datetime as dt
from pathlib import Path

import pyarrow as pa

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.schemas import LAKE_TABLES

PERIOD = Path(__file__).parents[5] / "sql" / "assessment" / "period.sql"
MONDAY = dt.date(2026, 8, 31)


def count(**tables: list[dict]) -> dict[tuple[str, dt.date, str], float]:
    """Denominators by period, its start and slice."""
    with DuckDBEngine(threads=1) as engine:
        for name in ("indicator_day", "indicator_week"):
            schema = LAKE_TABLES[f"indicator.{name}"].arrow_schema
            blank = {field.name: "all" if pa.types.is_string(field.type) else 0 for field in schema}
            rows = [blank | {"day": MONDAY} | row for row in tables.get(name, [])]
            rows = [{key: row[key] for key in schema.names} for row in rows]
            engine.register(f"indicator.{name}", pa.Table.from_pylist(rows, schema=schema))
        found = engine.query(PERIOD.read_text(encoding="utf-8")).to_pylist()
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
