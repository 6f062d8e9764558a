"""Contact details, names that people give, addresses and identity numbers become typed tokens at the door;
crisis lines stay readable.

A cheap pass finds texts that could hold something; only those meet the dear recognisers. Numbers and
addresses that are not on the list of crisis resources become `[phone]` and `[url]` in a user's words and
`[unlisted_phone]` and `[unlisted_url]` in an assistant's, so that invented hotlines can still be found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import phonenumbers
from stdnum import iban, isbn, luhn

from pipelines.ingest import identity
from pipelines.ingest.names import NameFinder
from pipelines.ingest.phone import BETWEEN, NUMBER, is_phone, read_digits

SPELLED_TLD = "(?:com|org|net|de|fr|es|uk|ie|au|info|eu|edu|io)"
# Every run has a bound: without one, a text of one repeated character costs the square of its length.
HOST = r"[\w-]{1,63}(?:\.[\w-]{1,63}){0,5}"
LOCAL = r"[\w.+%'-]{1,64}"
EMAIL = re.compile(rf"{LOCAL} ?[@＠] ?{HOST}\.[a-z]{{2,24}}|{LOCAL}[@＠]{HOST}(?=[\s,;:!?)]|$)", re.I)
BRACKET_AT = r" ?[\[({] ?(?:at|arroba|arobase) ?[\])}] ?"
SPELLED_DOT = r"(?: ?[\[({] ?(?:dot|punkt|punto|point) ?[\])}] ?| (?:dot|punkt|punto|point) )"
SPELLED_NAME = rf"[\w.+-]{{1,64}}(?:{SPELLED_DOT}[\w-]{{1,63}}){{0,5}}"
SPELLED_EMAIL = re.compile(
    rf"{SPELLED_NAME}{BRACKET_AT}[\w-]{{1,63}}(?:(?:\.|{SPELLED_DOT})[\w-]{{1,63}}){{1,5}}"
    rf"|{SPELLED_NAME} (?:at|arroba|arobase) [\w-]{{1,63}}(?:{SPELLED_DOT}[\w-]{{1,63}}){{0,5}}"
    rf"{SPELLED_DOT}{SPELLED_TLD}\b",
    re.I,
)
HANDLE = re.compile(r"(?<![\w@.])@[A-Za-z_][\w.]{2,29}")
REST = r"(?:[/?#:][^\s<>\"')\]]*)?"
URL = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+"
    rf"|\b{HOST}\.(?:com|org|net|info|io|app|fr|de|uk|ie|au|eu|ca|ch)\b{REST}"
    rf"|\b{HOST}\.[\w-]{{1,63}}\.(?:es|us|me|at|it|co|be|nl|gg|tv)\b{REST}"
    # Words of our languages: `help.me` is a sentence without a blank. A path makes it an address.
    rf"|\b{HOST}\.[a-z]{{2,6}}/[^\s<>\"')\]]+",
    re.I,
)
IPV4 = re.compile(r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.]*\d)")
IPV6 = re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){1,6}(?![\w:])", re.I)
SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}([ -])\d{2}\1\d{4}(?![\d-])")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[\dA-Z]){11,30}", re.I)
YEARS = re.compile(r"(?:(?:19|20)\d\d[ -]?)+")  # 1998 2001 2005 2012 has the checksum of a card
NEAR = 60
"""Characters around a number that may say what it is."""
ISBN = re.compile(r"97[89]\d{10}$")  # ten digits may be a number to ring whose checksum fits by chance
CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")


# Hints: each recogniser is dear, and meets only a text that could hold what it looks for. Each begins with a
# character that is rare in prose, and that is what makes it cheap.
AT = re.compile(r"[@＠]")
SPELLED = re.compile(
    r"[\[({] ?(?:at|arroba|arobase) ?[\])}]"
    rf"|[ \])}}](?:dot|punkt|punto|point)[ \])}}]{{1,3}}{SPELLED_TLD}\b",
    re.I,
)
SPELLED_WORDS = ("(at", "[at", "{at", "( at", "[ at", "arroba", "arobase", "dot", "punkt", "punto", "point")
ADDRESS = re.compile(r"\.(?<=\w\.)[A-Za-z]{2}|:(?<=https:)//|:(?<=http:)//", re.I)
FOUR_PARTS = re.compile(r"\.(?<=\d\.)\d{1,3}\.\d{1,3}\.\d")
COLONS = re.compile(r":[0-9a-fA-F]{0,4}:")
CHECKED = re.compile(r"\d\d(?<=[A-Za-z]{2}\d\d)[ \dA-Za-z]{11}")
SIX_DIGITS = re.compile(rf"\d(?:{BETWEEN}{{0,3}}\d){{5}}")

End = Callable[[re.Match[str]], int | None]
"""Where a match really ends, or None if it is nothing to replace."""


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
    """Replaces contact details by typed tokens; pure, and the same for the same text.

    Attributes:
        hints: in a text in which none of them is found, nothing is replaced. Every recogniser has one
            here; None if one of them has to see every text.
    """

    hints: tuple[re.Pattern[str], ...] | None = (
        AT, SPELLED, ADDRESS, FOUR_PARTS, COLONS, CHECKED, SIX_DIGITS, identity.DIGIT, identity.NAME_HINT,
    )  # fmt: skip

    def __init__(self, lines: CrisisLines, *, names: NameFinder | None = None) -> None:
        self._lines = lines
        self._names = names
        if names is not None:  # a model finds names anywhere
            self.hints = None

    def redact(self, text: str, *, is_assistant: bool, region: str | None = None) -> Redacted:
        """The text with typed tokens in the place of contact details."""
        prefix = "unlisted_" if is_assistant else ""
        country = (region or "")[:2].upper()
        count = 0

        def replace(hint: re.Pattern[str] | None, pattern: re.Pattern[str], token: str, end: End) -> None:
            nonlocal text, count

            def put(match: re.Match[str]) -> str:
                nonlocal count
                stop = end(match)
                if stop is None:
                    return match.group()
                count += 1
                return token + match.string[stop : match.end()]

            if hint is None or hint.search(text):
                text = pattern.sub(put, text)

        replace(AT, EMAIL, "[email]", re.Match.end)
        lowered = text.lower()
        if any(word in lowered for word in SPELLED_WORDS):
            replace(SPELLED, SPELLED_EMAIL, "[email]", re.Match.end)
        replace(ADDRESS, URL, f"[{prefix}url]", self._end_of_url)
        replace(AT, HANDLE, "[handle]", re.Match.end)
        replace(FOUR_PARTS, IPV4, "[ip]", re.Match.end)
        replace(COLONS, IPV6, "[ip]", _end_of_ipv6)
        replace(CHECKED, IBAN, "[iban]", _end_of_iban)
        if identity.may_hold_address(text, lowered):
            for pattern in identity.STREETS:
                replace(None, pattern, "[address]", identity.end_of_address)
            replace(None, identity.BRITISH_POSTCODE, "[address]", re.Match.end)
        if SIX_DIGITS.search(text):
            replace(None, SSN, "[ssn]", re.Match.end)
            for pattern in (identity.DNI, identity.NINO, identity.NIR, identity.NHS):
                replace(None, pattern, "[national_id]", identity.end_of_national_id)
            replace(None, CARD, "[card]", _end_of_card)
            replace(None, NUMBER, f"[{prefix}phone]", lambda match: self._end_of_phone(match, country))
        if not is_assistant:
            text, found = self._redact_names(text, lowered)
            count += found
        return Redacted(text, count)

    def _redact_names(self, text: str, lowered: str) -> tuple[str, int]:
        """Names that a person gives, and those that a model finds where there is one."""
        spans = []
        if identity.may_hold_name(lowered):
            spans = [span for match in identity.NAME.finditer(text) if (span := identity.name_span(match))]
        if self._names is not None:
            spans += [span for span in self._names.find(text) if "[" not in text[slice(*span)]]
        for start, end in _apart(spans):
            text = f"{text[:start]}[name]{text[end:]}"
        return text, len(_apart(spans))

    def _end_of_url(self, match: re.Match[str]) -> int | None:
        host = re.sub(r"^(?:https?://)?(?:www\.)?", "", match.group().lower())
        host = re.split(r"[/?#:]", host)[0].rstrip(".,;!")
        is_listed = any(host == domain or host.endswith("." + domain) for domain in self._lines.domains)
        return None if is_listed else match.end() - len(re.search(r"[.,;:!?]*$", match.group()).group())  # type: ignore[union-attr]

    def _end_of_phone(self, match: re.Match[str], country: str) -> int | None:
        found = match.group()
        parts = re.split(r"\s*/\s*|\s{2,}|\s[-–—]\s", found)
        if self._is_listed(found) or all(self._is_listed(part) for part in parts):
            return None
        if ISBN.match(read_digits(found)) and isbn.is_valid(read_digits(found)):
            return None
        before = match.string[max(0, match.start() - NEAR) : match.start()].rpartition("\n")[2]
        after = match.string[match.end() : match.end() + NEAR]
        is_one = is_phone(found, before=before, after=after, region=country)
        return match.end() if is_one else None

    def _is_listed(self, found: str) -> bool:
        return read_digits(found) in self._lines.numbers


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


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Spans without overlaps, the last first, so that replacing one does not move the next."""
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept[::-1]


def _spellings(number: str, country: str) -> set[str]:
    digits = read_digits(number)
    found = {digits}
    code = str(phonenumbers.country_code_for_region(country) or "")
    if code:
        is_long = code == "1" and len(digits) == 11 and digits.startswith("1")
        national = digits[1:] if is_long else digits.removeprefix("0")
        found |= {f"{code}{national}", f"00{code}{national}", f"{code}{digits}", f"00{code}{digits}"}
        found |= {national} if is_long else set()
    return found


def _end_of_iban(match: re.Match[str]) -> int | None:
    """An account number ends at its checksum; the words after it may look like its continuation."""
    for length in range(len(match.group()), 14, -1):
        part = match.group()[:length]
        if part[-1] != " " and iban.is_valid(part.upper(), check_country=False):
            return match.start() + length
    return None


def _end_of_card(match: re.Match[str]) -> int | None:
    is_card = luhn.is_valid(read_digits(match.group())) and YEARS.fullmatch(match.group()) is None
    return match.end() if is_card else None


def _end_of_ipv6(match: re.Match[str]) -> int | None:
    # 10:30:00 is a time: an address has a double colon, eight parts, or letters.
    text = match.group()
    is_address = "::" in text or text.count(":") == 7
    return match.end() if is_address and not re.fullmatch(r"[\d:]{1,8}", text) else None
