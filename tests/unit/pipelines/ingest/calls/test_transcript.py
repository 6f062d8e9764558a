"""A conversation that arrives as growing transcripts is stored once, and nothing that was said is lost."""

import tracemalloc
from collections import Counter

import pytest

from pipelines.ingest.calls.content import Said
from pipelines.ingest.calls.transcript import RETRY, Call, Transcripts
from pipelines.ingest.source import Records

MINUTE = 60_000_000
START = 1_789_416_000_000_000


def said(*texts, begins="user"):
    roles = ("user", "assistant") if begins == "user" else ("assistant", "user")
    return tuple(Said(roles[place % 2], text) for place, text in enumerate(texts))


def call(*asked, answer=None, minute=0.0, thread="t", begins="user", **more):
    answered = () if answer is None else (Said("assistant", answer),)
    began = START + round(minute * MINUTE)
    return Call(thread, said(*asked, begins=begins), answered, began_at=began, ended_at=began + 1, **more)


def fold(*calls, unwanted=()):
    transcripts, records = Transcripts(), Records()
    for one in calls:
        transcripts.add(one, is_wanted=one not in unwanted)
    transcripts.write(records, undated_at=START)
    return records


def placed(*calls):
    records = fold(*calls)
    return sorted(zip(records.messages["turn"], records.messages["text"], strict=True))


def test_repeated_beginnings_add_nothing():
    grown = placed(call("a", answer="b"), call("a", "b", "c", answer="d", minute=1),
                   call("a", "b", "c", "d", "e", answer="f", minute=2))  # fmt: skip
    assert grown == list(enumerate("abcdef"))


def test_the_order_of_the_records_in_a_file_does_not_matter():
    calls = [call("a", answer="b"), call("a", "b", "c", answer="d", minute=1)]
    forward, backward = fold(*calls), fold(*reversed(calls))
    assert forward.messages == backward.messages


def test_a_message_has_the_same_name_whichever_transcript_delivers_it():
    early = fold(call("a", answer="b")).messages["message_id"]
    late = fold(call("a", "b", "c", answer="d", minute=90)).messages["message_id"]
    assert late[:2] == early
    assert len(set(late)) == 4


def test_the_last_transcript_alone_gives_the_whole_conversation():
    assert placed(call("a", "b", "c", answer="d")) == list(enumerate("abcd"))


def test_the_same_words_said_twice_are_two_messages():
    assert placed(call("yes", "go on", "yes", answer="go on")) == [
        (0, "yes"), (1, "go on"), (2, "yes"), (3, "go on"),
    ]  # fmt: skip


def test_calls_that_hold_only_what_is_new_follow_each_other():
    apart = placed(call("a", answer="b"), call("c", answer="d", minute=1), call("e", answer="f", minute=2))
    assert apart == list(enumerate("abcdef"))


def test_calls_that_hold_a_window_of_the_history_meet_its_end():
    windows = placed(call("a", answer="b"), call("a", "b", "c", answer="d", minute=1),
                     call("c", "d", "e", answer="f", minute=2),
                     call("d", "e", "f", "g", begins="assistant", minute=3))  # fmt: skip
    assert windows == list(enumerate("abcdefg"))


def test_an_answer_given_anew_stands_beside_the_first():
    assert placed(call("a", answer="b"), call("a", answer="B", minute=1)) == [(0, "a"), (1, "B"), (1, "b")]


@pytest.mark.parametrize(("later", "count"), [(RETRY, 1), (RETRY + 1, 2)])
def test_an_opening_alone_is_a_retry_for_a_while_and_said_again_after_it(later, count):
    texts = [text for _, text in placed(call("a", answer="b"), call("a", answer="B", minute=later / MINUTE))]
    assert texts.count("a") == count


def test_system_prompts_and_tools_take_no_place():
    messages = (
        Said("system", "Be kind."),
        Said("user", "a"),
        Said("tool", "4 hours"),
        Said("assistant", " "),
    )
    assert placed(Call("t", messages, (Said("assistant", "b"),), began_at=START)) == [(0, "a"), (1, "b")]


def test_a_message_keeps_the_time_and_the_model_of_the_call_that_said_it():
    first = call("a", answer="b", slices={"model": "one"})
    second = call("a", "b", "c", answer="d", minute=1, slices={"model": "two"})
    records = fold(first, second)
    assert records.messages["model"] == ["one", "one", "two", "two"]
    assert [(at - START) // MINUTE for at in records.messages["sent_at"]] == [0, 0, 1, 1]


def test_calls_read_again_for_others_sake_add_nothing_and_keep_the_places():
    first, second = call("a", answer="b"), call("c", answer="d", minute=1)
    records = fold(first, second, unwanted=(first,))
    assert list(zip(records.messages["turn"], records.messages["text"], strict=True)) == [(2, "c"), (3, "d")]


def test_threads_do_not_touch():
    records = fold(call("a", answer="b"), call("a", answer="b", thread="u"))
    assert records.message_count == 4


def test_without_an_id_a_conversation_is_known_by_user_and_opening():
    root = call("a", answer="b", thread=None, user="x")
    grown = call("a", "b", "c", answer="d", thread=None, user="x", minute=1)
    other_user = call("a", answer="b", thread=None, user="y")
    other_answer = call("a", answer="B", thread=None, user="x")
    assert root.thread_id == grown.thread_id
    assert len({root.thread_id, other_user.thread_id, other_answer.thread_id}) == 3
    assert "a" not in root.thread_id.removeprefix("opening:").split(":")


def new_alone(*numbers):
    """Calls with an id that hold only what is new."""
    return [
        call(f"q{number}", answer=f"a{number}", minute=number, call_id=f"call-{number}") for number in numbers
    ]


def test_what_is_new_alone_has_the_same_name_in_an_export_that_overlaps():
    monday, tuesday = (fold(*new_alone(*numbers)).messages for numbers in ((1, 2, 3), (2, 3, 4)))
    names = [dict(zip(one["text"], one["message_id"], strict=True)) for one in (monday, tuesday)]
    assert {text: names[1][text] for text in ("q2", "a2", "q3", "a3")}.items() <= names[0].items()
    assert len({*names[0].values(), *names[1].values()}) == 8


def test_the_same_words_in_two_calls_are_two_messages_and_the_same_call_twice_is_one():
    first, second, third = new_alone(1, 2, 3)
    again = call("q2", answer="a2", minute=4, call_id="call-4")
    texts = [text for _, text in placed(first, second, second, third, again, second)]
    assert texts == ["q1", "a1", "q2", "a2", "q3", "a3", "q2", "a2"]


def test_a_call_exported_twice_is_one_though_the_log_has_windows_of_the_history():
    window = call("c", "d", "e", answer="f", minute=2, call_id="w")
    calls = [call("a", "b", "c", answer="d", call_id="v"), window, window]
    assert placed(*calls) == list(enumerate("abcdef"))


def test_a_retried_call_does_not_say_again_what_was_asked():
    first, second = new_alone(1, 2)
    failed = call("q2", minute=1.5, call_id="call-failed")
    assert [text for _, text in placed(first, failed, second)] == ["q1", "a1", "q2", "a2"]


def count_threads(*calls):
    return sorted(Counter(fold(*calls).messages["thread"]).values())


def test_a_first_call_that_failed_is_in_the_conversation_that_its_retry_opened():
    nameless = {"thread": None, "user": "x"}
    failed, retried = call("a", **nameless), call("a", answer="b", minute=1, **nameless)
    grown = call("a", "b", "c", answer="d", minute=2, **nameless)
    assert placed(failed, retried, grown) == list(enumerate("abcd"))
    assert count_threads(failed, retried, grown) == count_threads(grown, retried, failed) == [4]
    assert count_threads(
        failed, call("a", minute=9, **nameless), call("a", answer="b", minute=18, **nameless)
    ) == [2]


@pytest.mark.parametrize(("later", "count"), [(RETRY, [2]), (RETRY + 1, [1, 2])])
def test_the_same_opening_after_a_retrys_time_is_another_conversation(later, count):
    answered = call("a", answer="b", minute=later / MINUTE, thread=None)
    assert count_threads(call("a", thread=None), answered) == count


def test_a_first_call_that_failed_joins_no_conversation_of_somebody_else():
    failed = call("a", thread=None, user="x")
    assert count_threads(failed, call("a", answer="b", thread=None, user="y")) == [1, 2]
    assert count_threads(failed, call("a", answer="b", thread="t", user="x")) == [1, 2]


def test_conversations_that_begin_alike_stay_apart_beside_a_call_that_failed():
    nameless = {"thread": None, "user": "x"}
    calls = [call("a", answer="b", **nameless), call("a", answer="B", minute=5, **nameless)]
    assert count_threads(*calls, call("a", minute=4, **nameless)) == [2, 2]


@pytest.mark.parametrize("is_chain", [True, False])
def test_a_thread_twice_as_long_takes_twice_the_memory(is_chain):
    def measure(count):
        calls = [call(f"Words {number}.", answer="Yes.", minute=number, call_id=f"c{number}", can_follow=True,
                      follows=f"c{number - 1}" if is_chain and number else None)
                 for number in range(count)]  # fmt: skip
        tracemalloc.start()
        fold(*calls)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert measure(800) < 3 * measure(400)  # four times where every call keeps the way to it
