"""A file that is folded piece by piece in one commit gives the same rows as one that is folded at once."""

from pipelines.ingest import tray
from pipelines.ingest.columns import block
from pipelines.lake.lake import Lake

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
