"""Recognisers of numbers that name a person or an account: identity and social security numbers, IBAN, cards.

Each has a check digit or a shape that scores, doses and dates do not have. Numbers to ring are in `phone`.
"""

from __future__ import annotations

import re

from stdnum import iban, luhn
from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs

from pipelines.ingest.redaction.phone import read_digits
from pipelines.ingest.redaction.recogniser import OR_OTHER_DIGIT, Recogniser, Span

IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]){11,30}", re.I)
SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}([ -])\d{2}\1\d{4}(?![\d-])")
DNI = re.compile(
    r"(?<![\w.-])(?:\d{8}|\d\d\.\d{3}\.\d{3})[ -]?[A-HJ-NP-TV-Z](?!\w)"
    r"|(?<![\w-])[XYZ][ -]?\d{7}[ -]?[A-HJ-NP-TV-Z](?!\w)",
    re.I,
)
NINO = re.compile(
    r"(?<!\w)(?:QQ|(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])(?: ?[0-9]{2}){3}"
    r" ?[A-D](?!\w)",
    re.I,
)
NIR = re.compile(
    r"(?<!\d)[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?!\d)", re.I
)
NHS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
NHS_CUE = re.compile(r"\bnhs\b[^\d\n]{0,20}$", re.I)
NEAR = 30
"""Characters before a number in which a person says that it is of the NHS."""
CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
YEARS = re.compile(r"(?:(?:19|20)\d\d[ -]?)+")  # 1998 2001 2005 2012 has the checksum of a card


def find_iban(match: re.Match[str], _country: str) -> Span | None:
    """An account number ends at its checksum; the words after it may look like its continuation."""
    for length in range(len(match.group()), 14, -1):
        part = match.group()[:length]
        if part[-1] != " " and iban.is_valid(part.upper(), check_country=False):
            return match.start(), match.start() + length
    return None


def find_card(match: re.Match[str], _country: str) -> Span | None:
    """The number of a card: its check digit is right."""
    is_card = luhn.is_valid(read_digits(match.group())) and YEARS.fullmatch(match.group()) is None
    return match.span() if is_card else None


def find_national_id(match: re.Match[str], _country: str) -> Span | None:
    """An identity number whose check digit is right."""
    found = re.sub(r"[ .-]", "", match.group()).upper()
    if match.re is NIR:
        return match.span() if nir.is_valid(found) else None
    if match.re is NHS:
        before = match.string[max(0, match.start() - NEAR) : match.start()]
        return match.span() if NHS_CUE.search(before) and nhs.is_valid(found) else None
    return match.span() if dni.is_valid(found) or nie.is_valid(found) else None


ACCOUNT = Recogniser("[a-z]{2}[0-9]{2} ?[0-9a-z]{2}", IBAN, "iban", find_iban)
NUMBERS = (
    Recogniser(rf"[0-9]{{3}}[ -][0-9]{{2}}[ -][0-9]{{4}}{OR_OTHER_DIGIT}", SSN, "ssn"),
    Recogniser(
        rf"[0-9]{{7}}[ -]?[a-z]|\.[0-9]{{3}}\.[0-9]{{3}}[ -]?[a-z]{OR_OTHER_DIGIT}",
        DNI,
        "national_id",
        find_national_id,
    ),
    Recogniser("[0-9]{2} ?[0-9]{2} ?[0-9]{2} ?[a-d]", NINO, "national_id"),
    Recogniser(
        rf"[0-9] ?[0-9][0-9ab] ?[0-9]{{3}} ?[0-9]{{3}} ?[0-9]{{2}}{OR_OTHER_DIGIT}",
        NIR,
        "national_id",
        find_national_id,
    ),
    Recogniser("nhs", NHS, "national_id", find_national_id),
    Recogniser(rf"[0-9](?:[ -]?[0-9]){{9}}{OR_OTHER_DIGIT}", CARD, "card", find_card),
)
