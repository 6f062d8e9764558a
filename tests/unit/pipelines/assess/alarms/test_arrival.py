"""Inputs of alarms: counted by the day of delivery, kept, and counted again only where a day has changed."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.assess.alarms import arrival
from pipelines.assess.alarms.arrival import count_arrivals
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.schemas import LAKE_TABLES
from pipelines.schemas.assessment import ARRIVAL_DAY, CRITICAL_DAY

MONDAY = dt.date(2026, 8, 3)
DAY = dt.timedelta(days=1)
DECIDED = {
    "detector_id": "lexicon",
    "detector_version": "1",
    "score": 1.0,
    "evidence_id": "e",
    "is_alert": True,
    "is_deciding": True,
}
PARTS = [("harbor", MONDAY), ("harbor", MONDAY + DAY)]
PLACE = (("deployment_id", pa.string()), ("day", pa.date32()))
FACTS = {
    "fact.message": pa.schema(
        [*PLACE, ("conversation_id", pa.string()), ("message_id", pa.string()), ("received_on", pa.date32()),
         ("harm", pa.int64()), ("turn", pa.int64()), ("role", pa.string()),
         ("has_crisis_resource", pa.bool_())]
    ),
    "fact.conversation": pa.schema(
        [*PLACE, ("conversation_id", pa.string()), ("received_on", pa.date32())]
    ),
    "fact.event": pa.schema(
        [*PLACE, ("event_id", pa.string()), ("conversation_id", pa.string()), ("received_on", pa.date32()),
         ("turn", pa.int64()), ("detail", pa.string()), ("is_failed", pa.bool_())]
    ),
    "fact.message_signal": pa.schema(
        [*PLACE, ("conversation_id", pa.string()), ("message_id", pa.string()), ("signal_id", pa.string()),
         ("category", pa.string()), ("level", pa.int64()), ("turn", pa.int64()), ("is_counted", pa.bool_())]
    ),
    "finding.finding": LAKE_TABLES["finding.finding"].arrow_schema,
}  # fmt: skip
HARM = {
    "indicator_id": "harm_rate_per_1000",
    "sql": "select message_id as unit_id, harm as numerator, $one as denominator from fact.message",
    "parameters": json.dumps({"one": 1}),
    "definition_version": "d1",
}
MISSED = {
    "indicator_id": "missed_escalation_rate",
    "sql": "select conversation_id as unit_id, 1 as numerator, 1 as denominator from fact.conversation",
    "parameters": "{}",
    "definition_version": "d1",
}
HANDED_OVER = MISSED | {
    "indicator_id": "handoff_completion_rate",
    "sql": "select event_id as unit_id, 1 as numerator, 1 as denominator from fact.event",
}


def message(conversation: str, *, day: int = 0, lag: int = 0, **more: Any) -> dict[str, Any]:
    on = MONDAY + day * DAY
    return {
        "deployment_id": "harbor",
        "day": on,
        "conversation_id": conversation,
        "message_id": f"{conversation}-{lag}",
        "received_on": on + lag * DAY,
        "harm": 0,
    } | more


def signal(conversation: str, *, category: str, level: int = 4, turn: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "deployment_id": "harbor",
        "day": MONDAY,
        "conversation_id": conversation,
        "message_id": f"{conversation}-{turn}",
        "signal_id": "u_self_harm" if category == "user_risk" else "a_method_info",
        "category": category,
        "level": level,
        "turn": turn,
        "is_counted": True,
    } | more


def fill(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    schema = FACTS[name]
    blank = {
        field.name: "" if pa.types.is_string(field.type) else False if pa.types.is_boolean(field.type) else 0
        for field in schema
    }
    return pa.Table.from_pylist(
        [{key: (blank | row)[key] for key in schema.names} for row in rows], schema=schema
    )


def lay(
    path: Path,
    messages: list[dict[str, Any]],
    *,
    events: list[dict[str, Any]] = (),  # type: ignore[assignment]
    signals: list[dict[str, Any]] = (),  # type: ignore[assignment]
    findings: list[dict[str, Any]] = (),  # type: ignore[assignment]
    inputs: dict[int, str] | None = None,
) -> None:
    """Write the facts of two days, and from what they were computed."""
    named = {row["conversation_id"]: row for row in reversed([*messages, *signals])}
    conversations = [row | {"received_on": MONDAY} for row in named.values()]
    tables = {
        "fact.message": messages, "fact.conversation": conversations, "fact.event": list(events),
        "fact.message_signal": list(signals),
        "finding.finding": list(findings) or [row | DECIDED for row in signals],
    }  # fmt: skip
    rows = [
        {"deployment_id": "harbor", "day": MONDAY + day * DAY, "stage": "indicator", "inputs": value}
        for day, value in (inputs or {0: "a", 1: "a"}).items()
    ]
    with lakes.write(path, by="a test") as commit:
        for name, given in tables.items():
            commit.replace_days(name, fill(name, given), PARTS)
        held = commit.lake.read("ledger.computed")
        kept = [] if held is None else [row for row in held.to_pylist() if row["stage"] != "indicator"]
        schema = LAKE_TABLES["ledger.computed"].arrow_schema
        commit.replace_all("ledger.computed", pa.Table.from_pylist([*kept, *rows], schema=schema))


def count(path: Path, *definitions: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    with lakes.write(path, by="a test") as commit:
        tables = count_arrivals(commit, definitions or (HARM, MISSED, HANDED_OVER))
    return {name: rows.to_pylist() for name, rows in tables.items()}


def arrivals(path: Path, indicator: str = "missed_escalation_rate") -> dict[tuple[int, int], int]:
    """Units by (day, days until the last record was delivered)."""
    return {
        ((row["day"] - MONDAY).days, (row["received_on"] - row["day"]).days): row["denominator"]
        for row in count(path)[ARRIVAL_DAY.full_name]
        if row["indicator_id"] == indicator
    }


def test_a_conversation_arrives_with_its_last_message_and_a_message_by_itself(tmp_path):
    lay(tmp_path, [message("c1"), message("c1", lag=5), message("c2", day=1)])
    assert arrivals(tmp_path) == {(0, 5): 1, (1, 0): 1}
    assert arrivals(tmp_path, "harm_rate_per_1000") == {(0, 0): 1, (0, 5): 1, (1, 0): 1}


def test_a_late_event_completes_its_conversation_and_a_waiting_one_completes_nothing(tmp_path):
    event = {"deployment_id": "harbor", "day": MONDAY, "received_on": MONDAY + 4 * DAY}
    lay(
        tmp_path,
        [message("c1")],
        events=[
            event | {"event_id": "e1", "conversation_id": "c1"},
            event | {"event_id": "e2", "conversation_id": None},
        ],
    )
    assert arrivals(tmp_path) == {(0, 4): 1}


def test_an_event_arrives_with_its_conversation_and_a_waiting_one_by_itself(tmp_path):
    event = {"deployment_id": "harbor", "day": MONDAY, "received_on": MONDAY}
    lay(
        tmp_path,
        [message("c1", lag=5)],
        events=[
            event | {"event_id": "e1", "conversation_id": "c1"},
            event | {"event_id": "e2", "conversation_id": None},
        ],
    )
    assert arrivals(tmp_path, "handoff_completion_rate") == {(0, 5): 1, (0, 0): 1}


def test_what_is_counted_is_kept_and_only_changed_days_are_counted_again(tmp_path, monkeypatch):
    lay(tmp_path, [message("c1"), message("c2", day=1)])
    first = count(tmp_path)
    counted = []
    inner = arrival._count
    monkeypatch.setattr(
        arrival, "_count", lambda commit, days, chosen: counted.append(days) or inner(commit, days, chosen)
    )
    assert count(tmp_path) == first
    assert counted == []
    lay(tmp_path, [message("c1"), message("c2", day=1), message("c3", day=1)], inputs={0: "a", 1: "b"})
    assert arrivals(tmp_path) == {(0, 0): 1, (1, 0): 2}
    assert counted == [[MONDAY + DAY]]


def test_what_a_watched_definition_reads_is_there_whichever_table_of_the_lake_it_is(tmp_path):
    lay(tmp_path, [message("c1")])
    with lakes.write(tmp_path, by="a test") as commit:
        sights = pa.table({"deployment_id": ["harbor"], "day": [MONDAY], "sight": ["s"], "signal_id": ["a"]})
        commit.replace_days("fact.sight", sights, PARTS)
    unread = HARM["sql"].replace("fact.message", "fact.message inner join fact.sight using (day)")
    rows = count(tmp_path, HARM | {"sql": unread})[ARRIVAL_DAY.full_name]
    assert [row["denominator"] for row in rows] == [1]


def test_another_definition_counts_every_day_again(tmp_path):
    lay(tmp_path, [message("c1", harm=1)])
    assert count(tmp_path, HARM)[ARRIVAL_DAY.full_name][0]["numerator"] == 1
    other = HARM | {"sql": HARM["sql"].replace("harm as", "0 as"), "definition_version": "d2"}
    assert count(tmp_path, other)[ARRIVAL_DAY.full_name][0]["numerator"] == 0


def test_a_day_that_is_gone_leaves_nothing(tmp_path):
    lay(tmp_path, [message("c1"), message("c2", day=1)])
    count(tmp_path)
    lay(tmp_path, [message("c1")], inputs={0: "a"})
    assert arrivals(tmp_path) == {(0, 0): 1}
    held = Lake(tmp_path).read(ARRIVAL_DAY.full_name)
    assert held is not None
    assert set(held["day"].to_pylist()) == {MONDAY}


RISK = {"category": "user_risk"}
ANSWERS: dict[str, dict[str, Any]] = {
    "a resource": {"messages": {"role": "assistant", "has_crisis_resource": True}},
    "a colleague": {"messages": {"role": "agent"}},
    "a question about safety": {"signals": {"signal_id": "p_risk_question"}},
    "help that is encouraged": {"signals": {"signal_id": "p_help_encouraged"}},
    **{name: {"events": {"detail": name}} for name in ("crisis_banner", "offered", "accepted", "connected",
                                                       "completed")},
}  # fmt: skip
"""What answers a person at risk, by the table that has it."""


def answer(name: str, turn: int, **more: Any) -> dict[str, list[dict[str, Any]]]:
    """One answer in a turn of conversation c1."""
    ((table, row),) = ANSWERS[name].items()
    whole = {
        "messages": message("c1"),
        "signals": signal("c1", category="protective", level=0),
        "events": {"deployment_id": "harbor", "day": MONDAY, "event_id": "e1", "conversation_id": "c1",
                   "received_on": MONDAY},
    }[table]  # fmt: skip
    return {table: [whole | {"message_id": f"c1-{turn}", "turn": turn} | row | more]}


def critical(path: Path, *signals: dict[str, Any], **answers: list[dict[str, Any]]) -> list[str]:
    lay(
        path,
        [message("c1"), *answers.get("messages", [])],
        signals=[*signals, *answers.get("signals", [])],
        events=answers.get("events", []),
        inputs={0: str(len(signals))},
    )
    return [f"{row['what']} {row['message_id']}" for row in count(path)[CRITICAL_DAY.full_name]]


def test_every_grave_harm_is_found_and_lesser_ones_are_not(tmp_path):
    found = critical(
        tmp_path,
        signal("c1", category="assistant_harm", turn=1),
        signal("c1", category="assistant_harm", turn=3),
        signal("c2", category="assistant_harm", turn=1, level=3),
        signal("c3", category="assistant_harm", turn=1, is_counted=False),
    )
    assert found == ["assistant_harm c1-1", "assistant_harm c1-3"]


def test_of_unanswered_risk_the_first_message_of_the_conversation_is_found(tmp_path):
    found = critical(
        tmp_path, signal("c1", category="user_risk", turn=2), signal("c1", category="user_risk", turn=4)
    )
    assert found == ["unanswered_risk c1-2"]


def test_a_lesser_risk_before_it_does_not_take_the_place_of_the_gravest(tmp_path):
    found = critical(
        tmp_path,
        signal("c1", category="user_risk", turn=2, level=3),
        signal("c1", category="user_risk", turn=4),
    )
    assert found == ["unanswered_risk c1-4"]


def test_without_graver_risk_the_first_of_level_three_that_nothing_answers_is_found(
    tmp_path,
):
    found = critical(
        tmp_path,
        *[signal("c1", turn=turn, level=3, **RISK) for turn in (0, 2, 4)],
        signal("c2", turn=0, level=2, **RISK),
        signal("c3", turn=0, level=3, is_counted=False, **RISK),
        **answer("a resource", 1),
    )
    assert found == ["unanswered_high_risk c1-2"]


@pytest.mark.parametrize("name", ANSWERS)
def test_risk_of_level_three_that_anything_answers_afterwards_is_not_listed(tmp_path, name):
    assert critical(tmp_path, signal("c1", turn=2, level=3, **RISK), **answer(name, 3)) == []


def test_where_the_gravest_was_answered_a_risk_of_level_three_after_it_is_found(tmp_path):
    risks = [signal("c1", turn=0, **RISK), signal("c1", turn=4, level=3, **RISK)]
    assert critical(tmp_path, *risks, **answer("a resource", 1)) == ["unanswered_high_risk c1-4"]


def test_who_found_a_risk_of_level_three_is_named(tmp_path):
    risk = signal("c1", turn=0, level=3, **RISK)
    graver_about_another = risk | DECIDED | {"detector_id": "judge", "level": 4, "subject": "other"}
    lay(tmp_path, [message("c1")], signals=[risk], findings=[risk | DECIDED, graver_about_another])
    (row,) = count(tmp_path)[CRITICAL_DAY.full_name]
    assert (row["what"], row["level"], row["detector_id"]) == ("unanswered_high_risk", 3, "lexicon")


def test_grave_harm_does_not_take_the_place_of_a_risk_that_follows_it(tmp_path):
    found = critical(
        tmp_path,
        signal("c1", category="assistant_harm", turn=1),
        signal("c1", category="user_risk", turn=2),
    )
    assert found == ["assistant_harm c1-1", "unanswered_risk c1-2"]


@pytest.mark.parametrize("other", [{"is_deciding": False}, {"is_alert": False}, {"level": 3}])
def test_the_detector_that_is_named_is_the_one_that_decided(tmp_path, other):
    harm = signal("c1", category="assistant_harm", turn=1)
    found = [harm | DECIDED, harm | DECIDED | {"detector_id": "judge"} | other]
    lay(tmp_path, [message("c1")], signals=[harm], findings=found)
    (row,) = count(tmp_path)[CRITICAL_DAY.full_name]
    assert row["detector_id"] == "lexicon"


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("turn", [2, 3])
def test_grave_risk_that_anything_answers_afterwards_is_left_to_the_rates(tmp_path, name, turn):
    assert critical(tmp_path, signal("c1", turn=2, **RISK), **answer(name, turn)) == []


@pytest.mark.parametrize("name", ANSWERS)
def test_what_was_said_before_a_grave_risk_does_not_answer_it(tmp_path, name):
    mild = signal("c1", level=2, **RISK)
    found = critical(tmp_path, mild, signal("c1", turn=2, **RISK), **answer(name, 1))
    assert found == ["unanswered_risk c1-2"]


def test_grave_risk_that_comes_again_after_its_answer_is_to_be_answered_anew(tmp_path):
    risks = [signal("c1", turn=turn, **RISK) for turn in (0, 2, 4)]
    assert critical(tmp_path, *risks, **answer("a resource", 1)) == ["unanswered_risk c1-2"]


@pytest.mark.parametrize("name", ["offered", "accepted"])
def test_a_handoff_that_failed_answers_no_grave_risk(tmp_path, name):
    found = critical(tmp_path, signal("c1", turn=0, **RISK), **answer(name, 1, is_failed=True))
    assert found == ["unanswered_risk c1-0"]


def test_harm_is_found_whatever_else_was_said(tmp_path):
    found = critical(tmp_path, signal("c1", category="assistant_harm"), **answer("a resource", 1))
    assert found == ["assistant_harm c1-0"]
