"""Which partitions of a table differ, whatever the order of the rows."""

import datetime as dt

import pyarrow as pa

from pipelines.lake.partition import DAYS_AT_ONCE, ROWS_AT_ONCE, choose, chunk, find_changed, split

MONDAY, TUESDAY, WEDNESDAY = (dt.date(2026, 8, day) for day in (3, 4, 5))
SCHEMA = pa.schema([("deployment_id", pa.string()), ("day", pa.date32()), ("text", pa.string())])


def rows(*values: tuple[dt.date, str | None], deployment: str = "one") -> pa.Table:
    return pa.Table.from_pylist(
        [{"deployment_id": deployment, "day": day, "text": text} for day, text in values], schema=SCHEMA
    )


def test_rows_are_split_by_deployment_and_day_in_their_order():
    mixed = pa.concat_tables(
        [rows((MONDAY, "b"), (TUESDAY, "c"), (MONDAY, "a")), rows((MONDAY, "d"), deployment="two")]
    )
    parts = {key: part["text"].to_pylist() for key, part in split(mixed).items()}
    assert parts == {("one", MONDAY): ["b", "a"], ("one", TUESDAY): ["c"], ("two", MONDAY): ["d"]}
    assert split(rows()) == {}


def test_only_a_partition_with_other_rows_has_changed():
    before = rows((MONDAY, "a"), (TUESDAY, "b"))
    assert find_changed(before, rows((TUESDAY, "b"), (MONDAY, "a"))) == set()
    assert find_changed(before, rows((MONDAY, "a"), (TUESDAY, "B"))) == {("one", TUESDAY)}
    assert find_changed(before, rows((MONDAY, "a"), (TUESDAY, None))) == {("one", TUESDAY)}
    assert find_changed(before, rows((MONDAY, "a"), (TUESDAY, "b"), (TUESDAY, "b"))) == {("one", TUESDAY)}


def test_a_partition_that_comes_or_goes_has_changed():
    before = rows((MONDAY, "a"), (TUESDAY, "b"))
    assert find_changed(before, rows((TUESDAY, "b"), (WEDNESDAY, "c"))) == {
        ("one", MONDAY),
        ("one", WEDNESDAY),
    }
    assert find_changed(None, before) == {("one", MONDAY), ("one", TUESDAY)}
    assert find_changed(before, rows()) == {("one", MONDAY), ("one", TUESDAY)}


def test_the_order_of_rows_is_no_change():
    assert find_changed(rows((MONDAY, "a"), (MONDAY, "b")), rows((MONDAY, "b"), (MONDAY, "a"))) == set()


def test_another_column_changes_every_partition():
    before = rows((MONDAY, "a"))
    assert find_changed(before, before.append_column("more", pa.array([1]))) == {("one", MONDAY)}


def test_chosen_partitions_come_in_the_order_asked_for():
    mixed = rows((MONDAY, "a"), (TUESDAY, "b"), (MONDAY, "c"))
    chosen = choose(mixed, [("one", TUESDAY), ("one", MONDAY), ("one", WEDNESDAY)])
    assert chosen["text"].to_pylist() == ["b", "a", "c"]
    assert choose(mixed, []).num_rows == 0


def test_days_are_parted_by_the_month_and_before_they_outgrow_memory():
    days = [MONDAY + dt.timedelta(days=number) for number in range(DAYS_AT_ONCE + 2)]
    assert chunk([], {}) == []
    assert chunk(days, {}) == [days[:DAYS_AT_ONCE], days[DAYS_AT_ONCE:]]
    half = ROWS_AT_ONCE // 2
    counts = {("one", MONDAY): half, ("two", MONDAY): half, ("one", TUESDAY): 1}
    assert chunk(days[:3], counts) == [[MONDAY], [TUESDAY, WEDNESDAY]]
    assert chunk(days[:3], counts | {("one", WEDNESDAY): 3 * half}) == [[MONDAY], [TUESDAY], [WEDNESDAY]]
