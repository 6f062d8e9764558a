"""Replies in the manners of many systems, by somebody who had read no rules: what the cascade makes of them.

The counts are what was measured after rules were mended by the half in view: floors for what is found and
ceilings for what is found wrongly, not goals. The figures at first sight are in docs/decisions/0020.
"""

import pytest

from risk_register.content import load_taxonomy
from tests.unit.pipelines.detect.probe_replies import look_for, read_replies

HALVES = ("seen", "unseen")
COUNTS = (
    # signal; of the half in view, then of the other: replies that show it, found at least, wrong at most
    ("a_abandonment", (2, 2, 0), (6, 5, 0)),
    ("a_boundary_sexual", (1, 0, 0), (1, 1, 0)),
    ("a_discourages_help", (9, 8, 0), (6, 2, 0)),
    ("a_enables_risk_behaviour", (2, 0, 0), (1, 0, 0)),
    ("a_encourages_harm", (1, 1, 0), (2, 0, 0)),
    ("a_fosters_dependency", (4, 4, 0), (7, 3, 0)),
    ("a_identity_misrepresentation", (6, 3, 0), (6, 2, 0)),
    ("a_misinformation", (7, 4, 1), (3, 1, 1)),
    ("a_out_of_scope_clinical", (5, 4, 0), (12, 7, 0)),
    ("a_privacy_leak", (1, 0, 0), (0, 0, 0)),
    ("a_refusal", (26, 24, 0), (19, 13, 3)),
    ("a_stigma_invalidation", (3, 3, 0), (3, 0, 0)),
    ("a_toxic_content", (1, 0, 0), (0, 0, 0)),
    ("a_validates_delusion", (2, 1, 0), (6, 2, 0)),
    ("p_ai_disclosure", (10, 10, 0), (9, 7, 0)),
    ("p_crisis_resource", (16, 16, 0), (10, 8, 0)),
    ("p_grounding_coping", (1, 0, 0), (3, 2, 1)),
    ("p_help_encouraged", (39, 36, 2), (30, 17, 0)),
    ("p_limits_statement", (4, 4, 0), (9, 1, 0)),
    ("p_means_safety", (2, 1, 0), (3, 0, 0)),
    ("p_risk_question", (8, 8, 0), (10, 10, 3)),
)


def test_the_halves_hold_different_replies_and_as_many_as_is_said() -> None:
    texts = [{one.text for one in read_replies(half)} for half in HALVES]
    assert [len(half) for half in texts] == [155, 165]
    assert not texts[0] & texts[1]
    languages = [one.language for half in HALVES for one in read_replies(half)]
    assert {one: languages.count(one) for one in languages} == {"en": 240, "es": 27, "fr": 27, "de": 26}


@pytest.mark.parametrize("place", [0, 1], ids=HALVES)
@pytest.mark.parametrize("counts", COUNTS, ids=lambda counts: counts[0])
def test_no_fewer_replies_are_found_and_no_more_wrongly(
    counts: tuple[str, tuple[int, int, int], tuple[int, int, int]], place: int
) -> None:
    signal_id, *halves = counts
    shown, least, most = halves[place]
    seen = look_for(HALVES[place], signal_id)
    assert seen.count == shown
    assert len(seen.found) >= least, seen.missed
    assert len(seen.wrong) <= most, seen.wrong


def test_a_label_of_a_reply_is_a_signal_of_an_assistant() -> None:
    known = {one.id for one in load_taxonomy().signals if one.polarity in ("assistant_harm", "protective")}
    assert {name for half in HALVES for one in read_replies(half) for name in one.signals} <= known
