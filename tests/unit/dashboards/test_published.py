"""The published file is read by generation, answers while a new one appears, and closes what is old."""

import dataclasses
from datetime import date, timedelta

import pytest

from dashboards import health_records, measurements, records
from dashboards.published import QUERIES, NothingPublishedError, Published, PublishedError, load_query
from pipelines.schemas.published import TABLES

TABLE_OF = {
    records.Build: "build", records.Deployment: "deployment", records.Indicator: "indicator",
    records.Observation: "observation", records.Appetite: "appetite", records.Alarm: "alarm",
    records.Change: "change", records.Readiness: "readiness",
    health_records.QualityCount: "data_quality", health_records.DataDay: "data_day",
    health_records.DataAlert: "data_alert", health_records.Restatement: "restatement",
    records.Detector: "detector", records.EquityRatio: "equity",
    measurements.Drift: "drift",
}  # fmt: skip
FROM_SEVERAL_TABLES = {records.Deployment: {"last_ended_day"}, records.Alarm: {"words"}}


def test_a_folder_without_a_pointer_has_nothing_published(tmp_path):
    with pytest.raises(NothingPublishedError, match="nothing is published yet"), Published(tmp_path).read():
        pass


@pytest.mark.parametrize("name", ["../other.duckdb", "published-1.duckdb/../../x", "published-1.parquet", ""])
def test_a_pointer_that_names_anything_but_a_generation_is_refused(tmp_path, name):
    (tmp_path / "current").write_text(name)
    with pytest.raises(PublishedError, match="allowed is published-<generation>"), Published(tmp_path).read():
        pass


def test_a_pointer_to_a_file_that_is_gone_says_so(tmp_path):
    (tmp_path / "current").write_text("published-3.duckdb\n")
    with (
        pytest.raises(PublishedError, match=r"published-3\.duckdb cannot be opened"),
        Published(tmp_path).read(),
    ):
        pass


def test_a_reader_keeps_its_generation_while_the_next_request_gets_the_new_one(tmp_path, published_factory):
    published = Published(tmp_path)
    published_factory.publish(tmp_path, generation=1)
    with published.read() as before:
        published_factory.publish(tmp_path, generation=2)
        with published.read() as after:
            assert after.build().generation == 2
        assert before.build().generation == 1


def test_an_old_file_is_closed_only_after_its_last_reader(tmp_path, published_factory):
    published = Published(tmp_path)
    published_factory.publish(tmp_path, generation=1)
    with published.read():
        published_factory.publish(tmp_path, generation=2)
        with published.read():
            assert published.open_names() == ["published-1.duckdb", "published-2.duckdb"]
    assert published.open_names() == ["published-2.duckdb"]


def test_two_readers_of_one_generation_share_one_handle(tmp_path, published_factory):
    published = Published(tmp_path)
    published_factory.publish(tmp_path, generation=1)
    with published.read() as one, published.read() as two:
        assert published.open_names() == ["published-1.duckdb"]
        assert one.build() == two.build()


def test_a_file_that_does_not_say_what_it_is_is_refused(tmp_path, published_factory):
    published_factory.publish(tmp_path, tables={"build": []})
    with Published(tmp_path).read() as reader, pytest.raises(PublishedError, match="holds 0 rows"):
        reader.build()


def test_a_file_of_another_version_is_refused_with_the_way_out(tmp_path, published_factory):
    import duckdb

    published_factory.publish(tmp_path)
    with duckdb.connect(str(tmp_path / "published-7.duckdb")) as connection:
        connection.execute("alter table published.detector drop column badge")
    with Published(tmp_path).read() as reader, pytest.raises(PublishedError, match="Publish again"):
        reader.detectors()


def test_the_file_cannot_be_written_through_a_reader(tmp_path, published_factory):
    import duckdb

    published_factory.publish(tmp_path)
    with (
        Published(tmp_path).read() as reader,
        pytest.raises(duckdb.InvalidInputException, match="read-only"),
    ):
        reader._connection.execute("delete from published.build")


@pytest.mark.parametrize("kind", TABLE_OF, ids=lambda kind: kind.__name__)
def test_every_field_of_a_record_is_a_declared_column(kind):
    declared = {table.name: {column.name for column in table.columns} for table in TABLES}
    fields = {field.name for field in dataclasses.fields(kind)} - FROM_SEVERAL_TABLES.get(kind, set())
    assert fields <= declared[TABLE_OF[kind]]


def test_every_query_is_used_and_names_no_row_by_text_of_a_request(shared_home):
    from pathlib import Path

    source = "".join(path.read_text() for path in sorted(Path(QUERIES).parent.glob("*.py")))
    names = sorted(path.stem for path in QUERIES.glob("*.sql"))
    assert names != []
    assert [name for name in names if f'"{name}"' not in source and f'"{name}.sql"' not in source] == []
    assert all("{" not in load_query(name) for name in names)


def test_rows_of_one_deployment_are_never_those_of_another(shared_home, published_factory):
    with Published(shared_home / "published").read() as reader:
        harbor = reader.quality(published_factory.HARBOR, date.min)
        cove = reader.quality(published_factory.COVE, date.min)
    assert len(harbor) > 0
    assert cove == ()


def test_a_value_with_a_quote_is_a_value_and_not_a_query(shared_home):
    with Published(shared_home / "published").read() as reader:
        assert reader.readiness("x' or '1'='1") == ()


def test_the_newest_complete_week_is_never_a_partial_one(shared_home, published_factory):
    with Published(shared_home / "published").read() as reader:
        latest = reader.latest_weeks(published_factory.HARBOR)
    assert {row.period_start for row in latest if row.slice == "all"} == {date(2026, 11, 9)}
    assert not any(row.is_partial for row in latest)


@pytest.mark.parametrize(
    ("running", "ended"),
    [((), 0), ((0,), -1), ((1, 0), -2), ((0, -1), -1)],
    ids=["none", "last", "two", "ahead"],
)
def test_the_last_day_that_is_over_is_the_one_before_the_first_that_still_runs(
    tmp_path, published_factory, running, ended
):
    """Days back from the last one with data; a day that runs without data yet lies ahead of it."""
    last = published_factory.LAST_DAY
    plain = published_factory.make_data_days()[-1]
    days = [plain | {"day": last - timedelta(days=back), "reasons": "low_volume,running"} for back in running]
    days += [plain | {"day": last - timedelta(days=9), "reasons": "low_volume"}]
    published_factory.publish(tmp_path, tables={"data_day": days})
    with Published(tmp_path).read() as reader:
        found = {one.deployment_id: one.last_ended_day for one in reader.deployments()}
    assert found[published_factory.HARBOR] == last + timedelta(days=ended)


def test_of_grave_findings_those_beyond_the_cap_of_a_day_are_counted_with_the_listed(
    shared_home, published_factory
):
    with Published(shared_home / "published").read() as reader:
        (found,) = reader.grave_findings(published_factory.HARBOR, date(2026, 1, 1))
    assert (found.listed_count, found.day_count) == (2, 31)


def test_the_weeks_of_the_whole_hold_no_slice_and_the_slices_of_a_week_no_whole(tmp_path, published_factory):
    made, harbor = published_factory.INDICATORS[0], published_factory.HARBOR
    monday, before = date(2026, 11, 9), date(2026, 11, 2)
    rows = [
        published_factory.observe(
            made, deployment_id=harbor, period=period, start=start, of=of, numerator=4, denominator=80,
            estimate=estimate,
        )
        for period, start, of, estimate in (
            ("week", monday, ("all", "all"), "raw"),
            ("week", monday, ("all", "all"), "corrected"),
            ("week", monday, ("region", "GB"), "raw"),
            ("week", monday, ("region", "FR"), "raw"),
            ("week", monday, ("region", "GB"), "corrected"),
            ("week", before, ("region", "GB"), "raw"),
            ("day", monday, ("all", "all"), "raw"),
            ("month", before, ("region", "GB"), "raw"),
        )
    ]  # fmt: skip
    published_factory.publish(tmp_path, tables={"observation": rows})
    with Published(tmp_path).read() as reader:
        weeks = reader.weeks(harbor, monday)
        slices = reader.slices(harbor, made.indicator_id, period_start=monday)
        series = reader.series(harbor, made.indicator_id, period="week", of=("region", "GB"), since=before)
    assert [(row.period, row.slice, row.estimate) for row in weeks] == [
        ("week", "all", "corrected"), ("week", "all", "raw"),
    ]  # fmt: skip
    assert [(row.slice_value, row.estimate) for row in slices] == [("FR", "raw"), ("GB", "raw")]
    assert [(row.period_start, row.slice_value, row.estimate) for row in series] == [
        (before, "GB", "raw"), (monday, "GB", "corrected"), (monday, "GB", "raw"),
    ]  # fmt: skip


def test_the_newest_week_of_an_indicator_is_the_raw_one_though_a_corrected_one_is_newer(
    tmp_path, published_factory
):
    made, harbor = published_factory.INDICATORS[0], published_factory.HARBOR
    rows = [
        published_factory.observe(
            made,
            deployment_id=harbor,
            period="week",
            start=start,
            numerator=4,
            denominator=80,
            estimate=estimate,
        )
        for start, estimate in ((date(2026, 11, 2), "raw"), (date(2026, 11, 9), "corrected"))
    ]
    published_factory.publish(tmp_path, tables={"observation": rows})
    with Published(tmp_path).read() as reader:
        (latest,) = reader.latest_weeks(harbor)
    assert (latest.estimate, latest.period_start) == ("raw", date(2026, 11, 2))


def test_a_fault_that_lasts_and_a_day_that_was_restated_since_are_told_however_old(
    shared_home, published_factory
):
    since, harbor = published_factory.LAST_DAY, published_factory.HARBOR
    with Published(shared_home / "published").read() as reader:
        alerts = {one.kind: one for one in reader.data_alerts(harbor, since)}
        (restated,) = reader.restatements(harbor, since)
    assert alerts.keys() == {"held_day", "restatement"}
    assert alerts["held_day"].last_on < since
    assert restated.day < since
