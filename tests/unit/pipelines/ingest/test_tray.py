"""A file that is folded piece by piece in one commit gives the same rows as one that is folded at once."""

from pipelines.ingest import tray
from pipelines.ingest.columns import block
from pipelines.lake.lake import Lake
from plimsoll.commands.ingesting import describe, say

TABLES = ("staging.message", "staging.conversation", "staging.event", "ledger.rejected", "ledger.delivery")


def test_pieces_of_a_file_make_the_same_rows_in_one_generation(places, monkeypatch):
    whole, pieces = places("whole"), places("pieces")
    records = [
        whole.say(hours, f"words {hours}", thread=f"t{number % 3}")
        for number, hours in enumerate((0, 30, 11, 3, 71, 12, 11.5, 47, 48, 100, 23, 0, 59, 60))
    ]
    records += [whole.notice(11.2, "t1"), records[3], whole.say(5, role="narrator"), whole.notice(400, "t9")]
    whole.deliver(*records)
    monkeypatch.setattr(block, "SIZE", 400)
    monkeypatch.setattr(tray, "FOLDED_AT", 1)
    pieces.deliver(*records)
    for name in TABLES:
        assert pieces.rows(name) == whole.rows(name), name
    assert Lake(pieces.home.lake).generation.number == Lake(whole.home.lake).generation.number == 1


def test_threads_in_which_several_users_write_are_counted_once_and_told(place):
    first = place.deliver(*(place.say(0, thread=thread, user=f"u{thread}") for thread in "123"))
    assert first.shared_count == 0
    assert "several users" not in say(first)
    answers = [
        place.say(1, "answer", thread="3", user="bot", role="assistant"),
        place.say(2, thread="3", user=None),
    ]
    second = place.deliver(*(place.say(0, thread=thread, user="other") for thread in "12"), *answers)
    assert second.shared_count == describe(second)["threads_of_several_users"] == 2
    assert "2 threads are of several users" in say(second)
    assert place.deliver(place.say(3, "more", thread="1", user="third")).shared_count == 0
