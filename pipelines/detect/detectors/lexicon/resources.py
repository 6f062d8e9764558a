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
    """One rule a listed number, text code or address; they are read in every supported language."""
    rules: dict[str, CompiledRule] = {}
    for resource in load_crisis_resources():
        for number in (*resource.phones, *resource.texts):
            rules.setdefault(_digits(number), _number_rule(resource.id, number, language))
        for address in resource.urls:
            rules.setdefault(address, _rule(f"{language}.{resource.id}.{_slug(address)}", re.escape(address)))
    return tuple(rules.values())


def hash_resources() -> str:
    """Changes when a listed number, code or address does."""
    listed = [f"{item.id}:{item.phones}:{item.texts}:{item.urls}" for item in load_crisis_resources()]
    return hashlib.sha256("\n".join(listed).encode()).hexdigest()


def _number_rule(resource_id: str, number: str, language: str) -> CompiledRule:
    digits = _digits(number)
    body = SEPARATOR.join(digits)
    if digits.startswith("1") and len(digits) == NORTH_AMERICAN_DIGITS:
        body = f"(?:1{SEPARATOR})?" + SEPARATOR.join(digits[1:])
    is_short = len(digits) <= SHORT_NUMBER_DIGITS
    return _rule(f"{language}.{resource_id}.{digits}", body, near=CONTEXT if is_short else None)


def _rule(rule_id: str, body: str, near: str | None = None) -> CompiledRule:
    pattern = re.compile(rf"(?<![\w$]){body}(?![\w%])")
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
