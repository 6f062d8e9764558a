"""Contact details become typed tokens at the door; crisis lines stay readable.

A cheap pass finds texts that could hold something; only those meet the dear recognisers. Numbers and
addresses that are not on the list of crisis resources become `[phone]` and `[url]` in a user's words and
`[unlisted_phone]` and `[unlisted_url]` in an assistant's, so that invented hotlines can still be found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import phonenumbers
from stdnum import iban, luhn

CANDIDATE = re.compile(
    r"@|https?:|www\.|\d[\d\s().\-/]{4,}\d|[A-Z]{2}\d{2}[ \dA-Z]{10,}|\w\.(?:com|org|net|io|me|de|fr|es|uk)\b"
)
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|io|me|de|fr|es|co\.uk)\b(?:/[^\s<>\"')\]]*)?",
    re.I,
)
IPV4 = re.compile(r"\b(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)\b")
SSN = re.compile(r"\b\d{3}-\d{2}-\d{4}\b")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[\dA-Z]){11,30}\b")
CARD = re.compile(r"\b\d(?:[ -]?\d){12,18}\b")
NUMBER = re.compile(r"(?<![\w.])(?:\+|00)?\(?\d(?:[\s().\-/]{0,3}\d){5,14}(?!\w)")
DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d"
)
FALLBACK_REGIONS = ("US", "GB", "DE", "FR", "ES")
"""Where a number without a country code may be from, besides the message's own region."""


@dataclass(frozen=True)
class CrisisLines:
    """Numbers (digits only) and web domains that stay readable."""

    numbers: frozenset[str]
    domains: frozenset[str]


@dataclass(frozen=True)
class Redacted:
    """A text and how many details were replaced in it."""

    text: str
    count: int


class Redactor:
    """Replaces contact details by typed tokens; pure, and the same for the same text."""

    def __init__(self, lines: CrisisLines) -> None:
        self._lines = lines

    def redact(self, text: str, *, is_assistant: bool, region: str | None = None) -> Redacted:
        """The text with typed tokens in the place of contact details."""
        if CANDIDATE.search(text) is None:
            return Redacted(text, 0)
        prefix = "unlisted_" if is_assistant else ""
        count = 0

        def replace(pattern: re.Pattern[str], token: str, decide: Callable[[str], bool]) -> None:
            nonlocal text, count

            def put(match: re.Match[str]) -> str:
                nonlocal count
                if not decide(match.group()):
                    return match.group()
                count += 1
                return token

            text = pattern.sub(put, text)

        replace(EMAIL, "[email]", lambda _: True)
        replace(URL, f"[{prefix}url]", lambda found: not self._is_listed_url(found))
        replace(IPV4, "[ip]", lambda _: True)
        replace(SSN, "[ssn]", lambda _: True)
        replace(IBAN, "[iban]", lambda found: iban.is_valid(found, check_country=False))
        replace(CARD, "[card]", lambda found: luhn.is_valid(_digits(found)))
        replace(NUMBER, f"[{prefix}phone]", lambda found: self._is_phone(found, region))
        return Redacted(text, count)

    def _is_listed_url(self, found: str) -> bool:
        host = re.sub(r"^(?:https?://)?(?:www\.)?", "", found.lower()).split("/")[0].rstrip(".,;:!?")
        return any(host == domain or host.endswith("." + domain) for domain in self._lines.domains)

    def _is_phone(self, found: str, region: str | None) -> bool:
        digits = _digits(found)
        if digits in self._lines.numbers or DATE.fullmatch(found.strip()) or not 7 <= len(digits) <= 15:
            return False
        regions = dict.fromkeys([(region or "")[:2].upper(), *FALLBACK_REGIONS])
        return any(_is_possible(found, place) for place in regions if place in phonenumbers.SUPPORTED_REGIONS)


def crisis_lines(resources: Iterable[object]) -> CrisisLines:
    """The numbers and domains of the register's crisis resources, with and without country code."""
    numbers: set[str] = set()
    domains: set[str] = set()
    for resource in resources:
        for number in (*getattr(resource, "phones", ()), *getattr(resource, "texts", ())):
            numbers.update(_spellings(number, getattr(resource, "country", "")))
        for url in getattr(resource, "urls", ()):
            domains.add(re.sub(r"^(?:https?://)?(?:www\.)?", "", url.lower()).split("/")[0])
    return CrisisLines(frozenset(numbers), frozenset(domains))


def _spellings(number: str, country: str) -> set[str]:
    digits = _digits(number)
    found = {digits}
    code = phonenumbers.country_code_for_region(country)
    if code:
        national = digits.removeprefix("0")
        found |= {f"{code}{national}", f"00{code}{national}", f"{code}{digits}"}
    return found


def _is_possible(text: str, region: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
