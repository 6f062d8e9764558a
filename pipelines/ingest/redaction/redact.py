"""Contact details, names that people give, addresses and identity numbers become typed tokens at the door;
crisis lines stay readable.

The order of the recognisers is decided here; what each looks for is theirs. Numbers and links that are not
on the list of crisis resources become `[phone]` and `[url]` in a user's words and `[unlisted_phone]` and
`[unlisted_url]` in an assistant's, so that invented hotlines can still be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers

from pipelines.ingest.redaction.address import ADDRESSES
from pipelines.ingest.redaction.contact import recognise_contacts
from pipelines.ingest.redaction.introduction import INTRODUCTION
from pipelines.ingest.redaction.names import NameFinder
from pipelines.ingest.redaction.number import ACCOUNT, NUMBERS
from pipelines.ingest.redaction.phone import read_digits, recognise_phones
from pipelines.ingest.redaction.recogniser import Recogniser


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
        recognisers: in the order in which they are asked; each sees the tokens of those before it.
        names: a model that finds names anywhere, or None.
    """

    def __init__(self, lines: CrisisLines, *, names: NameFinder | None = None) -> None:
        self.recognisers: tuple[Recogniser, ...] = (
            *recognise_contacts(lines.domains),
            ACCOUNT,
            *ADDRESSES,
            *NUMBERS,
            recognise_phones(lines.numbers),
            INTRODUCTION,
        )
        self.names = names

    def redact(
        self, text: str, *, is_assistant: bool, region: str | None = None, hints: int | None = None
    ) -> Redacted:
        """The text with typed tokens in the place of details.

        Args:
            text: what somebody wrote.
            is_assistant: whether the assistant wrote it.
            region: ISO 3166-2 of the person, if it is known.
            hints: the recognisers to ask, a bit each, None for all; see `sieve`.
        """
        country = (region or "")[:2].upper()
        count = 0
        for place, one in enumerate(self.recognisers):
            if hints is None or hints >> place & 1:
                text, found = one.replace(text, is_assistant=is_assistant, country=country)
                count += found
        if self.names is not None and not is_assistant:
            text, found = _replace_names(text, self.names)
            count += found
        return Redacted(text, count)


def _replace_names(text: str, names: NameFinder) -> tuple[str, int]:
    kept: list[tuple[int, int]] = []
    for start, end in sorted(names.find(text), key=lambda span: (span[0], -span[1])):
        if "[" not in text[start:end] and (not kept or start >= kept[-1][1]):
            kept.append((start, end))
    for start, end in reversed(kept):
        text = f"{text[:start]}[name]{text[end:]}"
    return text, len(kept)


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
    digits = read_digits(number)
    found = {digits}
    code = str(phonenumbers.country_code_for_region(country) or "")
    if code:
        is_long = code == "1" and len(digits) == 11 and digits.startswith("1")
        national = digits[1:] if is_long else digits.removeprefix("0")
        found |= {f"{code}{national}", f"00{code}{national}", f"{code}{digits}", f"00{code}{digits}"}
        found |= {national} if is_long else set()
    return found
