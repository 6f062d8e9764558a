"""Where a unit belongs: its slices and the bucket of its user, also where a log says them on other lines."""

from collections.abc import Callable

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.indicators.compute import SQL
from tests.sql.conftest import Row, Rows

Give = Callable[[Rows], None]
ANN, BOT = "0" * 31 + "7", "0" * 31 + "9"
TALK = {"conversation_id": "0" * 31 + "5", "user_id": ANN, "region": "DE", "language": "de", "model": "m1"}


def place(engine: DuckDBEngine, unit: str = "message") -> list[Row]:
    sql = (SQL / "aggregation" / f"{unit}_unit.sql").read_text(encoding="utf-8")
    return sorted(engine.query(sql).to_pylist(), key=lambda row: row["unit_id"])


def test_a_message_takes_from_its_talk_what_it_does_not_say_itself(
    indicator_engine: DuckDBEngine, give_facts: Give
):
    talk = TALK["conversation_id"]
    said = {"conversation_id": talk, "user_id": ANN, "region": "FR", "language": "fr", "model": "unknown"}
    reply = {"conversation_id": talk, "user_id": BOT, "region": "unknown", "language": "en", "model": "m2"}
    give_facts({"conversation": [TALK], "message": [said, reply]})
    found = [(row["region"], row["language"], row["model"], row["bucket"]) for row in place(indicator_engine)]
    assert found == [("FR", "fr", "m1", 7), ("DE", "en", "m2", 7)]


def test_who_is_not_named_in_the_talk_is_the_message_s_user_else_the_talk_alone(
    indicator_engine: DuckDBEngine, give_facts: Give
):
    talk = TALK["conversation_id"]
    unnamed = {"conversation_id": talk, "user_id": "unknown"}
    give_facts(
        {"conversation": [TALK | {"user_id": "unknown"}], "message": [unnamed, unnamed | {"user_id": BOT}]}
    )
    assert [row["bucket"] for row in place(indicator_engine)] == [5, 9]


def test_an_event_is_the_talk_s_user_s_and_as_unread_as_the_talk(
    indicator_engine: DuckDBEngine, give_facts: Give
):
    talk = TALK["conversation_id"]
    event = {"conversation_id": talk, "kind": "handoff", "detail": "offered", "user_id": "unknown"}
    alone = event | {"conversation_id": None, "user_id": BOT}
    give_facts({"conversation": [TALK | {"unscored_message_count": 1}], "event": [event, alone]})
    found = [(row["bucket"], row["unscored_count"]) for row in place(indicator_engine, "event")]
    assert found == [(7, 1), (9, 0)]
