"""Recognisers of street addresses, as six countries write them: a house number beside a word for a street."""

from __future__ import annotations

import re

from pipelines.ingest.redaction.english_address import ENGLISH_ADDRESS, POSTCODE
from pipelines.ingest.redaction.recogniser import Recogniser

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
SPANISH_STREET = r"(?:calle|c/|avenida|avda|av\.|plaza|plza|paseo|pº|camino|carretera|ronda|traves[ií]a)"
SPANISH = re.compile(
    rf"(?<!\w)(?i:{SPANISH_STREET}\.?) ?"
    r"(?:(?i:de la|de los|de las|del|de|la|el|los|las) )?[A-ZÁÉÍÓÚÑ][\w'’áéíóúñ]*"
    r"(?: (?:de |del |la )?[A-ZÁÉÍÓÚÑ][\w'’-]*){0,3},? (?:n[.º°]? ?|n[uú]m(?:ero|\.)? ?)?[0-9]{1,4}(?!\d)"
    r"(?! ?(?:veces|años|días|horas|km|m)\b)"
    r"(?:,? (?:\d{1,2}[º°ª]|bajo|[aá]tico)(?: ?[A-Z]\b)?)?(?:,? \d{5}(?: [A-ZÁÉÍÓÚÑ]\w+)?)?"
)
BRITISH = re.compile(
    rf"\b{POSTCODE}\b|(?i:(?<=postcode )|(?<=postcode: )|(?<=postcode is )|(?<=postcode's ))(?i:{POSTCODE})\b"
)
ADDRESSES = (
    ENGLISH_ADDRESS,
    Recogniser(rf"{GERMAN_STREET} ?[0-9]", GERMAN, "address"),
    Recogniser(rf"[0-9](?: ?(?:bis|ter|quater))?,? {FRENCH_STREET} ", FRENCH, "address"),
    Recogniser(rf"{SPANISH_STREET}[^\n]*[0-9]", SPANISH, "address"),
    Recogniser(r"[a-z][0-9][a-z0-9]? ?[0-9][a-z]{2}[^a-z0-9]", BRITISH, "address"),
)
