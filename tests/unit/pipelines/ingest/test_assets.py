"""The inbox through Dagster: every folder is taken in, and a wrong one is complained of afterwards."""

import json
import os
import re
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa
import yaml

from pipelines.errors import SourceError
from pipelines.ingest import assets, inbox
from pipelines.lake.lake import Lake

QUIET = {"loggers": {"console": {"config": {"log_level": "ERROR"}}}}


def put_in_inbox(place, name: str, **changes: object) -> None:
    folder = place.home.inbox / name
    folder.mkdir()
    fields = {"thread": "thread", "role": "role", "text": "text", "sent_at": "sent_at"}
    mapping = {"deployment": {"id": name}, "records": [{"kind": "message", "fields": fields}]} | changes
    (folder / "mapping.yaml").write_text(yaml.safe_dump(mapping))
    (folder / "a.jsonl").write_text(json.dumps(place.say(0)) + "\n")


def materialise(place) -> dg.ExecuteInProcessResult:
    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize(
            [assets.build(place.home)], instance=instance, raise_on_error=False, run_config=QUIET
        )


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


def test_a_database_that_refuses_is_complained_of_when_the_others_are_taken_in(place, monkeypatch):
    query = {"query": "select :watermark as id from no_such_table", "watermark": "id", "start": 0}
    monkeypatch.setenv("CHAT_DATABASE", "sqlite://")
    put_in_inbox(place, "a_database", format="sql", query=query | {"address_variable": "CHAT_DATABASE"})
    put_in_inbox(place, "good")
    result = materialise(place)
    assert [row["deployment_id"] for row in place.rows("staging.message")] == ["good"]
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert "inbox/a_database: sqlite://: the database refused" in str(failure.step_failure_data)


def test_a_database_that_never_gave_a_row_is_told_by_dagster_and_by_status(place, monkeypatch, tmp_path):
    address = f"sqlite:///{tmp_path / 'chat.sqlite'}"
    engine = sa.create_engine(address, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("create table chat (id, thread, role, text, sent_at)"))
    monkeypatch.setenv("CHAT_DATABASE", address)
    asked = "select * from chat where id >= :watermark order by id"
    query = {"query": asked, "watermark": "id", "start": 0, "address_variable": "CHAT_DATABASE"}
    put_in_inbox(place, "a_database", format="sql", query=query)
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([assets.build(place.home)], instance=instance, run_config=QUIET)
        kept = " ".join(str(entry) for entry in instance.all_logs(result.run_id))
    assert "gives no row from its start on" in kept
    (problem,) = inbox.tell_silent_queries(place.home.inbox, Lake(place.home.lake))
    assert problem.startswith("inbox/a_database: its database has not given a row yet")
    with engine.begin() as connection:
        row = "insert into chat values (1, 't', 'user', 'hello', '2026-08-03T12:00:00Z')"
        connection.execute(sa.text(row))
    assert materialise(place).success
    assert inbox.tell_silent_queries(place.home.inbox, Lake(place.home.lake)) == []


def test_a_folder_whose_files_have_not_come_is_no_failure(place):
    put_in_inbox(place, "good")
    put_in_inbox(place, "empty")
    (place.home.inbox / "empty" / "a.jsonl").unlink()
    assert materialise(place).success
    assert [row["deployment_id"] for row in place.rows("staging.message")] == ["good"]


@pytest.mark.parametrize("address", ["sqlite:///{folder}/s3cr%40t/chat.sqlite", "", "no address s3cr"])
def test_a_database_that_refuses_fails_the_run_with_its_sentence_once_the_others_are_taken_in(
    place, monkeypatch, address
):
    query = {
        "query": "select * from chat where said_at >= :watermark", "watermark": "said_at", "start": 0,
        "address_variable": "PLIMSOLL_TEST_CHAT",
    }  # fmt: skip
    put_in_inbox(place, "a_database", format="sql", query=query)
    put_in_inbox(place, "good")
    monkeypatch.setenv("PLIMSOLL_TEST_CHAT", address.format(folder=place.home.path))
    result = materialise(place)
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    said = str(failure.step_failure_data)
    assert "inbox/a_database: " in said
    assert "s3cr" not in said
    assert [row["deployment_id"] for row in place.rows("staging.message")] == ["good"]


def test_a_file_that_cannot_be_opened_is_counted_and_not_named_for_a_name_may_be_a_persons(place, closed):
    put_in_inbox(place, "good")
    (place.home.inbox / "good" / "anna_smith.jsonl").write_text(json.dumps(place.say(1)) + "\n")
    before = inbox.fingerprint_inbox(place.home.inbox)
    closed("anna_smith.jsonl")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([assets.build(place.home)], instance=instance, run_config=QUIET)
        kept = " ".join(str(entry) for entry in instance.all_logs(result.run_id))
    assert "inbox/good: 1 files or folders cannot be read" in kept
    assert "anna" not in kept
    assert len(place.rows("staging.message")) == 1
    (problem,) = inbox.tell_unreadable(place.home.inbox)
    assert problem.startswith("inbox/good: 1 files wait")
    assert inbox.fingerprint_inbox(place.home.inbox) != before  # so that it is asked for once it may be read


def test_a_folder_that_cannot_be_looked_into_is_told_and_keeps_no_other_out(place, closed):
    put_in_inbox(place, "good")
    put_in_inbox(place, "shut")
    below = place.home.inbox / "good" / "of_anna_smith"
    below.mkdir()
    (below / "b.jsonl").write_text(json.dumps(place.say(1)) + "\n")
    closed("shut")
    closed("of_anna_smith")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([assets.build(place.home)], instance=instance, run_config=QUIET)
        kept = " ".join(str(entry) for entry in instance.all_logs(result.run_id))
    assert "inbox/good: 1 files or folders cannot be read" in kept
    assert "inbox/shut: this account may not look into it" in kept
    assert "anna" not in kept
    assert [row["deployment_id"] for row in place.rows("staging.message")] == ["good"]
    told = inbox.tell_unreadable(place.home.inbox)
    assert [one.partition(";")[0] for one in told] == [
        "inbox/good: 1 folders that this account may not look into",
        "inbox/shut: 1 folders that this account may not look into",
    ]


def link_out(place, folder: str) -> None:
    """A link of the inbox to a file outside, and one to a file of the same folder."""
    elsewhere = place.home.path.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "anna_smith.jsonl").write_text(json.dumps(place.say(1)) + "\n")
    (place.home.inbox / folder / "anna_smith.jsonl").symlink_to(elsewhere / "anna_smith.jsonl")
    (place.home.inbox / folder / "newest.jsonl").symlink_to("a.jsonl")


def test_a_link_out_of_the_inbox_is_not_followed_and_counted_without_its_name(place):
    put_in_inbox(place, "good")
    link_out(place, "good")
    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize([assets.build(place.home)], instance=instance, run_config=QUIET)
        kept = " ".join(str(entry) for entry in instance.all_logs(result.run_id))
    assert "inbox/good: 1 links lead out of the inbox" in kept
    assert "anna" not in kept
    assert len(place.rows("staging.message")) == 1
    (problem,) = inbox.tell_unreadable(place.home.inbox)
    assert problem.startswith("inbox/good: 1 links lead out of the inbox")


@pytest.mark.parametrize("name", ["good", "good/anna_smith.jsonl"])
def test_a_link_out_of_the_inbox_is_named_to_who_takes_it_in(place, mapping, name):
    put_in_inbox(place, "good")
    link_out(place, "good")
    said = r"anna_smith\.jsonl \(a link out of the inbox, which is not followed; put the file itself there\)"
    if name == "good":
        assert re.fullmatch(said, place.again(place.home.inbox / name).ignored[0])
    else:
        with pytest.raises(SourceError, match=said):
            place.again(place.home.inbox / name)


def test_a_folder_of_the_inbox_may_itself_be_a_link(place):
    put_in_inbox(place, "good")
    moved = place.home.path.parent / "mounted"
    (place.home.inbox / "good").rename(moved)
    (place.home.inbox / "good").symlink_to(moved)
    (moved / "newest.jsonl").symlink_to(moved / "a.jsonl")
    assert materialise(place).success
    assert [row["deployment_id"] for row in place.rows("staging.message")] == ["good"]
    assert inbox.tell_unreadable(place.home.inbox) == []


def test_a_link_into_a_folder_that_is_closed_keeps_no_other_file_out(place, closed):
    put_in_inbox(place, "good")
    link_out(place, "good")
    closed("elsewhere")
    assert inbox.fingerprint_inbox(place.home.inbox)
    assert materialise(place).success
    assert len(place.rows("staging.message")) == 1


def test_a_folder_is_walked_once_by_an_ingest(place, mapping, monkeypatch):
    walked = []
    walk = os.walk
    monkeypatch.setattr("os.walk", lambda below, **how: walked.append(Path(below)) or walk(below, **how))
    put_in_inbox(place, "good")
    assert materialise(place).success
    assert [one for one in walked if one.is_relative_to(place.home.inbox)] == [place.home.inbox / "good"]
