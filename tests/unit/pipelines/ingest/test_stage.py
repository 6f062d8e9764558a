"""What names a message and what tells copies from conflicts: keyed, and the same as in earlier versions."""

import datetime as dt
import hmac

import pyarrow as pa
import pytest

from pipelines.ingest import stage as stages
from pipelines.ingest.mapping import MESSAGE_FIELDS
from pipelines.ingest.pseudonymise import Pseudonymiser
from pipelines.ingest.redaction.redact import CrisisLines, Redactor
from pipelines.ingest.source import Records
from pipelines.ingest.stage import DELIVERED_MESSAGE, Stager, fill_columns

KEY = b"the key of a home"
MESSAGE = {
    "thread": "t",
    "user": "u",
    "role": "user",
    "text": "Good morning",
    "sent_at": 1_767_571_200_000_000,
}


def stage(*messages, is_transcript=False):
    rows = [dict.fromkeys(MESSAGE_FIELDS) | MESSAGE | one for one in messages]
    columns = {name: [row[name] for row in rows] for name in MESSAGE_FIELDS}
    stager = Stager("one", "UTC", Pseudonymiser(KEY), Redactor(CrisisLines(frozenset(), frozenset())))
    records = Records(messages=columns, is_transcript=is_transcript)
    return stager.stage_messages(records, dt.date(2026, 8, 3)).to_pylist()


def keyed(*words):
    return hmac.digest(KEY, "\x1f".join(words).encode(), "sha256")[:16].hex()


def content(thread="t", message_id="\x1e", turn="\x1e", language="\x1e", text="Good morning"):
    rest = ["\x1e"] * 11
    told = [thread, "u", message_id, turn, "user", "1767571200000000", language, *rest, text]
    return keyed("content", *told)


def test_a_message_is_named_by_its_id_else_its_turn_else_its_content():
    by_id, by_turn, by_content = stage({"message_id": "m", "turn": 3}, {"turn": 0}, {"language": "en"})
    assert by_id["message_id"] == keyed("message", "one", "t", "id", "m")
    assert by_id["content_hash"] == content(message_id="m", turn="3")
    assert by_turn["message_id"] == keyed("message", "one", "t", "turn", "0")
    assert by_content["content_hash"] == content(language="en")
    assert by_content["message_id"] == keyed("message", "one", "t", "content", content(language="en"))


def test_of_a_transcript_only_the_place_is_content():
    [one] = stage({"message_id": "m", "turn": 3}, is_transcript=True)
    assert one["content_hash"] == keyed("content", "t", "m")


@pytest.mark.parametrize(
    "name", [name for name in MESSAGE_FIELDS if name not in ("is_test_traffic", "sent_at")]
)
def test_a_change_in_any_field_is_another_content(name):
    value = 9 if name == "turn" else "agent" if name == "role" else "other"
    absent = {name: "x" if MESSAGE_FIELDS[name] else None}
    same, other, gone = stage({}, {name: value}, absent)
    assert same["content_hash"] != other["content_hash"]
    assert (same["content_hash"] == gone["content_hash"]) == (MESSAGE.get(name) is None)


def test_pieces_make_no_difference(monkeypatch):
    messages = [{"message_id": f"m-{number}", "text": f"text {number}"} for number in range(7)]
    whole = stage(*messages)
    monkeypatch.setattr(stages, "ROWS_AT_ONCE", 3)
    assert stage(*messages) == whole


def test_rows_of_earlier_code_hold_unknown_or_null_in_the_columns_that_it_did_not_have():
    whole = pa.Table.from_pylist(stage({}), schema=DELIVERED_MESSAGE)
    earlier = fill_columns(whole.drop_columns(["version_on", "policy_version"]), DELIVERED_MESSAGE)
    assert earlier.to_pylist() == [whole.to_pylist()[0] | {"version_on": None, "policy_version": "unknown"}]
