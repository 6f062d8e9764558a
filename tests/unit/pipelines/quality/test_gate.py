"""Every rule of every suite, on both sides of what it tolerates, judged day by day."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.errors import DefinitionError
from pipelines.quality.batch import check_batch
from pipelines.quality.check import check_engine, tabulate_rules
from pipelines.quality.gate import check_rows
from pipelines.quality.suite import Severity
from pipelines.quality.suites import BATCH_SUITE, ROW_SUITES, SUITES
from pipelines.schemas.ledger import RULE
from pipelines.schemas.staging import TABLES

MONDAY, TUESDAY = dt.date(2026, 8, 3), dt.date(2026, 8, 4)
MOMENT = dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC)
ROWS = 2000
KEYS = {"message": "message_id", "conversation": "conversation_id", "event": "event_id"}
GOOD = {
    "message": {"role": "user", "text": "hello", "language": "en", "model": "m", "region": "GB"},
    "conversation": {"user_message_count": 2, "assistant_message_count": 2, "message_count": 4},
    "event": {"kind": "notice", "detail": "consent", "conversation_id": "c"},
}  # fmt: skip
FAULTS: dict[str, tuple[str, dict[str, Any], int]] = {
    # rule: (table, what a failing row says, how many of 2000 rows may)
    "text_is_present": ("message", {"text": ""}, 0),
    "role_is_known": ("message", {"role": "narrator"}, 0),
    "no_address_is_left": ("message", {"text": "so ROBIN@Example.ORG it is"}, 0),
    "text_has_plausible_length": ("message", {"text": "x" * 20_001}, 2),
    "user_is_known": ("message", {"user_id": "unknown"}, 40),
    "language_is_known": ("message", {"language": "unrecognised"}, 40),
    "model_is_known": ("message", {"model": "unknown"}, 40),
    "region_is_known": ("message", {"region": "unknown"}, 100),
    "time_runs_forward": ("conversation", {"ended_at": MOMENT - dt.timedelta(seconds=1)}, 0),
    "user_speaks": ("conversation", {"user_message_count": 0}, 200),
    "assistant_answers": ("conversation", {"assistant_message_count": 0}, 200),
    "length_is_plausible": ("conversation", {"message_count": 2001}, 0),
    "kind_is_known": ("event", {"kind": "rumour"}, 0),
    "episode_is_known": ("event", {"conversation_id": None}, 40),
    "records_come_in_time": ("message", {"received_on": TUESDAY + dt.timedelta(days=1)}, 400),
    "clocks_agree": ("message", {"received_on": MONDAY - dt.timedelta(days=1)}, 20),
    "copies_are_few": ("message", {"copy_count": 2, "same_copy_count": 2}, 1000),
    "versions_are_few": ("message", {"copy_count": 2, "same_copy_count": 1}, 400),
}
UNIQUE = {
    "message_id_is_unique": "message",
    "conversation_id_is_unique": "conversation",
    "event_id_is_unique": "event",
}
ROLES = {"assistant_is_heard": "user", "user_is_heard": "assistant"}
APART = {"roles_are_balanced", "turns_are_in_order"}


def make_rows(
    table: str, count: int, *, first: int = 0, day: dt.date = MONDAY, **changes: Any
) -> list[dict[str, Any]]:
    schema = next(one.arrow_schema for one in TABLES if one.name == table)
    blank = {pa.string(): "x", pa.int64(): 1, pa.date32(): day}
    row = {field.name: blank.get(field.type, MOMENT) for field in schema}
    rows = [
        row | GOOD[table] | {"day": day, KEYS[table]: f"{day}-{first + number}", "turn": first + number}
        for number in range(count)
    ]
    for number, one in enumerate(rows if table == "message" else ()):
        one["role"] = "user" if number % 2 else "assistant"
    return [one | changes for one in rows]


def check(**tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with DuckDBEngine(threads=1) as engine:
        for table in TABLES:
            rows = [
                {name: one[name] for name in table.arrow_schema.names} for one in tables.get(table.name, [])
            ]
            engine.register(table.full_name, pa.Table.from_pylist(rows, schema=table.arrow_schema))
        return check_engine(engine).to_pylist()


def verdicts(day: dt.date = MONDAY, **tables: list[dict[str, Any]]) -> dict[str, bool]:
    return {row["rule"]: row["is_met"] for row in check(**tables) if row["day"] == day}


def missed(**tables: list[dict[str, Any]]) -> list[str]:
    return [rule for rule, is_met in verdicts(**tables).items() if not is_met]


def test_every_rule_has_its_case():
    rules = {rule.id for suite in SUITES for rule in suite.rules}
    assert rules == FAULTS.keys() | UNIQUE.keys() | ROLES.keys() | APART


def test_good_rows_meet_every_rule():
    found = verdicts(**{name: make_rows(name, 20) for name in GOOD})
    assert set(found.values()) == {True}
    assert len(found) == sum(len(suite.rules) for suite in SUITES)


@pytest.mark.parametrize("rule", FAULTS)
def test_a_rule_holds_up_to_what_it_tolerates_and_not_a_row_more(rule: str):
    table, fault, allowed = FAULTS[rule]

    def judge(failing: int) -> list[str]:
        rows = make_rows(table, ROWS - failing) + make_rows(table, failing, first=ROWS, **fault)
        return missed(**{table: rows})

    assert judge(allowed) == []
    assert judge(allowed + 1) == [rule]


def test_a_message_whose_text_is_null_has_no_text():
    assert missed(message=make_rows("message", 3) + make_rows("message", 1, first=3, text=None)) == [
        "text_is_present"
    ]


@pytest.mark.parametrize(("rule", "table"), UNIQUE.items())
def test_a_row_that_is_there_twice_stops_the_day(rule: str, table: str):
    rows = make_rows(table, 3)
    assert verdicts(**{table: [*rows, rows[0]]})[rule] is False


@pytest.mark.parametrize(("rule", "table"), UNIQUE.items())
def test_a_row_that_is_there_on_two_days_stops_both(rule: str, table: str):
    rows = make_rows(table, 3)
    again = rows[0] | {"day": TUESDAY}
    assert verdicts(**{table: [*rows, again]})[rule] is False
    assert verdicts(TUESDAY, **{table: [*rows, again]})[rule] is False


@pytest.mark.parametrize(("rule", "role"), ROLES.items())
def test_a_day_on_which_one_side_is_silent_stops_once_there_is_enough_to_tell(rule: str, role: str):
    assert missed(message=make_rows("message", 19, role=role)) == []
    assert missed(message=make_rows("message", 20, role=role)) == sorted([rule, "roles_are_balanced"])
    other = make_rows("message", 1, first=20, role="user" if role == "assistant" else "assistant")
    assert missed(message=[*make_rows("message", 20, role=role), *other]) == ["roles_are_balanced"]


@pytest.mark.parametrize(("users", "is_met"), [(20, True), (19, False), (80, True), (81, False)])
def test_one_side_may_write_four_fifths(users: int, is_met: bool):
    rows = make_rows("message", users, role="user") + make_rows(
        "message", 100 - users, first=users, role="assistant"
    )
    assert verdicts(message=rows)["roles_are_balanced"] is is_met


def test_turns_out_of_order_are_those_whose_own_number_falls():
    rows = make_rows("message", 100)
    for number, row in enumerate(rows):
        row["source_turn"] = number
    assert missed(message=rows) == []
    for place in (10, 20):
        rows[place]["source_turn"] = 0
    assert missed(message=rows) == []
    rows[30]["source_turn"] = 0
    assert missed(message=rows) == ["turns_are_in_order"]


def test_a_log_without_numbers_of_turns_is_in_order():
    assert verdicts(message=make_rows("message", 30, source_turn=None))["turns_are_in_order"] is True


def test_a_day_answers_for_its_own_rows_alone():
    rows = make_rows("message", 9) + make_rows("message", 1, first=9, role="narrator")
    rows += make_rows("message", 10, day=TUESDAY)
    assert verdicts(message=rows)["role_is_known"] is False
    assert set(verdicts(TUESDAY, message=rows).values()) == {True}


@pytest.mark.parametrize(
    ("check_suite", "suite", "rule"),
    [
        (check_rows, ROW_SUITES[0], replace(ROW_SUITES[0].rules[0], id="nobody_counts_it")),
        (check_batch, BATCH_SUITE, replace(BATCH_SUITE.rules[0], column="nobody_counts_it")),
    ],
)
def test_a_rule_without_its_column_is_named(check_suite, suite, rule):
    with DuckDBEngine(threads=1) as engine:
        for table in TABLES:
            engine.register(table.full_name, table.arrow_schema.empty_table())
        with pytest.raises(
            DefinitionError, match=rf"quality/{suite.name}\.sql has no column nobody_counts_it"
        ):
            list(check_suite(engine, replace(suite, rules=(*suite.rules, rule))))


def test_no_rows_give_no_verdicts():
    assert check() == []


def test_verdicts_hold_counts_and_no_text():
    rows = check(message=make_rows("message", 4, text=""))
    (verdict,) = [row for row in rows if row["rule"] == "text_is_present"]
    assert (verdict["failing_count"], verdict["row_count"], verdict["severity"]) == (4, 4, Severity.STOP)
    assert (verdict["observed"], verdict["allowed"], verdict["checked_by"]) == (1.0, "no row", "engine")
    assert "hello" not in str(rows)


def test_a_day_as_a_whole_is_judged_by_great_expectations_with_what_was_seen_and_allowed():
    rows = make_rows("message", 75, role="user") + make_rows("message", 25, first=75, role="assistant")
    (verdict,) = [row for row in check(message=rows) if row["rule"] == "roles_are_balanced"]
    assert verdict["checked_by"] == "great_expectations"
    assert (verdict["observed"], verdict["allowed"]) == (0.75, "at least 0.2 and at most 0.8")


def test_every_rule_says_what_why_and_what_to_do():
    rules = tabulate_rules()
    assert rules.schema.equals(RULE.arrow_schema)
    assert rules.num_rows == sum(len(suite.rules) for suite in (*ROW_SUITES, BATCH_SUITE))
    for row in rules.to_pylist():
        assert min(len(row[name]) for name in ("what", "allowed", "why", "next_step")) >= 6
