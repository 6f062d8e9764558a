"""Dates of birth and precise places are refused at the door, in a mapping and as a value.

An age band and a region are enough for every indicator; a date of birth or an exact place singles a person
out. Free text is the business of redaction.
"""

from __future__ import annotations

import re

from pipelines.ingest.reason import Reason

BIRTH_NAME = re.compile(
    r"(^|_)(dob|birth_?(date|day|dt)?|date_?of_?birth|born(_?on|_?at)?|geburts(tag|datum)|date_?de_?naissance"
    r"|fecha_?de_?nacimiento)(_|$)"
)
PLACE_NAME = re.compile(
    r"(^|_)(lat|latitude|lng|lon|long|longitude|coord(inate)?s?|geo_?(point|hash|location|json)|gps|street"
    r"(_?(name|address))?|address(_?(line)?_?\d?)?|house_?(no|number)|postal_?address|ip(_?address)?)(_|$)"
)
DATE = re.compile(
    r"(18|19|20)\d\d[-./ ](0?[1-9]|1[0-2])[-./ ](0?[1-9]|[12]\d|3[01])"
    r"|(0?[1-9]|[12]\d|3[01])[-./ ](0?[1-9]|[12]\d|3[01])[-./ ](18|19|20)\d\d"
    r"|(18|19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
)
COORDINATES = re.compile(r"\(?[+-]?\d{1,3}\.\d{3,}(\s?[,; /]\s?[+-]?\d{1,3}\.\d{3,})?\)?")
"""Three decimals of a degree are about a hundred metres."""
STREET = re.compile(
    r"\d{1,5}[a-z]?,? (\w+\.? ){1,4}"
    r"(street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|way|close|terrace)\.?"
    r"|\w*(stra(ss|ß)e|str\.|weg|platz|gasse|allee) ?\d{1,4} ?[a-z]?"
    r"|\d{1,5}[,]? (rue|avenue|boulevard|chemin|place) [\w '-]+"
    r"|(calle|avenida|plaza) [\w '-]+ ?\d{1,5}",
    re.I,
)


def name_reason(path: str) -> Reason | None:
    """Why a field of this name may not be mapped as something that is said of a person, or None."""
    for part in path.split("."):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", part).lower().replace("-", "_")
        if BIRTH_NAME.search(words):
            return Reason.BIRTH_DATE
        if PLACE_NAME.search(words):
            return Reason.PRECISE_LOCATION
    return None


def find_precise(value: str) -> Reason | None:
    """Why a label may not be taken in, or None."""
    text = value.strip()
    if DATE.fullmatch(text):
        return Reason.BIRTH_DATE
    if COORDINATES.fullmatch(text) or STREET.fullmatch(text):
        return Reason.PRECISE_LOCATION
    return None
