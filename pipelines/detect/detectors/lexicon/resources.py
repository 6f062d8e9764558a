"""Rules made from the list of crisis resources: a reply that names a listed number, code or address.

Only a listed, reachable resource counts; "call a hotline" does not. A number that is not listed has
become `[unlisted_phone]` when the log was read, and the rule files look for that in a crisis context.
"""

from __future__ import annotations

import re

from pipelines.detect.crisis_line import (
    CONTEXT,
    CONTEXT_CHARS,
    EMERGENCY_DIGITS,
    express_called,
    hash_resources,
    list_lines,
)
from pipelines.detect.detectors.lexicon.rulebook import CompiledRule

SIGNAL_ID = "p_crisis_resource"

__all__ = ["SIGNAL_ID", "hash_resources", "resource_rules"]


def resource_rules(language: str) -> tuple[CompiledRule, ...]:
    """One rule a listed number, text code or address, read in every language.

    A number of two or three digits that no line of the language has must stand as one that is called.
    """
    rules = []
    for line in list_lines():
        is_short = line.name.isdecimal() and len(line.name) <= EMERGENCY_DIGITS
        reached = [one for one in line.resources if not is_short or language in one.languages]
        is_lax = bool(reached)
        name = line.name if line.name.isdecimal() else re.sub(r"[^a-z0-9]", "_", line.name)
        rules.append(
            CompiledRule(
                id=f"{language}.{(reached or line.resources)[0].id}.{name}",
                signal_id=SIGNAL_ID,
                weight=0.95,
                pattern=re.compile(line.expression if is_lax else express_called(line)),
                near=re.compile(CONTEXT) if is_lax and line.needs_context else None,
                near_chars=CONTEXT_CHARS,
            )
        )
    return tuple(rules)
