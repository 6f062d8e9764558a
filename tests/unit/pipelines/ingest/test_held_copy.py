"""However a log is cut into files, and in whatever order they come, staging holds the same rows."""

import datetime as dt
import itertools

import orjson
import pytest

from pipelines.ingest.mapping import Mapping, parse_mapping
from pipelines.lake.lake import Lake

TABLES = ("staging.message", "staging.conversation", "staging.event", "staging.score")
PLAIN = {
    "deployment": {"id": "one"},
    "records": [
        {
            "kind": "message",
            "fields": {name: name for name in ("thread", "user", "role", "text", "sent_at", "message_id")},
        }
    ],
}


def known(name: str) -> Mapping:
    return parse_mapping({"deployment": {"id": "one"}, "format": name}, name="a test")


def begin(day: int, call: int = 0) -> dt.datetime:
    return dt.datetime(2026, 2, 1, 20, 3 * call, tzinfo=dt.UTC) + dt.timedelta(days=day)


def openai(day, call, messages, answer):
    return {"session_id": "s", "timestamp": begin(day, call).isoformat(),
            "request": {"model": "x", "user": "u", "messages": messages},
            "response": {"id": f"r{day}-{call}", "choices": [{"index": 0, "message": answer}]}}  # fmt: skip


def anthropic(day, call, messages, answer):
    content = [{"type": "text", "text": answer["content"]}]
    return {"session_id": "s", "timestamp": begin(day, call).isoformat(),
            "request": {"model": "x", "metadata": {"user_id": "u"}, "messages": messages},
            "response": {"id": f"r{day}-{call}", "type": "message", "role": "assistant",
                         "content": content}}  # fmt: skip


def langfuse(day, call, messages, answer):
    at = begin(day, call).isoformat()
    seen = {"id": f"g{day}-{call}", "type": "GENERATION", "startTime": at, "endTime": at, "model": "x",
            "input": messages, "output": answer}  # fmt: skip
    return {"id": f"t{day}-{call}", "timestamp": at, "sessionId": "s", "userId": "u", "observations": [seen]}


def otel_genai(day, call, messages, answer):
    def parts(said):
        told = [{"role": one["role"], "parts": [{"type": "text", "content": one["content"]}]} for one in said]
        return {"stringValue": orjson.dumps(told).decode()}

    moment = str(int(begin(day, call).timestamp()) * 10**9)
    given = {"gen_ai.operation.name": {"stringValue": "chat"}, "gen_ai.conversation.id": {"stringValue": "s"},
             "gen_ai.input.messages": parts(messages), "gen_ai.output.messages": parts([answer])}  # fmt: skip
    span = {"traceId": f"t{day}-{call}", "spanId": f"s{day}-{call}", "name": "chat",
            "startTimeUnixNano": moment, "endTimeUnixNano": moment,
            "attributes": [{"key": key, "value": value} for key, value in given.items()]}  # fmt: skip
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


FORMATS = {one.__name__: one for one in (openai, anthropic, langfuse, otel_genai)}


def calls(form, days: int, *, each: int = 1, gap: int = 1) -> list[list[dict]]:
    """The calls of each day: the whole history, a question and its answer."""
    history: list[dict] = []
    found: list[list[dict]] = []
    for day in range(0, days * gap, gap):
        found.append([])
        for call in range(each):
            asked = {"role": "user", "content": f"question {call} of day {day}"}
            answer = {"role": "assistant", "content": f"answer {call} of day {day}"}
            found[-1].append(form(day, call, [*history, asked], answer))
            history += [asked, answer]
    return found


def held(place) -> dict[str, list[dict]]:
    return {name: place.rows(name) for name in TABLES}


def cuts(count: int) -> list[list[int]]:
    """Every way to cut so many pieces that stand in a row, as the length of each."""
    ways = itertools.product((False, True), repeat=count - 1)
    found = []
    for way in ways:
        lengths = [1]
        for is_cut in way:
            if is_cut:
                lengths.append(1)
            else:
                lengths[-1] += 1
        found.append(lengths)
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_a_thread_of_many_days_that_comes_a_file_a_day_is_stored_once(places, name):
    found = calls(FORMATS[name], 10, each=2)
    whole, daily = places("whole"), places("daily")
    whole.deliver(*itertools.chain(*found), mapping=known(name))
    for records in found:
        daily.deliver(*records, mapping=known(name))
    assert len(whole.rows("staging.message")) == 40
    assert held(daily) == held(whole)


@pytest.mark.parametrize("gap", [1, 40])
def test_every_way_to_cut_a_log_into_files_gives_the_same_rows(places, gap):
    found = [*itertools.chain(*calls(openai, 4, gap=gap))]
    whole = places("whole")
    whole.deliver(*found, mapping=known("openai"))
    assert len(whole.rows("staging.message")) == 8
    for number, lengths in enumerate(cuts(len(found))):
        forward, backward = places(f"forward {number}"), places(f"backward {number}")
        rest = iter(found)
        files = [list(itertools.islice(rest, length)) for length in lengths]
        for place, order in ((forward, files), (backward, files[::-1])):
            for records in order:
                place.deliver(*records, mapping=known("openai"))
            assert held(place) == held(whole), lengths


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::3])
def test_a_message_of_one_id_that_comes_with_other_times_is_one(places, mapping, order):
    def say(place, hours, number, text="hello", role="user"):
        return place.say(hours, text, message_id=str(number), role=role)

    plain = parse_mapping(PLAIN, name="a test")
    whole, parts = places("whole"), places("parts")
    records = [
        [say(whole, 0, 1), say(whole, 1, 2)],
        [say(whole, 240, 1), say(whole, 241, 3)],
        [say(whole, 240.5, 1), say(whole, 240.6, 1, "answer", "assistant"), say(whole, 241.5, 3)],
        [say(whole, 600, 3), say(whole, 601, 2, "once more")],
    ]
    whole.deliver(*itertools.chain(*records), mapping=plain)
    for number in order:
        parts.deliver(*records[number], mapping=plain)
    assert held(parts) == held(whole)
    rows = whole.rows("staging.message")
    assert sorted((row["role"], row["copy_count"]) for row in rows) == [
        ("assistant", 1), ("user", 2), ("user", 3), ("user", 3),
    ]  # fmt: skip


def test_copies_that_change_nothing_leave_every_day_as_it_is(place):
    days = calls(openai, 8)
    for records in days[:7]:
        place.deliver(*records, mapping=known("openai"))
    before = Lake(place.home.lake).fingerprints("staging.message")
    place.deliver(*days[7], mapping=known("openai"))
    after = Lake(place.home.lake).fingerprints("staging.message")
    assert {day for day in after if after[day] != before.get(day)} == {("one", begin(7).date())}
    place.deliver(*days[2], *days[5], mapping=known("openai"))
    assert Lake(place.home.lake).fingerprints("staging.message") == after


def test_an_undated_conversation_that_comes_again_keeps_the_day_on_which_it_first_came(place):
    talk = [{"from": "human", "value": "hello"}, {"from": "gpt", "value": "hi"}]
    more = [*talk, {"from": "human", "value": "thanks"}, {"from": "gpt", "value": "welcome"}]
    form = {"format": "sharegpt", "received_on": {"file_name": r"(\d{4}-\d\d-\d\d)"}}
    undated = parse_mapping({"deployment": {"id": "one"}, **form}, name="a test")
    for on, said in (("2026-07-01", talk), ("2026-07-21", more), ("2026-06-11", talk)):
        place.deliver({"id": "c", "on": on, "conversations": said}, mapping=undated, name=f"{on}.jsonl")
    rows = {row["text"]: row for row in place.rows("staging.message")}
    assert {text: f"{row['sent_at']:%m-%d}" for text, row in rows.items()} == {
        "hello": "06-11", "hi": "06-11", "thanks": "07-21", "welcome": "07-21",
    }  # fmt: skip
    assert len(place.rows("staging.message")) == 4


def test_messages_that_earlier_code_stored_twice_are_one_when_they_come_again(place, monkeypatch):
    days = calls(openai, 6)
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.ingest.held_copy._find_days", lambda *_: iter(()))
        for records in days:
            place.deliver(*records, mapping=known("openai"))
    assert len(place.rows("staging.message")) > 12
    place.deliver(*days[5], openai(6, 0, [{"role": "user", "content": "new"}], {"role": "assistant",
                  "content": "yes"}), mapping=known("openai"))  # fmt: skip
    ids = [row["message_id"] for row in place.rows("staging.message")]
    assert len(ids) == len(set(ids)) == 14
