"""Counts by day, slice, bucket and bin add up to the units, and unsound rows stop the count."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.errors import DefinitionError, StateError
from pipelines.indicators import age, compute
from pipelines.indicators.compute import (
    SQL,
    build_facts,
    count_units,
    definitions_version,
    list_fact_sources,
    list_sources,
)
from pipelines.indicators.definition import Definition, load_definitions
from pipelines.schemas import LAKE_TABLES
from pipelines.schemas.indicator import (
    HISTOGRAM_BUCKET,
    INDICATOR_BUCKET,
    INDICATOR_DAY,
    INDICATOR_HISTOGRAM,
    SLICE_BUCKET,
)
from pipelines.schemas.table import SLICES

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
DAY = NOON.date()
SHIPPED = {one.indicator_id: one for one in load_definitions()}
ORDINARY = {
    "deployment_id": "companion", "day": DAY, "thread_id": "t", "user_id": "0a", "received_on": DAY,
    "occurred_on": DAY, "sent_on": DAY, **dict.fromkeys(SLICES, "unknown"),
    **dict.fromkeys(("occurred_at", "started_at", "ended_at", "sent_at"), NOON),
}  # fmt: skip


def fill(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = LAKE_TABLES[name].arrow_schema
    blank = {
        field.name: "" if pa.types.is_string(field.type) else pa.types.is_boolean(field.type) or 0
        for field in schema
    }
    return pa.Table.from_pylist([blank | ORDINARY | row for row in rows], schema=schema)


@pytest.fixture
def engine() -> Iterator[DuckDBEngine]:
    with DuckDBEngine(threads=1) as engine:
        for name in list_fact_sources():
            engine.register(name, LAKE_TABLES[name].empty())
        yield engine


def give_conversations(engine: DuckDBEngine, *rows: dict[str, Any]) -> None:
    """Conversations of one reply each, all read."""
    named = [{"conversation_id": f"c{place}"} | row for place, row in enumerate(rows)]
    engine.register("staging.conversation", fill("staging.conversation", named))
    messages = [row | {"message_id": f"m-{row['conversation_id']}", "role": "assistant"} for row in named]
    engine.register("staging.message", fill("staging.message", messages))
    looked = [
        row | {"message_id": f"m-{row['conversation_id']}", "detector_id": "lexicon", "state": "scored"}
        for row in named
        if row.get("is_read", True)
    ]
    engine.register("finding.coverage", fill("finding.coverage", looked))


def make(sql: str, **changes: Any) -> Definition:
    head = "-- A sentence.\n-- Grain: one row.\n-- Missing: nothing.\n"
    plain = SHIPPED["long_session_share"].model_dump() | {"parameters": {}, "sql": head + sql} | changes
    return Definition.model_validate(plain)


ALL_CONVERSATIONS = """
select
    conversation_id as unit_id, conversation_id, started_at as occurred_at, 1 as numerator, 1 as denominator
from fact.conversation
"""

ALL_EVENTS = """
select event_id as unit_id, conversation_id, occurred_at, 1 as numerator, 1 as denominator
from fact.event
"""


def pick(rows: pa.Table, *names: str, **where: Any) -> list[tuple[Any, ...]]:
    kept = [row for row in rows.to_pylist() if all(row[key] == value for key, value in where.items())]
    return [tuple(row[name] for name in names) for row in kept]


def test_facts_are_built_after_what_they_read_and_shown_on_the_engine(engine: DuckDBEngine):
    give_conversations(engine, {})
    facts = build_facts(engine)
    order = list(facts)
    assert set(order) == {f"fact.{path.stem}" for path in (SQL / "fact").glob("*.sql")}
    assert order.index("fact.thread_risk") < order.index("fact.conversation") < order.index("fact.user_day")
    assert order.index("fact.message_signal") < order.index("fact.message") < order.index("fact.conversation")
    assert engine.query("select conversation_id from fact.conversation").num_rows == 1


def test_facts_and_counts_carry_no_text(engine: DuckDBEngine):
    give_conversations(engine, {"text": "a canary"})
    facts = build_facts(engine)
    assert not any("a canary" in str(rows.to_pydict()) for rows in facts.values())
    assert "a canary" in str(engine.query("select * from staging.message").to_pydict())


def test_an_empty_lake_gives_tables_of_the_declared_shape(engine: DuckDBEngine):
    build_facts(engine)
    counts = count_units(engine, tuple(SHIPPED.values()))
    for rows, table in (
        (counts.indicator_day, INDICATOR_DAY),
        (counts.indicator_bucket, INDICATOR_BUCKET),
        (counts.slice_bucket, SLICE_BUCKET),
        (counts.indicator_histogram, INDICATOR_HISTOGRAM),
        (counts.histogram_bucket, HISTOGRAM_BUCKET),
    ):
        assert rows.schema == table.arrow_schema
        assert rows.num_rows == 0


def test_every_slice_adds_up_to_the_whole_by_deployment_and_day(engine: DuckDBEngine):
    give_conversations(
        engine,
        {"model": "a", "region": "GB"},
        {"model": "b", "region": "GB"},
        {"model": "b", "region": "unknown", "day": DAY + dt.timedelta(days=1)},
        {"model": "a", "deployment_id": "other"},
    )
    build_facts(engine)
    rows = count_units(engine, (make(ALL_CONVERSATIONS),)).indicator_day
    whole = pick(rows, "deployment_id", "day", "denominator", slice="all", slice_value="all")
    assert whole == [("companion", DAY, 2), ("companion", DAY + dt.timedelta(days=1), 1), ("other", DAY, 1)]
    for name in SLICES:
        assert sum(count for (count,) in pick(rows, "denominator", slice=name)) == 4
    assert pick(rows, "slice_value", "denominator", slice="model", deployment_id="companion", day=DAY) == [
        ("a", 1), ("b", 1),
    ]  # fmt: skip
    assert {one for (one,) in pick(rows, "slice")} == {"all", *SLICES}


def test_an_unread_message_marks_its_conversation_as_unscored(engine: DuckDBEngine):
    give_conversations(engine, {}, {"is_read": False})
    build_facts(engine)
    rows = count_units(engine, (make(ALL_CONVERSATIONS),)).indicator_day
    assert pick(rows, "denominator", "unscored_count", slice="all") == [(2, 1)]


def test_a_unit_that_a_detector_missed_or_did_not_look_at_is_unscored_once(engine: DuckDBEngine):
    read, unread = {}, {"is_read": False}
    give_conversations(engine, read, read, unread, unread)
    build_facts(engine)
    columns = "1 as denominator, cast(conversation_id in ('c1', 'c2') as integer) as unseen"
    half_seen = ALL_CONVERSATIONS.replace("1 as denominator", columns)
    rows = count_units(engine, (make(half_seen),)).indicator_day
    assert pick(rows, "denominator", "unscored_count", slice="all") == [(4, 3)]


REPLIES = """
select message_id as unit_id, conversation_id, sent_at as occurred_at, 1 as numerator, 1 as denominator
from fact.message
where message.role = 'assistant'
"""


def give_sights(engine: DuckDBEngine, *talks: dict[str, str | None]) -> None:
    """Conversations of a message of the user and a reply, with the sight of each; None for no message."""
    names = {f"c{place}": talk for place, talk in enumerate(talks)}
    engine.register(
        "staging.conversation", fill("staging.conversation", [{"conversation_id": name} for name in names])
    )
    messages = [
        {"conversation_id": name, "message_id": f"{role}-{name}", "role": role, "sight": sight}
        for name, talk in names.items()
        for role, sight in talk.items()
        if sight is not None
    ]
    for table, changes in (("staging.message", {}), ("finding.language", {}), ("finding.coverage", COVERED)):
        columns = LAKE_TABLES[table].arrow_schema.names
        rows = [{key: value for key, value in row.items() if key in columns} | changes for row in messages]
        engine.register(table, fill(table, rows))
    held = [("new", "a_new"), ("new", "a_refusal"), ("old", "a_refusal"), ("told", "u_told")]
    rows = [{"sight": sight, "signal_id": signal} for sight, signal in held]
    engine.register("finding.sight", fill("finding.sight", rows))
    build_facts(engine)


COVERED = {"detector_id": "lexicon", "state": "scored"}
SEEN, BEFORE = {"user": "told", "assistant": "new"}, {"user": "told", "assistant": "old"}


@pytest.mark.parametrize(("unit", "sql"), [("conversation", ALL_CONVERSATIONS), ("message", REPLIES)])
@pytest.mark.parametrize(
    ("needs", "counts"),
    [
        ((), [(2, 0)]),
        (("signal:a_refusal",), [(2, 0)]),
        (("signal:a_new",), [(1, 1)]),
        (("signal:a_refusal", "signal:a_new"), [(1, 1)]),
        (("signal:u_told", "signal:a_refusal"), [(2, 0)]),
        (("signal:u_other",), [(0, 2)]),
        (("field:region", "signal:x_own"), [(2, 0)]),
    ],
)
def test_what_was_scored_before_a_signal_existed_is_unknown_for_it(
    engine: DuckDBEngine, unit: str, sql: str, needs: tuple[str, ...], counts: list[tuple[int, int]]
):
    give_sights(engine, SEEN, BEFORE)
    one = make(sql, unit=unit, needs=needs)
    counted = count_units(engine, (one,))
    assert pick(counted.indicator_day, "numerator", "unscored_count", slice="all") == counts
    assert sum(count for (count,) in pick(counted.indicator_bucket, "denominator")) == counts[0][0]


def test_of_a_count_what_was_found_stays_where_nobody_looked_for_the_rest(engine: DuckDBEngine):
    give_sights(engine, SEEN, BEFORE)
    found = make(ALL_CONVERSATIONS, kind="count", needs=("signal:a_new",))
    none = make(
        ALL_CONVERSATIONS.replace("1 as numerator", "0 as numerator"),
        kind="count",
        needs=("signal:a_new",),
    )
    names = ("numerator", "denominator", "unscored_count")
    assert pick(count_units(engine, (found,)).indicator_day, *names, slice="all") == [(2, 2, 1)]
    assert pick(count_units(engine, (none,)).indicator_day, *names, slice="all") == [(0, 1, 1)]


def test_what_was_looked_for_is_among_what_an_indicator_is_counted_from():
    looked = {"fact.message", "fact.sight"}
    assert list_sources(make(ALL_CONVERSATIONS)) == {"fact.conversation"}
    assert list_sources(make(ALL_CONVERSATIONS, needs=("signal:a_new",))) == {"fact.conversation", *looked}
    assert not looked & list_sources(SHIPPED["si_user_week_share"])
    assert looked <= list_sources(SHIPPED["missed_escalation_rate"])


def test_a_signal_of_any_kind_counts_wherever_a_message_was_read(engine: DuckDBEngine):
    give_sights(engine, SEEN, BEFORE)
    one = make(ALL_CONVERSATIONS, needs=("signal:a_new",), is_of_any_kind=True)
    rows = count_units(engine, (one,)).indicator_day
    assert pick(rows, "denominator", "unscored_count", slice="all") == [(2, 0)]


def test_where_nobody_answered_there_is_nothing_in_which_to_look(engine: DuckDBEngine):
    give_sights(engine, {"user": "told", "assistant": None}, BEFORE)
    rows = count_units(engine, (make(ALL_CONVERSATIONS, needs=("signal:a_new",)),)).indicator_day
    assert pick(rows, "denominator", "unscored_count", slice="all") == [(1, 1)]


@pytest.mark.parametrize(
    ("where", "unscored"), [("has_abandonment", 2), ("has_refusal_after_risk", 0), ("harm_level > 9", 0)]
)
def test_a_population_is_covered_where_what_chooses_it_was_looked_for(
    engine: DuckDBEngine, where: str, unscored: int
):
    give_sights(engine, SEEN, BEFORE)  # both were looked at for refusals, and neither for abandonment
    needs = ("signal:a_new", "signal:a_abandonment", "signal:a_refusal")
    sql = f"{ALL_CONVERSATIONS} where conversation.{where}"
    one = make(sql, needs=needs, population_is_found=True)
    rows = count_units(engine, (one,)).indicator_day
    assert pick(rows, "denominator", "unscored_count", "unit_count", slice="all") == [(0, unscored, 2)]


def test_a_value_of_a_unit_in_which_nobody_looked_falls_in_no_bin(engine: DuckDBEngine):
    give_sights(engine, SEEN, BEFORE)
    sql = ALL_CONVERSATIONS.replace("1 as numerator, 1 as denominator", "3 as value, 0 as is_censored")
    one = make(sql, kind="distribution", value_unit="turns", bins=(0, 2), needs=("signal:a_new",))
    counted = count_units(engine, (one,))
    assert pick(counted.indicator_histogram, "bin", "unit_count", slice="all") == [(1, 1)]
    assert pick(counted.indicator_day, "denominator", "unscored_count", slice="all") == [(1, 1)]


@pytest.mark.parametrize(("is_found", "counts"), [(False, [(1, 0, 1)]), (True, [(1, 1, 3)])])
def test_who_was_not_read_may_belong_to_a_population_that_detectors_find(
    engine: DuckDBEngine, is_found: bool, counts: list[tuple[int, int, int]]
):
    give_conversations(engine, {"model": "a"}, {"model": "b"}, {"model": "a", "is_read": False})
    build_facts(engine)
    only_b = f"{ALL_CONVERSATIONS} where conversation.model = 'b'"
    rows = count_units(engine, (make(only_b, population_is_found=is_found),)).indicator_day
    assert pick(rows, "denominator", "unscored_count", "unit_count", slice="all") == counts


@pytest.mark.parametrize(
    ("user_id", "bucket"),
    [("00", 0), ("0f", 15), ("3f", 63), ("40", 0), ("ff", 63), ("9c4d1a2b", 43), ("9c4d1a27", 39)],
)
def test_a_users_bucket_is_the_last_two_hexadecimal_digits_modulo_64(
    engine: DuckDBEngine, user_id: str, bucket: int
):
    assert int(user_id[-2:], 16) % 64 == bucket
    give_conversations(engine, {"user_id": user_id}, {"user_id": user_id})
    build_facts(engine)
    rows = count_units(engine, (make(ALL_CONVERSATIONS),)).indicator_bucket
    assert pick(rows, "bucket", "denominator") == [(bucket, 2)]


def test_conversations_of_unknown_users_are_not_one_cluster(engine: DuckDBEngine):
    give_conversations(
        engine,
        {"user_id": "unknown", "conversation_id": "01"},
        {"user_id": "unknown", "conversation_id": "02"},
    )
    build_facts(engine)
    rows = count_units(engine, (make(ALL_CONVERSATIONS),)).indicator_bucket
    assert pick(rows, "bucket", "denominator") == [(1, 1), (2, 1)]


def test_an_event_of_a_conversation_that_nobody_read_is_unscored(engine: DuckDBEngine):
    give_conversations(engine, {}, {"is_read": False})
    events = [{"event_id": f"e{name}", "conversation_id": name, "kind": "handoff"} for name in ("c0", "c1")]
    engine.register("staging.event", fill("staging.event", events))
    build_facts(engine)
    rows = count_units(engine, (make(ALL_EVENTS, unit="event"),)).indicator_day
    assert pick(rows, "denominator", "unscored_count", slice="all") == [(2, 1)]


def test_events_of_unknown_users_are_not_one_cluster(engine: DuckDBEngine):
    names = ("01", "02")
    give_conversations(engine, *({"user_id": "unknown", "conversation_id": name} for name in names))
    events = [
        {"event_id": f"e{name}", "conversation_id": name, "user_id": "unknown", "kind": "handoff"}
        for name in names
    ]
    engine.register("staging.event", fill("staging.event", events))
    build_facts(engine)
    rows = count_units(engine, (make(ALL_EVENTS, unit="event"),)).indicator_bucket
    assert pick(rows, "bucket", "denominator") == [(1, 1), (2, 1)]


def test_the_units_of_every_slice_are_counted_by_the_bucket_of_their_user_whatever_the_indicator(
    engine: DuckDBEngine,
):
    give_conversations(
        engine,
        {"user_id": "01", "region": "GB"},
        {"user_id": "01", "region": "GB"},
        {"user_id": "02", "region": "GB"},
        {"user_id": "02", "region": "FR", "is_read": False},
    )
    build_facts(engine)
    nothing = make(ALL_CONVERSATIONS + " where false")
    rows = count_units(engine, (nothing, make(ALL_CONVERSATIONS, indicator_id="other"))).slice_bucket
    assert set(pick(rows, "unit", "slice_value", "bucket", "unit_count", slice="region")) == {
        ("conversation", "FR", 2, 1),
        ("conversation", "GB", 1, 2),
        ("conversation", "GB", 2, 1),
    }
    assert {one for (one,) in pick(rows, "slice")} == set(SLICES)
    assert sum(count for (count,) in pick(rows, "unit_count", slice="model")) == 4


def test_a_distribution_falls_in_its_bins_with_lower_bounds_kept_apart(engine: DuckDBEngine):
    give_conversations(
        engine,
        *(
            {"message_count": count, "model": "a", "user_id": user}
            for count, user in ((0, "0a"), (4, "1b"), (5, "0a"), (6, "0a"), (99, "0a"))
        ),
    )
    build_facts(engine)
    one = make(
        "select conversation_id as unit_id, conversation_id, started_at as occurred_at,"
        " message_count - 1 as value, cast(message_count = 6 as integer) as is_censored"
        " from fact.conversation",
        kind="distribution",
        value_unit="messages",
        bins=(0, 4, 10),
    )
    counts = count_units(engine, (one,))
    expected = [(0, 0, 2), (1, 0, 1), (1, 1, 1), (2, 0, 1)]
    names = ("bin", "is_censored", "unit_count")
    assert pick(counts.indicator_histogram, *names, slice="all") == expected
    assert pick(counts.indicator_histogram, *names, slice="model") == expected
    assert pick(counts.indicator_day, "numerator", "denominator", slice="all") == [(4, 5)]
    assert set(pick(counts.indicator_bucket, "bucket", "numerator", "denominator")) == {
        (10, 3, 4),
        (27, 1, 1),
    }
    seen = {(0, 10, 1), (0, 27, 1), (1, 10, 1), (2, 10, 1)}  # bin, bucket of the person, values
    assert set(pick(counts.histogram_bucket, "bin", "bucket", "unit_count")) == seen


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        (
            ALL_CONVERSATIONS.replace("conversation_id as unit_id", "'nobody' as unit_id"),
            "1 rows whose unit_id",
        ),
        (f"{ALL_CONVERSATIONS} union all {ALL_CONVERSATIONS}", "1 repeated units"),
        (ALL_CONVERSATIONS.replace("1 as numerator", "-1 as numerator"), "1 negative or missing"),
        (ALL_CONVERSATIONS.replace("1 as denominator", "null as denominator"), "1 negative or missing"),
    ],
)
def test_rows_that_are_not_one_a_unit_stop_the_count(engine: DuckDBEngine, sql: str, message: str):
    give_conversations(engine, {})
    build_facts(engine)
    with pytest.raises(DefinitionError, match=f"long_session_share.*{message}"):
        count_units(engine, (make(sql),))


def test_an_id_shared_by_two_deployments_stops_the_count(engine: DuckDBEngine):
    give_conversations(engine, {"conversation_id": "c"}, {"conversation_id": "c", "deployment_id": "other"})
    build_facts(engine)
    with pytest.raises(StateError, match="more than once: c "):
        count_units(engine, (make(ALL_CONVERSATIONS),))


def test_an_event_that_waits_is_counted_with_unknown_slices(engine: DuckDBEngine):
    waiting = {"event_id": "e", "kind": "handoff", "detail": "offered", "conversation_id": None}
    engine.register("staging.event", fill("staging.event", [waiting]))
    build_facts(engine)
    rows = count_units(engine, (SHIPPED["handoff_completion_rate"],)).indicator_day
    assert pick(rows, "numerator", "denominator", slice="all") == [(0, 1)]
    assert pick(rows, "slice_value", slice="model") == [("unknown",)]


@pytest.mark.parametrize("changed", ["fact/message.sql", "aggregation/indicator_day.sql", "age.py"])
def test_days_are_counted_again_when_what_counts_them_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    for folder in ("fact", "aggregation"):
        shutil.copytree(SQL / folder, tmp_path / folder)
    monkeypatch.setattr(compute, "SQL", tmp_path)
    monkeypatch.setattr(age, "__file__", shutil.copy(age.__file__, tmp_path / "age.py"))
    before = definitions_version(())
    (tmp_path / changed).write_text("something else")
    assert definitions_version(()) != before
