"""A record of an earlier day changes that day and what depends on it; a month late, it is a restatement."""

from __future__ import annotations

import datetime as dt

import duckdb
import pyarrow.compute as pc

from pipelines.lake.difference import list_changed
from pipelines.lake.lake import Lake
from pipelines.settings import Home
from pipelines.status import describe_home

DEPLOYMENT = "replay_companion"
DAILY = ("staging", "finding", "fact", "indicator")


def test_a_record_that_is_a_month_late_changes_its_own_day_alone_and_is_shown_as_a_restatement(
    kit, tmp_path, export
) -> None:
    home, day = Home(kit.copy(kit.computed)), export.moment(1).date()
    before = Lake(home.lake)
    later = export.message("day1-2", 6, export.moment(1, 12.9), "One more thing, a month later.")
    export.deliver(tmp_path / "late", [later], on=day + dt.timedelta(days=30))
    kit.warm.ingest(home.path, tmp_path / "late", kit.mapping)
    staged = list_changed(before, Lake(home.lake))
    assert {one for one in staged if one.startswith("staging.")} == {
        f"staging.{name} {DEPLOYMENT} {day}" for name in ("conversation", "message")
    }
    kit.warm.run(home.path)
    after = Lake(home.lake)
    changed = [one for one in list_changed(before, after) if one.partition(".")[0] in DAILY]
    tables = {one.split(" ")[0] for one in changed}
    assert {one.rpartition(" ")[2] for one in changed} == {str(day)}
    assert {"staging.message", "finding.coverage", "fact.message", "indicator.indicator_day"} <= tables

    # Shown: in the published file, on the day, and by status with the tables that hold the day.
    file = home.published / (home.published / "current").read_text().strip()
    with duckdb.connect(str(file), read_only=True) as connection:
        (restated,) = connection.execute(
            "select day, opened_on, record_count, days_late from published.restatement"
        ).fetchall()
        (state,) = connection.execute(
            "select state from published.data_day where day = $day", {"day": day}
        ).fetchall()
        states = dict(
            connection.execute(
                "select period, any_value(data_state) from published.observation "
                "where period_start = $day and period = 'day' group by all",
                {"day": day},
            ).fetchall()
        )
    assert restated == (day, day + dt.timedelta(days=30), 1, 30)
    assert state == ("restated",)
    assert states == {"day": "restated"}
    data = describe_home(home)["deployments"][DEPLOYMENT]["data"]
    (listed,) = data["restatements"]
    assert (listed["day"], listed["records"]) == (str(day), 1)
    assert tables <= set(listed["partitions"])
    rows = after.read("indicator.received_day", days=[day])
    assert rows is not None
    assert pc.sum(rows["overdue_count"]).as_py() == 1
