"""A mapping is right, or every problem is named with its place and what is allowed."""

from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import DefinitionError
from pipelines.ingest.mapping import load_mapping, parse_mapping

MESSAGE = {"thread": "a", "role": "b", "text": "c", "sent_at": "d"}


def content(**changes: Any) -> dict[str, Any]:
    return {"deployment": {"id": "one"}, "records": [{"kind": "message", "fields": MESSAGE}]} | changes


def complaint(**changes: Any) -> str:
    with pytest.raises(DefinitionError) as error:
        parse_mapping(content(**changes), name="mapping.yaml")
    return str(error.value)


def test_the_shortest_mapping_is_enough():
    mapping = parse_mapping(content(), name="mapping.yaml")
    assert (mapping.deployment.zone, mapping.deployment.silence_hours) == ("UTC", 12)


def test_an_unknown_field_is_named_with_the_allowed_ones():
    told = complaint(records=[{"kind": "message", "fields": MESSAGE | {"mood": "e"}}])
    assert "mapping.yaml" in told
    assert "records.0" in told
    assert "mood: not a field of a message; allowed are thread, user" in told


def test_a_required_field_that_is_not_mapped_is_named():
    assert "text: required" in complaint(
        records=[{"kind": "message", "fields": {k: v for k, v in MESSAGE.items() if k != "text"}}]
    )


def test_all_problems_of_a_file_are_told_at_once():
    told = complaint(deployment={"id": "Not An Id", "zone": "Mars/Olympus"}, colour="blue")
    assert all(word in told for word in ("deployment.id", "Mars/Olympus", "colour"))


@pytest.mark.parametrize("pattern", ["([", "no group", r"(\d+)-(\d+)"])
def test_a_pattern_for_the_day_of_delivery_must_hold_one_group(pattern: str):
    assert "received_on.file_name" in complaint(received_on={"file_name": pattern})


def test_a_value_may_mean_only_what_there_is():
    role = {"field": "b", "values": {"human": "user", "bot": "robot"}}
    assert "role means robot; allowed are user, assistant, agent" in complaint(
        records=[{"kind": "message", "fields": MESSAGE | {"role": role}}]
    )
    stage = {"thread": "a", "occurred_at": "b", "detail": {"field": "c", "values": {"done": "finished"}}}
    assert "finished" in complaint(records=[{"kind": "handoff", "fields": stage}])


@pytest.mark.parametrize("text", ["records: [", "\t- a", "just words", "", "- 1\n- 2"])
def test_what_is_no_mapping_is_refused_by_name(tmp_path: Path, text: str):
    path = tmp_path / "mapping.yaml"
    path.write_text(text)
    with pytest.raises(DefinitionError, match=r"mapping\.yaml"):
        load_mapping(path)


def test_each_problem_of_a_file_is_told_with_its_line_and_what_is_allowed(tmp_path: Path):
    path = tmp_path / "mapping.yaml"
    path.write_text(
        "deployment:\n  id: Night Line\n  zone: UTC\nzoo: 1\nrecords:\n  - kind: note\n    fields: {}\n"
    )
    with pytest.raises(DefinitionError) as error:
        load_mapping(path)
    told = str(error.value)
    assert f"{path}:2: deployment.id: must be 2 to 63 small letters" in told
    assert f"{path}:4: zoo: there is no such field; allowed: deployment, received_on" in told
    assert f"{path}:6: records.0.kind: Input should be 'message', 'handoff' or 'notice'" in told


def test_a_mapping_that_is_not_there_says_how_to_get_one(tmp_path: Path):
    with pytest.raises(DefinitionError, match="--infer"):
        load_mapping(tmp_path / "mapping.yaml")


def test_the_layout_of_the_file_does_not_count(tmp_path: Path):
    path = tmp_path / "mapping.yaml"
    path.write_text(
        "records: [{fields: {sent_at: d, text: c, role: b, thread: a}, kind: message}]\n"
        "deployment: {id: one}\n"
    )
    assert load_mapping(path).hash == parse_mapping(content(), name="other").hash
    assert load_mapping(path).hash != parse_mapping(content(deployment={"id": "two"}), name="other").hash
