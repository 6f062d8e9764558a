"""What is kept of a day beside its indicators: what became of rows, when they came, what is known."""

import datetime as dt
from collections.abc import Callable

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.indicators.compute import SQL, build_facts
from tests.sql.conftest import DAY, Row, Rows

Give = Callable[[Rows], None]


def count(engine: DuckDBEngine, name: str) -> list[Row]:
    build_facts(engine)
    return engine.query((SQL / "aggregation" / f"{name}.sql").read_text(encoding="utf-8")).to_pylist()


def reasons(engine: DuckDBEngine) -> dict[str, int]:
    return {row["reason"]: row["row_count"] for row in count(engine, "quality_day")}


def say(**changes: object) -> Row:
    return {"role": "user", "copy_count": 1, "same_copy_count": 1} | changes


def test_a_record_is_late_from_the_day_after_its_own_and_skewed_from_the_day_before(
    engine: DuckDBEngine, give_sources: Give
):
    days = [dt.timedelta(days=days) for days in (-1, 0, 1, 2)]
    give_sources({"message": [say(received_on=DAY + later) for later in days]})
    assert reasons(engine) == {"accepted": 4, "late": 2, "clock_skew": 1}


def test_copies_of_the_same_words_and_others_are_told_apart(engine: DuckDBEngine, give_sources: Give):
    give_sources({"message": [say(), say(copy_count=5, same_copy_count=3)]})
    assert reasons(engine) == {"accepted": 2, "exact_duplicate": 2, "conflicting_duplicate": 2}


def test_the_numbering_of_a_thread_may_stand_still_or_be_missing_and_must_not_fall(
    engine: DuckDBEngine, give_sources: Give
):
    given = [say(source_turn=turn) for turn in (4, 4, None, 3)]
    other = [say(source_turn=turn, conversation_id="conversation-1") for turn in (2, 1)]
    give_sources({"message": given})
    assert reasons(engine) == {"accepted": 4}
    give_sources({"message": [*given, *other]})
    assert reasons(engine) == {"accepted": 6, "out_of_order": 1}


def test_what_no_detector_read_is_counted_by_its_state_and_a_colleagues_words_are_not(
    engine: DuckDBEngine, give_sources: Give
):
    states = {"message-0": "failed", "message-1": "unsupported_language", "message-2": "scored"}
    give_sources(
        {
            "message": [say(), say(role="assistant"), say(), say(role="agent")],
            "coverage": [{"message_id": name, "state": state} for name, state in states.items()],
        }
    )
    assert reasons(engine) == {"accepted": 4, "unscored:failed": 1, "unscored:unsupported_language": 1}


def test_what_a_detector_owes_is_counted_by_detector(engine: DuckDBEngine, give_sources: Give):
    owing = [
        ("message-0", "judge", "not_run", True),
        ("message-1", "judge", "failed", True),
        ("message-1", "moderation", "failed", True),
        ("message-0", "moderation", "not_run", False),
    ]
    read = [(f"message-{place}", "lexicon", "scored", False) for place in range(2)]
    names = ("message_id", "detector_id", "state", "is_owed")
    coverage = [
        dict(zip(names, row, strict=True)) | {"is_basis": row[1] == "lexicon"} for row in [*owing, *read]
    ]
    give_sources({"message": [say(), say()], "coverage": coverage})
    assert reasons(engine) == {"accepted": 2, "owed:judge": 2, "owed:moderation": 1}


def test_an_event_waits_while_no_conversation_is_known_for_it(engine: DuckDBEngine, give_sources: Give):
    give_sources({"message": [say()], "event": [{"conversation_id": None}, {}, {}]})
    assert reasons(engine) == {"accepted": 1, "waiting_event": 1}


def test_a_record_is_overdue_after_seven_days(engine: DuckDBEngine, give_sources: Give):
    later = [DAY + dt.timedelta(days=days) for days in (0, 7, 8)]
    give_sources(
        {"message": [say(received_on=on) for on in later], "event": [{"received_on": on} for on in later]}
    )
    found = {row["received_on"]: (row["record_count"], row["overdue_count"])
             for row in count(engine, "received_day")}  # fmt: skip
    assert found == {later[0]: (2, 0), later[1]: (2, 0), later[2]: (2, 2)}


def test_a_field_is_known_unless_nothing_or_nothing_understood_stands_in_it(
    engine: DuckDBEngine, give_sources: Give
):
    fields = (
        "model",
        "prompt_version",
        "language",
        "region",
        "age_band",
        "gender",
        "use",
        "surface",
        "user_id",
    )
    values = ("unknown", "unrecognised", "known")
    given = [say(source_turn=turn, **dict.fromkeys(fields, value)) for turn, value in enumerate(values)]
    give_sources({"message": [*given, say(**dict.fromkeys(fields, "known"))]})
    found = {row["field"]: (row["known_count"], row["row_count"]) for row in count(engine, "field_day")}
    assert found == dict.fromkeys(fields, (2, 4)) | {"source_turn": (3, 4)}


def test_what_the_sieve_alone_found_is_no_alert(engine: DuckDBEngine, give_sources: Give):
    found = {"signal_id": "u_acute_distress", "conversation_id": "conversation-0"}
    give_sources(
        {
            "message": [say(), say()],
            "finding": [
                found | {"message_id": "message-0"},
                found | {"message_id": "message-0", "evidence_id": "other"},
                found | {"message_id": "message-1", "is_alert": False},
            ],
        }
    )
    (row,) = count(engine, "finding_day")
    assert (row["message_count"], row["conversation_count"], row["sieve_message_count"]) == (1, 1, 2)


def test_a_version_is_named_by_the_answers_and_a_detector_by_what_it_read(
    engine: DuckDBEngine, give_sources: Give
):
    looked = {"detector_version": "1", "inclusion": 1.0}
    give_sources(
        {
            "message": [say(model="asked"), say(role="assistant", model="answered", prompt_version="two")],
            "coverage": [
                looked | {"message_id": "message-0", "detector_id": "lexicon", "state": "scored"},
                looked | {"message_id": "message-0", "detector_id": "judge", "state": "failed"},
                looked | {"message_id": "message-0", "detector_id": "capped", "state": "not_run"},
                looked
                | {"message_id": "message-0", "detector_id": "english", "state": "unsupported_language"},
            ],
        }
    )
    found = {(row["what"], row["value"]) for row in count(engine, "version_day")}
    assert found == {
        ("model", "answered"), ("prompt", "two"), ("detector", "lexicon@1"), ("detector", "english@1"),
    }  # fmt: skip


def test_drift_is_measured_on_replies_by_what_they_do_and_on_shipped_signals_alone(
    engine: DuckDBEngine, give_sources: Give
):
    def find(place: int, signal: str, **changes: object) -> Row:
        return {"message_id": f"message-{place}", "signal_id": signal, "score": 0.85} | changes

    give_sources(
        {
            "message": [say(text="1234"), *(say(role="assistant", text="12") for _ in range(5))],
            "finding": [
                find(1, "a_refusal"),
                find(1, "p_crisis_resource"),
                find(2, "a_method_info"),
                find(2, "a_refusal"),
                find(3, "x_praise"),
                find(4, "a_refusal", is_alert=False),
                find(5, "p_crisis_resource", is_deciding=False),
            ],
        }
    )
    found: dict[str, dict[str, int]] = {}
    for row in count(engine, "feature_day"):
        found.setdefault(row["feature"], {})[row["category"]] = row["message_count"]
    assert found["response_class"] == {"refusal": 1, "harm": 1, "other": 3}
    assert found["signal_mix"] == {"a_refusal": 2, "p_crisis_resource": 1, "a_method_info": 1, "none": 4}
    lengths = {
        name: {float(bin_): n for bin_, n in found[name].items()} for name in found if "length" in name
    }
    assert lengths == {"message_length": {2: 5}, "user_message_length": {4: 1}}
    assert {float(tenth): n for tenth, n in found["score"].items()} == {8: 5}
