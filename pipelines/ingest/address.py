"""Recognisers of street addresses, as six countries write them: a house number beside a word for a street."""

from __future__ import annotations

import re

from pipelines.ingest.recogniser import CAPITAL, Recogniser, Span

WORD = r"[^\W\d_][\w'’-]{0,30}"
UNIT = r"(?:,? (?:apt|apartment|flat|unit|suite|ste|#)\.? ?#?\w{1,5})?"
PLACE = rf"(?:,? {CAPITAL}(?:[ -]{CAPITAL}){{0,2}})?"
ZIP = r"(?:,? (?:[A-Z]{2,3} )?\d{4,5}(?:-\d{4})?(?!\d))?"
POSTCODE = r"[A-Z]{1,2}\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{2}"
ENGLISH_STREET = (
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|place|pl|plaza|square|sq|terrace"
    r"|way|close|crescent|cres|gardens|grove|highway|hwy|parkway|pkwy|circle|cir|mews|row|walk|parade)"
)
ENGLISH = re.compile(
    r"(?<![\w.,/-])(?:(?i:flat|unit) (?:\d{1,4}[a-zA-Z]?|[A-Z]),? )?"
    r"(?:\d{1,4}/)?[0-9]{1,5}[a-d]?,? (?:[NSEW]\.? )?"
    rf"(?:{WORD} |\d{{1,3}}(?:st|nd|rd|th) ){{1,3}}?"
    rf"(?i:{ENGLISH_STREET})\b\.?{UNIT}(?:{PLACE}{ZIP}(?:,? {POSTCODE})?)"
)
GERMAN_STREET = r"(?:straße|strasse|str\.|weg|allee|platz|gasse|ring|damm|ufer)"
GERMAN = re.compile(
    rf"(?<!\w)(?:(?:[A-ZÄÖÜ][\wäöüß]{{0,30}}-){{0,2}}[A-ZÄÖÜa-zäöü][\wäöüß]{{1,30}}{GERMAN_STREET}"
    rf"|(?:[A-ZÄÖÜ][\wäöüß]{{1,30}}[ -]){{1,3}}(?:Straße|Strasse|Str\.|Weg|Allee|Platz|Gasse|Ring|Damm|Ufer))"
    r" ?[0-9]{1,4}(?: ?[a-h](?!\w))?(?!\d|[.,:]\d|[ ]?[%€])(?! ?(?:uhr|km|m|min|minuten|jahre)\b)"
    r"(?:,? \d{5}(?: [A-ZÄÖÜ][\wäöüß-]+)?)?"
)
FRENCH_STREET = (
    r"(?:rue|avenue|av\.|boulevard|bd|place|allée|allee|chemin|impasse|quai|cours|route|square|passage|villa"
    r"|sentier)"
)
FRENCH = re.compile(
    rf"(?<!\w)(?!(?:19|20)\d\d,)[0-9]{{1,4}}(?: ?(?:bis|ter|quater))?,? (?i:{FRENCH_STREET}) "
    r"(?:(?i:de la|de l['’]|des|du|de|d['’]) ?)?[\w'’éèêàçÉ-]+(?:[ -][A-ZÉÈÀ][\w'’-]*){0,3}"
    r"(?:,? \d{5}(?: [A-ZÉ][\w'’-]+(?:[ -][A-ZÉ][\w'’-]+){0,2})?)?"
)
SPANISH_STREET = r"(?:calle|c/|avenida|avda|av\.|plaza|plza|paseo|pº|camino|carretera|ronda|travesía)"
SPANISH = re.compile(
    rf"(?<!\w)(?i:{SPANISH_STREET}\.?) ?"
    r"(?:(?i:de la|de los|de las|del|de|la|el|los|las) )?[A-ZÁÉÍÓÚÑ][\w'’áéíóúñ]*"
    r"(?: (?:de |del |la )?[A-ZÁÉÍÓÚÑ][\w'’-]*){0,3},? (?:n[.º°]? ?|n[uú]m(?:ero|\.)? ?)?[0-9]{1,4}(?!\d)"
    r"(?! ?(?:veces|años|días|horas|km|m)\b)"
    r"(?:,? (?:\d{1,2}[º°ª]|bajo|ático)(?: ?[A-Z]\b)?)?(?:,? \d{5}(?: [A-ZÁÉÍÓÚÑ]\w+)?)?"
)
STREET_PRONE = re.compile(
    r"\bthe\b|(?i:\b(?:on|in|of|for|by|a|my|to|from|and|is|was|more|years?|days?|hours?|minutes?|miles?|times?"
    r"|mg|ml|km|people)\b)"
)
"""Words between a number and `way`, `drive`, `place` that show that it is no address: "2 days on the way"."""


def find_english(match: re.Match[str], _country: str) -> Span | None:
    """All of a match, or None for a number beside a word that only looks like a street."""
    street = re.search(rf"\b{ENGLISH_STREET}\b", match.group(), re.I)
    words = match.group()[: street.start()] if street else match.group()
    return None if STREET_PRONE.search(re.sub(r"^flat \w+,? ", "", words)) else match.span()


ADDRESSES = (
    Recogniser(rf"[0-9][a-d]?,? (?:[^ \n]+ ){{1,4}}{ENGLISH_STREET}[^a-z]", ENGLISH, "address", find_english),
    Recogniser(rf"{GERMAN_STREET} ?[0-9]", GERMAN, "address"),
    Recogniser(rf"[0-9](?: ?(?:bis|ter|quater))?,? {FRENCH_STREET} ", FRENCH, "address"),
    Recogniser(rf"{SPANISH_STREET}[^\n]*[0-9]", SPANISH, "address"),
    Recogniser(r"[a-z][0-9][a-z0-9]? ?[0-9][a-z]{2}[^a-z0-9]", re.compile(rf"\b{POSTCODE}\b"), "address"),
)
