"""Messages that came again are weighed against each other, all others pass; rows are sorted nulls last."""

import datetime as dt
import random

import pyarrow as pa
import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.ingest.once import count_versions, find_order, keep_once, sort_rows

DAY = dt.date(2026, 8, 3)


def deliver(
    *rows: tuple[str, str, int], roles: str | None = None, versions: list[dt.date | None] | None = None
) -> pa.Table:
    """Delivered rows of (message, content, copies), a minute apart, each received the day before the last.

    `roles`: u, a or g of each; `versions`: the day on which its content last came.
    """
    count = len(rows)
    return pa.table(
        {
            "message_id": [row[0] for row in rows],
            "role": [{"u": "user", "a": "assistant", "g": "agent"}[one] for one in roles or "u" * count],
            "content_hash": [row[1] for row in rows],
            "copy_count": pa.array([row[2] for row in rows], pa.int64()),
            "same_copy_count": pa.array([row[2] for row in rows], pa.int64()),
            "sent_at": pa.array([60_000_000 * place for place in range(count)], pa.timestamp("us")),
            "received_on": [DAY + dt.timedelta(days=count - place) for place in range(count)],
            "version_on": pa.array(versions or [None] * count, pa.date32()),
            "text": [f"text {place}" for place in range(count)],
        }
    )


def keep(rows: pa.Table) -> dict[str, tuple[str, int, int, dt.date]]:
    with DuckDBEngine() as engine:
        kept = keep_once(engine, rows).to_pylist()
    assert len({row["message_id"] for row in kept}) == len(kept)
    return {
        row["message_id"]: (row["text"], row["copy_count"], row["same_copy_count"], row["received_on"])
        for row in kept
    }


def test_of_copies_the_first_is_kept_and_of_conflicts_of_one_day_the_smallest_hash():
    rows = deliver(("a", "h2", 1), ("b", "h1", 1), ("a", "h1", 1), ("a", "h1", 1), versions=[DAY] * 4)
    kept = keep(rows)
    assert kept["b"] == ("text 1", 1, 1, DAY + dt.timedelta(days=3))
    assert kept["a"] == ("text 2", 3, 2, DAY + dt.timedelta(days=1))


@pytest.mark.parametrize(("on", "text"), [(0, "text 0"), (1, "text 1")])
def test_of_versions_the_one_that_came_on_the_latest_day_is_kept(on, text):
    rows = deliver(("a", "h1", 1), ("a", "h2", 1), versions=[DAY, DAY + dt.timedelta(days=on)])
    assert keep(rows)["a"][0] == text


def test_what_earlier_code_stored_is_as_old_as_its_first_delivery():
    rows = deliver(("a", "h1", 1), ("a", "h2", 1), versions=[None, DAY + dt.timedelta(days=3)])
    assert keep(rows)["a"][0] == "text 1"
    assert keep(rows.set_column(rows.schema.get_field_index("version_on"), "version_on",
                pa.array([None, DAY + dt.timedelta(days=1)], pa.date32())))["a"][0] == "text 0"  # fmt: skip


def test_a_message_of_a_growing_transcript_counts_as_one():
    assert keep(deliver(("a", "h", 0), ("b", "h", 0), ("b", "h", 0))) == {
        "a": ("text 0", 1, 1, DAY + dt.timedelta(days=3)),
        "b": ("text 1", 1, 1, DAY + dt.timedelta(days=1)),
    }


NAME = "0123456789abcdef" * 2


def test_messages_of_one_name_by_two_speakers_are_no_copies_of_each_other():
    kept = keep(deliver((NAME, "h1", 1), (NAME, "h2", 1), (NAME, "h2", 1), roles="uaa"))
    assert {name: row[:3] for name, row in kept.items()} == {
        NAME: ("text 0", 1, 1),
        f"{NAME}-assistant": ("text 1", 2, 2),
    }


def test_a_name_that_one_speaker_has_stays_as_it_was_stored():
    assert keep(deliver((NAME, "h", 1), (NAME, "h", 1), roles="aa")).keys() == {NAME}


def test_what_was_named_beside_another_is_known_again_under_the_name_of_the_log():
    held = (NAME, "h1", 1), (f"{NAME}-assistant", "h2", 1), (f"{NAME}-agent", "h3", 1)
    again = (NAME, "h2", 1), (NAME, "h3", 1), (NAME, "h1", 1)
    kept = keep(deliver(*held, *again, roles="uagagu"))
    assert {name: row[1:3] for name, row in kept.items()} == {
        NAME: (2, 2),
        f"{NAME}-assistant": (2, 2),
        f"{NAME}-agent": (2, 2),
    }


def test_versions_are_the_deliveries_that_said_something_else_than_what_is_kept():
    with DuckDBEngine() as engine:
        rows = deliver(("a", "h2", 1), ("a", "h1", 1), ("a", "h1", 1), ("b", "h3", 1), versions=[DAY] * 4)
        kept = keep_once(engine, rows)
    assert count_versions(kept) == 1
    assert count_versions(kept.slice(0, 0)) == 0


def test_nothing_delivered_is_nothing_kept():
    assert keep(deliver(("a", "h", 1)).slice(0, 0)) == {}


def test_rows_are_sorted_by_their_columns_with_nulls_last():
    chance = random.Random(5)  # noqa: S311 - the same rows in every run
    days = [None, DAY, DAY + dt.timedelta(days=1)]
    rows = [(chance.choice("cab"), chance.choice(days), chance.choice([None, -1, 5])) for _ in range(200)]
    names = ("thread", "day", "turn")
    table = pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})
    expected = sorted(rows, key=lambda row: [(value is None, value or 0) for value in row[2:]])
    expected.sort(key=lambda row: (row[0], row[1] is None, row[1] or DAY))
    found = sort_rows(table, *names)
    assert [tuple(row.values()) for row in found.to_pylist()] == expected
    few = sort_rows(pa.table({"name": ["b", None, "a"]}), "name")
    assert few["name"].to_pylist() == ["a", "b", None]


def test_what_decides_at_last_is_looked_at_where_all_else_is_equal():
    chance = random.Random(5)  # noqa: S311 - the same rows in every run
    rows = pa.table(
        {
            "thread": [chance.choice("abc") for _ in range(60)],
            "turn": [chance.choice([1, 2, None]) for _ in range(60)],
            "id": [f"{chance.random():.12f}" for _ in range(60)],
        }
    )
    order = find_order(rows, "thread", "turn", at_last="id").tolist()
    assert order == find_order(rows, "thread", "turn", "id").tolist()
    assert find_order(rows.slice(0, 1), "thread", at_last="id").tolist() == [0]
    assert find_order(rows.slice(0, 0), "thread", at_last="id").tolist() == []
