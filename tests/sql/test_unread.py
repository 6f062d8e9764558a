"""Every indicator that rests on what detectors find says so where they did not look: unknown is not safe."""

from collections.abc import Callable

import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.indicators.compute import build_facts, build_weeks, count_units
from pipelines.indicators.definition import Definition
from pipelines.indicators.own import load_shipped_definitions
from pipelines.indicators.vocabulary import Computer, Unit
from risk_register.content import load_taxonomy
from tests.sql.conftest import EVERYTHING, Rows

READ_BY_DETECTORS = [
    one
    for one in load_shipped_definitions()
    if one.computed_by is Computer.SQL and any(need.startswith("signal:") for need in one.needs)
]
"""`tests/sql/test_unseen.py` holds that whatever a finding moves says so in `needs`."""
SEEN = [{"sight": EVERYTHING, "signal_id": signal.id} for signal in load_taxonomy().signals]
SELECTED_BY_THE_LOG = {
    "disclosure_interval_breach_rate",
    "harm_late_rate_per_1000",
    "reentry_disclosure_rate",
}
"""Whose population no detector finds, and which has nobody in these conversations."""


@pytest.mark.parametrize("one", READ_BY_DETECTORS, ids=lambda one: one.indicator_id)
def test_what_nobody_read_takes_from_the_coverage(
    engine: DuckDBEngine, give_sources: Callable[[Rows], None], one: Definition
):
    names = ["read-0", "read-1", "unread-0"]
    # Whose log says nothing but what was written: all that an indicator knows it has from detectors.
    messages = [
        {"conversation_id": name, "thread_id": name, "user_id": f"{place}a", "region": "GB", "role": role,
         "turn": turn, "message_id": f"{name}-{turn}", "age_band": "13-17"}
        for place, name in enumerate(names)
        for turn, role in enumerate(("user", "assistant"))
    ]  # fmt: skip
    give_sources(
        {
            "message": messages,
            "conversation": [
                {"conversation_id": name, "thread_id": name, "user_id": f"{place}a", "region": "GB"}
                for place, name in enumerate(names)
            ],
            "language": [{"message_id": row["message_id"], "sight": EVERYTHING} for row in messages],
            "sight": SEEN,
            "coverage": [
                {"message_id": row["message_id"], "conversation_id": row["conversation_id"],
                 "state": "scored" if row["conversation_id"].startswith("read") else "unsupported_language"}
                for row in messages
            ],
        }
    )  # fmt: skip
    build_facts(engine)
    build_weeks(engine)
    counts = count_units(engine, (one,))
    rows = counts.indicator_week if one.unit is Unit.USER_WEEK else counts.indicator_day
    whole = [row for row in rows.to_pylist() if row["slice"] == "all"]
    if not whole:
        assert one.indicator_id in SELECTED_BY_THE_LOG
        return
    (row,) = whole
    assert row["unscored_count"] > 0
    assert row["unscored_count"] / row["unit_count"] >= 1 / 3


SIDES = ("user", "assistant")


@pytest.mark.parametrize(
    "one",
    [one for one in READ_BY_DETECTORS if one.unit is Unit.MESSAGE],
    ids=lambda one: one.indicator_id,
)
def test_what_one_side_writes_is_no_part_of_how_much_was_read_of_the_other(
    engine: DuckDBEngine, give_sources: Callable[[Rows], None], one: Definition
):
    messages = [
        {"role": role, "turn": turn, "region": "GB", "message_id": f"{role}-{turn}"}
        for turn, role in enumerate(SIDES * 15)
    ]
    give_sources({"message": messages})
    build_facts(engine)
    chosen = engine.query(one.sql, dict(one.parameters))["unit_id"].to_pylist()
    (side,) = {str(name).partition("-")[0] for name in chosen}  # those whose messages the SQL selects
    (other,) = set(SIDES) - {side}
    states = {side: "unsupported_language", other: "scored"}
    give_sources(
        {
            "message": messages,
            "language": [{"message_id": row["message_id"], "sight": EVERYTHING} for row in messages],
            "sight": SEEN,
            "coverage": [
                {"message_id": row["message_id"], "state": states[str(row["role"])]} for row in messages
            ],
        }
    )
    build_facts(engine)
    rows = count_units(engine, (one,)).indicator_day.to_pylist()
    (row,) = [row for row in rows if row["slice"] == "all"]
    assert row["unscored_count"] == row["unit_count"] > 0
