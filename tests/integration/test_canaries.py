"""Canaries in texts, ids, fields, file names and keys: not in what Dagster keeps, in print or on a page.

Everything runs as a Dagster with a store of its own runs it, by day and with a detector and an engine that
fail with the text in their message; then that store is searched in decoded content, and every page is read.
"""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from pipelines.asked import RANGE_END, RANGE_START
from pipelines.automation import CLOSING_GROUPS, DAILY_GROUPS
from pipelines.definitions import build_assets
from pipelines.lake.lake import Lake
from pipelines.settings import Home, HomeKind, make_home

DEPLOYMENT = "replay_companion"
USER, THREAD = "canary-user-7731", "canary-thread-9912"
FIELD = "Ms Ottoline Fairweather of 12 Harbour Row, Farholm"
FILE = "ottoline-fairweather.jsonl"
FIRST = LAST = dt.date(2026, 8, 3)


@pytest.fixture(scope="module")
def place(tmp_path_factory, export, mapping) -> Home:
    """A home whose inbox holds a day with every canary, and a record that cannot be read."""
    home = make_home(Home(tmp_path_factory.mktemp("canaries") / "home"), HomeKind.REAL)
    folder = home.inbox / DEPLOYMENT
    folder.mkdir()
    shutil.copy(mapping, folder / "mapping.yaml")
    said = export.talk(THREAD, export.moment(0, 9), export.CANARY, "I hear you.", "Thank you.", "Good night.")
    for record in said:
        record["session"]["user"] = USER
        record["meta"] = record["meta"] | {"gender": FIELD}
    broken = f'{{"session": {{"user": "{USER}"}}, "body": "{export.CANARY}'
    export.deliver(folder, [*said, broken], on=0, name=FILE)
    return home


@pytest.fixture(scope="module")
def canaries(place: Home, export) -> dict[str, str]:
    """What may not be found outside: by kind."""
    key = (place.keys / "pseudonym.key").read_bytes() if (place.keys / "pseudonym.key").exists() else b""
    return {
        "text": export.CANARY,
        "user": USER,
        "thread": THREAD,
        "field": FIELD,
        "file": FILE,
        **({"key": key.hex()} if key else {}),
    }


def materialise(home: Home, store: Path, *, groups: tuple[str, ...], is_daily: bool = True) -> bool:
    """Materialise groups of assets as a Dagster that keeps its store in `store`; whether all went well."""
    store.mkdir(exist_ok=True)
    arriving = dg.AssetSelection.assets(
        *[["ledger", name] for name in ("delivery", "rejected", "deployment")],
        *[["staging", name] for name in ("message", "conversation", "event", "score")],
    )
    chosen = dg.AssetSelection.groups(*groups) if groups else arriving
    tags = {RANGE_START: FIRST.isoformat(), RANGE_END: LAST.isoformat()} if is_daily else {}
    with dg.DagsterInstance.local_temp(str(store)) as instance:
        ended = dg.materialize(
            build_assets(home),
            selection=chosen - arriving if groups else chosen,
            instance=instance,
            tags=tags,
            raise_on_error=False,
        )
    return ended.success


def leaks(places: list[Path], canaries: dict[str, str], decoded_search: Any, printed: str = "") -> list[str]:
    """The kinds of canary that are found below folders or in what was printed."""
    found = {word for place in places for word in decoded_search.search(place, canaries.values())}
    flat = " ".join(printed.split()).lower()
    return sorted(kind for kind, word in canaries.items() if word in found or word.lower() in flat)


def test_neither_dagster_nor_what_is_printed_nor_what_is_published_holds_a_canary(
    place: Home, canaries: dict[str, str], *, kit, tmp_path: Path, capfd, monkeypatch
) -> None:
    store, decoded_search = tmp_path / "dagster", kit.decoded_search
    assert materialise(place, store, groups=(), is_daily=False)
    assert materialise(place, store, groups=DAILY_GROUPS)
    assert materialise(place, store, groups=CLOSING_GROUPS, is_daily=False)
    printed = "".join(capfd.readouterr())
    kept = sum(1 for path in store.rglob("*") if path.is_file())
    assert kept > 3
    assert leaks([store, place.published, place.reports], canaries, decoded_search, printed) == []
    # The positive controls: the search finds the text in staging, and the ids where they were delivered.
    assert decoded_search.layers(decoded_search.search(place.lake, [canaries["text"]])[canaries["text"]]) == {
        "staging/message"
    }
    assert leaks([place.inbox], canaries, decoded_search) == ["field", "text", "thread", "user"]
    rows = Lake(place.lake).read("staging.message")
    assert rows is not None
    shown = kit.pages.read_pages(place, deployment=DEPLOYMENT, indicator="missed_escalation_rate")
    assert len(shown) > 15
    assert {path for path, words in shown.items() if leaks([], canaries, decoded_search, words)} == set()
    assert sum(DEPLOYMENT in words for words in shown.values()) > 10  # they are the pages of this home
    assert set(rows["gender"].to_pylist()) == {"unrecognised"}

    def fail(*_: object, **__: object) -> None:
        raise ValueError(f"cannot score: {canaries['text']} by {USER} in {FILE}")

    def quote(*_: object, **__: object) -> None:
        with duckdb.connect() as connection:
            connection.execute("select cast($text as integer)", {"text": canaries["text"]})

    for target, failing in (
        ("pipelines.detect.detectors.lexicon.lexicon.LexiconDetector.scan", fail),
        ("pipelines.quality.check.check_rows", quote),
    ):
        with monkeypatch.context() as patched:
            patched.setattr(target, failing)
            assert not materialise(place, store, groups=DAILY_GROUPS)
        printed = "".join(capfd.readouterr())
        assert "UnforeseenError" in printed
        assert leaks([store], canaries, decoded_search, printed) == []
