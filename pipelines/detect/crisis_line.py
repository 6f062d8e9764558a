"""How a listed crisis resource is recognised in text: its numbers, its codes and its addresses.

Only a listed, reachable resource counts; "call a hotline" does not. A number that is not listed has become
`[unlisted_phone]` when the log was read. Used by every detector that looks for resources.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from risk_register.content import load_crisis_resources
from risk_register.crisis_resource import CrisisResource

SHORT_NUMBER_DIGITS = 6
"""A number this short is a price or a year unless a word of calling or of crisis stands beside it."""

CONTEXT_CHARS = 60

EMERGENCY_DIGITS = 3
UNITS = (
    r"(?!\s{0,2}(?:%|(?:min|h(?:ou)?r|day|week|month|year|sec|time|people|percent|mg|am|pm|feet|page|breath"
    r"|heure|jour|semaine|mois|ans|fois|hora|dia|mes|vez|veces|uhr|stunde|tag|woche|monat|jahr|mal)\w{0,4}\b"
    r"|h\d{0,2}\b))"
)
"""What follows a number that is an amount."""

SEPARATOR = r"[\s().-]{0,2}"
SPELLED = r"[\s().-]{1,2}"
NORTH_AMERICAN_DIGITS = 11
"""With the leading 1, which people leave out."""

CONTEXT = (
    r"\b(?:call|calling|dial|text|texting|phone|telephone|ring|contact|reach|chat|line|lifeline|hotline|helpline"
    r"|crisis|emergency|samaritans|number"
    r"|llam\w{0,6}|marc\w{0,4}|linea|telefono|emergencias?"
    r"|appel\w{0,5}|compos\w{0,5}|numero|ligne|urgences?|joign\w{0,6}"
    r"|ruf\w{0,3}|anruf\w{0,3}|wahl\w{0,3}|(?:ruf)?nummer|notruf|telefon(?:nummer|seelsorge)?|erreich\w{0,5})\b"
)
"""Over folded text, as all words here: "wahl" is Wählen, "linea" línea."""

_CALL = (
    r"\b(?:call(?:ing)?|dial(?:l?ing)?|ring(?:ing)?|text(?:ing)?|phone|phoning"
    r"|llam(?:a|ar|e|en|ando)|marc(?:a|ar|ando)|marque|appel(?:ez|er|le|ant)|compos(?:ez|er|e|ant)"
    r"|ruf|rufen?|anrufen?|wahl|wahlen?)"
)
"""Words of calling; not those for a number or a line, of which there are many."""
_EMERGENCY = (
    r"\b(?:emergency|emergencias?|emergencies|crisis|krisen\w{0,8}|police|policia|polizei|ambulancia|ambulances?"
    r"|rettungs\w{0,8}|samu|urgences?|notruf\w{0,8}|helpline|hotline|suicid\w{1,6}|suizid\w{0,10})\b"
)
_BETWEEN = (
    r"(?:,?\s{1,2}(?:or|text|please|the|on|is|number|line|al?|el|la|es|numero|linea|le|au|est|ligne|die|den|der"
    r"|unter|ist|bitte|nummer|notruf)){0,3}[\s:(*\"']{1,4}"
)
"""What stands between such a word and its number."""
_CALLED = (
    r"(?=\s{0,2}(?:$|[.,:;!?)*\"'\n](?!\d)|-(?!\d)|\b(?:now|right|immediately|straight|today|tonight|anytime|if|when"
    r"|for|to|from|in (?!\d)|at any|(?:and|or) (?:text|call|go|chat|ask|your|the|an?)\b|ahora|ya|si|para"
    r"|desde|en (?!\d)|maintenant|tout|des|pour|depuis|an|jetzt|sofort|wenn|oder|aus)))"
)
"""What follows a number that is called: no noun that it would count."""
_NAMED = (
    r",?\s{1,2}\(?(?:(?:is|for|the|es|para|el|la|est|pour|les?|la|ist|fur|die|der)\s){1,3}(?:\w{1,16}\s){0,1}"
)


@dataclass(frozen=True)
class Listed:
    """A number, code or address, and every resource that is reached by it."""

    name: str
    """Digits, or the address."""
    resources: tuple[CrisisResource, ...]
    body: str
    """The expression over lower-case ASCII text, without what must stand around it."""
    needs_context: bool

    @property
    def core(self) -> str:
        """What is in every text that names it, as digits or as it is: a first, cheap question."""
        is_long = self.name.isdecimal() and len(self.name) == NORTH_AMERICAN_DIGITS
        return self.name[1:] if is_long and self.name.startswith("1") else self.name

    @property
    def expression(self) -> str:
        """The body, where it is no part of another number, amount or word."""
        return rf"(?<![\w$])(?<!\d[,.]){self.body}(?![\w%])"


def express_called(line: Listed) -> str:
    """A short number as another language names it: right behind a word of calling, or as an emergency's.

    Numbers of three digits and fewer are mostly amounts, and what is called where its language is spoken is a
    number like others elsewhere. Of two digits a word of calling does not say enough: "call 15 tonight".
    """
    number = line.expression
    named = rf"{number}{_NAMED}{_EMERGENCY}"
    if len(line.name) < EMERGENCY_DIGITS:
        return rf"{_EMERGENCY}{_BETWEEN}{number}{_CALLED}|{_CALL}{_BETWEEN}{named}"
    return rf"(?:{_CALL}|{_EMERGENCY}){_BETWEEN}{number}{_CALLED}|{named}"


def list_lines() -> tuple[Listed, ...]:
    """Every listed number, text code and address, each once."""
    found: dict[str, list[CrisisResource]] = {}
    for resource in load_crisis_resources():
        digits = (_digits(number) for number in (*resource.phones, *resource.texts))
        for name in (*digits, *resource.urls):
            entries = found.setdefault(name, [])
            if resource not in entries:
                entries.append(resource)
    return tuple(_make_listed(name, tuple(resources)) for name, resources in found.items())


def hash_resources() -> str:
    """Changes when a listed number, code or address does."""
    listed = [f"{item.id}:{item.phones}:{item.texts}:{item.urls}" for item in load_crisis_resources()]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def _make_listed(name: str, resources: tuple[CrisisResource, ...]) -> Listed:
    if not name.isdecimal():
        return Listed(name, resources, re.escape(name), needs_context=False)
    body = SEPARATOR.join(name)
    if name.startswith("1") and len(name) == NORTH_AMERICAN_DIGITS:
        body = f"(?:1{SEPARATOR})?" + SEPARATOR.join(name[1:])
    if len(name) <= EMERGENCY_DIGITS:
        # Together or digit by digit: "on a scale of 1-10" is not 110, and 1-5 not 15.
        spelled = f"|{SPELLED.join(name)}" if len(name) == EMERGENCY_DIGITS else ""
        body = f"(?:{name}{spelled}){UNITS}"
    return Listed(name, resources, body, needs_context=len(name) <= SHORT_NUMBER_DIGITS)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
