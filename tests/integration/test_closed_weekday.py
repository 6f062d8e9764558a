"""A product that is closed on Sundays has whole weeks, from the logs to what is published."""

from __future__ import annotations

import datetime as dt

import duckdb

from pipelines.settings import Home

WEEKS = 4


def test_a_product_that_is_closed_on_sundays_has_whole_weeks_and_is_ready_for_drift(
    kit, tmp_path, export
) -> None:
    first = export.FIRST_DAY
    assert first.weekday() == 0
    days = [day for day in range(7 * WEEKS + 1) if (first + dt.timedelta(days=day)).weekday() < 6]
    for day in days:
        export.deliver(
            tmp_path / "inbox", export.talk(f"day{day}", export.moment(day), "Hello.", "Hello."), on=day
        )
    home = Home(tmp_path / "home")
    kit.warm.ingest(home.path, tmp_path / "inbox", kit.mapping)
    kit.warm.run(home.path)
    file = home.published / (home.published / "current").read_text().strip()
    with duckdb.connect(str(file), read_only=True) as connection:
        states = connection.execute(
            "select state from published.data_day where isodow(day) = 7 order by day limit 4"
        ).fetchall()
        weeks = connection.execute(
            "select distinct period_start, is_partial, data_state from published.observation "
            "where period = 'week' and slice = 'all' and indicator_id = 'refusal_rate' "
            "order by period_start limit 4"
        ).fetchall()
        drifted = connection.execute("select distinct week from published.drift order by week").fetchall()
        readiness = connection.execute(
            "select state from published.readiness where indicator_id = 'drift_index'"
        ).fetchall()
    mondays = [first + dt.timedelta(weeks=number) for number in range(WEEKS)]
    # Nobody knew of the first Sunday that it is always closed.
    assert states == [("late",), *[("quiet",)] * 3]
    assert weeks == [
        (mondays[0], True, "late"),
        *[(monday, False, "complete") for monday in mondays[1:]],
    ]
    assert drifted == [(monday,) for monday in mondays[1:]]
    assert readiness == [("ready",)]
