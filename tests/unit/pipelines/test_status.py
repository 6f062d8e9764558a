"""What a home holds, as counts: the document of `plimsoll status`."""

import datetime as dt
import json

import pytest

from pipelines.errors import StateError
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import parse_mapping
from pipelines.settings import Home, HomeKind, make_home
from pipelines.status import describe_home
from plimsoll.commands.state import say

NOON = dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC)


@pytest.fixture
def deliver(tmp_path):
    """Ingests messages given as (thread, hours after noon, text)."""
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    fields = {
        "thread": "thread",
        "user": "user",
        "role": "role",
        "text": "text",
        "sent_at": "at",
        "turn": "turn",
    }

    def ingest(*messages, deployment="one", on=dt.date(2026, 9, 1), zone="UTC"):
        folder = tmp_path / "in"
        folder.mkdir(exist_ok=True)
        path = folder / f"{len(list(folder.iterdir()))}.jsonl"
        lines = [
            {"thread": thread, "user": thread[0].replace("?", ""), "role": "user", "text": text, "turn": turn,
             "at": (NOON + dt.timedelta(hours=hours)).isoformat()}
            for turn, (thread, hours, text) in enumerate(messages)
        ]  # fmt: skip
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        content = {
            "deployment": {"id": deployment, "zone": zone},
            "records": [{"kind": "message", "fields": fields}],
        }
        ingest_folder(home, path, parse_mapping(content, name="a test"), received_on=on)
        return home

    return ingest


def test_an_empty_home_is_described(tmp_path):
    home = make_home(Home(tmp_path / "home"), HomeKind.DEMO)
    document = describe_home(home)
    assert (document["kind"], document["generation"], document["published"]) == ("demo", 0, None)
    assert document["deployments"] == {}


def test_messages_are_counted_by_date_and_by_the_day_of_their_episode(deliver):
    home = deliver(("a1", 11, "late"), ("a1", 13, "later"), ("b1", 0, "noon"))
    facts = describe_home(home)["deployments"]["one"]
    assert facts["messages_by_date"] == {"2026-08-03": 2, "2026-08-04": 1}
    assert facts["messages_by_partition_day"] == {"2026-08-03": 3}
    assert facts["conversations_by_start_day"] == {"2026-08-03": 2}
    assert (facts["threads"], facts["users"], facts["first_day"], facts["last_day"]) == (
        2, 2, "2026-08-03", "2026-08-03",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("threads", "users", "without", "said"),
    [
        ("ab", 2, 0, "2 threads, 2 users, "),
        ("a?", 1, 1, "2 threads, 1 users (1 messages without one), "),
        ("??", 0, 2, "users not known, "),
    ],
)
def test_whoever_is_unknown_is_no_user(deliver, threads, users, without, said):
    home = deliver(*[(f"{thread}{number}", number, "hello") for number, thread in enumerate(threads)])
    document = describe_home(home)
    facts = document["deployments"]["one"]
    assert (facts["users"], facts["messages_without_user"]) == (users, without)
    assert said in say(document)


@pytest.mark.parametrize(
    ("hours", "days"),
    [
        ((0, 1), 0),
        ((0, 23.9), 0),
        ((0, 24), 1),
        ((0, 36), 1),
        ((0, 48), 2),
        ((0, 30, 100), 2),
        ((0, 100, 130), 4),
    ],
)
def test_a_thread_rests_for_whole_days_between_two_episodes(deliver, hours, days):
    home = deliver(*[("a1", hour, "hello") for hour in hours], ("b1", 0, "other"))
    assert describe_home(home)["deployments"]["one"]["longest_thread_days"] == days


def test_a_record_is_late_when_it_comes_after_its_date(deliver):
    home = deliver(("a1", 0, "in time"), on=dt.date(2026, 8, 3))
    home = deliver(("b1", 1, "a day late"), on=dt.date(2026, 8, 4))
    assert describe_home(home)["deployments"]["one"]["late_records"] == 1


def test_redacted_details_and_copies_are_counted(deliver):
    deliver(("a1", 0, "robin@example.org or 07700 900123"))
    home = deliver(("a1", 0, "robin@example.org or 07700 900123"), ("a1", 1, "and more"))
    facts = describe_home(home)["deployments"]["one"]
    assert facts["redacted_details"] == 2
    assert facts["duplicates"] == {"exact": 1, "conflicting": 0}
    assert facts["accepted_messages"] == 2


def test_deployments_are_told_apart_and_an_unknown_one_is_refused(deliver):
    deliver(("a1", 0, "hello"))
    home = deliver(("a1", 0, "hello"), ("a1", 1, "you"), deployment="two", zone="Europe/Berlin")
    document = describe_home(home)
    assert {name: facts["accepted_messages"] for name, facts in document["deployments"].items()} == {
        "one": 1, "two": 2,
    }  # fmt: skip
    assert describe_home(home, deployment_id="two")["deployments"].keys() == {"two"}
    with pytest.raises(StateError, match="Held are: one, two"):
        describe_home(home, deployment_id="three")


def test_a_day_that_nobody_has_computed_is_to_be_computed(deliver):
    home = deliver(("a1", 0, "hello"), ("b1", 48, "hello"))
    home = deliver(("c1", 96, "hello"), deployment="two")
    waiting = {name: one["stale_day_count"] for name, one in describe_home(home)["deployments"].items()}
    assert waiting == {"one": 2, "two": 1}


def test_status_says_how_sound_the_data_are_even_if_nothing_was_computed_since(deliver):
    for day in range(10):
        home = deliver((f"a{day}", 24 * day, "hello"), on=dt.date(2026, 8, 3) + dt.timedelta(days=day))
    document = describe_home(home, at=NOON + dt.timedelta(days=13))
    data = document["deployments"]["one"]["data"]
    assert data["days_by_state"] == {"waiting": 10, "late": 3}
    assert data["days_not_whole"][0] == {
        "day": "2026-08-03", "state": "waiting", "reasons": ["not_computed"],
    }  # fmt: skip
    assert {alert["kind"] for alert in data["open_alerts"]} == {
        "silence"
    }  # a day that waits for the next run is no fault
    assert document["retention"]["is_agreed"] is False
    (home.definitions / "retention.yaml").write_text("text_days: 30\n")
    kept = describe_home(home, at=NOON)["retention"]
    assert (kept["is_agreed"], kept["text_days"], kept["finding_days"]) == (True, 30, 730)


def test_a_reader_is_told_what_lasts_what_is_held_and_what_is_not_known(deliver):
    home = deliver(("a1", 0, "hello"), on=dt.date(2026, 8, 3))
    document = describe_home(home, at=NOON + dt.timedelta(days=13))
    told = say(document)
    assert "NOT agreed, nothing drops by itself" in told
    assert "  ALERT silence: " in told
    assert "fields given in part, last 28 days: not known, for no message of these days is computed" in told
    assert "days held by quality: none; days to compute: 1" in told
    facts = document["deployments"]["one"]
    facts["held_days"], facts["data"]["open_alerts"] = ["2026-08-01", "2026-08-02"], []
    assert "owed by detectors: nothing" in told
    facts["data"]["owed_by_detector"] = {"judge": {"messages": 40, "days": 2}}
    facts["data"] |= {"unscored": 7, "unscored_by_state": {"failed": 5, "not_run": 2}, "out_of_order": 3}
    facts["data"]["field_completeness"] = {"model": {"known": 4, "of": 4}, "region": {"known": 3, "of": 4}}
    document["retention"]["is_agreed"] = True
    told = say(document)
    assert "days, agreed" in told
    assert "ALERT" not in told
    assert "fields given in part, last 28 days: region 75%" in told
    assert "unscored 7: failed 5, not_run 2" in told
    assert "owed by detectors: judge 40 messages of 2 days, whose numbers may still change" in told
    assert "days held by quality: 2026-08-01, 2026-08-02;" in told
