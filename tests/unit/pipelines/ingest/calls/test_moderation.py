"""Scores that a log gives: what counts as one, and how they follow their message through staging."""

import pytest

from pipelines.ingest.calls.moderation import read_scores
from pipelines.ingest.mapping import parse_mapping


@pytest.mark.parametrize("value", [-0.01, 1.01, "0.5", True, None, float("nan")])
def test_what_is_no_score_is_as_if_it_had_not_been_given(value):
    assert read_scores({"openai_moderation": [{"category_scores": {"hate": value}}]}, 0) == ()


@pytest.mark.parametrize("value", [0, 1, 0.5])
def test_both_ends_are_scores(value):
    record = {"openai_moderation": [{"category_scores": {"hate": value}}]}
    assert read_scores(record, 0) == (("openai_moderation", "hate", float(value), None),)


@pytest.mark.parametrize("record", [{}, {"openai_moderation": None}, {"openai_moderation": [7]}])
def test_a_log_without_scores_gives_none(record):
    assert read_scores(record, 0) == ()
    assert read_scores(record, 3) == ()


def test_scores_without_a_level_between_are_read():
    record = {"detoxify_moderation": [{"toxicity": 0.2, "note": "words"}]}
    assert read_scores(record, 0) == (("detoxify_moderation", "toxicity", 0.2, None),)


def _conversation(moderation, words="One"):
    return {
        "conversation_id": "c",
        "conversation": [{"role": "user", "content": words}],
        "openai_moderation": [{"category_scores": {"self-harm": moderation}}],
    }


def test_scores_are_stored_once_beside_their_message_and_the_highest_counts(place):
    mapping = parse_mapping({"deployment": {"id": "one"}, "format": "lmsys"}, name="a test")
    place.deliver(_conversation(0.25), mapping=mapping)
    place.deliver(_conversation(0.75), mapping=mapping)
    (message,), (score,) = place.rows("staging.message"), place.rows("staging.score")
    assert (score["name"], score["score"], score["is_flagged"]) == ("self-harm", 0.75, None)
    for name in ("message_id", "conversation_id", "thread_id", "day"):
        assert score[name] == message[name]


def test_a_log_without_scores_makes_no_row_of_zeros(place):
    place.deliver(place.say(0))
    assert place.rows("staging.score") == []
