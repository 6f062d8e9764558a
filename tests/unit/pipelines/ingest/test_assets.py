"""The inbox through Dagster: every folder is taken in, and a wrong one is complained of afterwards."""

import json

import dagster as dg
import yaml

from pipelines.ingest import assets

QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


def put_in_inbox(place, name: str, **changes: object) -> None:
    folder = place.home.inbox / name
    folder.mkdir()
    fields = {"thread": "thread", "role": "role", "text": "text", "sent_at": "sent_at"}
    mapping = {"deployment": {"id": name}, "records": [{"kind": "message", "fields": fields}]} | changes
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping))
    (folder / "a.jsonl").write_text(json.dumps(place.say(0)) + "\n")


def materialise(place) -> dg.ExecuteInProcessResult:
    return dg.materialize([assets.build(place.home)], raise_on_error=False, run_config=QUIET)


def test_every_folder_of_the_inbox_is_taken_in(place):
    put_in_inbox(place, "first")
    put_in_inbox(place, "second")
    assert materialise(place).success
    assert {row["deployment_id"] for row in place.rows("staging.message")} == {"first", "second"}


def test_a_folder_with_a_wrong_mapping_does_not_keep_the_others_out(place):
    put_in_inbox(place, "a_wrong_one", colour="blue")
    put_in_inbox(place, "good")
    result = materialise(place)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "colour" in str(failure.step_failure_data)
    assert [row["deployment_id"] for row in place.rows("staging.message")] == ["good"]


def test_a_folder_whose_files_have_not_come_is_no_failure(place):
    put_in_inbox(place, "good")
    put_in_inbox(place, "empty")
    (place.home.inbox / "empty" / "a.jsonl").unlink()
    assert materialise(place).success
    assert [row["deployment_id"] for row in place.rows("staging.message")] == ["good"]
