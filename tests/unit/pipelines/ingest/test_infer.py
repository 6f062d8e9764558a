"""A proposed mapping: from JSON lines and CSV, with a word where a known format needs none."""

from pathlib import Path

import orjson
import pytest

from pipelines.errors import SourceError
from pipelines.ingest.infer import infer_mapping

LINE = {"session": {"id": "s-1"}, "role": "human", "text": "Good evening.", "sent_at": "2026-09-14T20:00:00Z"}
CALL = {
    "session_id": "s-1",
    "request": {"model": "companion-2", "messages": [{"role": "user", "content": "Good evening."}]},
    "response": {"choices": [{"message": {"role": "assistant", "content": "Good evening."}}]},
}


def write(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder


def test_json_lines_get_a_mapping_by_names_and_values(tmp_path: Path):
    proposal = infer_mapping(write(tmp_path, "a.jsonl", orjson.dumps(LINE)))
    fields = proposal.mapping["records"][0]["fields"]
    assert (fields["thread"], fields["text"], fields["sent_at"]) == ("session.id", "text", "sent_at")
    assert fields["role"] == {"field": "role", "values": {"human": "user"}}


def test_csv_gets_a_mapping_of_its_columns(tmp_path: Path):
    table = b"conversation_id,sender,message,timestamp\ns-1,user,Good evening.,2026-09-14T20:00:00Z\n"
    fields = infer_mapping(write(tmp_path, "a.csv", table)).mapping["records"][0]["fields"]
    assert (fields["thread"], fields["text"]) == ("conversation_id", "message")


def test_a_known_format_is_named(tmp_path: Path):
    notes = infer_mapping(write(tmp_path, "a.jsonl", orjson.dumps(CALL))).notes
    assert any("--format openai --deployment ID" in note for note in notes)


def test_records_of_no_known_format_name_none(tmp_path: Path):
    notes = infer_mapping(write(tmp_path, "a.jsonl", orjson.dumps(LINE))).notes
    assert not any("--format" in note for note in notes)


def test_a_free_text_is_never_shown(tmp_path: Path):
    proposal = infer_mapping(write(tmp_path, "a.jsonl", orjson.dumps(LINE)))
    assert "Good evening" not in str(proposal)


def test_a_folder_without_records_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="no record found"):
        infer_mapping(write(tmp_path, "a.jsonl", b"not json\n"))
