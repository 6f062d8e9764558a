"""An operator's export of real conversations, replayed with planted faults, against its truth file."""

import json
import subprocess
import sys

import pytest
import yaml

pytestmark = pytest.mark.full


@pytest.fixture(scope="module")
def replay(shared, tmp_path_factory):
    """The folder of a replayed export: logs/ and truth.json."""
    folder = tmp_path_factory.mktemp("replay")
    subprocess.run(
        [sys.executable, shared / "tools" / "replay_logs.py", folder], check=True, capture_output=True
    )
    return folder


@pytest.fixture(scope="module")
def truth(replay):
    return json.loads((replay / "truth.json").read_text())


@pytest.fixture(scope="module")
def home(replay, mapping, command, tmp_path_factory):
    """A home after `plimsoll ingest` and `plimsoll run`; what they printed lies beside it."""
    folder = tmp_path_factory.mktemp("home")
    ingested = command.plimsoll("ingest", replay / "logs", "--mapping", mapping, home=folder / "home")
    run = command.plimsoll("run", home=folder / "home")
    (folder / "printed.log").write_text(ingested.output + ingested.errors + run.output + run.errors)
    return folder / "home"


@pytest.fixture(scope="module")
def facts(home, command):
    return command.plimsoll("status", "--json", home=home).document["deployments"]["replay_companion"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("accepted_messages", "accepted_messages"),
        ("messages_by_date", "messages_by_day"),
        ("conversations", "conversations"),
        ("conversations_by_start_day", "conversations_by_start_day"),
        ("threads", "threads"),
        ("users", "users"),
        ("longest_thread_days", "longest_thread_days"),
        ("late_records", "late_records"),
        ("notices_by_kind", "notices_by_kind"),
        ("handoffs_by_stage", "handoffs_by_stage"),
        ("delivered_records", "lines"),
    ],
)
def test_status_counts_what_was_planted(facts, truth, name, said):
    assert truth[said]
    assert facts[name] == truth[said]


def test_the_run_says_how_many_messages_detectors_were_given(home, truth):
    said = (home.parent / "printed.log").read_text()
    assert f"detect: {truth['accepted_messages']} messages of" in said


def test_status_counts_messages_by_role(facts, truth):
    assert facts["messages_by_role"] == {
        "user": truth["messages_by_role"]["human"], "assistant": truth["messages_by_role"]["bot"],
    }  # fmt: skip


def test_every_fault_is_rejected_for_its_reason_and_copies_are_counted(facts, truth):
    faults = dict(truth["faults"])
    assert facts["duplicates"] == {"exact": faults.pop("exact_duplicate"), "conflicting": 0}
    assert facts["rejected"] == faults
    by_day = facts["rejected_by_day"].values()
    assert sum(sum(reasons.values()) for reasons in by_day) == sum(faults.values())


def test_nothing_is_left_to_compute_or_held(facts):
    assert (facts["stale_day_count"], facts["held_days"], facts["waiting_events"]) == (0, [], 0)


def test_not_one_planted_contact_detail_is_left_anywhere(home, truth, decoded_search):
    secrets = {detail["secret"] for detail in truth["contact_details"]}
    assert len(secrets) > 50
    assert decoded_search.search(home.parent, secrets) == {}


def test_the_change_of_model_is_published_on_its_day(home, truth, row_hash):
    import duckdb

    current = home / "published" / (home / "published" / "current").read_text().strip()
    with duckdb.connect(str(current), read_only=True) as connection:
        days = connection.execute("select distinct effective_on from published.change").fetchall()
    assert truth["model_change_on"] in {str(day) for (day,) in days}


def test_a_proposed_mapping_reads_the_same(replay, facts, command, tmp_path):
    mapping = yaml.safe_load(command.plimsoll("ingest", replay / "logs", "--infer").output)
    mapping["deployment"]["id"] = "replay_companion"
    (tmp_path / "mapping.yaml").write_text(yaml.safe_dump(mapping))
    command.plimsoll(
        "ingest", replay / "logs", "--mapping", tmp_path / "mapping.yaml", home=tmp_path / "home"
    )
    document = command.plimsoll("status", "--json", home=tmp_path / "home").document
    inferred = document["deployments"]["replay_companion"]
    differs = {"title", "stale_day_count", "data"}  # the last is of a home that was run
    assert {name: value for name, value in inferred.items() if name not in differs} == {
        name: value for name, value in facts.items() if name not in differs
    }
