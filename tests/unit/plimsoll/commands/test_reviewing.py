"""A review week from the command line: a frame from the lake, ids without text, a person who can be found."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import load_mapping
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.settings import Home
from risk_register.alarm.finding_call import SeenFinding, call_for_eyes
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewItem
from risk_register.incident import incidents, locations
from risk_register.incident.danger import list_pages
from risk_register.review import reviews
from tests.unit.plimsoll.commands.governance_factory import Run, make_governed_home, make_run

WEEK = dt.date(2026, 8, 3)
SECRET = "a sentence that only a reviewer with a reason may see"
MAPPING = """\
deployment: {id: companion, zone: UTC}
records:
  - kind: message
    fields: {thread: thread, role: role, turn: turn, text: text, sent_at: at, language: language}
"""
FACT = pa.schema(
    [
        ("deployment_id", pa.string()), ("day", pa.date32()), ("conversation_id", pa.string()),
        ("user_id", pa.string()), ("language", pa.string()),
        ("user_risk_level", pa.int32()), ("harm_level", pa.int32()),
        ("has_scored_message", pa.bool_()),
    ]
)  # fmt: skip
SIGNAL = pa.schema(
    [
        ("deployment_id", pa.string()),
        ("day", pa.date32()),
        ("conversation_id", pa.string()),
        ("signal_id", pa.string()),
    ]
)
# thread: (language, user risk level, harm level, whether a detector looked)
SEEN = {
    "t00": ("en", 4, 0, True), "t01": ("en", 3, 0, True), "t02": ("en", 2, 3, True),
    "t03": ("en", 0, 4, True), "t04": ("fr", 0, 0, False),
    **{f"t{number:02}": ("en", number % 2, 0, True) for number in range(5, 45)},
}  # fmt: skip


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which 45 conversations were ingested, with what detectors made of them."""
    path = tmp_path_factory.mktemp("template") / "home"
    home, _ = make_governed_home(path)
    folder = home.inbox / "companion"
    folder.mkdir()
    (folder / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    lines = ["not a record"]
    for number, (thread, (language, *_)) in enumerate(SEEN.items()):
        at = dt.datetime(2026, 8, 3 + number % 7, 10, tzinfo=dt.UTC)
        for turn, role in enumerate(("user", "assistant")):
            moment = (at + dt.timedelta(minutes=turn)).isoformat()
            lines.append(json.dumps({"thread": f"their-{thread}", "role": role, "turn": turn, "text": SECRET,
                                     "at": moment, "language": language}))  # fmt: skip
    (folder / "week.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    ingest_folder(home, folder, load_mapping(folder / "mapping.yaml"), received_on=dt.date(2026, 8, 10))
    _add_facts(home)
    return path


def _add_facts(home: Home) -> None:
    columns = ["deployment_id", "day", "conversation_id", "user_id", "started_at", "language"]
    held = Lake(home.lake).read("staging.conversation", columns=columns)
    assert held is not None
    by_order = sorted(held.to_pylist(), key=lambda row: (row["language"] != "en", row["started_at"]))
    english = [name for name, seen in SEEN.items() if seen[0] == "en"]
    facts = []
    for row, name in zip(by_order, [*english, "t04"], strict=True):
        language, user, harm, is_scored = SEEN[name]
        facts.append({**row, "language": language, "user_risk_level": user, "harm_level": harm,
                      "has_scored_message": is_scored})  # fmt: skip
    signals = [
        {**row, "signal_id": signal}
        for row in facts
        if row["user_risk_level"] >= 2
        for signal in ("u_suicidal_ideation", "p_risk_question")
    ]
    days = {("companion", row["day"]) for row in facts}
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_days("fact.conversation", pa.Table.from_pylist(facts, schema=FACT), days)
        commit.replace_days("fact.message_signal", pa.Table.from_pylist(signals, schema=SIGNAL), days)


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(template, tmp_path / "home")))


@pytest.fixture
def store(home: Home) -> Iterator[Store]:
    store = Store(home.governance_url)
    yield store
    store.close()


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return make_run(home, monkeypatch, capfd)


def draw(run: Run, capacity: int = 30, *words: str):
    return run(
        "review", "sample", "--capacity", capacity, "--week", WEEK, "--seed", 7, *words, account="officer"
    )


def test_the_frame_is_the_week_in_strata_and_the_most_severe_are_all_drawn(run: Run, store: Store) -> None:
    done = draw(run, 30, "--json")
    strata = {one["stratum_id"]: one for one in done.document["strata"]}
    sizes = {name: one["unit_count"] for name, one in strata.items()}
    assert sizes == {"assistant_harm_level_4_en": 1, "unflagged_en": 40, "unscored_fr": 1,
                     "user_at_risk_level_3_en": 2, "user_at_risk_level_4_en": 1}  # fmt: skip
    drawn = {name: one["sample_count"] for name, one in strata.items()}
    assert drawn == {**sizes, "unflagged_en": 22}
    assert not any(one["has_reviewer"] for one in strata.values())
    assert done.document["flagged_beyond_capacity"] == {}
    sample = done.document["sample"]
    assert (sample["seed"], sample["sample_size"], sample["frame_size"], sample["capacity"]) == (
        7,
        27,
        45,
        30,
    )
    assert reviews.list_samples(store, "companion")[0].week == WEEK


def test_the_person_who_draws_reads_which_interval_it_buys(run: Run) -> None:
    output = draw(run).output
    assert "unscored_fr: 1 of 1  no reviewer" in output
    assert "If none of the 24 whose user was not flagged is at risk, at most " in output
    assert "would be known as" in output
    assert re.search(r"[0-9]%", output) is None


def test_a_capacity_that_is_too_small_says_what_it_leaves_unread(run: Run) -> None:
    assert "does not reach for one of each of 5 strata" in draw(run, 5).complaint
    done = draw(run, 6, "--json")
    assert (done.code, done.document["sample"]["sample_size"]) == (0, 5)
    assert done.document["flagged_beyond_capacity"] == {"3": 1}


def test_a_week_without_conversations_and_a_second_draw_are_refused(run: Run) -> None:
    early = run("review", "sample", "--capacity", 30, "--week", "2026-07-06", account="officer")
    assert "The week of 2026-07-06 holds no computed conversation" in early.complaint
    assert draw(run).code == 0
    assert "a sample is drawn once" in draw(run).complaint
    assert run("review", "sample", "--capacity", 30, account="first_reviewer").code == 1


@pytest.fixture
def drawn(run: Run) -> Run:
    """A drawn week and two reviewers who read English."""
    assert draw(run).code == 0
    for name in ("first_reviewer", "second_reviewer"):
        assert run("review", "reviewer", "--languages", "en", account=name).code == 0
    return run


def take(run: Run, account: str) -> dict[str, str]:
    found: dict[str, str] = run("review", "next", "--json", account=account).document
    return found


def test_next_prints_ids_and_never_text(drawn: Run, store: Store) -> None:
    done = drawn("review", "next", account="first_reviewer")
    assert "companion_2026_w32_item_" in done.output
    assert SECRET not in done.output + drawn("review", "next", "--json", account="first_reviewer").output
    assert audit.list_entries(store, action="conversation_read") == ()


def test_text_needs_a_role_and_a_reason_and_leaves_a_trace_with_both(drawn: Run, store: Store) -> None:
    without = drawn("review", "next", "--show-text", account="first_reviewer")
    assert (without.code, without.output) == (1, "")
    assert "needs --reason" in without.complaint
    shown = drawn(
        "review", "next", "--show-text", "--reason", "Weekly review.", "--json", account="first_reviewer"
    )
    assert [line["role"] for line in shown.document["messages"]] == ["user", "assistant"]
    assert shown.document["messages"][0]["text"] == SECRET
    entry = audit.list_entries(store, action="conversation_read")[0]
    assert (entry.actor, entry.subject) == ("first_reviewer", shown.document["item_id"])
    assert entry.details == {"reason": "Weekly review."}
    for account in ("compliance", "administrator", "viewer", "engineer"):
        refused = drawn("review", "next", "--show-text", "--reason", "Curious.", account=account)
        assert (refused.code, refused.output) == (1, "")


def test_a_text_that_retention_took_is_no_text_in_which_nothing_was_said(drawn: Run, home: Home) -> None:
    rows = Lake(home.lake).read("staging.message")
    place = rows.schema.get_field_index("text")
    emptied = rows.set_column(place, "text", pa.array([""] * rows.num_rows, pa.string()))
    with lakes.write(home.lake, by="a test") as commit:
        days = {("companion", day) for day in rows["day"].to_pylist()}
        commit.replace_days("staging.message", emptied, days)
    shown = drawn("review", "next", "--show-text", "--reason", "Weekly review.", account="first_reviewer")
    assert (shown.code, shown.output) == (1, "")
    assert "no longer held; pass the item on" in shown.complaint


def test_a_reviewer_alone_is_told_since_when_it_waits_and_what_would_release_it(drawn: Run) -> None:
    while (task := take(drawn, "first_reviewer")) is not None:
        drawn("review", "label", task["item_id"], "u_suicidal_ideation=2", account="first_reviewer")
    said = drawn("review", "progress", account="viewer").output
    assert re.search(r"; it waits since \d{4}-\d\d-\d\d\n", said)
    assert drawn("users", "disable", "second_reviewer", account="administrator").code == 0
    said = drawn("review", "progress", account="viewer").output
    assert "nobody else who reviews here and reads en is left for" in said
    waits = drawn("review", "progress", "--json", account="viewer").document["waits"]
    assert all(one["unreadable_count"] > 0 for one in waits.values())
    assert waits


def test_a_week_is_labelled_exported_and_its_agreement_shown(drawn: Run, tmp_path: Path) -> None:
    count = 0
    while (task := take(drawn, ("first_reviewer", "second_reviewer")[count % 2])) is not None:
        account = ("first_reviewer", "second_reviewer")[count % 2]
        seen = ["u_suicidal_ideation=1"] if count % 5 == 0 else []  # a level that needs no second person
        done = drawn("review", "label", task["item_id"], *seen, "--json", account=account)
        assert set(done.document["verdict"]) == {"user_risk_level", "harm_level"}
        count += 1
    progress = drawn("review", "progress", "--json", account="viewer").document
    assert sum(one["labelled_count"] for one in progress["strata"]) == 26  # nobody reads French
    assert progress["doubled_count"] >= 1
    assert "first_reviewer" not in json.dumps({**progress, "sample": {}})
    out = tmp_path / "labels.csv"
    assert drawn("review", "export", "--reason", "Correction.", "--out", out, account="officer").code == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert not [word for word in ("reviewer", SECRET) if word in out.read_text(encoding="utf-8")]
    document = drawn("review", "export", "--reason", "Correction.", account="compliance").document
    assert sum(one["weight"] for one in document["labels"]) == pytest.approx(44)
    lines = out.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + sum(one["is_final"] for one in document["labels"])


def test_whoever_may_label_gets_no_answer_of_an_item_that_waits_for_another_person(
    drawn: Run, store: Store, tmp_path: Path
) -> None:
    items = []
    while not items or store_state(store, items[-1]) == "settled":
        items.append(take(drawn, "first_reviewer")["item_id"])
        drawn("review", "label", items[-1], "u_self_harm=2", account="first_reviewer")
    export = ("review", "export", "--reason", "Correction.")
    theirs = drawn(*export, account="officer").document
    assert [one["item_id"] for one in theirs["labels"]] == sorted(items[:-1])
    assert theirs["withheld_count"] == 1
    out = tmp_path / "labels.csv"
    said = drawn(*export, "--out", out, account="officer").output
    assert items[-1] not in out.read_text(encoding="utf-8")
    assert "1 more are withheld" in said
    others = drawn(*export, account="compliance").document
    assert (len(others["labels"]), others["withheld_count"]) == (len(items), 0)


def store_state(store: Store, item_id: str) -> str:
    with store.read() as session:
        return session.get_one(ReviewItem, item_id).state


def test_an_item_of_another_deployment_does_not_exist(drawn: Run) -> None:
    item = take(drawn, "first_reviewer")["item_id"]
    done = drawn("review", "label", item, account="stranger")
    assert (done.code, done.complaint) == (1, f"There is no review item {item} in other.\n")
    assert drawn("review", "label", item, "u_acute_distress", account="first_reviewer").code == 2
    assert drawn("review", "pass", item, account="second_reviewer").code == 1
    assert drawn("review", "pass", item, account="first_reviewer").code == 0
    assert take(drawn, "first_reviewer")["item_id"] != item


def test_danger_opens_an_incident_and_says_how_to_find_the_person(drawn: Run, store: Store) -> None:
    task = take(drawn, "first_reviewer")
    done = drawn("review", "danger", task["item_id"], account="first_reviewer")
    assert "companion_incident_0001 is open; page 1 waits" in done.output
    assert "No way to the on-call is set, so nothing leaves: call them yourself." in done.complaint
    assert f"plimsoll locate {task['conversation_id']}" in done.output
    assert incidents.list_incidents(store, "companion")[0].opened_by == "first_reviewer"
    assert list_pages(store, "companion")[0].conversation_id == task["conversation_id"]


def ids(home: Home) -> list[dict[str, str]]:
    rows = Lake(home.lake).read(
        "staging.message", columns=["message_id", "conversation_id", "turn", "sent_at"]
    )
    assert rows is not None
    return sorted(rows.to_pylist(), key=lambda row: (row["sent_at"], row["message_id"]))


def test_every_message_leads_to_its_line_and_the_operators_conversation(run: Run, home: Home) -> None:
    lines = (home.inbox / "companion" / "week.jsonl").read_text(encoding="utf-8").splitlines()
    places = set()
    for row in ids(home)[::9]:
        done = run("locate", f"{row['message_id']}/u_suicidal_ideation", "--reason", "At risk.", "--json",
                   account="officer").document  # fmt: skip
        record = json.loads(lines[done["position"] - 1])
        assert done["source_file"] == "companion/week.jsonl"
        assert (record["thread"], record["turn"]) == (done["source_conversation"], row["turn"])
        assert record["at"] == row["sent_at"].isoformat()
        places.add(done["position"])
    assert len(places) == 10


def test_a_conversation_leads_to_its_first_message(run: Run, home: Home) -> None:
    row = ids(home)[0]
    done = run("locate", row["conversation_id"], "--reason", "At risk.", account="officer")
    assert "source file: companion/week.jsonl\nrecord: " in done.output
    assert "source conversation: their-t" in done.output


def test_a_finding_is_searched_by_the_id_that_pages_show(run: Run, home: Home, store: Store) -> None:
    row = ids(home)[0]
    seen = SeenFinding(
        "companion", row["sent_at"].date(), row["message_id"], "unanswered_risk", "u_self_harm", "linear"
    )
    with store.write(actor="assess", at=dt.datetime.now(dt.UTC)) as write:
        (finding,) = call_for_eyes(write, "companion", [seen], figures={})
    done = run("locate", finding, "--reason", "At risk.", account="officer")
    assert "source file: companion/week.jsonl\nrecord: " in done.output
    assert locations.list_locations(store, "companion")[0].subject == row["conversation_id"]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("file", "files delivered on 2026-08-10 are gone or changed (week.jsonl)"),
        ("mapping", "holds no folder with a mapping of companion"),
        ("key", "holds no key; without it no id can be recomputed"),
        ("id", "holds no message or conversation 0123456789abcdef"),
    ],
)
def test_what_cannot_be_located_says_why_and_is_kept_too(
    run: Run, home: Home, store: Store, fault: str, why: str
) -> None:
    subject = "0123456789abcdef" if fault == "id" else ids(home)[0]["message_id"]
    inbox = home.inbox / "companion"
    lost = {
        "file": inbox / "week.jsonl",
        "mapping": inbox / "mapping.yaml",
        "key": home.keys / "pseudonym.key",
    }
    if fault in lost:
        lost[fault].unlink()
    done = run("locate", subject, "--reason", "At risk.", account="officer")
    assert (done.code, "not located: " in done.output) == (0, True)
    assert why in done.output
    record = locations.list_locations(store, "companion")[0]
    assert (record.is_found, record.reason) == (False, "At risk.")
    assert why in record.why_not


def test_a_folder_elsewhere_can_be_named(run: Run, home: Home, tmp_path: Path) -> None:
    elsewhere = Path(shutil.move(home.inbox / "companion", tmp_path / "archive"))
    mapping = Path(shutil.move(elsewhere / "mapping.yaml", tmp_path / "old.yaml"))
    subject = ids(home)[3]["message_id"]
    words = ("locate", subject, "--reason", "At risk.", "--source", elsewhere)
    assert "holds no folder with a mapping" in run(*words, account="officer").output
    assert "source file: archive/week.jsonl" in run(*words, "--mapping", mapping, account="officer").output


def test_a_search_needs_a_safety_officer_a_reason_and_a_second_person(
    run: Run, home: Home, store: Store
) -> None:
    subject = ids(home)[0]["message_id"]
    assert "needs --reason" in run("locate", subject, account="officer").complaint
    for account in ("first_reviewer", "compliance", "administrator", "stranger"):
        done = run("locate", subject, "--reason", "At risk.", "--deployment", "companion", account=account)
        assert (done.code, done.output) == (1, "")
    assert locations.list_locations(store, "companion") == ()
    run("locate", subject, "--reason", "At risk.", account="officer")
    mine = run("locate", "confirm", 1, "--reason", "Right.", account="officer")
    assert "another person must confirm it" in mine.complaint
    assert run("locate", "confirm", 1, "--reason", "Right.", account="stranger").code == 1
    assert run("locate", "confirm", 1, "--reason", "Right.", account="second_officer").code == 0
    assert run("locate", "list", "--json", account="officer").document[0]["confirmed_by"] == "second_officer"
    assert [entry.action for entry in audit.list_entries(store, limit=2)] == [
        "location_confirmed",
        "person_located",
    ]
    assert run("locate", "confirm", account="officer").code == 2


def test_the_operators_own_id_is_printed_and_kept_nowhere(run: Run, home: Home, store: Store) -> None:
    run("locate", ids(home)[0]["message_id"], "--reason", "At risk.", account="officer")
    store.close()
    kept = b"".join(path.read_bytes() for path in home.path.glob("governance.sqlite*") if path.is_file())
    assert b"week.jsonl" in kept
    assert b"their-t" not in kept
