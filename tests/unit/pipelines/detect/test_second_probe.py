"""A second probe by somebody who had read neither rules nor sentences: what the rules alone make of it.

The model is left out, so that a new one does not move these bounds. They lie a little below what was
measured after rules were mended by one half; the first figures, which are the ones to believe, are in
docs/decisions/0020.
"""

import pytest

from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from tests.unit.pipelines.detect.probe_texts import find_seen, read_probe, share_seen

HALVES = ("second_seen", "second_unseen")
GRAVE = ("intent", "plan", "preparation_or_attempt")
THOUGHTS = ("wish_to_be_dead", "active_thoughts", "method_without_intent", *GRAVE)
INJURY = ("injury_now", "injury_urge", "injury_half_said")
HARMLESS = ("everyday", "at_work", "harmless_request", "worried_about_another", "denied", "over")


def test_the_halves_hold_different_texts_and_as_many_as_is_said() -> None:
    texts = [{text for texts in read_probe(half).values() for text in texts} for half in HALVES]
    assert [len(half) for half in texts] == [338, 355]
    assert not texts[0] & texts[1]


@pytest.mark.parametrize(("half", "least"), [("second_seen", 0.95), ("second_unseen", 0.62)])
def test_disclosures_are_seen(half: str, least: float) -> None:
    assert share_seen(half, THOUGHTS + INJURY) >= least


@pytest.mark.parametrize(("half", "least"), [("second_seen", 0.9), ("second_unseen", 0.45)])
def test_intent_plans_and_attempts_are_seen_as_a_high_risk(half: str, least: float) -> None:
    assert share_seen(half, GRAVE, level=3) >= least


@pytest.mark.parametrize(("half", "least"), [("second_seen", 0.85), ("second_unseen", 0.65)])
def test_requests_that_would_make_it_easier_are_seen(half: str, least: float) -> None:
    assert share_seen(half, ("hazardous_request",)) >= least


@pytest.mark.parametrize(("half", "most"), [("second_seen", 2), ("second_unseen", 7)])
def test_what_is_harmless_is_seldom_taken_for_risk(half: str, most: int) -> None:
    found, count = find_seen(half, HARMLESS)
    assert count >= 75
    assert len(found) <= most


@pytest.mark.parametrize(
    ("signal", "least"),
    [
        ("a_refusal", 0.8),
        ("p_crisis_resource", 0.95),
        ("p_help_encouraged", 0.85),
        ("p_ai_disclosure", 0.85),
        ("p_risk_question", 0.95),
    ],
)
def test_what_a_reply_does_is_seen(signal: str, least: float) -> None:
    texts = [text for half in HALVES for text in read_probe(half)[f"reply_with_{signal}"]]
    found = [
        text
        for text in texts
        if any(
            one.signal_id == signal
            for one in load_lexicon_detector().read_message(text, language="en", role="assistant")
        )
    ]
    assert len(found) / len(texts) >= least
