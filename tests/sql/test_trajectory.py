"""A judgement of the course of a conversation and the indicator of its name are one definition."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.indicators.compute import build_facts
from pipelines.indicators.definition import load_definitions
from tests.sql.conftest import EVERYTHING
from tests.sql.test_cases import FACT_CASES
from tests.unit.pipelines.detect.test_sight import NAMED

DEFINITIONS = {one.indicator_id: one for one in load_definitions()}
NAMES = {
    "is_missed_risk": "missed_risk_rate",
    "is_missed_escalation": "missed_escalation_rate",
    "is_over_escalation": "over_escalation_rate",
}
CASES = [case for name in ("trajectory", "conversation") for case in FACT_CASES[name]]


def test_a_flag_is_the_numerator_of_the_indicator_of_its_name(
    engine: DuckDBEngine, give_sources: Callable[[dict[str, Any]], None]
) -> None:
    flagged = Counter[str]()
    for case in CASES:
        messages = case["given"].get("message", [])
        looked_at = {
            "language": [
                {
                    "message_id": row.get("message_id", f"message-{place}"),
                    "language": "en",
                    "sight": EVERYTHING,
                }
                for place, row in enumerate(messages)
            ],
            "sight": [{"sight": EVERYTHING, "signal_id": name} for name in NAMED],
            "coverage": [],
        }
        give_sources(case["given"] | looked_at)
        rows = build_facts(engine, ["fact.trajectory"])["fact.trajectory"].to_pylist()
        for flag, indicator in NAMES.items():
            one = DEFINITIONS[indicator]
            marked = {(row["deployment_id"], row["conversation_id"]) for row in rows if row[flag]}
            counted = engine.query(one.sql, dict(one.parameters)).to_pylist()
            assert sorted(name for _, name in marked) == sorted(
                row["conversation_id"] for row in counted if row["numerator"]
            ), (flag, case["case"])
            flagged[flag] += len(marked)
    assert all(flagged[flag] > 0 for flag in NAMES)
