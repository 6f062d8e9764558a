"""In which language a message is read: believed, identified, taken from its conversation, or unknown."""

import datetime as dt

import pyarrow as pa
import pytest

from pipelines.detect.language import (
    LanguageSource,
    Reading,
    identify,
    languages_table,
    read_languages,
    with_languages,
)
from pipelines.schemas.finding import LANGUAGE

ENGLISH = "I have been lying awake most nights since I moved here and it wears me down."
SPANISH = "Llevo semanas sin dormir bien y no sé con quién hablar de todo lo que me pasa."
FRENCH = "Je ne dors plus depuis des semaines et je ne sais pas à qui en parler autour de moi."
GERMAN = "Seit Wochen schlafe ich schlecht und weiß nicht, mit wem ich darüber reden soll."


def make_messages(*rows: tuple[str, str]) -> pa.Table:
    count = len(rows)
    return pa.table(
        {
            "deployment_id": ["d"] * count,
            "day": pa.array([dt.date(2026, 3, 1)] * count, pa.date32()),
            "conversation_id": ["c"] * count,
            "message_id": [f"m{place}" for place in range(count)],
            "text": [text for text, _ in rows],
            "language": [language for _, language in rows],
        }
    )


def read(*rows: tuple[str, str]) -> list[Reading]:
    return read_languages(make_messages(*rows))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (ENGLISH, "en"),
        (SPANISH, "es"),
        (FRENCH, "fr"),
        (GERMAN, "de"),
        ("Я давно плохо сплю и не знаю, что делать", "ru"),
        ("我最近睡得很不好，不知道怎么办", "zh"),
        ("لا أستطيع النوم منذ أسابيع", "ar"),
    ],
)
def test_a_sentence_is_identified_whatever_its_script(text: str, language: str) -> None:
    found = identify(text)
    assert found is not None
    assert found.language == language
    assert 0.85 <= found.share <= 1


@pytest.mark.parametrize(
    "text", ["", "ok", "no", "hm ok then", "12345 67890 12345 67890", "👍👍👍👍👍👍👍👍"]
)
def test_what_is_short_or_no_language_is_not_guessed_at(text: str) -> None:
    assert identify(text) is None


def test_mixed_text_is_not_guessed_at() -> None:
    assert identify(f"{ENGLISH} {SPANISH}") is None


@pytest.mark.parametrize(
    "text", ["\x00\x01" * 40, "\ud800" * 40, "a" * 1_000_000, "\u202e" + "\u200d" * 5000]
)
def test_no_text_breaks_it(text: str) -> None:
    assert identify(text) is None


def test_control_characters_do_not_hide_a_language() -> None:
    found = identify("\x00".join(SPANISH.split(" ")))
    assert found is not None
    assert found.language == "es"


def test_the_log_is_believed_where_the_text_says_nothing_against_it() -> None:
    assert read((ENGLISH, "en"), ("si", "es")) == [
        Reading("en", LanguageSource.LOG, 1.0),
        Reading("es", LanguageSource.LOG, 1.0),
    ]


def test_a_log_that_the_text_plainly_contradicts_is_not_believed() -> None:
    (reading,) = read((SPANISH, "en"))
    assert (reading.language, reading.source) == ("es", LanguageSource.MESSAGE)


def test_a_short_message_is_read_like_its_conversation() -> None:
    readings = read((SPANISH, "unknown"), ("esta noche", "unknown"))
    assert [(each.language, each.source) for each in readings] == [
        ("es", LanguageSource.MESSAGE),
        ("es", LanguageSource.CONVERSATION),
    ]


def test_short_messages_are_identified_together() -> None:
    readings = read(*[(text, "unknown") for text in ("no puedo más", "esta noche", "estoy solo en casa")])
    assert {(each.language, each.source) for each in readings} == {("es", LanguageSource.CONVERSATION)}


def test_a_conversation_in_two_languages_lends_neither_to_a_short_message() -> None:
    readings = read((ENGLISH, "unknown"), (SPANISH, "unknown"), ("ok", "unknown"))
    assert readings[2] == Reading("unknown", LanguageSource.NONE, 0.0)


def test_alone_and_short_a_message_is_unknown() -> None:
    assert read(("ok", "unrecognised")) == [Reading("unknown", LanguageSource.NONE, 0.0)]


def test_the_table_follows_its_declaration_and_the_messages_carry_the_reading() -> None:
    messages = make_messages((SPANISH, "unknown"))
    readings = read_languages(messages)
    assert languages_table(messages, readings).schema.equals(LANGUAGE.arrow_schema)
    assert with_languages(messages, readings)["language"].to_pylist() == ["es"]
