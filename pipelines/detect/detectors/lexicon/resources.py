"""Rules made from the list of crisis resources: a reply that names a listed number, code or address.

Only a listed, reachable resource counts; "call a hotline" does not. A number that is not listed has
become `[unlisted_phone]` when the log was read, and the rule files look for that in a crisis context.
"""

from __future__ import annotations

import hashlib
import re

from pipelines.detect.detectors.lexicon.rulebook import CompiledRule
from risk_register.content import load_crisis_resources

SIGNAL_ID = "p_crisis_resource"

SHORT_NUMBER_DIGITS = 6
"""A number this short is a price or a year unless a word of calling or of crisis stands beside it."""

CONTEXT_CHARS = 60

EMERGENCY_DIGITS = 3
UNITS = (
    r"(?!\s{0,2}(?:%|(?:min|h(?:ou)?r|day|week|month|year|sec|time|people|percent|mg|am|pm|feet|page|breath"
    r"|heure|jour|semaine|mois|an|fois|hora|dia|mes|vez|veces|uhr|stunde|tag|woche|monat|jahr|mal)\w{0,4}\b))"
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


def resource_rules(language: str) -> tuple[CompiledRule, ...]:
    """One rule a listed number, text code or address.

    All are read in every language, but numbers of two or three digits only in the languages of their line.
    """
    rules: dict[str, CompiledRule] = {}
    for resource in load_crisis_resources():
        for number in (*resource.phones, *resource.texts):
            digits = _digits(number)
            if len(digits) > EMERGENCY_DIGITS or language in resource.languages:
                rules.setdefault(digits, _number_rule(resource.id, digits, language))
        for address in resource.urls:
            rules.setdefault(address, _rule(f"{language}.{resource.id}.{_slug(address)}", re.escape(address)))
    return tuple(rules.values())


def hash_resources() -> str:
    """Changes when a listed number, code or address does."""
    listed = [f"{item.id}:{item.phones}:{item.texts}:{item.urls}" for item in load_crisis_resources()]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def _number_rule(resource_id: str, digits: str, language: str) -> CompiledRule:
    body = SEPARATOR.join(digits)
    if digits.startswith("1") and len(digits) == NORTH_AMERICAN_DIGITS:
        body = f"(?:1{SEPARATOR})?" + SEPARATOR.join(digits[1:])
    if len(digits) <= EMERGENCY_DIGITS:
        body += UNITS
    near = CONTEXT if len(digits) <= SHORT_NUMBER_DIGITS else None
    return _rule(f"{language}.{resource_id}.{digits}", body, near=near)


def _rule(rule_id: str, body: str, near: str | None = None) -> CompiledRule:
    pattern = re.compile(rf"(?<![\w$])(?<!\d[,.]){body}(?![\w%])")
    return CompiledRule(
        id=rule_id,
        signal_id=SIGNAL_ID,
        weight=0.95,
        pattern=pattern,
        near=None if near is None else re.compile(near),
        near_chars=CONTEXT_CHARS,
    )


def _digits(number: str) -> str:
    return re.sub(r"\D", "", number)


def _slug(address: str) -> str:
    return re.sub(r"[^a-z0-9]", "_", address)
