"""What says who somebody is or where they live: a name that they give, a street address, an identity number.

Names are found where people say that they say one; a name in the middle of a sentence is the task of a model
(`names`). Street addresses need a house number beside a word for a street, as six countries write them.
"""

from __future__ import annotations

import re

from stdnum.es import dni, nie
from stdnum.fr import nir
from stdnum.gb import nhs

# Hints: cheap, and most texts end at them.
DIGIT = re.compile(r"\d")
NAME_HINTS = (
    *("name", "called", "call me", "heiß", "heiss", "nennt mich"),
    *("appelle", "mon nom", "prénom", "prenom", "llamo", "nombre", "apellido"),
)
NAME_HINT = re.compile("|".join(NAME_HINTS), re.I)
STREET_HINTS = (
    *(" st", " ave", " road", " rd", " lane", " ln", " drive", " dr", "boulevard", "blvd", " court", " ct"),
    *(" pl", " sq", " terrace", " way", " close", " cres", "gardens", " grove", "highway", " hwy"),
    *("parkway", " pkwy", " cir", "mews", " row", " walk", "parade"),
    *("straße", "strasse", "str.", "weg ", "allee", "platz", "gasse", "ring ", "ufer", "damm"),
    *("rue ", "avenue", "chemin", "impasse", "quai", "allée", "cours ", "route ", "passage"),
    *("calle", "c/", "avenida", "avda", "plaza", "paseo", "camino", "carretera", "ronda", "travesía"),
)

WORD = r"[^\W\d_][\w'’-]{0,30}"
CAPITAL = r"(?:[A-ZÀ-ÖØ-Þ]|[OD]['’][A-Z])[\w'’-]{0,30}"
PARTICLE = r"(?:van|von|de|del|der|den|la|le|da|dos|di|al|bin|mc|zu)"
GIVEN = (
    rf"(?:(?:{PARTICLE}[ ]){{0,2}}{CAPITAL}(?:[ ](?:{PARTICLE}[ ]){{0,2}}{CAPITAL}){{0,3}}|[^\W\d_]{{2,20}})"
)
NAME = re.compile(
    r"\b(?P<cue>(?i:my (?:(?:full|first|last|middle|maiden|given|real|legal|sur) ?)?name(?:['’]?s| is| was)"
    r"|the name(?:['’]s| is)|(?:i['’]?m|i am) called|(?:everyone|people|friends|they) calls? me|call me"
    r"|ich hei(?:ß|ss)e|mein (?:\w{3,10}er )?(?:vor|nach)?name ist|man nennt mich"
    r"|je m['’]appelle|mon (?:nom|prénom|prenom)(?: de famille)? (?:est|c['’]est)"
    r"|me llamo|mi (?:nombre|apellido)(?: completo)? es)[ ]*[:,]?[ ]+)"
    rf"(?P<name>{GIVEN})"
)
NOT_A_NAME = frozenset(
    word
    for line in (
        "a about after all also always an and another any as así at attached auch aussi back be because",
        "been before being bit but by can changed common connu crazy das de der die different difficile",
        "difficult difícil dirt doctor dr egal ein eine el everywhere for forgotten from gone good hard",
        "hated her him his horrible how i ici if igual immer important in into is it its just kein keine",
        "known lang le les like listed literally lo lost là me mean mentioned misspelled mommy mud mum",
        "muy my más nada nadie names never nicht nie no nobody noch not nothing of off often on one only",
        "out over pas personne plus pronounced rare raro really registered rien right ruined same schon",
        "schwer secret selten so something sometimes spelled spelt still stuff stupid such taken también",
        "tan that the their them there these they thing this to tomorrow tonight too trash trop très ugly",
        "un una une unusual unwichtig up used very weird what whatever when where which who with",
        "worthless wrong yet you your",
    )
    for word in line.split()
)
"""Words after such a phrase that are no name: "my name is not important"."""

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
    r"(?:\d{1,4}/)?\d{1,5}[a-d]?,? (?:[NSEW]\.? )?"
    rf"(?:{WORD} |\d{{1,3}}(?:st|nd|rd|th) ){{1,3}}?"
    rf"(?i:{ENGLISH_STREET})\b\.?{UNIT}(?:{PLACE}{ZIP}(?:,? {POSTCODE})?)"
)
GERMAN_STREET = r"(?:straße|strasse|str\.|weg|allee|platz|gasse|ring|damm|ufer)"
GERMAN = re.compile(
    rf"(?<!\w)(?:(?:[A-ZÄÖÜ][\wäöüß]{{0,30}}-){{0,2}}[A-ZÄÖÜa-zäöü][\wäöüß]{{1,30}}{GERMAN_STREET}"
    rf"|(?:[A-ZÄÖÜ][\wäöüß]{{1,30}}[ -]){{1,3}}(?:Straße|Strasse|Str\.|Weg|Allee|Platz|Gasse|Ring|Damm|Ufer))"
    r" ?\d{1,4}(?: ?[a-h](?!\w))?(?!\d|[.,:]\d|[ ]?[%€])(?! ?(?:uhr|km|m|min|minuten|jahre)\b)"
    r"(?:,? \d{5}(?: [A-ZÄÖÜ][\wäöüß-]+)?)?"
)
FRENCH = re.compile(
    r"(?<!\w)(?!(?:19|20)\d\d,)\d{1,4}(?: ?(?:bis|ter|quater))?,? "
    r"(?i:rue|avenue|av\.|boulevard|bd|place|allée|allee|chemin|impasse|quai|cours|route|square|passage|villa"
    r"|sentier) "
    r"(?:(?i:de la|de l['’]|des|du|de|d['’]) ?)?[\w'’éèêàçÉ-]+(?:[ -][A-ZÉÈÀ][\w'’-]*){0,3}"
    r"(?:,? \d{5}(?: [A-ZÉ][\w'’-]+(?:[ -][A-ZÉ][\w'’-]+){0,2})?)?"
)
SPANISH = re.compile(
    r"(?<!\w)(?i:calle|c/|avenida|avda\.?|av\.|plaza|plza\.?|paseo|pº|camino|carretera|ronda|travesía) ?"
    r"(?:(?i:de la|de los|de las|del|de|la|el|los|las) )?[A-ZÁÉÍÓÚÑ][\w'’áéíóúñ]*"
    r"(?: (?:de |del |la )?[A-ZÁÉÍÓÚÑ][\w'’-]*){0,3},? (?:n[.º°]? ?|n[uú]m(?:ero|\.)? ?)?\d{1,4}(?!\d)"
    r"(?! ?(?:veces|años|días|horas|km|m)\b)"
    r"(?:,? (?:\d{1,2}[º°ª]|bajo|ático)(?: ?[A-Z]\b)?)?(?:,? \d{5}(?: [A-ZÁÉÍÓÚÑ]\w+)?)?"
)
STREETS = (ENGLISH, GERMAN, FRENCH, SPANISH)
STREET_PRONE = re.compile(
    r"\bthe\b|(?i:\b(?:on|in|of|for|by|a|my|to|from|and|is|was|more|years?|days?|hours?|minutes?|miles?|times?"
    r"|mg|ml|km|people)\b)"
)
"""Words between a number and `way`, `drive`, `place` that show that it is no address: "2 days on the way"."""

BRITISH_POSTCODE = re.compile(rf"\b{POSTCODE}\b")

DNI = re.compile(
    r"(?<![\w-])\d{8}[ -]?[A-HJ-NP-TV-Z](?!\w)|(?<![\w-])[XYZ][ -]?\d{7}[ -]?[A-HJ-NP-TV-Z](?!\w)", re.I
)
NINO = re.compile(
    r"(?<!\w)(?:QQ|(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z])(?: ?\d\d){3} ?[A-D](?!\w)",
    re.I,
)
NIR = re.compile(
    r"(?<!\d)[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?\d\d(?!\d)", re.I
)
NHS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")
NHS_CUE = re.compile(r"\bnhs\b[^\d\n]{0,20}$", re.I)
NEAR = 30


def may_hold_name(lowered: str) -> bool:
    """Whether a text in small letters could hold a phrase that introduces a name."""
    return any(hint in lowered for hint in NAME_HINTS)


def may_hold_address(text: str, lowered: str) -> bool:
    """Whether a text could hold a street address: it has a digit and a word for a street."""
    return DIGIT.search(text) is not None and any(hint in lowered for hint in STREET_HINTS)


def name_span(match: re.Match[str]) -> tuple[int, int] | None:
    """Where the name of a match of NAME stands; None if the words after the phrase are no name."""
    name = match["name"]
    if name.split(" ")[0].lower() in NOT_A_NAME:
        return None
    cue = match["cue"].lower()
    if name.islower() and ("call" in cue or cue.startswith("the name")):
        return None  # "they call me lazy"
    return match.start("name"), match.end("name")


def end_of_address(match: re.Match[str]) -> int | None:
    """The end of a street address, or None for a number beside a word that only looks like a street."""
    if match.re is not ENGLISH:
        return match.end()
    street = re.search(rf"\b{ENGLISH_STREET}\b", match.group(), re.I)
    words = match.group()[: street.start()] if street else match.group()
    return None if STREET_PRONE.search(re.sub(r"^flat \w+,? ", "", words)) else match.end()


def end_of_national_id(match: re.Match[str]) -> int | None:
    """The end of an identity number whose check digit is right, or None."""
    found = re.sub(r"[ -]", "", match.group()).upper()
    if match.re is NINO:
        return match.end()
    if match.re is NIR:
        return match.end() if nir.is_valid(found) else None
    if match.re is NHS:
        before = match.string[max(0, match.start() - NEAR) : match.start()]
        return match.end() if NHS_CUE.search(before) and nhs.is_valid(found) else None
    return match.end() if dni.is_valid(found) or nie.is_valid(found) else None
