"""Every rule of every suite, on both sides of what it tolerates, judged day by day."""

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from pipelines.quality.gate import check_days
from pipelines.quality.suite import Severity
from pipelines.quality.suites import SUITES
from pipelines.schemas.staging import TABLES

MONDAY, TUESDAY = dt.date(2026, 8, 3), dt.date(2026, 8, 4)
MOMENT = dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC)
ROWS = 2000
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
}
UNIQUE = {
    "message_id_is_unique": "message",
    "conversation_id_is_unique": "conversation",
    "event_id_is_unique": "event",
}


class Staging:
    """Rows of staging in memory; reads as a lake does."""

    def __init__(self, **tables: list[dict[str, Any]]) -> None:
        schemas = {table.name: table.arrow_schema for table in TABLES}
        self._tables = {
            f"staging.{name}": pa.Table.from_pylist(rows, schema=schemas[name])
            for name, rows in tables.items()
        }

    def read(self, name: str, *, days: list[dt.date], columns: list[str]) -> pa.Table | None:
        """The rows, as `Lake.read` gives them."""
        rows = self._tables.get(name)
        return None if rows is None else rows.select(columns)


def make_rows(
    table: str, count: int, *, first: int = 0, day: dt.date = MONDAY, **changes: Any
) -> list[dict[str, Any]]:
    schema = next(one.arrow_schema for one in TABLES if one.name == table)
    blank = {pa.string(): "x", pa.int64(): 1, pa.date32(): day}
    row = {field.name: blank.get(field.type, MOMENT) for field in schema}
    key = next(suite.key for suite in SUITES if suite.name == table)
    return [
        row | GOOD[table] | changes | {"day": day, key: f"{day}-{first + number}"} for number in range(count)
    ]


def verdicts(staging: Staging, day: dt.date = MONDAY) -> dict[str, bool]:
    rows = check_days(staging, [MONDAY, TUESDAY]).to_pylist()  # type: ignore[arg-type]
    return {row["rule"]: row["is_met"] for row in rows if row["day"] == day}


def test_every_rule_has_its_case():
    rules = {rule.id for suite in SUITES for rule in suite.rules}
    assert rules == FAULTS.keys() | UNIQUE.keys()


def test_good_rows_meet_every_rule():
    staging = Staging(**{name: make_rows(name, 20) for name in GOOD})
    assert set(verdicts(staging).values()) == {True}
    assert len(verdicts(staging)) == len(FAULTS) + len(UNIQUE)


@pytest.mark.parametrize("rule", FAULTS)
def test_a_rule_holds_up_to_what_it_tolerates_and_not_a_row_more(rule: str):
    table, fault, allowed = FAULTS[rule]

    def judge(failing: int) -> dict[str, bool]:
        rows = make_rows(table, ROWS - failing) + make_rows(table, failing, first=ROWS, **fault)
        return verdicts(Staging(**{table: rows}))

    assert judge(allowed)[rule]
    over = judge(allowed + 1)
    assert [name for name, is_met in over.items() if not is_met] == [rule]


@pytest.mark.parametrize(("rule", "table"), UNIQUE.items())
def test_a_row_that_is_there_twice_stops_the_day(rule: str, table: str):
    rows = make_rows(table, 3)
    assert verdicts(Staging(**{table: [*rows, rows[0]]}))[rule] is False


def test_a_day_answers_for_its_own_rows_alone():
    rows = make_rows("message", 9) + make_rows("message", 1, first=9, role="narrator")
    staging = Staging(message=rows + make_rows("message", 10, day=TUESDAY))
    assert verdicts(staging)["role_is_known"] is False
    assert set(verdicts(staging, TUESDAY).values()) == {True}


def test_no_rows_give_no_verdicts():
    assert check_days(Staging(), [MONDAY]).num_rows == 0  # type: ignore[arg-type]


def test_verdicts_hold_counts_and_no_text():
    rows = check_days(Staging(message=make_rows("message", 4, text="")), [MONDAY]).to_pylist()  # type: ignore[arg-type]
    (verdict,) = [row for row in rows if row["rule"] == "text_is_present"]
    assert (verdict["failing_count"], verdict["row_count"], verdict["severity"]) == (4, 4, Severity.STOP)
    assert "hello" not in str(rows)
