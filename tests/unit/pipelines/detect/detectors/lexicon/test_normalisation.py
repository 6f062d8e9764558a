"""Folding text to ASCII without losing where things stand."""

import pytest

from pipelines.detect.detectors.lexicon.normalisation import fold_pattern, normalise


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Don’t", "don't"),
        ("“Olé”", '"ole"'),
        ("Straße", "strase"),
        ("e\u0301te", "ete"),
        ("so\u200b sad", "so sad"),
        ("dieeee", "die"),
        ("killlll", "kill"),
        ("kill", "kill"),
        ("good", "good"),
        ("my head 🔫", "my head \x01"),
        ("⚰️ soon", "\x04 soon"),
    ],
)
def test_text_is_folded(text: str, folded: str) -> None:
    assert normalise(text).text == folded


@pytest.mark.parametrize("text", ["plain", "Don’t – café…", "e\u0301te\u0301 dieeee", "İstanbul ﬁn", "🙂 ok"])
def test_every_folded_character_has_its_place_in_the_message(text: str) -> None:
    folded = normalise(text)
    spans = [folded.span(place, place + 1) for place in range(len(folded.text))]
    assert folded.text.isascii()
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


def test_half_of_the_letters_must_be_readable() -> None:
    assert normalise("abc где").is_foreign_script is False
    assert normalise("ab где").is_foreign_script is True
    assert normalise("12345 !!").is_foreign_script is False


def test_patterns_are_folded_like_text() -> None:
    assert fold_pattern("más|größe") == "mas|grose"
