"""What models know of reviewed texts is sealed with the home's key and goes with the messages' text."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.errors import HomeError
from pipelines.lake import lake as lakes
from pipelines.reviewed_text import (
    describe_learned,
    forget_reviewed,
    models_folder,
    read_reviewed_texts,
    write_reviewed,
)
from pipelines.settings import Home

DAY = dt.date(2026, 3, 2)
TEXTS = {"m1": b"first.", "m2": b"second", "m3": b"third."}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a key and three messages."""
    place = Home(tmp_path)
    place.keys.mkdir()
    (place.keys / "pseudonym.key").write_bytes(b"k" * 32)
    stage(place, m1="a", m2="b", m3="c")
    return place


def stage(home: Home, **texts: str | None) -> None:
    rows = [
        {"deployment_id": "d", "day": DAY, "message_id": one, "text": text} for one, text in texts.items()
    ]
    with lakes.write(home.lake, by="test") as commit:
        commit.replace_days("staging.message", pa.Table.from_pylist(rows), [("d", DAY)])


def find_known(home: Home, version: str) -> set[str]:
    known = read_reviewed_texts(home, models_folder(home) / version)
    return set() if known is None else {one for one, text in TEXTS.items() if known.holds(text)}


def test_what_is_gone_or_has_lost_its_text_is_dropped_from_every_model_and_counted(home: Home) -> None:
    for version, names in (("one", ("m1", "m2", "m3")), ("two", ("m2",)), ("three", ())):
        write_reviewed(home, models_folder(home) / version, [(name, TEXTS[name]) for name in names])
    assert forget_reviewed(home) == {}
    stage(home, m1="a", m2="")
    assert forget_reviewed(home) == {"one": 2, "two": 1}
    assert [find_known(home, version) for version in ("one", "two", "three")] == [{"m1"}, set(), set()]


def test_a_message_that_went_while_a_model_was_trained_is_not_kept(home: Home) -> None:
    stage(home, m1="a")
    write_reviewed(home, models_folder(home) / "one", TEXTS.items())
    assert find_known(home, "one") == {"m1"}


def test_what_a_killed_writer_left_of_a_message_goes_though_its_model_holds_nothing(home: Home) -> None:
    folder = models_folder(home) / "one"
    write_reviewed(home, folder, ())
    for name in ("reviewed.aside", "reviewed.4711"):  # the second as earlier versions called it
        (folder / name).write_bytes(b"e" * 14)
    assert forget_reviewed(home) == {}
    assert [path.name for path in folder.iterdir()] == ["reviewed.hashes"]


def test_without_the_key_nothing_is_known_dropped_or_written(home: Home) -> None:
    write_reviewed(home, models_folder(home) / "one", TEXTS.items())
    (home.keys / "pseudonym.key").rename(home.keys / "elsewhere")
    stage(home, m1="a")
    assert (find_known(home, "one"), forget_reviewed(home)) == (set(), {})
    with pytest.raises(HomeError, match=r"pseudonym\.key is missing"):
        write_reviewed(home, models_folder(home) / "two", TEXTS.items())
    (home.keys / "elsewhere").rename(home.keys / "pseudonym.key")
    assert forget_reviewed(home) == {"one": 2}


@pytest.mark.parametrize(
    ("sources", "has_hashes", "told"),
    [
        ([{"name": "posts", "rows": 9}], True, []),
        ([{"name": "reviews", "rows": 9}], True, ["learned from 9 reviewed messages"]),
        ([{"name": "reviews", "rows": 9}], False, ["learned from 9 reviewed messages"]),
        ([{"name": "posts", "rows": 9}], False, ["hashes without a key"]),
    ],
)
def test_a_receipt_names_models_that_learned_from_reviews_or_may_have(
    home: Home, *, sources: list[dict[str, object]], has_hashes: bool, told: list[str]
) -> None:
    folder = models_folder(home) / "one"
    folder.mkdir(parents=True)
    if has_hashes:
        write_reviewed(home, folder, ())
    (folder / "model.json").write_text(json.dumps({"sources": sources}))
    said = [one["what"] for one in describe_learned(home)]
    assert [words in what for words, what in zip(told, said, strict=True)] == [True] * len(told)
