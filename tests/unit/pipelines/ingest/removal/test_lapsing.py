"""Text of a delivered file goes with the day it was said on, whenever it came and whatever lies beside it."""

import datetime as dt
import gzip
import json
import re
from pathlib import Path

import pytest

from pipelines.hold import add_hold
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import load_mapping
from pipelines.ingest.removal import lapsing, replacing, withdrawal
from pipelines.ingest.removal.lapsing import lapse
from pipelines.lake import lake as lakes
from pipelines.lock import locked
from pipelines.privacy import retention
from pipelines.privacy.retention import retain
from risk_register.database.audit import list_entries
from risk_register.database.store import open_store
from risk_register.errors import StoreError

CAME = dt.date(2026, 9, 1)
LIMIT = dt.timedelta(days=90)
DAY = dt.timedelta(days=1)
RULES = """
deployment: {id: one, zone: Europe/Berlin}
records:
  - kind: message
    when: {field: is, equals: message}
    fields: {thread: thread, user: user, role: role, text: text, sent_at: sent_at}
"""


@pytest.fixture
def inbox(place):
    folder = place.home.inbox / "one"
    folder.mkdir()
    (folder / "mapping.yaml").write_text(RULES)
    return folder


def write(path, *records):
    content = "".join(json.dumps(one) + "\n" for one in records).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def take(place, inbox):
    return ingest_folder(place.home, inbox, load_mapping(inbox / "mapping.yaml"), received_on=CAME)


def on(day: dt.date, text: str = "hello", **changes):
    return {"is": "message", "thread": str(day), "user": "u", "role": "user", "text": text,
            "sent_at": f"{day}T12:00:00+00:00"} | changes  # fmt: skip


def keep(place, as_of: dt.date, **options):
    return retain(place.home, lapse, as_of=as_of, **options)


def test_the_ledger_knows_the_days_of_a_file_in_the_zone_of_its_deployment(place, inbox):
    late = on(CAME, sent_at="2026-08-31T22:30:00+00:00")  # half past midnight in Berlin
    write(inbox / "a.jsonl", on(CAME - LIMIT), late)
    write(inbox / "b.jsonl", "no record")
    take(place, inbox)
    spans = {row["file_name"]: (row["first_day"], row["last_day"]) for row in place.rows("ledger.delivery")}
    assert spans == {"a.jsonl": (CAME - LIMIT, CAME), "b.jsonl": (None, None)}


def test_a_file_of_old_days_alone_goes_whenever_it_came(place, inbox):
    path = write(inbox / "a.jsonl", on(CAME - LIMIT))
    take(place, inbox)
    assert keep(place, CAME).inbox_files == ()
    assert keep(place, CAME + dt.timedelta(days=1), is_rehearsal=True).inbox_files == ("inbox/one/a.jsonl",)
    assert path.exists()
    assert keep(place, CAME + dt.timedelta(days=1)).inbox_files == ("inbox/one/a.jsonl",)
    assert not path.exists()


def test_a_file_with_a_rejected_record_is_as_young_as_its_delivery(place, inbox):
    path = write(inbox / "a.jsonl", on(dt.date(2001, 1, 1)), on(CAME, role="narrator"))
    take(place, inbox)
    done = keep(place, CAME)
    assert (done.inbox_files, done.cut_files) == ((), ("inbox/one/a.jsonl: 1 records",))
    assert [row["position"] for row in place.rows("ledger.rejected")] == [2]
    assert keep(place, CAME + LIMIT + dt.timedelta(days=1)).inbox_files == ("inbox/one/a.jsonl",)
    assert not path.exists()


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_old_records_leave_a_file_that_stays_and_no_count_moves(place, inbox, name):
    path = write(inbox / name, on(CAME - 2 * LIMIT, "an old word"), on(CAME, "a new word"))
    take(place, inbox)
    before = path.read_bytes()
    assert keep(place, CAME, is_rehearsal=True).cut_files == (f"inbox/one/{name}: 1 records",)
    assert path.read_bytes() == before
    assert keep(place, CAME).cut_files == (f"inbox/one/{name}: 1 records",)
    content = gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()
    assert b"an old word" not in content
    assert b"a new word" in content
    known = {row["record_count"]: row for row in place.rows("ledger.delivery")}
    assert known.keys() == {0, 2}  # as it came, and as it is now with the counts of what was delivered
    assert (known[2]["message_count"], known[2]["first_day"]) == (2, CAME)
    assert keep(place, CAME).cut_files == ()  # and a second time nothing is left to do
    assert all(one.is_known for one in take(place, inbox).files)
    path.write_bytes(before)  # the operator delivers the same file again
    assert all(one.is_known for one in take(place, inbox).files)
    assert len(place.rows("staging.message")) == 2
    assert keep(place, CAME).cut_files == (f"inbox/one/{name}: 1 records",)
    assert path.read_bytes() != before


def test_delivered_files_lose_nothing_where_the_audit_takes_no_entry(place, inbox, monkeypatch):
    inbox = inbox.rename(inbox.with_name("of_anna"))
    gone = write(inbox / "gone.jsonl", on(CAME - 2 * LIMIT))
    cut = write(inbox / "cut.jsonl", on(CAME - 2 * LIMIT, "an old word"), on(CAME))
    take(place, inbox)
    before = {path: path.read_bytes() for path in (gone, cut)}
    with monkeypatch.context() as refusing:
        refusing.setattr(retention, "enter_files", refuse)
        with pytest.raises(StoreError):
            keep(place, CAME)
    assert {path: path.read_bytes() for path in before} == before
    keep(place, CAME)
    assert (gone.exists(), "an old word" in cut.read_text()) == (False, False)
    (entry,) = list_entries(open_store(place.home.governance_url), action="delivered_files_dropped")
    assert (entry.deployment_id, entry.subject) == ("one", "one")  # not the folder, which anybody names
    assert (entry.details["file_count"], entry.details["cut_file_count"]) == (1, 1)


def refuse(*_, **__):
    raise StoreError("The audit is full.")


def test_the_limit_is_a_day_of_the_deployment(place, inbox):
    first = CAME - LIMIT
    kept = on(first, "after midnight in Berlin", sent_at=f"{first - DAY}T22:30:00+00:00")
    gone = on(first - DAY, "before midnight in Berlin", sent_at=f"{first - DAY}T21:30:00+00:00")
    path = write(inbox / "a.jsonl", gone, kept, on(CAME))
    take(place, inbox)
    assert keep(place, CAME).cut_files == ("inbox/one/a.jsonl: 1 records",)
    assert "after midnight" in path.read_text()
    assert "before midnight" not in path.read_text()


def test_a_record_of_a_whole_conversation_goes_with_its_newest_message(place, inbox):
    (inbox / "mapping.yaml").write_text("{deployment: {id: one, zone: Europe/Berlin}, format: wildchat}")
    old = CAME - 2 * LIMIT
    threads = {"long over": (old, old + DAY), "went on": (old, CAME)}
    path = write(
        inbox / "a.jsonl",
        *(
            {
                "conversation_hash": name,
                "conversation": [
                    {"role": "user", "content": f"{name} {day}", "timestamp": f"{day}T12:00:00+00:00"}
                    for day in days
                ],
            }
            for name, days in threads.items()
        ),
    )
    take(place, inbox)
    assert keep(place, CAME).cut_files == ("inbox/one/a.jsonl: 1 records",)
    assert "went on" in path.read_text()
    assert "long over" not in path.read_text()


def call(name, day, text, before=None):
    return {"timestamp": f"{day}T12:00:00Z", "request": {"input": text, "previous_response_id": before},
            "response": {"id": name, "output": []}}  # fmt: skip


def test_what_follows_calls_that_go_goes_too_where_nothing_else_tells_its_conversation(place, inbox):
    (inbox / "mapping.yaml").write_text("{deployment: {id: one, zone: Europe/Berlin}, format: openai}")
    old = CAME - 2 * LIMIT
    path = write(
        inbox / "a.jsonl",
        call("r1", old, "begins"), call("r2", old, "goes on", "r1"),
        call("r3", CAME, "young, of r1", "r2"), call("r4", CAME, "younger, of r1", "r3"),
        call("s1", old, "begins, too"), call("s2", CAME, "young, of s1", "s1"),
        call("x1", CAME, "alone"),
    )  # fmt: skip
    take(place, inbox)
    stored = {row["text"]: row["thread_id"] for row in place.rows("staging.message")}
    assert keep(place, CAME).cut_files == ("inbox/one/a.jsonl: 5 records",)
    left = [json.loads(line)["request"]["input"] for line in path.read_text().splitlines() if line]
    assert left == ["young, of s1", "alone"]
    # Whatever is left of the file, an erasure of its conversation finds it.
    for text in left:
        gone = withdrawal.withdraw(place.home, lambda *who, thread=stored[text]: who[2] == thread)
        assert [one.record_count for one in gone.files] == [1]
        assert text not in (path.read_text() if path.exists() else "")
    assert sum(bool(row["text"]) for row in place.rows("staging.message")) == 4  # staging keeps its limit


def test_a_sound_goes_with_the_call_that_alone_holds_its_words(place, inbox):
    (inbox / "mapping.yaml").write_text("{deployment: {id: one, zone: Europe/Berlin}, format: openai}")
    sound = {"role": "assistant", "content": None, "audio": {"id": "a1", "transcript": "I hear you."}}
    asked = [{"role": "user", "content": "I feel low."}, {"role": "assistant", "audio": {"id": "a1"}}]
    calls = [
        {"timestamp": f"{day}T12:00:00Z", "request": {"messages": said},
         "response": {"choices": [{"message": answer}]}}
        for day, said, answer in (
            (CAME - 2 * LIMIT, asked[:1], sound),
            (CAME, [*asked, {"role": "user", "content": "Late."}], {"role": "assistant", "content": "Rest."}),
            (CAME, [{"role": "user", "content": "Hi."}], {"role": "assistant", "content": "Hello."}),
        )
    ]  # fmt: skip
    path = write(inbox / "a.jsonl", *calls)
    take(place, inbox)
    assert len({row["thread_id"] for row in place.rows("staging.message")}) == 2
    assert keep(place, CAME).cut_files == ("inbox/one/a.jsonl: 2 records",)
    assert [json.loads(line) for line in path.read_text().splitlines() if line] == calls[2:]


@pytest.fixture
def backfill(place, inbox, monkeypatch):
    """A large file of twelve days in a home that keeps text for eight, so that an eighth is one."""
    monkeypatch.setattr(lapsing, "LARGE", 1)
    place.home.definitions.mkdir(exist_ok=True)
    (place.home.definitions / "retention.yaml").write_text("text_days: 8")
    path = write(inbox / "a.jsonl", *(on(CAME - day * DAY, f"said {day} days before") for day in range(12)))
    take(place, inbox)
    return path


def ages(path, night: dt.date):
    """How many days ago what a file still says was said."""
    return {int(found) + (night - CAME).days for found in re.findall(r"said (\d+) days", path.read_text())}


def test_a_large_file_is_not_cut_every_night_and_never_late(place, backfill):
    night, cuts = CAME, 0
    while backfill.exists() and ages(backfill, night):
        cuts += len(keep(place, night).cut_files)
        left = ages(backfill, night) if backfill.exists() else set()
        assert left <= set(range(9))
        assert left >= set(range((night - CAME).days, 8))
        held = {row["day"] for row in place.rows("staging.message") if row["text"]}
        assert held == {night - age * DAY for age in range((night - CAME).days, 9)}
        night += DAY
    assert (cuts, (night - CAME).days) == (5, 9)


def test_a_small_file_keeps_its_text_to_the_day(place, backfill, monkeypatch):
    monkeypatch.undo()
    for night in (CAME, CAME + DAY):
        assert len(keep(place, night).cut_files) == 1
        assert ages(backfill, night) == set(range((night - CAME).days, 9))


@pytest.mark.parametrize("step", ["ledger", "file"])
def test_killed_before_a_step_and_run_again_a_cut_ends_the_same(place, backfill, monkeypatch, step):
    replace = Path.replace

    def kill(*arguments, **_):
        if step == "ledger" or arguments[1] == backfill:
            raise KeyboardInterrupt
        return replace(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(*((replacing, "_write") if step == "ledger" else (Path, "replace")), kill)
        with pytest.raises(KeyboardInterrupt):
            keep(place, CAME)
    assert ages(backfill, CAME) == set(range(12))
    assert all(one.is_known for one in take(place, backfill.parent).files)
    assert len(keep(place, CAME).cut_files) == 1
    assert ages(backfill, CAME) == set(range(8))
    assert all(one.is_known for one in take(place, backfill.parent).files)
    assert keep(place, CAME).cut_files == ()


def test_who_waits_is_told_of_retention_and_not_of_an_erasure(place, inbox):
    path = write(inbox / "a.jsonl", on(CAME - 2 * LIMIT), on(CAME))
    take(place, inbox)
    holder = place.home.lake / "writer.json"
    lapse(place.home, [path], before=CAME - LIMIT)
    assert json.loads(holder.read_text())["doing"] == "retention of delivered records"


def test_after_a_part_the_lock_says_what_the_whole_does(place):
    holder = place.home.lake / "writer.json"
    with locked(place.home.lake, by="the whole"):
        with locked(place.home.lake, by="a part"):
            assert json.loads(holder.read_text())["doing"] == "a part"
        assert json.loads(holder.read_text())["doing"] == "the whole"


def test_while_a_hold_is_in_force_no_file_is_touched(place, inbox):
    path = write(inbox / "a.jsonl", on(CAME - 2 * LIMIT), on(CAME))
    take(place, inbox)
    before = path.read_bytes()
    held = place.rows("staging.conversation")[0]["conversation_id"]
    add_hold(
        place.home, open_store(place.home.governance_url), deployment_id="one", conversation_id=held,
        reason="Asked for.", requested_by="counsel", approved_by="compliance",
        expires_on=CAME + LIMIT, at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    done = keep(place, CAME)
    assert (done.held_files, done.cut_files) == (("inbox/one/a.jsonl",), ())
    assert path.read_bytes() == before


def test_a_file_that_cannot_be_read_to_its_end_is_told(place, inbox):
    path = write(inbox / "a.jsonl.gz", on(CAME - 2 * LIMIT), on(CAME))
    path.write_bytes(path.read_bytes()[:-6])
    take(place, inbox)
    (told,) = keep(place, CAME).uncut_files
    assert told.startswith("inbox/one/a.jsonl.gz: it is damaged and cannot be read to its end (OSError)")


def test_of_a_file_that_earlier_code_took_in_the_day_of_delivery_counts(place, inbox):
    write(inbox / "a.jsonl", on(CAME - 2 * LIMIT), on(CAME))
    take(place, inbox)
    with lakes.write(place.home.lake, by="a test") as commit:
        rows = commit.lake.read("ledger.delivery")
        commit.replace_all("ledger.delivery", rows.drop_columns(["first_day", "last_day"]))
    write(inbox / "b.jsonl", on(CAME - LIMIT))
    take(place, inbox)
    assert {row["last_day"] for row in place.rows("ledger.delivery")} == {None, CAME - LIMIT}
    done = keep(place, CAME + dt.timedelta(days=1))
    assert (done.inbox_files, done.cut_files) == (("inbox/one/b.jsonl",), ())
    assert keep(place, CAME + LIMIT + dt.timedelta(days=1)).inbox_files == ("inbox/one/a.jsonl",)
