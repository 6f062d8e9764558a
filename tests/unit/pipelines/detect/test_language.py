"""In which language a message is read: believed, identified, taken from its conversation, or unknown."""

import datetime as dt
import unicodedata
from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pytest
import yaml

from pipelines.detect.function_word import WORDS, count_words
from pipelines.detect.language import (
    CLEAR,
    SHORTEST,
    LanguageSource,
    Reading,
    identify,
    languages_table,
    read_languages,
    with_languages,
)
from pipelines.schemas.finding import LANGUAGE

PROBES = Path(__file__).parent / "probes"
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


@pytest.mark.parametrize(
    ("said", "text", "language"),
    [
        ("en", "Ich will mich heute Nacht umbringen.", "de"),
        ("en", "Quiero matarme esta noche.", "es"),
        ("en", "Je veux me suicider ce soir.", "fr"),
        ("de", "I want to kill myself tonight.", "en"),
        ("es", "I want to kill myself tonight.", "en"),
        ("en", "Сегодня ночью я хочу умереть", "ru"),
    ],
)
def test_a_short_disclosure_in_another_language_than_the_log_says_is_read_in_its_own(
    said: str, text: str, language: str
) -> None:
    (reading,) = read((text, said))
    assert (reading.language, reading.source) == (language, LanguageSource.MESSAGE)
    plain = {"en": ENGLISH, "de": GERMAN, "es": SPANISH}[said]
    unsaid = read((plain, "unknown"), (text, "unknown"))[1]
    assert (unsaid.language, unsaid.source) == (language, LanguageSource.MESSAGE)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("fr", "Je veux cacher mes scarifications à mes parents"),
        ("fr", "Je viens de faire une crise d'angoisse sur le parking, je tremble encore."),
        ("es", "Dejaste pasar la ola. Eso vale."),
        ("fr", "j'ai envie de me faire du mal"),
        ("fr", "Je n'ai aucune intention de me suicider"),
        ("es", "Guardo las pastillas en la nevera"),
        ("de", "Hast du Suizidgedanken?"),
        ("en", "can a landlord forbid a cat?"),
        ("en", "the garden hose leaks, I'm sorry"),
        ("en", "I have bipolar disorder"),
        ("en", "omg noooo hahahaha stooop"),
        ("en", "Giovanni, Matteo, Francesca"),
        ("en", "ugh. ja ja ja. whatever then"),
    ],
)
def test_a_short_text_that_only_looks_foreign_is_read_as_the_log_says(said: str, text: str) -> None:
    assert read((text, said)) == [Reading(said, LanguageSource.LOG, 1.0)]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("en", "Quiero acabar con mi vida"),  # CLD2 is undecided
        ("en", "Ich habe Suizidgedanken"),
        ("en", "my mum says ich will nicht mehr leben und"),  # mixed
        ("es", "intenté saltar la valla"),  # CLD2 says English
    ],
)
def test_where_log_and_text_contradict_and_neither_is_plain_a_short_message_is_unknown(
    said: str, text: str
) -> None:
    plain = {"en": ENGLISH, "es": SPANISH}[said]
    readings = read((f"{plain} {plain} {plain} {plain}", said), (text, said), (text, "unknown"))
    assert [(each.language, each.source) for each in readings[1:]] == [
        ("unknown", LanguageSource.CONTRADICTION)
    ] * 2


def test_short_english_of_the_probes_stays_english() -> None:
    texts = [
        text
        for path in sorted(PROBES.glob("*.yaml"))
        for text in list_texts(yaml.safe_load(path.read_text(encoding="utf-8")))
        if SHORTEST <= len(text) < CLEAR
    ]
    english = [text for text in texts if (found := identify(text)) is None or found.language != "fr"]
    assert len(english) > 2_500
    changed = [text for text in english if read((text, "en"))[0].language != "en"]
    assert [text for text in changed if "Durkheim" not in text] == []


def list_texts(content: object) -> list[str]:
    if isinstance(content, str):
        return [content]
    parts = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    return [text for part in parts for text in list_texts(part)]


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
    assert languages_table(messages, readings, [""] * messages.num_rows).schema.equals(LANGUAGE.arrow_schema)
    assert with_languages(messages, readings)["language"].to_pylist() == ["es"]


@pytest.mark.parametrize(("one", "other"), combinations(WORDS, 2))
def test_a_function_word_shows_one_language_alone(one: str, other: str) -> None:
    assert WORDS[one] & WORDS[other] == frozenset()


def test_a_function_word_is_known_with_its_accent_kept_apart() -> None:
    assert count_words(unicodedata.normalize("NFD", "möchte für über"), "de") == 3
