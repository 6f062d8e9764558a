"""Text older than its limit is gone from the disk, its rows and findings stay, and no stage replaces them."""

from __future__ import annotations

import datetime as dt
import logging
import os
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.detect.assets import score_days
from pipelines.errors import DefinitionError
from pipelines.expiry import Expired, find_expired
from pipelines.hold import add_hold
from pipelines.indicators.assets import compute_facts, count_days
from pipelines.ingest.removal.lapsing import lapse
from pipelines.ingest.removal.withdrawal import withdraw
from pipelines.lake.lake import Lake
from pipelines.privacy.retention import retain
from pipelines.privacy.upkeep import keep_limits, say_kept
from pipelines.reviewed_text import models_folder, read_reviewed_texts, write_reviewed
from pipelines.settings import Home
from pipelines.stale import stale_days
from risk_register.database.audit import list_entries
from risk_register.database.store import Store
from risk_register.errors import StoreError

DEPLOYMENT = "replay_companion"
FIRST = dt.date(2026, 8, 3)
PLANTED = FIRST + dt.timedelta(days=2)  # the day on which the canary was said
LAST_KEPT = PLANTED + dt.timedelta(days=90)
YEARS = dt.timedelta(days=730)
TEN_YEARS = 5 * YEARS


@pytest.fixture
def home(copy: Callable[[Path], Path], computed: Path) -> Home:
    """A home that has been computed."""
    return Home(copy(computed))


def texts(home: Home, day: dt.date) -> set[str]:
    rows = Lake(home.lake).read("staging.message", days=[day])
    assert rows is not None
    assert rows.num_rows > 0
    return set(rows["text"].to_pylist())


def at_begin(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def count(home: Home, name: str, day: dt.date) -> int:
    rows = Lake(home.lake).read(name, days=[day])
    assert rows is not None
    return rows.num_rows


def test_a_day_of_exactly_the_limit_keeps_its_text_and_a_day_older_loses_it(
    home: Home, export, decoded_search
) -> None:
    retain(home, lapse, as_of=LAST_KEPT)
    assert "" not in texts(home, PLANTED)
    assert texts(home, PLANTED - dt.timedelta(days=1)) == {""}
    assert export.CANARY in decoded_search.search(home.lake, [export.CANARY])
    before = count(home, "staging.message", PLANTED)
    done = retain(home, lapse, as_of=LAST_KEPT + dt.timedelta(days=1))
    assert done.text_days == ((DEPLOYMENT, PLANTED),)
    assert done.text_count == count(home, "staging.message", PLANTED) == before
    assert texts(home, PLANTED) == {""}
    assert decoded_search.search(home.lake, [export.CANARY]) == {}


def test_what_a_model_knows_of_reviewed_texts_goes_with_them(home: Home) -> None:
    rows = Lake(home.lake).read("staging.message", columns=["day", "message_id"])
    assert rows is not None
    folder = models_folder(home) / "learned"
    write_reviewed(home, folder, [(one, one[:6].encode()) for one in rows["message_id"].to_pylist()])
    retain(home, lapse, as_of=LAST_KEPT, is_rehearsal=True)

    def known() -> set[dt.date]:
        texts = read_reviewed_texts(home, folder)
        pairs = zip(rows["day"].to_pylist(), rows["message_id"].to_pylist(), strict=True)
        return {day for day, one in pairs if texts is not None and texts.holds(one[:6].encode())}

    assert min(known()) == FIRST
    retain(home, lapse, as_of=LAST_KEPT)
    assert min(known()) == PLANTED


def test_findings_and_counts_of_a_day_without_text_stay_and_nothing_is_stale(home: Home) -> None:
    names = ("finding.finding", "finding.coverage", "fact.message", "indicator.indicator_day")
    before = {name: count(home, name, FIRST) for name in names}
    assert min(before.values()) > 0
    retain(home, lapse, as_of=FIRST + dt.timedelta(days=91))
    assert {name: count(home, name, FIRST) for name in names} == before
    assert stale_days(home) == []


def test_stages_refuse_to_replace_a_day_without_text_and_say_so(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    retain(home, lapse, as_of=FIRST + dt.timedelta(days=91))
    lake = Lake(home.lake)
    names = ("finding.finding", "finding.coverage", "indicator.feature_day")
    before = {name: lake.read(name, days=[FIRST]).to_pylist() for name in names}
    later = FIRST + dt.timedelta(days=1)
    logging.getLogger("plimsoll").propagate = True
    with caplog.at_level(logging.WARNING):
        score_days(home, [FIRST, later])
    compute_facts(home, [FIRST, later])
    count_days(home, [FIRST, later])
    assert "1 days keep their findings, for their text has expired" in caplog.text
    after = Lake(home.lake)
    assert {name: after.read(name, days=[FIRST]).to_pylist() for name in names} == before
    assert stale_days(home) == []


def test_a_rehearsal_says_the_same_and_changes_nothing(home: Home, row_hash) -> None:
    before = row_hash.hash_lake(home.path)
    said = retain(home, lapse, as_of=LAST_KEPT, is_rehearsal=True)
    assert row_hash.hash_lake(home.path) == before
    assert retain(home, lapse, as_of=LAST_KEPT) == said
    assert len(said.text_days) == 2


def test_by_itself_nothing_drops_before_limits_are_written_down_and_then_it_does(
    home: Home, row_hash, export, decoded_search
) -> None:
    before = row_hash.hash_lake(home.path)
    on = PLANTED + dt.timedelta(days=40)
    left = home.aside / "deliveries" / "now"
    left.mkdir(parents=True)
    would = keep_limits(home, withdraw, lapse, at=at_begin(LAST_KEPT + dt.timedelta(days=1)))
    assert row_hash.hash_lake(home.path) == before
    assert not left.exists()  # fetched by an ingest that was killed: no limit lets that stay
    assert "Nothing was dropped, for no limits are agreed." in say_kept(would, is_agreed=False)
    assert f"{would.text_count} texts of 3 days" in say_kept(would, is_agreed=False)
    assert keep_limits(home, withdraw, lapse, at=at_begin(on)).text_count == 0
    (home.definitions / "retention.yaml").write_text("text_days: 30\n")
    store = Store(home.governance_url)
    assert list_entries(store, action="retention") == ()  # nothing went, so there is nothing to say
    done = keep_limits(home, withdraw, lapse, at=at_begin(on))
    assert done.text_count > 0
    (entry,) = list_entries(store, action="retention")
    assert (entry.actor, entry.deployment_id) == ("retention", DEPLOYMENT)
    assert (entry.at, entry.details["as_of"]) == (at_begin(on), on.isoformat())
    assert entry.details["text_day_count"] == 5
    assert entry.details["text_through"] == max(day for _, day in done.text_days).isoformat()
    assert "finding_day_count" not in entry.details
    assert say_kept(done, is_agreed=True).startswith(f"Dropped {done.text_count} texts of 5 days")
    assert decoded_search.search(home.lake, [export.CANARY]) == {}


def test_retention_run_twice_does_nothing_more(home: Home, row_hash) -> None:
    retain(home, lapse, as_of=LAST_KEPT)
    before = row_hash.hash_lake(home.path)
    assert retain(home, lapse, as_of=LAST_KEPT).text_count == 0
    assert row_hash.hash_lake(home.path) == before


def test_a_conversation_under_hold_keeps_its_text_and_the_rest_of_its_day_does_not(
    home: Home, export, decoded_search
) -> None:
    rows = Lake(home.lake).read("staging.message", days=[PLANTED]).to_pylist()
    held = next(row["conversation_id"] for row in rows if row["text"] == export.CANARY)
    store = Store(home.governance_url)
    add_hold(
        home, store, deployment_id=DEPLOYMENT, conversation_id=held, reason="Asked for.",
        requested_by="counsel", approved_by="compliance", expires_on=LAST_KEPT + dt.timedelta(days=1),
        at=dt.datetime(2026, 8, 9, tzinfo=dt.UTC),
    )  # fmt: skip
    done = retain(home, lapse, as_of=LAST_KEPT + dt.timedelta(days=1))
    assert done.held_count == sum(row["conversation_id"] == held for row in rows)
    assert decoded_search.search(home.lake, [export.CANARY]) != {}
    assert texts(home, PLANTED) > {"", export.CANARY}
    retain(home, lapse, as_of=LAST_KEPT + dt.timedelta(days=2))  # the hold has expired
    assert texts(home, PLANTED) == {""}
    assert decoded_search.search(home.lake, [export.CANARY]) == {}


def test_delivered_files_go_with_the_text_that_came_in_them_and_are_listed(
    home: Home, logs: Path, mapping: Path
) -> None:
    folder = home.inbox / DEPLOYMENT
    shutil.copytree(logs, folder)
    shutil.copy(mapping, folder / "mapping.yaml")
    done = retain(home, lapse, as_of=LAST_KEPT)
    assert done.inbox_files == tuple(f"inbox/{DEPLOYMENT}/2026-08-0{day}.jsonl" for day in (3, 4))
    assert sorted(path.name for path in folder.iterdir())[0] == "2026-08-05.jsonl"
    assert (folder / "mapping.yaml").exists()
    (entry,) = list_entries(Store(home.governance_url), action="delivered_files_dropped")
    assert (entry.deployment_id, entry.details["file_count"], entry.details["cut_file_count"]) == (
        DEPLOYMENT,
        2,
        0,
    )
    assert "2026-08-03.jsonl" not in str(entry)  # a name may be of a person


def test_what_the_audit_cannot_take_is_not_dropped(home: Home, row_hash) -> None:
    file = home.path / "governance.sqlite"
    retain(home, lapse, as_of=FIRST)  # makes the store
    answer = home.path / "cache" / "judge" / "old.json"
    answer.parent.mkdir(parents=True)
    answer.write_text("{}")
    os.utime(answer, (0, 0))
    before = row_hash.hash_lake(home.path)
    with sqlite3.connect(file) as store:
        store.execute("create trigger full before insert on audit_entry begin select raise(abort, 'no'); end")
    store.close()
    with pytest.raises(StoreError, match="refused"):
        retain(home, lapse, as_of=LAST_KEPT)
    assert row_hash.hash_lake(home.path) == before
    assert answer.exists()


def test_days_that_a_hold_keeps_are_not_entered_again_each_night(home: Home) -> None:
    rows = Lake(home.lake).read("finding.finding", days=[FIRST])
    assert rows is not None
    store, at = Store(home.governance_url), dt.datetime(2026, 8, 9, tzinfo=dt.UTC)
    add_hold(
        home, store, deployment_id=DEPLOYMENT, conversation_id=min(rows["conversation_id"].to_pylist()),
        reason="Asked for.", requested_by="counsel", approved_by="compliance",
        expires_on=FIRST + 2 * TEN_YEARS, at=at,
    )  # fmt: skip
    for night in (1, 2):
        done = retain(home, lapse, as_of=FIRST + YEARS + dt.timedelta(days=1))
        assert done.finding_days == ((DEPLOYMENT, FIRST),), night
    (entry,) = list_entries(store, action="retention")
    assert (entry.details["finding_day_count"], entry.details["finding_through"]) == (1, FIRST.isoformat())


def test_findings_go_after_two_years_and_counts_stay(home: Home) -> None:
    counts = count(home, "indicator.indicator_day", FIRST)
    retain(home, lapse, as_of=FIRST + YEARS)
    assert count(home, "finding.finding", FIRST) > 0
    done = retain(home, lapse, as_of=FIRST + YEARS + dt.timedelta(days=1))
    assert done.finding_days == ((DEPLOYMENT, FIRST),)
    assert count(home, "finding.finding", FIRST) == count(home, "fact.message", FIRST) == 0
    assert count(home, "indicator.indicator_day", FIRST) == counts > 0
    assert find_expired(Lake(home.lake), Expired.FINDING) == {(DEPLOYMENT, FIRST)}
    assert stale_days(home) == []
    count_days(home, [FIRST])
    assert count(home, "indicator.indicator_day", FIRST) == counts


def test_what_a_judge_answered_goes_with_the_findings_of_its_day_whenever_it_was_asked(home: Home) -> None:
    asked = {}
    for day in (FIRST, PLANTED):
        rows = Lake(home.lake).read("staging.conversation", days=[day])
        assert rows is not None
        asked[day] = rows["conversation_id"][0].as_py()
        path = home.cache / "judge" / asked[day] / "answer.json"
        path.parent.mkdir(parents=True)
        path.write_text("[]")
    kept = {path.parent.name for path in home.cache.rglob("answer.json")}
    assert kept == set(asked.values())
    as_of = FIRST + YEARS + dt.timedelta(days=1)
    now = dt.datetime.combine(as_of, dt.time(), dt.UTC).timestamp()
    for path in home.cache.rglob("answer.json"):  # a backfill: it was asked two years later
        os.utime(path, (now, now))
    assert retain(home, lapse, as_of=as_of, is_rehearsal=True).cached_count == 1
    assert retain(home, lapse, as_of=as_of).cached_count == 1
    assert {path.parent.name for path in home.cache.rglob("answer.json")} == {asked[PLANTED]}


def test_a_retention_that_is_killed_after_its_commit_leaves_no_answer_about_findings_that_went(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Lake(home.lake).read("staging.conversation", days=[FIRST])
    assert rows is not None
    path = home.cache / "judge" / rows["conversation_id"].to_pylist()[0] / "answer.json"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    as_of = FIRST + YEARS + dt.timedelta(days=1)

    class KilledError(Exception):
        pass

    def die(*_: object) -> None:
        raise KilledError

    with monkeypatch.context() as killed:
        killed.setattr("pipelines.privacy.retention.find_aged", die)
        with pytest.raises(KilledError):
            retain(home, lapse, as_of=as_of)
    assert count(home, "finding.finding", FIRST) == 0  # it had committed
    retain(home, lapse, as_of=as_of)
    assert not path.exists()


def test_counts_go_after_ten_years(home: Home) -> None:
    assert retain(home, lapse, as_of=FIRST + TEN_YEARS).count_days == ()
    assert count(home, "indicator.indicator_day", FIRST) > 0
    done = retain(home, lapse, as_of=FIRST + TEN_YEARS + dt.timedelta(days=1))
    assert done.count_days == ((DEPLOYMENT, FIRST),)
    for name in ("indicator.indicator_day", "staging.message", "staging.conversation"):
        assert count(home, name, FIRST) == 0 < count(home, name, PLANTED)
    assert stale_days(home) == []


def test_a_conversation_under_hold_keeps_its_findings_and_the_counts_of_its_day(home: Home) -> None:
    rows = Lake(home.lake).read("finding.finding", days=[FIRST])
    assert rows is not None
    held = sorted(set(rows["conversation_id"].to_pylist()))[0]
    add_hold(
        home, Store(home.governance_url), deployment_id=DEPLOYMENT, conversation_id=held, reason="Asked for.",
        requested_by="counsel", approved_by="compliance", expires_on=FIRST + 2 * TEN_YEARS,
        at=dt.datetime(2026, 8, 9, tzinfo=dt.UTC),
    )  # fmt: skip
    done = retain(home, lapse, as_of=FIRST + TEN_YEARS + dt.timedelta(days=1))
    left = Lake(home.lake).read("finding.finding", days=[FIRST])
    assert left is not None
    assert (done.count_days, set(left["conversation_id"].to_pylist())) == ((), {held})
    assert count(home, "indicator.indicator_day", FIRST) > 0


def test_a_day_that_was_never_scored_is_named_when_its_text_goes(copy, ingested: Path) -> None:
    home = Home(copy(ingested))
    done = retain(home, lapse, as_of=LAST_KEPT)
    assert done.unscored_days == done.text_days
    assert FIRST not in stale_days(home)


@pytest.mark.parametrize(
    "text",
    [
        "text_days: 0",
        "text_days: soon",
        "texts: 90",
        "text_days: 800\nfinding_days: 700",
        "finding_days: 800\ncount_days: 700",
        "[",
        "text_days: true",
    ],
)
def test_limits_that_are_not_valid_drop_nothing(home: Home, text: str, row_hash) -> None:
    before = row_hash.hash_lake(home.path)
    (home.definitions / "retention.yaml").write_text(text)
    with pytest.raises(DefinitionError, match=r"retention\.yaml"):
        retain(home, lapse, as_of=LAST_KEPT)
    assert row_hash.hash_lake(home.path) == before


def test_holds_that_cannot_be_read_drop_nothing(home: Home, row_hash) -> None:
    before = row_hash.hash_lake(home.path)
    (home.definitions / "holds.yaml").write_text("holds: [{hold_id: hold_0001}]")
    with pytest.raises(DefinitionError, match=r"holds\.yaml"):
        retain(home, lapse, as_of=LAST_KEPT)
    assert row_hash.hash_lake(home.path) == before
