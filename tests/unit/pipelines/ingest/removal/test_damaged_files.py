"""A damaged file in the inbox, once somebody was erased: told with what helps, and no trap for others."""

import datetime as dt
import gzip
import json
import os
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.automation import automation
from pipelines.errors import StateError
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.files.lines import LONGEST_LINE
from pipelines.ingest.mapping import load_mapping
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.lapsing import lapse
from pipelines.ingest.removal.withdrawal import withdraw
from pipelines.privacy.backup import restore_backup, take_backup
from pipelines.privacy.upkeep import keep_limits
from pipelines.settings import Home
from pipelines.tombstones import FILE, SubjectKind, add_tombstones, mark
from risk_register.database.store import open_store

CAME = dt.date(2026, 9, 1)
DAYS = dg.DailyPartitionsDefinition("2026-08-01")
AT = dt.datetime(2026, 9, 2, tzinfo=dt.UTC)
RULES = """
deployment: {id: one}
records: [{kind: message, fields: {thread: thread, user: user, role: role, text: text, sent_at: sent_at}}]
"""


@pytest.fixture
def home(place) -> Home:
    """A home with a whole and a damaged file, in which somebody was erased."""
    folder = place.home.inbox / "one"
    folder.mkdir()
    (folder / "mapping.yaml").write_text(RULES)
    line = json.dumps(place.say(0)).encode() + b"\n"
    (folder / "whole.jsonl").write_bytes(line)
    (folder / "broken.jsonl.gz").write_bytes(gzip.compress(line)[:-4])
    ingest_folder(place.home, folder, load_mapping(folder / "mapping.yaml"), received_on=CAME)
    add_tombstones(place.home.keys / FILE, {mark(SubjectKind.USER, "one", "somebody")})
    open_store(place.home.governance_url)
    return place.home


def test_it_is_told_with_what_helps(home):
    (told,) = withdraw(home, lambda *_: False).unchecked
    assert told == (
        "inbox/one/broken.jsonl.gz: it is damaged and cannot be read to its end (EOFError); delete it, or "
        "deliver it whole under the same name"
    )


def test_a_row_that_is_too_long_to_be_read_goes_with_the_person_whom_it_names(home, place):
    path = home.inbox / "one" / "long.parquet"
    rows = [
        place.say(0, user="somebody", text="x" * LONGEST_LINE),
        place.say(1, user="another", thread="theirs"),
    ]
    pq.write_table(pa.Table.from_pylist(rows), path)
    theirs = Pseudonymiser(load_key(home.keys)).identify("user", "one", "somebody")
    withdraw(home, lambda _deployment, user, _thread: user == theirs)
    assert [row["user"] for row in pq.read_table(path).to_pylist()] == ["another"]


def test_a_folder_that_cannot_be_looked_into_is_told_of_an_erasure(home, closed):
    (home.inbox / "one" / "broken.jsonl.gz").unlink()
    (home.inbox / "one" / "shut").mkdir()
    (home.inbox / "one" / "shut" / "of_somebody.jsonl").touch()
    closed("shut")
    (told,) = withdraw(home, lambda *_: False).unchecked
    assert told.startswith(
        "inbox/one/shut/: nothing in it was looked at (Permission denied); let this account"
    )


def test_a_link_out_of_the_inbox_that_names_the_person_is_told_and_stays_as_it_is(home, tmp_path):
    (home.inbox / "one" / "broken.jsonl.gz").unlink()
    there, link = tmp_path / "there.jsonl", home.inbox / "one" / "link.jsonl"
    there.write_bytes((home.inbox / "one" / "whole.jsonl").read_bytes())
    link.symlink_to(there)
    done = withdraw(home, lambda _, user, __: user is not None, raw_ids=["u"])
    assert [one.name for one in done.files] == ["inbox/one/whole.jsonl"]
    assert done.unchecked == ["inbox/one/link.jsonl: no mapping reads it and it names the person; delete it"]
    assert link.is_symlink()


@pytest.mark.parametrize("ending", [b".jsonl", b".parquet"])
def test_a_file_whose_name_is_no_text_loses_the_person_too(home, place, ending):
    (home.inbox / "one" / "broken.jsonl.gz").unlink()
    path = Path(os.fsdecode(bytes(home.inbox / "one" / "M") + b"\xfcller" + ending))
    records = [place.say(1, user="u"), place.say(2, user="other")]
    if ending == b".jsonl":
        path.write_text("".join(json.dumps(one) + "\n" for one in records))
    else:
        with pa.OSFile(bytes(path), "wb") as out:
            pq.write_table(pa.Table.from_pylist(records), out)
    key = Pseudonymiser(load_key(home.keys)).identify_all("user", "one", ["u"])
    done = withdraw(home, lambda _, user, __: user in key, raw_ids=["u"])
    assert done.unchecked == []
    assert done.files[0].name == f"inbox/one/M\\udcfcller{ending.decode()}"


def test_what_is_too_old_is_dropped_all_the_same(home):
    (home.definitions / "retention.yaml").write_text("text_days: 90\n")
    later = dt.datetime.combine(CAME + dt.timedelta(days=91), dt.time(), dt.UTC)
    with pytest.raises(
        StateError, match=r"1 delivered files cannot be checked .* names them and says what helps"
    ) as told:
        keep_limits(home, withdraw, lapse, at=later)
    assert "2 delivered files" in str(told.value)
    assert sorted(path.name for path in (home.inbox / "one").iterdir()) == ["mapping.yaml"]


@pytest.mark.parametrize("is_unforeseen", [False, True])
def test_what_the_night_says_of_it_to_dagster_names_neither_the_file_nor_what_it_says(
    home, tmp_path, capfd, monkeypatch, *, is_unforeseen
):
    (home.definitions / "retention.yaml").write_text("text_days: 90\n")

    def quote(*_, **__):
        raise ValueError("cannot read broken.jsonl.gz: I am so tired of it all")

    if is_unforeseen:
        monkeypatch.setattr("pipelines.ingest.removal.attribution.Attribution.find_items", quote)
    (job,) = [one for one in automation(home, DAYS).jobs if one.name == "retention"]
    (tmp_path / "dagster").mkdir()
    with dg.DagsterInstance.local_temp(str(tmp_path / "dagster")) as instance:
        assert not job.execute_in_process(instance=instance, raise_on_error=False).success
    said = "".join(capfd.readouterr())
    said += "".join(
        path.read_bytes().decode("utf-8", errors="replace")
        for path in (tmp_path / "dagster").rglob("*")
        if path.is_file()
    )
    assert ("UnforeseenError" if is_unforeseen else "names them and says what helps") in said
    assert [word for word in ("broken.jsonl", "so tired") if word in said] == []


def test_a_backup_that_holds_it_can_be_restored_without_it(home, tmp_path):
    take_backup(home, tmp_path / "b.tar", at=AT, has_keys=True, has_inbox=True)
    place = Home(tmp_path / "restored")
    done = restore_backup(tmp_path / "b.tar", place, tombstones=None, withdraw=withdraw, at=AT)
    assert done.left_out == ("inbox/one/broken.jsonl.gz",)
    assert sorted(path.name for path in (place.inbox / "one").iterdir()) == ["mapping.yaml", "whole.jsonl"]
