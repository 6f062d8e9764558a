"""A log that sends only the last messages is stored once, however it is cut into files."""

import datetime as dt
import itertools
import json

import pytest

from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import parse_mapping
from plimsoll.commands.ingesting import describe, say

OPENAI = parse_mapping({"deployment": {"id": "one"}, "format": "openai"}, name="a test")
IMAGE = {"type": "image_url", "image_url": {"url": "https://files.example/1.png"}}
TABLES = ("staging.message", "staging.conversation")


def record(thread: str, day: int, call: int, messages: list[dict], answer: dict) -> dict:
    at = dt.datetime(2026, 2, 1, 20, 3 * call, tzinfo=dt.UTC) + dt.timedelta(days=day)
    response = {"id": f"{thread}{day}-{call}", "choices": [{"index": 0, "message": answer}]}
    return {"session_id": thread, "timestamp": at.isoformat(), "response": response,
            "request": {"model": "x", "user": thread, "messages": messages}}  # fmt: skip


def windows(days: int, size: int, *, threads: tuple[str, ...] = ("s",), has_images: bool = False):
    """Files of two calls a day and thread, with the last messages alone; much is said again and again."""
    files: list[list[dict]] = [[] for _ in range(days)]
    for thread in threads:
        history: list[dict] = []
        for day, call in itertools.product(range(days), range(2)):
            words = ["I walked and it was fine.", f"It is day {day}."][call]
            asked = {"role": "user", "content": words}
            if has_images and call:
                asked["content"] = [{"type": "text", "text": words}, IMAGE]
                history.append({"role": "user", "content": [IMAGE]})
            answer = {"role": "assistant", "content": ["Good to hear.", f"Yes, for {thread}."][call]}
            files[day].append(record(thread, day, call, [*history, asked][-size:], answer))
            history += [asked, answer]
    return files


def rows(place) -> dict[str, list[dict]]:
    return {name: place.rows(name) for name in TABLES}


def said(place) -> list[tuple]:
    found = [(row["sent_at"], row["thread_id"], row["turn"], row["text"]) for row in place.rows(TABLES[0])]
    return sorted(found)


@pytest.mark.parametrize("size", [3, 4, 5, 7, 8])
@pytest.mark.parametrize("lengths", [(1,) * 6, (2, 1, 3), (1, 5), (5, 1)])
def test_windows_in_several_files_are_stored_as_in_one(places, size, lengths):
    files = windows(6, size, threads=("s", "t"))
    whole, parts = places("whole"), places("parts")
    whole.deliver(*itertools.chain(*files), mapping=OPENAI)
    rest = iter(files)
    told = [
        parts.deliver(*itertools.chain(*itertools.islice(rest, length)), mapping=OPENAI) for length in lengths
    ]
    assert len(whole.rows("staging.message")) == 6 * 2 * 2 * 2
    assert rows(parts) == rows(whole)
    assert sum(one.apart_count for one in told) == 0


def test_files_of_one_delivery_are_taken_in_the_order_of_their_time(places):
    files = windows(12, 7)
    whole, parts = places("whole"), places("parts")
    whole.deliver(*itertools.chain(*files), mapping=OPENAI)
    folder = parts.inbox / "all"
    folder.mkdir(parents=True)
    for number, calls in enumerate(files):  # calls-10 stands before calls-2
        (folder / f"calls-{number}.jsonl").write_text("\n".join(map(json.dumps, calls)), encoding="utf-8")
    done = ingest_folder(parts.home, folder, OPENAI, received_on=dt.date(2026, 9, 1))
    assert rows(parts) == rows(whole)
    assert done.apart_count == 0


def test_files_that_come_the_last_first_hold_each_message_once(places):
    files = windows(6, 7)
    whole, parts = places("whole"), places("parts")
    whole.deliver(*itertools.chain(*files), mapping=OPENAI)
    for calls in files[::-1]:
        parts.deliver(*calls, mapping=OPENAI)
    assert said(parts) == said(whole)


@pytest.mark.parametrize("again", [(2,), (2, 3), (0,), (5,), (0, 1, 2, 3, 4, 5)])
def test_windows_that_are_exported_again_add_nothing(places, again):
    files = windows(6, 7)
    place = places("one")
    for calls in files:
        place.deliver(*calls, mapping=OPENAI)
    before = rows(place)
    done = place.deliver(*itertools.chain(*(files[number] for number in again)), b"", mapping=OPENAI)
    assert rows(place) == before
    assert done.apart_count == 0


def test_windows_with_images_are_stored_once(places):
    files = windows(5, 8, has_images=True)
    whole, parts = places("whole"), places("parts")
    whole.deliver(*itertools.chain(*files), mapping=OPENAI)
    for calls in files:
        parts.deliver(*calls, mapping=OPENAI)
    assert said(parts) == said(whole)


def test_a_history_that_becomes_a_window_goes_on_where_it_was(places):
    calls = [*windows(3, 99), *windows(6, 7)[3:]]
    whole, parts = places("whole"), places("parts")
    whole.deliver(*itertools.chain(*calls), mapping=OPENAI)
    for one in calls:
        parts.deliver(*one, mapping=OPENAI)
    assert rows(parts) == rows(whole)
    assert len(parts.rows("staging.message")) == 24


def test_a_window_that_meets_nothing_is_kept_and_told(places):
    files = windows(8, 3)
    place = places("one")
    place.deliver(*files[0], mapping=OPENAI)
    done = place.deliver(*files[5], mapping=OPENAI)
    assert done.apart_count == describe(done)["windows_apart"] == 1
    assert "1 windows of a conversation's history meet nothing" in say(done)
    assert max(row["source_turn"] for row in place.rows("staging.message")) > 7
    done = place.deliver(*files[6], mapping=OPENAI)
    assert done.apart_count == 0


def test_a_question_alone_that_was_asked_before_is_no_window(places):
    """Of a log that holds what is new alone nothing is laid over what is held."""
    place = places("one")
    for day in range(3):
        words = ({"role": "user", "content": f"hi {day}"}, {"role": "assistant", "content": "Hello."})
        place.deliver(record("s", day, 0, [words[0]], words[1]), mapping=OPENAI)
    assert len(place.rows("staging.message")) == 4  # by its place: "Hello." stands once in each file's second
