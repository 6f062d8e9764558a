"""The YAML cases of facts and indicators: a line of prose, the rows that matter, what must come out.

`facts/<name>.yaml` gives rows of staging and findings and expects rows of `fact.<name>`;
`indicators/<id>.yaml` gives rows of facts and expects the indicator's rows. Rows are compared in order of
their id, on the columns that the case names.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.indicators.compute import SQL, build_facts, count_units
from pipelines.indicators.definition import load_definitions
from pipelines.indicators.vocabulary import Kind, Unit

HERE = Path(__file__).parent
DEFINITIONS = {one.indicator_id: one for one in load_definitions() if one.sql}
LEAST_CASES = 3
RATES = {Kind.PROPORTION, Kind.RATE_PER_1000}
KEYS = {
    "conversation": ["conversation_id"],
    "message": ["message_id"],
    "message_signal": ["message_id", "signal_id"],
    "own_signal": ["message_id", "signal_id"],
    "event": ["event_id"],
    "trajectory": ["conversation_id"],
    "thread_risk": ["conversation_id"],
    "user_presence": ["user_id"],
    "user_return": ["conversation_id"],
    "notice_gap": ["conversation_id"],
    "resource_mention": ["message_id"],
    "sight": ["sight", "signal_id"],
    "user_day": ["user_id", "day"],
    "user_week": ["user_id", "day"],
}

Give = Callable[[dict[str, list[dict[str, Any]]]], None]


def read_cases(folder: str) -> dict[str, list[dict[str, Any]]]:
    return {path.stem: yaml.safe_load(path.read_text()) for path in sorted((HERE / folder).glob("*.yaml"))}


FACT_CASES = read_cases("facts")
INDICATOR_CASES = read_cases("indicators")


def spread(cases: dict[str, list[dict[str, Any]]]) -> list[Any]:
    return [
        pytest.param(name, case, id=f"{name}: {case['case']}") for name, own in cases.items() for case in own
    ]


def select(rows: list[dict[str, Any]], expected: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows, on the columns that the expected row of the same place names."""
    named = [row.keys() for row in expected] + [set()] * len(rows)
    return [{name: row[name] for name in names} for row, names in zip(rows, named, strict=False)]


@pytest.mark.parametrize(("name", "case"), spread(FACT_CASES))
def test_a_fact_says_what_its_case_expects(
    engine: DuckDBEngine, give_sources: Give, name: str, case: dict[str, Any]
):
    give_sources(case["given"])
    rows = build_facts(engine, [f"fact.{name}"])[f"fact.{name}"].to_pylist()
    rows.sort(key=lambda row: [row[key] for key in KEYS[name]])
    assert select(rows, case["expect"]) == case["expect"]


@pytest.mark.parametrize(("name", "case"), spread(INDICATOR_CASES))
def test_an_indicator_counts_what_its_case_expects(
    indicator_engine: DuckDBEngine, give_facts: Give, name: str, case: dict[str, Any]
):
    one = DEFINITIONS[name]
    give_facts(case["given"])
    rows = indicator_engine.query(one.sql, dict(one.parameters)).to_pylist()
    rows.sort(key=lambda row: row["unit_id"])
    assert select(rows, case["expect"]) == case["expect"]
    if one.kind is Kind.PROPORTION:
        assert all(0 <= row["numerator"] <= row["denominator"] for row in rows)
    counted = count_units(indicator_engine, (one,))
    added = counted.indicator_week if one.unit is Unit.USER_WEEK else counted.indicator_day
    assert sum(row["denominator"] for row in added.to_pylist() if row["slice"] == "all") == sum(
        row.get("denominator", 1) for row in rows
    )


UNREAD = {"message": {"is_scored": False, "sight": ""}, "conversation": {"has_scored_message": False}}
"""What is true of a row that no detector could read."""


@pytest.mark.parametrize(
    ("name", "case"),
    spread({name: own for name, own in INDICATOR_CASES.items() if DEFINITIONS[name].kind in RATES}),
)
def test_a_rate_counts_nothing_among_what_is_not_in_its_denominator(
    indicator_engine: DuckDBEngine, give_facts: Give, name: str, case: dict[str, Any]
):
    one = DEFINITIONS[name]
    give_facts(
        {table: [row | UNREAD.get(table, {}) for row in rows] for table, rows in case["given"].items()}
    )
    rows = indicator_engine.query(one.sql, dict(one.parameters)).to_pylist()
    assert [row["unit_id"] for row in rows if row["numerator"] and not row["denominator"]] == []


def test_every_indicator_has_three_cases_and_every_case_an_indicator():
    assert INDICATOR_CASES.keys() == DEFINITIONS.keys()
    assert {name: len(own) for name, own in INDICATOR_CASES.items() if len(own) < LEAST_CASES} == {}


def test_every_indicator_has_a_case_that_counts_one_that_must_not_and_an_empty_one():
    counting = {
        name
        for name, own in INDICATOR_CASES.items()
        if any(row.get("numerator", 0) > 0 or "value" in row for case in own for row in case["expect"])
    }
    quiet = {
        name
        for name, own in INDICATOR_CASES.items()
        for case in own
        if case["given"] and not any(row.get("numerator") or row.get("value") for row in case["expect"])
    }
    empty = {name for name, own in INDICATOR_CASES.items() for case in own if case["expect"] == []}
    assert counting == quiet == empty == DEFINITIONS.keys()


def test_every_fact_has_three_cases():
    facts = {path.stem for path in (SQL / "fact").glob("*.sql")}
    assert facts == FACT_CASES.keys() == KEYS.keys()
    assert all(len(own) >= LEAST_CASES for own in FACT_CASES.values())


def test_the_prose_of_a_case_is_a_sentence_and_is_said_once():
    prose = [(name, case["case"]) for name, own in (FACT_CASES | INDICATOR_CASES).items() for case in own]
    assert len(prose) == len(set(prose)) > 0
    assert [text for _, text in prose if not text.endswith(".") or len(text.split()) < 4] == []
