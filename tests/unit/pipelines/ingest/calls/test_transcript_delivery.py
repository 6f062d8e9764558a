"""Growing transcripts over several deliveries: one row a message and no duplicate, in whatever order."""

import datetime as dt
from pathlib import Path

import orjson
import pytest

from pipelines.ingest.calls import content
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.delivery import describe
from pipelines.ingest.mapping import parse_mapping
from pipelines.lake.lake import Lake
from pipelines.settings import HomeKind, find_home, make_home

RECEIVED_ON = dt.date(2026, 9, 15)
TALK = ["I cannot sleep.", "Since when?", "Since the move.", "What helps?", "Walking.", "Then walk tonight."]


def log(exchanges: int, *, session: str = "s-1") -> dict:
    history = [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(TALK)]
    return {
        "session_id": session,
        "timestamp": f"2026-09-14T20:0{exchanges}:00Z",
        "request": {"model": "companion-2", "messages": history[: 2 * exchanges - 1]},
        "response": {"choices": [{"index": 0, "message": history[2 * exchanges - 1]}]},
    }


def ingest(home, folder: Path, name: str, *records: dict, format_name: str = "openai"):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.jsonl"
    path.write_bytes(b"\n".join(map(orjson.dumps, records)))
    mapping = parse_mapping({"deployment": {"id": "night_line"}, "format": format_name}, name="a test")
    return ingest_folder(home, path, mapping, received_on=RECEIVED_ON)


def staged(home) -> list[dict]:
    columns = ["source_turn", "text", "sent_at", "copy_count", "same_copy_count", "conversation_id", "turn"]
    rows = Lake(home.lake).read("staging.message", columns=columns).to_pylist()
    return sorted(rows, key=lambda row: row["turn"])


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_a_growing_conversation_is_stored_once(tmp_path: Path, order):
    home = make_home(find_home(tmp_path / "home"), HomeKind.REAL)
    for exchanges in order:
        ingest(home, tmp_path / "logs", f"call-{exchanges}", log(exchanges))
    rows = staged(home)
    assert [row["text"] for row in rows] == TALK
    assert [row["source_turn"] for row in rows] == list(range(6))
    assert {row["copy_count"] for row in rows} == {1}
    assert {row["same_copy_count"] for row in rows} == {1}
    assert [row["sent_at"].minute for row in rows] == [1, 1, 2, 2, 3, 3]
    assert len({row["conversation_id"] for row in rows}) == 1


IMAGE = {"type": "image_url", "image_url": {"url": "https://files.example/1.png"}}


def log_with_images(exchanges: int) -> dict:
    """The same talk after an image alone, and with an image beside the person's third words."""
    record = log(exchanges)
    history = record["request"]["messages"]
    for message in history[4:5]:
        message["content"] = [{"type": "text", "text": message["content"]}, IMAGE]
    history.insert(0, {"role": "user", "content": [IMAGE]})
    return record


@pytest.mark.parametrize("session", ["s-1", None])
def test_a_conversation_with_images_is_stored_once_across_the_change_that_reads_of_them(
    tmp_path: Path, monkeypatch, session
):
    home = make_home(find_home(tmp_path / "home"), HomeKind.REAL)
    with monkeypatch.context() as patch:  # earlier code read nothing of an image
        patch.setattr(content, "name_attachment", lambda part: "")
        for exchanges in (1, 3):
            ingest(
                home, tmp_path / "logs", f"{exchanges}", log_with_images(exchanges) | {"session_id": session}
            )
    assert [row["text"] for row in staged(home)] == TALK
    for name in ("again", "and again"):
        record = log_with_images(3) | {"session_id": session, "name": name}
        ingest(home, tmp_path / "logs", name, record)
    rows = staged(home)
    assert sorted(row["text"].removesuffix("\n[image]") for row in rows) == sorted([*TALK, "[image]"])
    assert len({row["conversation_id"] for row in rows}) == 1


def test_images_alone_are_stored_once_each(tmp_path: Path):
    home = make_home(find_home(tmp_path / "home"), HomeKind.REAL)
    for exchanges in (1, 2, 3):
        record = log_with_images(exchanges)
        record["request"]["messages"].insert(0, {"role": "user", "content": [IMAGE]})
        ingest(home, tmp_path / "logs", f"{exchanges}", record)
    assert [row["text"] for row in staged(home)] == [
        "[image]",
        "[image]",
        *TALK[:4],
        "Walking.\n[image]",
        TALK[5],
    ]


def test_an_export_that_overlaps_the_last_one_adds_only_what_is_new(tmp_path: Path):
    home = make_home(find_home(tmp_path / "home"), HomeKind.REAL)
    ingest(home, tmp_path / "logs", "monday", log(1), log(2))
    ingest(home, tmp_path / "logs", "tuesday", log(2), log(3))
    assert [row["text"] for row in staged(home)] == TALK


def test_a_file_of_another_format_is_refused_and_says_what_is_supported(tmp_path: Path):
    home = make_home(find_home(tmp_path / "home"), HomeKind.REAL)
    summary = ingest(home, tmp_path / "logs", "strange", {"body": "a secret"}, {"body": "a secret"})
    assert dict(summary.rejected) == {"unknown_format": 1}
    (note,) = summary.files[0].records.notes
    assert "/v1/chat/completions" in note
    assert "secret" not in note


def test_a_file_without_any_call_is_not_called_empty(tmp_path: Path):
    home = make_home(find_home(tmp_path / "home"), HomeKind.REAL)
    tool = {"id": "o", "traceId": "t", "type": "TOOL", "startTime": "2026-09-14T20:00:00Z", "input": "a"}
    summary = ingest(home, tmp_path / "logs", "tools", tool, tool, format_name="langfuse")
    assert describe(summary.files[0]) == (
        "tools.jsonl: nothing to take in, 2 records hold no call of a model"
    )
    none = ingest(home, tmp_path / "logs", "none", format_name="langfuse")
    assert describe(none.files[0]) == "none.jsonl: empty file, no records"
