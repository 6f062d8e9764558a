"""Spans around calls: they stand in where a trace has no call, once, and repeat nothing."""

import pytest

from pipelines.ingest.calls.content import Said
from pipelines.ingest.calls.stand_in import Placed, leave_out_repeats
from pipelines.ingest.calls.transcript import Call
from pipelines.ingest.field import RecordError
from pipelines.ingest.reason import Reason

BOTH = (Said("user", "I feel low."), Said("assistant", "I am here."))


def span(*said, began=0, ended=10, trace="t", thread="thread", is_stand_in=True):
    unread = None if said else RecordError(Reason.WRONG_TYPE, "input")
    return Call(thread, said, began_at=began, ended_at=ended, trace=trace, is_stand_in=is_stand_in,
                unread=unread)  # fmt: skip


def call(*said, **more):
    return span(*said, is_stand_in=False, **more)


def choose(*calls):
    """Places of those that are read, and how many are passed over."""
    placed = [Placed(one, place, is_wanted=True, raw=b"") for place, one in enumerate(calls)]
    kept, count = leave_out_repeats(placed)
    return [one.position for one in kept], count


def test_a_span_is_passed_over_where_a_call_of_its_trace_shows_what_the_person_said():
    assert choose(span(*BOTH), call(*BOTH), span(*BOTH, trace="u")) == ([1, 2], 1)


def test_a_span_stands_in_for_calls_that_show_the_assistant_alone():
    assert choose(call(BOTH[1]), span(*BOTH)) == ([1], 1)


def test_calls_stay_where_no_span_says_anything():
    assert choose(call(BOTH[1]), span()) == ([0], 0)


@pytest.mark.parametrize(("began", "kept"), [(9, [0]), (10, [0, 1])])
def test_of_spans_within_one_another_the_outermost_is_read_and_what_follows_it_too(began, kept):
    assert choose(span(*BOTH), span(*BOTH, began=began, ended=12))[0] == kept
    assert choose(span(*BOTH, began=began, ended=12), span(*BOTH))[0] == ([1] if kept == [0] else [0, 1])


def test_a_span_without_an_end_holds_what_begins_later():
    assert choose(span(*BOTH, ended=None), span(*BOTH, began=500, ended=600)) == ([0], 1)


def test_a_span_in_which_both_speak_counts_before_one_around_it_that_holds_less():
    assert choose(span(BOTH[0], ended=50), span(*BOTH, began=5), span()) == ([1], 1)


def test_a_trace_that_nobody_reads_is_told_once():
    assert choose(span(), span(began=2), span(trace="u")) == ([0, 2], 0)


def test_spans_that_name_no_trace_are_all_read():
    assert choose(span(*BOTH, trace=None), span(*BOTH, trace=None)) == ([0, 1], 0)


def test_conversations_of_one_trace_that_are_named_are_told_apart():
    one, two, three = (span(*BOTH, thread=name) for name in "abc")
    assert choose(one, two, call(*BOTH, thread="c"), three, span(*BOTH, thread="t")) == ([0, 1, 2], 2)


def test_a_call_that_names_no_conversation_belongs_to_each_of_its_trace():
    assert choose(span(*BOTH, thread="a"), span(*BOTH, thread="b"), call(*BOTH, thread="t")) == ([2], 2)
