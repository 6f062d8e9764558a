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
        ("to <b>kill</b> it", "to kill it"),
        ("<p>one</p><p>two", "\none\n\ntwo"),
        ('<a href="/x" target=_top>there</a><br/>', "there\n"),
        ("I <3 you, a < b > c", "i <3 you, a < b > c"),
        ("<I want to die> <sad> <i am low>", "<i want to die> <sad> <i am low>"),
        ("Tom &amp; Ann &lt;3 &#39;&eacute;&#39; R&D; AT&T", "tom & ann <3 'e' r&d; at&t"),
        ("[here](https://a.org/b 'why') and [this]([url])", "here and this"),
        ("a[0](x), [1] (or [so](I said))", "a[0](x), [1] (or [so](i said))"),
        ("so 😭😭 💔 sad 👍🏽", "so  sad  "),
        ("so🙂sad", "so sad"),
        ("👍 👍", "\x7f \x7f"),
        ("one\\ntwo \\o/", "one\ntwo \\o/"),
    ],
)
def test_text_is_folded(text: str, folded: str) -> None:
    assert normalise(text).text == folded


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "Don’t – café…",
        "e\u0301te\u0301 dieeee",
        "İstanbul ﬁn",
        "🙂 ok",
        "<b>é</b>&amp;\u200b[dieee](/x)😭 😭",
    ],
)
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


def test_a_span_leads_to_the_words_behind_markup() -> None:
    text = "<p>I am <b>so&nbsp;</b> saaad 😭</p>"
    folded = normalise(text)
    begin = folded.text.index("so")
    start, end = folded.span(begin, folded.text.index("sad") + 3)
    assert text[start:end] == "so&nbsp;</b> saaad"


def test_a_reply_keeps_the_addresses_of_its_links() -> None:
    assert (
        normalise("[Talk](https://a.org) &amp; rest", keeps_addresses=True).text
        == "[talk](https://a.org) & rest"
    )
