"""Whatever changes what an indicator says of a unit is looked for there, or the unit counts for nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.indicators.compute import build_facts, build_weeks
from pipelines.indicators.own import load_shipped_definitions
from pipelines.indicators.vocabulary import Computer
from tests.sql.conftest import EVERYTHING
from tests.unit.pipelines.detect.test_sight import NAMED, list_everywhere

Give = Callable[[dict[str, list[dict[str, Any]]]], None]
Counts = dict[str, dict[str, tuple[Any, ...]]]

TALKS: dict[str, list[tuple[int, str, int]]] = {
    "calm": [],
    "at_risk": [(0, "u_suicidal_ideation", 3)],
    "answered": [(0, "u_suicidal_ideation", 3), (1, "p_risk_question", 0)],
    "asking": [(0, "u_medication_or_diagnosis_request", 0)],
    "psychotic": [(0, "u_psychosis_mania", 1)],
    "escalated": [(1, "p_crisis_resource", 0)],
    "escalated_at_risk": [(0, "u_suicidal_ideation", 3), (1, "p_crisis_resource", 0)],
}
"""What was found in talks of two messages: place, signal, level."""

UNIONS = {
    "harms of any kind: readiness names each that is not looked for": ("a_", r"harm_level|assistant_harm"),
    "resources are looked for in every language": ("a_misinformation", r"'a_misinformation'"),
    "risk of any kind: most kinds are looked for everywhere": ("u_", r"conversation\.user_risk_level >="),
}
"""Why an indicator on any of several signals may go without: how these begin, and what its SQL then says."""


def count(engine: DuckDBEngine, give: Give, *, found: str | None, unseen: str | None) -> Counts:
    """What each indicator says of each unit, with a signal found in every talk, or looked for in none."""
    messages = [
        {"message_id": f"{talk}-{turn}", "conversation_id": talk, "thread_id": talk, "user_id": talk,
         "role": role, "turn": turn, "region": "US"}
        for talk in TALKS
        for turn, role in enumerate(("user", "assistant"))
    ]  # fmt: skip
    rows = [
        {"message_id": f"{talk}-{place}", "signal_id": signal, "level": level}
        for talk, signals in TALKS.items()
        for place, signal, level in signals
        if signal != unseen
    ]
    if found is not None:
        place = 0 if found.startswith("u_") else 1
        rows += [{"message_id": f"{talk}-{place}", "signal_id": found, "level": 2} for talk in TALKS]
    give(
        {
            "message": messages,
            "conversation": [
                {"conversation_id": talk, "thread_id": talk, "user_id": talk, "region": "US"}
                for talk in TALKS
            ],
            "finding": rows,
            "language": [
                {"message_id": row["message_id"], "language": "en", "sight": EVERYTHING} for row in messages
            ],
            "sight": [{"sight": EVERYTHING, "signal_id": one} for one in NAMED if one != unseen],
        }
    )
    build_facts(engine)
    build_weeks(engine)
    said: Counts = {}
    for one in load_shipped_definitions():
        if one.computed_by is Computer.SQL:
            result = engine.query(one.sql, dict(one.parameters)).to_pylist()
            said[one.indicator_id] = {
                row["unit_id"]: (row.get("numerator"), row.get("denominator"), row.get("value"),
                                 row.get("is_censored"))
                for row in result
            }  # fmt: skip
    return said


@pytest.mark.parametrize("signal", sorted(NAMED.keys() - list_everywhere()))
def test_what_an_indicator_depends_on_is_looked_for_where_it_counts(
    engine: DuckDBEngine, give_sources: Give, signal: str
) -> None:
    sql = {one.indicator_id: one.sql for one in load_shipped_definitions()}
    rests = {one.indicator_id: one.looked_for or one.is_of_any_kind for one in load_shipped_definitions()}
    without = count(engine, give_sources, found=None, unseen=None)
    with_it = count(engine, give_sources, found=signal, unseen=None)
    blind = count(engine, give_sources, found=None, unseen=signal)
    counted, unsaid = [], []
    for name, units in blind.items():
        changed = [
            unit
            for unit in without[name].keys() | with_it[name].keys()
            if without[name].get(unit) != with_it[name].get(unit)
        ]
        unsaid += [name] if changed and not rests[name] else []
        if any(signal.startswith(start) and re.search(says, sql[name]) for start, says in UNIONS.values()):
            continue
        counted += [(name, unit, units[unit]) for unit in changed if units.get(unit, (0, 0))[1] != 0]
    assert unsaid == []
    assert counted == []
