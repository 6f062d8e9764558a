"""Fifty people are erased, the backup made before is restored, their files come again: still gone."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import load_mapping
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.withdrawal import count_outside, withdraw
from pipelines.lake.lake import Lake
from pipelines.privacy.backup import restore_backup, take_backup
from pipelines.privacy.erasure import erase
from pipelines.privacy.receipt import is_genuine
from pipelines.privacy.request import Request, Surroundings
from pipelines.settings import Home, HomeKind, make_home
from pipelines.tombstones import SubjectKind
from risk_register.database.store import Store

pytestmark = [pytest.mark.full, pytest.mark.long, pytest.mark.timeout(900)]
NOW = dt.datetime(2026, 8, 20, 9, tzinfo=dt.UTC)
DEPLOYMENT = "replay_companion"
ERASED, KEPT, DAYS = 50, 12, 4
TABLES = ("staging.message", "staging.conversation", "staging.event")


def said(person: int) -> str:
    return f"pelican {person:03d} keeps the lighthouse of Farholm before breakfast"


def write_logs(folder: Path, export, *, end: bytes = b"") -> Path:
    """Every person talks twice, on two days; `end` makes other files of the same records."""
    days: dict[int, list] = {day: [] for day in range(DAYS)}
    for person in range(ERASED + KEPT):
        for part in range(2):
            day, thread = (person + part) % DAYS, f"p{person:03d}{part}-1"
            at = export.moment(day, 8 + person % 10)
            records = export.talk(thread, at, said(person), "I hear you.")
            records.append(export.notice(thread, "ai_disclosure", at))
            for record in records:
                record["session"]["user"] = f"person {person:03d}"
            days[day] += records
    for day, records in days.items():
        path = export.deliver(folder, records, on=day)
        path.write_bytes(path.read_bytes() + end)
    return folder


def ask(home: Home, person: int) -> Request:
    raw = f"person {person:03d}"
    keyed = Pseudonymiser(load_key(home.keys))
    return Request(DEPLOYMENT, SubjectKind.USER, keyed.identify("user", DEPLOYMENT, raw), frozenset({raw}))


def rows_of_others(home: Home, gone: set[str]) -> dict[str, pa.Table]:
    found = {}
    for name in TABLES:
        rows = Lake(home.lake).read(name)
        assert rows is not None
        others = rows.filter(pc.invert(pc.is_in(rows["user_id"], value_set=pa.array(sorted(gone)))))
        found[name] = others.sort_by([(column, "ascending") for column in others.column_names])
    return found


def ingest(home: Home, folder: Path, mapping: Path) -> int:
    return ingest_folder(home, folder, load_mapping(mapping), received_on=NOW.date()).rejected["erased"]


def test_fifty_stay_gone_after_a_restore_and_a_second_delivery_and_nobody_else_has_changed(
    tmp_path: Path, mapping: Path, export, decoded_search
) -> None:
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    folder = write_logs(home.inbox / DEPLOYMENT, export)
    shutil.copy(mapping, folder / "mapping.yaml")
    ingest(home, folder, mapping)
    store = Store(home.governance_url)
    store.upgrade()
    take_backup(home, tmp_path / "backup", at=NOW, has_keys=True, has_inbox=False)
    gone = {ask(home, person).pseudonym for person in range(ERASED)}
    words = [*(said(person) for person in range(ERASED)), *gone]
    assert len(decoded_search.search(home.path, words)) == len(words)  # the positive control
    before = rows_of_others(home, gone)

    erased: dict[str, int] = dict.fromkeys(TABLES, 0)
    for person in range(ERASED):
        receipt = erase(
            home, store, ask(home, person), around=Surroundings(withdraw, lambda: None, count_outside),
            actor="tester", at=NOW,
        )  # fmt: skip
        assert receipt["state"] == "complete"
        assert is_genuine(home, json.loads(Path(receipt["path"]).read_text()))
        counts = {one["store"]: one for one in receipt["stores"]}
        for one in counts.values():
            assert one["rows_before"] - one["rows_erased"] == one["rows_after"]
        for name in TABLES:
            erased[name] += counts[f"lake/{name.replace('.', '/')}"]["rows_erased"]
        assert sum(one["rows_erased"] for name, one in counts.items() if name.startswith("inbox/")) == 6
        assert [one["expires_on"] for one in receipt["backups"]] == ["2026-11-18"]
    assert erased == {"staging.message": 4 * ERASED, "staging.conversation": 2 * ERASED,
                      "staging.event": 2 * ERASED}  # fmt: skip
    assert decoded_search.search(home.path, words) == {}
    assert rows_of_others(home, gone) == before

    again = write_logs(tmp_path / "again", export, end=b"\n")
    assert ingest(home, again, mapping) == 6 * ERASED
    assert decoded_search.search(home.path, words) == {}
    assert rows_of_others(home, gone).keys() == before.keys()

    restored = Home(tmp_path / "restored")
    done = restore_backup(
        tmp_path / "backup", restored, tombstones=home.keys / "tombstones", withdraw=withdraw, at=NOW
    )
    assert done.swept_rows == 8 * ERASED
    assert decoded_search.search(restored.path, words) == {}
    assert rows_of_others(restored, gone) == before
    assert ingest(restored, again, mapping) == 6 * ERASED
    assert decoded_search.search(restored.path, words) == {}
