"""Episodes as deliveries make them: silences, late first messages, long and short days, waiting events."""

import datetime as dt
import itertools

import pytest

from pipelines.ingest.mapping import ReceivedOn
from pipelines.lake.lake import Lake

MICROSECOND = 1 / 3_600_000_000


def fingerprints(place, name: str = "staging.message") -> dict[str, str]:
    found = Lake(place.home.lake).fingerprints(name)
    return {day.isoformat(): files for (_, day), files in found.items()}


@pytest.mark.parametrize(("gap", "count"), [(12 - MICROSECOND, 1), (12, 2)])
@pytest.mark.parametrize("is_late", [False, True])
def test_a_silence_of_exactly_twelve_hours_makes_another_episode(place, gap, count, is_late):
    first, second = [place.say(0)], [place.say(gap)]
    for part in (second, first) if is_late else (first, second):
        place.deliver(*part)
    assert len(place.rows("staging.conversation")) == count


@pytest.mark.parametrize(("last", "count"), [(48 - MICROSECOND, 1), (48, 2)])
def test_an_episode_of_forty_eight_hours_goes_on_as_another(place, last, count):
    for hours in (0, 11, 22, 33, 44, last):
        place.deliver(place.say(hours))
    rows = sorted(place.rows("staging.conversation"), key=lambda row: row["started_at"])
    assert [row["message_count"] for row in rows] == ([6] if count == 1 else [5, 1])


def test_turns_are_counted_anew_in_each_episode(place):
    place.deliver(*[place.say(hours, turn=place_in_log) for place_in_log, hours in enumerate((0, 1, 20, 21))])
    rows = sorted(place.rows("staging.message"), key=lambda row: row["sent_at"])
    assert [(row["source_turn"], row["turn"]) for row in rows] == [(0, 0), (1, 1), (2, 0), (3, 1)]


NAMED = ("user_id", "region", "model")


@pytest.mark.parametrize("is_late", [False, True])
def test_a_talk_is_the_users_and_of_the_model_that_answered_whoever_speaks_first(place, is_late):
    greeting = place.say(0, role="assistant", user="bot-7", region="US", model="m1")
    said = place.say(1, user="ann", region="DE", model="unasked")
    later = place.say(2, user="carl", region="FR")
    reply = place.say(3, role="assistant", user=None, model="m2")
    alone = place.say(1, user="ann", thread="another", region="DE")
    for part in (
        ([reply, later], [said, alone, greeting]) if is_late else ([greeting, said, later, reply, alone],)
    ):
        place.deliver(*part)
    alone, talk = sorted(place.rows("staging.conversation"), key=lambda row: row["message_count"])
    assert [talk[name] for name in NAMED] == [alone["user_id"], "DE", "m1"]


def test_what_only_another_line_says_of_the_user_or_model_counts_where_their_own_say_nothing(place):
    place.deliver(
        place.say(0, user=None, model="m1"),
        place.say(1, user=None, role="assistant", region="DE"),
        place.say(2, user="ann", role="agent", region="FR"),
    )
    (talk,) = place.rows("staging.conversation")
    assert talk["user_id"] != "unknown"
    assert [talk[name] for name in NAMED[1:]] == ["DE", "m1"]


def test_what_was_said_in_one_moment_is_in_the_order_of_its_numbers(place):
    place.deliver(*[place.say(0, f"said {turn}", turn=turn) for turn in (4, 1, 5, 0, 3, 2)])
    rows = sorted(place.rows("staging.message"), key=lambda row: row["turn"])
    assert [row["text"] for row in rows] == [f"said {turn}" for turn in range(6)]


@pytest.mark.parametrize("role", ["assistant", "agent"])
def test_what_a_person_and_who_answers_say_in_one_moment_is_in_that_order(places, role):
    found = []
    for name, order in {"together": [(0, 1)], "apart": [(0,), (1,)], "turned": [(1,), (0,), (1, 0)]}.items():
        place = places(name)
        talks = [f"talk {number}" for number in range(20)]
        said = [
            [place.say(0, f"question in {talk}", thread=talk) for talk in talks],
            [place.say(0, f"answer in {talk}", thread=talk, role=role) for talk in talks],
        ]
        for parts in order:
            place.deliver(*(one for part in parts for one in said[part]))
        rows = place.rows("staging.message")
        found.append({row["text"]: (row["conversation_id"], row["turn"]) for row in rows})
    assert len(found[0]) == 40
    assert {text for text, (_, turn) in found[0].items() if turn != text.startswith("answer")} == set()
    assert found[0] == found[1] == found[2]


def test_a_number_of_the_log_comes_before_who_spoke(place):
    place.deliver(place.say(0, "hello", turn=0, role="assistant"), place.say(0, "hi", turn=1))
    rows = sorted(place.rows("staging.message"), key=lambda row: row["turn"])
    assert [row["text"] for row in rows] == ["hello", "hi"]


def test_a_late_first_message_moves_the_episode_to_its_day_and_touches_no_other(place):
    for day in range(-3, 5):
        place.deliver(place.say(24 * day, thread=f"other {day}"))
    place.deliver(place.say(14, "past midnight"), place.notice(14.1))
    assert place.days_of("t") == {"2026-08-04": 1}
    before = fingerprints(place)
    events = fingerprints(place, "staging.event")
    place.deliver(place.say(11, "before midnight"))
    assert place.days_of("t") == {"2026-08-03": 2}
    after = fingerprints(place)
    assert {day for day in before if before[day] != after[day]} == {"2026-08-03", "2026-08-04"}
    assert events.keys() == {"2026-08-04"}
    assert fingerprints(place, "staging.event").keys() == {"2026-08-03"}
    assert [row["turn"] for row in place.rows("staging.message") if row["text"] == "past midnight"] == [1]


@pytest.mark.parametrize(
    ("zone", "moments"),
    [
        # Clocks go forward on 2026-03-29: a day of 23 h, from 23:00 UTC to 22:00 UTC.
        ("Europe/Berlin", {"2026-03-28T22:59:59": "28", "2026-03-28T23:00:00": "29",
                           "2026-03-29T21:59:59": "29", "2026-03-29T22:00:00": "30"}),
        # Clocks go back on 2025-10-26: a day of 25 h, from 22:00 UTC to 23:00 UTC.
        ("Europe/Berlin", {"2025-10-25T21:59:59": "25", "2025-10-25T22:00:00": "26",
                           "2025-10-26T22:59:59": "26", "2025-10-26T23:00:00": "27"}),
        # By half an hour, from 13:00 UTC to 13:30 UTC.
        ("Australia/Lord_Howe", {"2026-04-04T12:59:59": "04", "2026-04-04T13:00:00": "05",
                                 "2026-04-05T13:29:59": "05", "2026-04-05T13:30:00": "06"}),
    ],
)  # fmt: skip
def test_days_of_twenty_three_and_twenty_five_hours_begin_at_local_midnight(place, mapping, zone, moments):
    records = [place.say(0, thread=moment, sent_at=f"{moment}Z") for moment in moments]
    place.deliver(*records, mapping=mapping(zone=zone))
    rows = sorted(place.rows("staging.message"), key=lambda row: row["sent_at"])
    assert [f"{row['day']:%d}" for row in rows] == list(moments.values())
    assert [row["sent_on"] for row in rows] == [row["day"] for row in rows]


def test_a_time_without_an_offset_is_of_the_deployments_zone(place, mapping):
    place.deliver(place.say(0, sent_at="2026-07-01T00:30:00"), mapping=mapping(zone="Europe/Berlin"))
    (row,) = place.rows("staging.message")
    assert row["sent_at"] == dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC)
    assert row["day"] == dt.date(2026, 7, 1)


def test_an_event_before_its_first_message_waits_and_joins(place):
    place.deliver(place.notice(11.9))
    (waiting,) = place.rows("staging.event")
    assert (waiting["conversation_id"], waiting["day"].isoformat()) == (None, "2026-08-03")
    place.deliver(place.say(12.5))
    (joined,) = place.rows("staging.event")
    (conversation,) = place.rows("staging.conversation")
    assert joined["conversation_id"] == conversation["conversation_id"]
    assert joined["day"] == conversation["day"] == dt.date(2026, 8, 4)


@pytest.mark.parametrize(
    ("hours", "is_joined"), [(-12, True), (-12 - MICROSECOND, False), (12, True), (12.001, False)]
)
def test_an_event_joins_an_episode_within_a_silence_of_it(place, hours, is_joined):
    place.deliver(place.say(0), place.notice(hours))
    (event,) = place.rows("staging.event")
    assert (event["conversation_id"] is not None) is is_joined


def test_an_event_between_two_episodes_belongs_to_the_one_that_has_begun(place):
    place.deliver(place.say(0, "first"), place.say(14, "second"), place.notice(11))
    (event,) = place.rows("staging.event")
    first = min(place.rows("staging.conversation"), key=lambda row: row["started_at"])
    assert event["conversation_id"] == first["conversation_id"]


def test_the_same_event_twice_is_one_event(place):
    place.deliver(place.notice(0), place.notice(0), place.say(0))
    place.deliver(place.notice(0), name="later.jsonl")
    assert [row["copy_count"] for row in place.rows("staging.event")] == [3]


def test_of_conflicting_copies_the_same_one_wins_in_any_order(places):
    found = []
    for order in list(itertools.permutations(range(4)))[::5]:
        place = places("-".join(map(str, order)))
        files = [
            [place.say(0, "one", turn=0)],
            [place.say(0, "two", turn=0)],
            [place.say(0, "one", turn=0), place.say(1, turn=1)],
            [place.say(0.5, "one", turn=0)],
        ]
        for number in order:
            place.deliver(*files[number], name=f"{number}.jsonl")
        found.append(place.rows("staging.message"))
    assert [row["copy_count"] for row in found[0]] in ([4, 1], [1, 4])
    assert all(rows == found[0] for rows in found)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_correction_of_a_later_day_counts_in_any_order(places, mapping, order):
    said, corrected = [f"wants to go {number}" for number in range(6)], "wants to do"
    deliveries = [("2026-08-05", said), ("2026-08-06", ["wants", *said[1:]]), ("2026-08-07", [corrected] * 6)]
    dated = mapping().model_copy(update={"received_on": ReceivedOn(file_name=r"(\d{4}-\d\d-\d\d)")})
    whole, parts = places("whole"), places("parts")
    for place, sequence in ((whole, range(3)), (parts, order)):
        for number in sequence:
            on, texts = deliveries[number]
            records = [place.say(turn, text, turn=turn) for turn, text in enumerate(texts)]
            place.deliver(*records, mapping=dated, name=f"{on}.jsonl")
    assert parts.rows("staging.message") == whole.rows("staging.message")
    assert {row["text"] for row in whole.rows("staging.message")} == {corrected}
    assert {row["version_on"].isoformat() for row in whole.rows("staging.message")} == {"2026-08-07"}
    assert {row["received_on"].isoformat() for row in whole.rows("staging.message")} == {"2026-08-05"}


def exchange(place, number):
    """A question and its answer, which the log gives one number."""
    return [
        place.say(number, f"question {number}", turn=number),
        place.say(number + 0.1, f"answer {number}", turn=number, role="assistant"),
    ]


def test_a_question_and_its_answer_of_one_turn_are_two_messages(place):
    done = place.deliver(*(one for number in range(6) for one in exchange(place, number)))
    rows = sorted(place.rows("staging.message"), key=lambda row: row["turn"])
    assert [row["text"] for row in rows] == [
        f"{what} {number}" for number in range(6) for what in ("question", "answer")
    ]
    assert {row["copy_count"] for row in rows} == {1}
    assert done.version_count == 0


def test_an_answer_that_was_stored_by_its_turn_alone_is_not_doubled_when_all_comes_again(place):
    question, answer = exchange(place, 0)
    place.deliver(answer)
    (stored,) = place.rows("staging.message")
    place.deliver(question, answer)
    place.deliver(answer, question, name="again.jsonl")
    rows = {row["text"]: row for row in place.rows("staging.message")}
    assert {text: (row["copy_count"], row["same_copy_count"]) for text, row in rows.items()} == {
        "question 0": (2, 2),
        "answer 0": (3, 3),
    }
    assert rows["question 0"]["message_id"] == stored["message_id"]


def test_records_that_are_other_versions_of_a_message_are_counted(place):
    first = place.deliver(place.say(0, "one", turn=0), place.say(1, "two", turn=1))
    again = place.deliver(place.say(0, "one", turn=0), place.say(1, "two", turn=1), b"")
    assert (first.version_count, again.version_count) == (0, 0)
    other = place.deliver(*(place.say(0, f"other {number}", turn=0) for number in range(3)))
    assert other.version_count == sum(
        row["copy_count"] - row["same_copy_count"] for row in place.rows("staging.message")
    )
    assert other.version_count >= 3


def test_two_people_in_threads_of_one_name_keep_apart_by_deployment(place, mapping):
    place.deliver(place.say(0), mapping=mapping(id="first"))
    place.deliver(place.say(0, "else"), mapping=mapping(id="second"))
    assert len({row["thread_id"] for row in place.rows("staging.message")}) == 2
    assert len({row["user_id"] for row in place.rows("staging.message")}) == 2
