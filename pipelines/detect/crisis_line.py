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
    r"|heure|jour|semaine|mois|ans|fois|hora|dia|mes|vez|veces|uhr|stunde|tag|woche|monat|jahr|mal)\w{0,4}\b))"
)
"""What follows a number that is an amount."""

SEPARATOR = r"[\s().-]{0,2}"
NORTH_AMERICAN_DIGITS = 11
"""With the leading 1, which people leave out."""

CONTEXT = (
    r"\b(?:call|calling|dial|text|texting|phone|ring|contact|reach|chat|line|lifeline|hotline|helpline|crisis|emergency|"
    r"samaritans|number|"
    r"llam\w{0,6}|marc\w{0,4}|linea|telefono|emergencias?|"
    r"appel\w{0,5}|compos\w{0,5}|numero|ligne|urgences?|joign\w{0,6}|"
    r"ruf\w{0,3}|anruf\w{0,3}|wahl\w{0,3}|nummer|notruf|telefonseelsorge|erreich\w{0,5})\b"
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
        body += UNITS
    return Listed(name, resources, body, needs_context=len(name) <= SHORT_NUMBER_DIGITS)


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)
