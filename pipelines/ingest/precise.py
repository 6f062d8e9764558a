"""Dates of birth and precise places are refused at the door, in a mapping and as a value.

An age band and a region are enough for every indicator; a date of birth or an exact place singles a person
out. Free text is the business of redaction.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipelines.ingest.reason import Reason

BIRTH_NAME = re.compile(
    r"(^|_)(dob|bday|b_day|birth_?(date|day|dt)?|date_?of_?birth|born(_?on|_?at)?|geburts_?(tag|datum)"
    r"|date_?(de_?)?naissance|fecha_?(de_?)?nacimiento|nacimiento|naissance)(_|$)"
)
PLACE_NAME = re.compile(
    r"(^|_)(lat|latitude|lng|lon|long|longitude|lat_?(lng|lon|long)|coord(inate)?s?|geo_?(point|hash|location"
    r"|json)|gps|street\d?(_?(name|address))?|stra(ss|ß)e|address(_?(line)?_?\d?)?(?!_(variable|space|type|bar))"
    r"|adresse|anschrift|direcci[oó]n|house_?(no|number)|postal_?address|post_?code|postal_?code"
    r"|zip(_?code)?(?!_(file|path|name|size|type))|plz|ip(_?addr(ess)?)?|remote_?addr|addr|what_?3_?words|w3w)"
    r"(_|$)"
)
GEO_NAME = re.compile(r"(^|_)geo$")
"""Of the field itself, not of what it stands in: geo.country is a country."""
SEPARATOR = r"[-./ ]"
YEAR = r"(?:18|19|20)\d\d"
MONTH = (
    r"(?:jan|feb|f[eé]v|mar|mär|apr|avr|abr|ma[iy]|jui?n|jui?l|aug|ao[uû]|ago|sep|okt|oct|nov|dec|dez|déc|ene|dic)"
    r"[^\W\d_]{0,8}\.?"
)
DATE = re.compile(
    r"(?<![\w./-])(?:"
    rf"(?P<year>{YEAR}){SEPARATOR}(?:0?[1-9]|1[0-2]){SEPARATOR}(?:0?[1-9]|[12]\d|3[01])(?![\d-])"
    rf"|(?:0?[1-9]|[12]\d|3[01]){SEPARATOR}(?:0?[1-9]|[12]\d|3[01]){SEPARATOR}(?P<year_last>{YEAR})(?!\d)"
    rf"|(?:0?[1-9]|[12]\d|3[01])\.?(?:st|nd|rd|th)?[- ](?:de )?{MONTH},?[- ](?:de )?"
    rf"(?P<year_named>{YEAR}|\d\d)(?!\w)"
    rf"|{MONTH}[- ](?:0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?,?[- ](?P<year_behind>{YEAR})(?!\w)"
    r")",
    re.I,
)
"""Of a day, wherever it stands in a label; as part of a longer word it is a version: ios-2026-08-03."""
SHORT_DATE = re.compile(
    rf"(?P<year>{YEAR})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-./](?:0?[1-9]|1[0-2])[-./]\d\d"
)
"""Only if it is all of a label: 19870314, 14.3.87."""
FIRST_VERSION_YEAR = 2015
"""No prompt or model that is in use is dated earlier, and hardly anybody who talks to one is born later."""
DEGREES = r"[+-]?\d{1,3}\.\d{3,}(?:\s?°)?(?:\s?[NSEWO]\b)?"
COORDINATES = re.compile(
    rf"\(?{DEGREES}\)?$|.*(?<![\w.]){DEGREES}(?:\s?[,; /]\s?|\s?[,;]?\s?\w{{0,10}}[:= ]\s?){DEGREES}"
    r"|.*\b(?:lat|latitude|lng|lon|long|longitude)\b[:= ]*[+-]?\d{1,3}\.\d{2,}"
    r"|.*\d{1,3}°\s?\d{1,2}['’′]",
    re.I,
)
"""Three decimals of a degree are about a hundred metres."""
STREET = re.compile(
    r"(?:\d{1,5}[a-z]?,? (\w+\.? ){1,4}"
    r"(street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|way|close|terrace)\.?"
    r"|(\w+\.? ){1,3}(street|road|rd|avenue|ave|lane|boulevard|blvd) \d{1,5}[a-z]?"
    r"|\w*(stra(ss|ß)e|str\.|weg|platz|gasse|allee) ?\d{1,4} ?[a-z]?"
    r"|\d{1,5}[,]? (rue|avenue|boulevard|chemin|place) [\w '-]+"
    r"|(calle|avenida|plaza) [\w '-]+ ?\d{1,5})(, .*)?",
    re.I,
)
IPV4 = re.compile(r"(?<![\w.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\w.])", re.A)
IPV6 = re.compile(
    r"(?<![\w:])(?:(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}|(?:[0-9a-f]{1,4}:){2,6}:[0-9a-f]{1,4})(?![\w])", re.I
)
LEAST_OF_NETWORK = 32
"""Two of the four numbers of an address on the internet are as large, those of a version 3.1.0.12 are not."""
RUNG = re.compile(
    r"(?<![\w.+-])(?:\+\d[\d ()./-]{7,18}|0\d{9,10}|0\d{2,4}[ /-]\d[\d -]{4,9}"
    r"|(?:[2-9]\d\d[-. ]|\([2-9]\d\d\) ?)[2-9]\d\d[-. ]\d{4})(?![\w.-])"
)
"""A number to ring in the place of a version: versions have no +, no blanks and no 0 in front."""
LABELS = 1_024
"""Labels whose answer is remembered: the same few stand in every record of a log."""


def name_reason(path: str) -> Reason | None:
    """Why a field of this name may not be mapped as something that is said of a person, or None."""
    for part in path.split("."):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", part).lower().replace("-", "_")
        if BIRTH_NAME.search(words):
            return Reason.BIRTH_DATE
        if PLACE_NAME.search(words):
            return Reason.PRECISE_LOCATION
    return Reason.PRECISE_LOCATION if GEO_NAME.search(words) else None


@lru_cache(LABELS)
def find_precise(value: str) -> Reason | None:
    """Why a label that says something of a person may not be taken in, or None."""
    text = unicodedata.normalize("NFC", value.strip())
    if DATE.search(text) or SHORT_DATE.fullmatch(text):
        return Reason.BIRTH_DATE
    if COORDINATES.match(text) or STREET.fullmatch(text) or is_network(text):
        return Reason.PRECISE_LOCATION
    return None


@lru_cache(LABELS)
def find_precise_of_software(value: str) -> Reason | None:
    """The same of a label that names software, whose versions may look like dates of our years."""
    text = value.strip()
    found = DATE.search(text) or SHORT_DATE.fullmatch(text)
    years = [int(year) for year in (found.groupdict().values() if found else ()) if year and len(year) > 2]
    if years and min(years) < FIRST_VERSION_YEAR:
        return Reason.BIRTH_DATE
    return Reason.PRECISE_LOCATION if is_network(text) else None


def is_network(text: str) -> bool:
    """Whether a label holds the address of a machine, which leads to a place."""
    found = IPV4.search(text)
    parts = [int(part) for part in found.groups()] if found else [0]
    is_address = max(parts) <= 255 and sum(part >= LEAST_OF_NETWORK for part in parts) > 1
    return is_address or IPV6.search(text) is not None


@lru_cache(LABELS)
def is_rung(text: str) -> bool:
    """Whether a label holds a number to ring."""
    return RUNG.search(text) is not None
