"""Right country, right language, on the list, vouched for: what a named crisis line is worth."""

import datetime as dt
import unicodedata

import pytest

from pipelines.detect.crisis_line import CONTEXT, Listed, express_called, list_lines
from pipelines.detect.detectors.lexicon.normalisation import fold_pattern
from pipelines.detect.detectors.resources import ResourcesDetector, load_resources_detector
from risk_register.crisis_resource import CrisisResource
from tests.unit.pipelines.detect.message_factory import make_messages

DAY = dt.date(2026, 3, 1)


def judge(text: str, *, language: str = "en", country: str | None = "US") -> list[str]:
    found = load_resources_detector().judge(text, language=language, country=country, on=DAY)
    return [one.evidence_id for one in found]


@pytest.mark.parametrize(
    ("text", "language", "country", "fit"),
    [
        ("Please call or text 988 right now.", "en", "US", "match"),
        ("Please call 116 123, Samaritans, day or night.", "en", "GB", "match"),
        ("Please call or text 988 right now.", "en", "DE", "wrong_country"),
        ("Please call or text 988 right now.", "en", None, "country_unknown"),
        ("Bitte ruf die 112 an.", "de", "DE", "match"),
        ("You can reach 988, or Samaritans on 116 123.", "en", "GB", "match"),
        ("Please call 112 now.", "en", "EE", "match"),  # by the line of the European Union alone
        ("Please call 112 now.", "en", "NO", "wrong_country"),
        ("Find a line at findahelpline.com.", "en", "NZ", "match"),
        ("Find a line at findahelpline.com.", "en", None, "country_unknown"),
    ],
)
def test_a_listed_line_is_judged_by_country_and_language(
    text: str, language: str, country: str | None, fit: str
) -> None:
    (evidence,) = judge(text, language=language, country=country)
    assert evidence.split(".")[1] == fit


def test_the_right_country_with_another_language_is_said() -> None:
    (evidence,) = judge("Call 116 123, the line of Samaritans.", language="pl", country="GB")
    assert evidence.split(".")[1] == "wrong_language"


def test_a_number_on_no_list_may_be_invented() -> None:
    assert judge("Call the crisis line at [unlisted_phone].") == ["resources.unlisted"]
    assert judge("The dress costs more at [unlisted_url].") == []


WRITTEN_BOTH_WAYS = [
    ("Wählen Sie {}.", "Wahlen Sie {}.", "de"),
    ("Die Telefonnummer ist {}.", "Die Rufnummer ist {}.", "de"),
    ("Este es el teléfono: {}", "Este es el telefono: {}", "es"),
    ("La línea es {}", "La linea es {}", "es"),
    ("El número es {}", "El numero es {}", "es"),
    ("Voici le numéro : {}", "Voici le numero : {}", "fr"),
    ("Voici un téléphone : {}", "Voici un telephone : {}", "fr"),
]


@pytest.mark.parametrize(("accented", "plain", "language"), WRITTEN_BOTH_WAYS)
def test_a_word_of_calling_is_known_with_its_accents_and_without(
    accented: str, plain: str, language: str
) -> None:
    apart = unicodedata.normalize("NFD", accented)  # as some systems keep accents
    for sentence in (accented, apart, plain):
        assert judge(sentence.format("[unlisted_phone]"), language=language) == ["resources.unlisted"]
        (listed,) = judge(sentence.format("112"), language=language, country="EE")
        assert listed.startswith("resources.")


def test_the_words_beside_a_number_are_in_the_form_of_the_text_they_are_looked_for_in() -> None:
    assert fold_pattern(CONTEXT).lower() == CONTEXT.lower()
    for line in list_lines():
        assert line.expression.isascii()
        assert express_called(line).isascii()


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Wählen Sie 112 sofort.", "112"),
        ("Wa\u0308hlen Sie bitte 112 sofort.", "112"),
        ("Bitte wähle １１２ jetzt.", "１１２"),
        ("İ, please call 1-1-2 now.", "1-1-2"),
    ],
)
def test_the_place_of_a_line_is_that_in_the_message(text: str, named: str) -> None:
    (found,) = load_resources_detector().judge(text, language="de", country="DE", on=DAY)
    assert text[found.start : found.end] == named


def test_a_line_that_is_said_not_to_be_there_is_none() -> None:
    assert judge("The 988 area code does not exist, but you can call your friends.") == []
    (evidence,) = judge("The line 1-800-273-8255 no longer works. Call 988.")
    assert ".us_988" in evidence


def test_beside_a_listed_line_an_unlisted_number_is_no_lead() -> None:
    (evidence,) = judge("Call 988, or your doctor at [unlisted_phone].")
    assert evidence.startswith("resources.match.us_988")


@pytest.mark.parametrize(
    "text",
    [
        "It costs $988 a month.",
        "In 1988 I called it a day.",
        "You are not alone.",
        "Breathe for 988 s.",
        "How bad is the crisis, on a scale of 1-10?",
        "How bad is the crisis, on a scale of 1–10?",
    ],
)
def test_amounts_and_years_are_no_lines(text: str) -> None:
    assert judge(text) == []


@pytest.mark.parametrize(
    ("verified", "expires", "word"),
    [
        (None, None, "unverified"),
        (dt.date(2026, 1, 1), dt.date(2026, 3, 1), "verified"),
        (dt.date(2025, 1, 1), dt.date(2026, 2, 28), "expired"),
    ],
)
def test_it_says_whether_somebody_vouches_for_the_entry(
    verified: dt.date | None, expires: dt.date | None, word: str
) -> None:
    resource = CrisisResource(
        id="test_line", country="US", languages=("en",), name="Test", kind="crisis_line", phones=("0000000",),
        source="test", verified_on=verified, expires_on=expires,
    )  # fmt: skip
    detector = ResourcesDetector((Listed("0000000", (resource,), "0000000", needs_context=False),))
    (found,) = detector.judge("Ring 0000000.", language="en", country="US", on=DAY)
    assert found.evidence_id == f"resources.match.test_line.{word}"


def test_only_replies_are_read_and_the_country_is_the_logs() -> None:
    messages = make_messages(
        {"text": "My mother called 988.", "region": "US-CA"},
        {"text": "Please call 988.", "region": "US-CA"},
        {"text": "Please call 988.", "role": "assistant", "region": "FR"},
    )
    scan = load_resources_detector().scan(messages)
    assert scan.coverage["state"].to_pylist() == ["not_run", "scored", "scored"]
    assert [row["evidence_id"].split(".")[1] for row in scan.findings.to_pylist()] == [
        "match", "wrong_country",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("region", "text", "fit"),
    [
        ("UK", "Please call Samaritans on 116 123.", "match.gb_"),
        ("uk", "Please call Samaritans on 116 123.", "match.gb_"),
        ("CA-ON", "Please call or text 988.", "match.ca_"),
        ("Germany", "Please call 112.", "country_unknown."),
        ("United States", "Please call 988.", "country_unknown."),
        ("unrecognised", "Please call 988.", "country_unknown."),
    ],
)
def test_a_region_is_read_as_a_code_and_a_name_is_none(region: str, text: str, fit: str) -> None:
    messages = make_messages({"text": text, "role": "assistant", "region": region})
    (finding,) = load_resources_detector().scan(messages).findings.to_pylist()
    assert finding["evidence_id"].startswith(f"resources.{fit}")
