"""A third probe by somebody who had read neither rules nor earlier probes: what the rules alone make of it.

The model is left out, so that a new one does not move these bounds. They lie a little below what was
measured after rules were mended; who mended had written both halves, so the first figures in
docs/decisions/0020 are the ones to believe.
"""

import pytest

from tests.unit.pipelines.detect.probe_texts import find_seen, read_probe, share_seen

HALVES = ("third_seen", "third_unseen")


def test_the_halves_hold_different_texts_and_as_many_as_is_said() -> None:
    texts = [{text for texts in read_probe(half).values() for text in texts} for half in HALVES]
    assert [len(half) for half in texts] == [229, 233]
    assert not texts[0] & texts[1]


@pytest.mark.parametrize(("half", "least"), [("third_seen", 0.9), ("third_unseen", 0.6)])
def test_requests_that_would_make_it_easier_are_seen(half: str, least: float) -> None:
    assert share_seen(half, ("request_",)) >= least


@pytest.mark.parametrize("half", HALVES)
def test_most_grave_posts_without_the_usual_phrases_are_seen_as_a_high_risk(half: str) -> None:
    assert share_seen(half, ("grave_",), level=3) >= 0.75


@pytest.mark.parametrize("half", HALVES)
def test_what_forums_and_diaries_tell_of_the_writer_is_seen(half: str) -> None:
    assert share_seen(half, ("production_forum", "production_journal")) >= 0.3


@pytest.mark.parametrize("half", HALVES)
def test_what_is_told_of_invented_people_is_seldom_taken_for_the_writers_own(half: str) -> None:
    assert share_seen(half, ("production_fiction", "production_lyrics")) <= 0.3


@pytest.mark.parametrize("half", HALVES)
def test_violence_hate_jokes_and_other_hazards_are_not_taken_for_it(half: str) -> None:
    found, count = find_seen(half, ("production_harmless_", "other_hazard"))
    assert count >= 60
    assert found == []


@pytest.mark.parametrize(("half", "most"), [("third_seen", 1), ("third_unseen", 5)])
def test_ordinary_chat_counselling_and_level_zero_seldom_alert(half: str, most: int) -> None:
    found, count = find_seen(half, ("chat", "counsel", "level_zero_"))
    assert count >= 55
    assert len(found) <= most
