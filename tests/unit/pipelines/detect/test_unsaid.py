"""Labelled rows without a language: read as messages are, never taken for English, and told."""

import json
from pathlib import Path

import pytest

from pipelines.detect.cascade import make_cascade
from pipelines.detect.evaluate import evaluate
from pipelines.detect.unsaid import read_rows

ENGLISH = "I have not been able to get out of bed for a week and nobody has noticed it."
SPANISH = "Llevo una semana sin poder levantarme de la cama y nadie se ha dado cuenta de nada."


def write(tmp_path: Path, *rows: dict) -> Path:
    path = tmp_path / "talk_dev.jsonl"
    path.write_text(
        "\n".join(json.dumps({"id": str(n), "role": "user", **row}) for n, row in enumerate(rows))
    )
    return path


def test_a_row_without_a_language_is_read_by_its_text_and_told(tmp_path, caplog):
    said = {"text": SPANISH, "language": "en", "conversation_id": "d"}
    path = write(
        tmp_path,
        {"text": ENGLISH, "conversation_id": "a"},
        {"text": SPANISH, "conversation_id": "b"},
        {"text": "no", "conversation_id": "b"},
        {"text": "no", "conversation_id": "c", "language": None},
        said,
    )
    assert [row.language for row in read_rows(path)] == ["en", "es", "es", "unknown", "en"]
    (told,) = caplog.messages
    assert told == (
        "talk_dev.jsonl: 4 of 5 rows name no language; by their text 2 as es, 1 as en; "
        "1 stay unknown, and are not read."
    )


def test_where_every_row_names_its_language_nothing_is_told(tmp_path, caplog):
    path = write(tmp_path, {"text": ENGLISH, "language": "en"})
    assert [row.language for row in read_rows(path)] == ["en"]
    assert caplog.messages == []


@pytest.mark.parametrize(("language", "unscored"), [(None, 1), ("en", 0)])
def test_what_stays_unknown_is_counted_as_not_scored(tmp_path, language, unscored):
    row = {"text": "no", "labels": {"self_harm": 0}} | ({"language": language} if language else {})
    results = evaluate(read_rows(write(tmp_path, row)), make_cascade())
    assert {one["unscored"] for one in results if one["detector"] == "cascade"} == {unscored}


@pytest.mark.parametrize("language", ["en-US", "en_GB", "EN", "English", " en "])
def test_a_language_is_read_as_a_log_may_write_it(tmp_path, caplog, language):
    row = {"text": "no", "language": language, "labels": {"self_harm": 0}}
    rows = read_rows(write(tmp_path, row))
    assert [row.language for row in rows] == ["en"]
    assert {one["n"] for one in evaluate(rows, make_cascade()) if one["detector"] == "cascade"} == {1}
    assert caplog.messages == []


def test_a_language_that_nobody_understands_is_told_and_read_by_the_text(tmp_path, caplog):
    path = write(
        tmp_path,
        {"text": ENGLISH, "language": "Englisch, secret"},
        {"text": SPANISH, "language": "spa"},
        {"text": ENGLISH, "language": "en"},
    )
    assert [row.language for row in read_rows(path)] == ["en", "es", "en"]
    assert caplog.messages[0].startswith("talk_dev.jsonl: 2 of 3 rows name a language by what is neither")
    assert "secret" not in "".join(caplog.messages)
