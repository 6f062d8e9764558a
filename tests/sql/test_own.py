"""The counts of a signal of the operator's own: found of what was read, never of what nobody could read."""

import datetime as dt

import duckdb

from pipelines.indicators.compute import SQL

COUNT = (SQL / "own" / "own_signal_share.sql").read_text()
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def count(*rows: tuple[str, str, bool, bool]) -> list[tuple[str, int, int]]:
    """Numerator and denominator by conversation of messages: signal, whether read, whether it counts."""
    with duckdb.connect() as connection:
        connection.execute("create schema fact")
        columns = "conversation_id text, signal_id text, is_scored boolean, is_counted boolean"
        connection.execute(f"create table fact.own_signal ({columns}, sent_at timestamptz)")
        connection.executemany(
            "insert into fact.own_signal values (?, ?, ?, ?, ?)", [(*row, NOON) for row in rows]
        )
        found = connection.execute(COUNT, {"signal_id": "x_work_worry"}).fetchall()
    return sorted((unit, numerator, denominator) for unit, _, _, numerator, denominator in found)


def test_one_message_in_which_it_is_found_makes_the_conversation_count():
    assert count(("a", "x_work_worry", True, False), ("a", "x_work_worry", True, True)) == [("a", 1, 1)]


def test_read_without_it_is_a_zero_and_not_read_is_unknown():
    assert count(("a", "x_work_worry", True, False), ("b", "x_work_worry", False, False)) == [
        ("a", 0, 1), ("b", 0, 0),
    ]  # fmt: skip


def test_one_message_that_was_read_is_enough_to_look():
    assert count(("a", "x_work_worry", False, True), ("a", "x_work_worry", True, False)) == [("a", 0, 1)]


def test_another_signal_is_not_this_one():
    assert count(("a", "x_praise", True, True)) == []
