"""Contact details of six countries go, crisis lines and everyday numbers stay: the table beside this file."""

import random
import re
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from pipelines.ingest.redaction.phone import read_digits
from pipelines.ingest.redaction.redact import Redactor, crisis_lines
from pipelines.quality.suites.message import ADDRESS_PATTERN
from risk_register.content import load_crisis_resources


@dataclass(frozen=True)
class Case:
    """One sentence: what must go and what stands there then, or that nothing may change."""

    text: str
    gone: str | None = None
    token: str | None = None
    region: str = ""
    is_assistant: bool = False


def read_cases() -> list[Case]:
    found = []
    for group in yaml.safe_load(Path(__file__).with_name("cases.yaml").read_text(encoding="utf-8")):
        speakers = [group.get("speaker") == "assistant"]
        for case in group.get("cases", ()):
            given = {"token": group.get("token"), "region": group.get("region", "")} | case
            found += [Case(**given, is_assistant=speaker) for speaker in speakers]
        for text in group.get("kept", ()):
            found += [
                Case(text, is_assistant=speaker, region=region)
                for speaker in (False, True)
                for region in ("", "US", "DE")
            ]
    return found


CASES = read_cases()
GONE = [case for case in CASES if case.gone is not None]
KEPT = [case for case in CASES if case.gone is None]


@pytest.fixture(scope="module")
def redactor() -> Redactor:
    return Redactor(crisis_lines(load_crisis_resources()))


def test_the_table_is_large_enough():
    assert len(GONE) >= 90
    assert len({case.text for case in KEPT}) >= 60


@pytest.mark.parametrize("case", GONE, ids=lambda case: case.text)
def test_a_contact_detail_becomes_its_token(case: Case, redactor: Redactor):
    redacted = redactor.redact(case.text, is_assistant=case.is_assistant, region=case.region)
    assert case.gone is not None
    assert case.token is not None
    assert case.token in redacted.text
    assert case.gone.lower() not in redacted.text.lower()
    assert redacted.count >= 1
    digits = read_digits(case.gone)
    if len(digits) >= 5:
        assert digits[-5:] not in read_digits(re.sub(r"\[\w+\]", "", redacted.text))


@pytest.mark.parametrize("case", KEPT, ids=lambda case: f"{case.text}|{case.region}|{case.is_assistant}")
def test_what_is_no_contact_detail_stays_as_it_is(case: Case, redactor: Redactor):
    redacted = redactor.redact(case.text, is_assistant=case.is_assistant, region=case.region)
    assert redacted.text == case.text
    assert redacted.count == 0


@pytest.mark.parametrize("case", GONE, ids=lambda case: case.text)
def test_words_around_a_contact_detail_stay(case: Case, redactor: Redactor):
    assert case.gone is not None
    text = f"Before it all. {case.text}\nAnd after."
    redacted = redactor.redact(text, is_assistant=case.is_assistant, region=case.region).text
    assert redacted.startswith("Before it all. ")
    assert redacted.endswith("\nAnd after.")


def test_redacting_twice_changes_nothing_more(redactor: Redactor):
    for case in GONE:
        once = redactor.redact(case.text, is_assistant=case.is_assistant, region=case.region)
        twice = redactor.redact(once.text, is_assistant=case.is_assistant, region=case.region)
        assert (twice.text, twice.count) == (once.text, 0)


def test_several_details_are_counted(redactor: Redactor):
    text = "robin@example.org, 07700 900123 or https://example.org/robin"
    assert redactor.redact(text, is_assistant=False).text == "[email], [phone] or [url]"
    assert redactor.redact(text, is_assistant=False).count == 3


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("MY NAME IS ROBIN AND I WANT TO DIE", "MY NAME IS [name] AND I WANT TO DIE"),
        ("My name is Robin I want to die", "My name is [name] I want to die"),
        ("my name is robin suicidal and alone", "my name is [name] suicidal and alone"),
        ("my name is robin want to die", "my name is [name] want to die"),
        ("my name is robin my last name is fair", "my name is [name] my last name is [name]"),
        ("look at gmail.com", "look at [url]"),
    ],
)
def test_a_detail_takes_no_word_with_it_that_detection_has_to_see(
    text: str, redacted: str, redactor: Redactor
):
    assert redactor.redact(text, is_assistant=False).text == redacted


def test_a_detail_in_another_script_or_width_goes_too(redactor: Redactor):
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in "07700900123")
    assert redactor.redact(f"it is {wide}", is_assistant=False).text == "it is [phone]"


@pytest.mark.parametrize(
    "piece", ["x", "1", "a.", "1-", "a-", "@a", "dot com ", "AB12 ", "1/1 ", "(at ", "www."]
)
def test_a_long_run_of_one_thing_is_read_in_a_time_that_grows_with_its_length(piece: str, redactor: Redactor):
    text = piece * (20_000 // len(piece)) + " dot com @a.com"
    started = time.process_time()
    redactor.redact(text, is_assistant=True)
    assert time.process_time() - started < 4  # seconds; the square of the length would take a minute


def test_whatever_is_put_together_leaves_no_address_for_the_gate(redactor: Redactor):
    chance = random.Random(7)  # noqa: S311
    for _ in range(20_000):
        text = "".join(chance.choice("ab.@-_ 019+()/:\n＠,") for _ in range(chance.randrange(4, 40)))
        assert re.search(ADDRESS_PATTERN, redactor.redact(text, is_assistant=False).text) is None, text
