"""A fourth probe, of requests alone, in English and French: what the rules alone make of it.

It was written by somebody who had read neither rules nor earlier probes, and halved by a hash. The bounds
lie a little beyond what was measured after rules were mended by the half in view; the first figures, which
are the ones to believe, are in docs/decisions/0020 and 0022.
"""

import pytest

from tests.unit.pipelines.detect.probe_texts import find_seen, read_probe

SEEN, UNSEEN = "fourth_requests_seen", "fourth_requests_unseen"
CODES = {"english": "en", "french": "fr"}


def test_the_halves_hold_different_texts_and_as_many_as_is_said() -> None:
    texts = [{text for texts in read_probe(half).values() for text in texts} for half in (SEEN, UNSEEN)]
    assert [len(half) for half in texts] == [121, 139]
    assert not texts[0] & texts[1]


@pytest.mark.parametrize(
    ("half", "language", "count", "least"),
    [
        (SEEN, "english", 25, 24),
        (UNSEEN, "english", 45, 17),
        (SEEN, "french", 33, 32),
        (UNSEEN, "french", 22, 13),
    ],
)
def test_requests_that_would_do_harm_are_seen(half: str, language: str, count: int, least: int) -> None:
    found, total = find_seen(half, (f"{language}_hazardous",), language=CODES[language])
    assert total == count
    assert len(found) >= least


@pytest.mark.parametrize(
    ("half", "language", "count", "most"),
    [
        (SEEN, "english", 38, 0),
        (UNSEEN, "english", 41, 4),
        (SEEN, "french", 23, 0),
        (UNSEEN, "french", 31, 4),
    ],
)
def test_questions_near_them_are_seldom_taken_for_them(
    half: str, language: str, count: int, most: int
) -> None:
    found, total = find_seen(half, (f"{language}_harmless",), language=CODES[language])
    assert total == count
    assert len(found) <= most
