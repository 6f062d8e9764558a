"""Which values of a sample may be shown to a person: words of a program, never names or what people said.

A value is shown where it comes more than once and is written like a word of a program; of all others only how
many there are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

MOST_WORDS = 20
"""A field with more different values than this is no list of words."""
SHOWN = 5
ROLE = re.compile(r"[a-z]{1,20}(?:[_-][a-z]{1,20}){0,3}|[A-Z]{1,20}(?:[_-][A-Z]{1,20}){0,3}")
"""Of one case and without digits: names of people and of accounts are written in other ways."""
KIND = re.compile(r"[A-Za-z][A-Za-z0-9]{0,30}(?:[._:-][A-Za-z0-9]{1,30}){0,4}")
"""Of records: as long as a word that a program writes, and without a space."""
DISCRIMINATORS = ("event", "type", "kind", "record_type", "record")


def say_values(values: Mapping[str, int]) -> str:
    """Values that may be shown, the others as a number."""
    words = sorted(word for word, count in values.items() if count > 1 and ROLE.fullmatch(word))
    shown = words[:SHOWN] if len(values) <= MOST_WORDS else []
    left = len(values) - len(shown)
    if not left:
        return ", ".join(shown)
    hidden = f"{left} different value{'s' * (left > 1)}, not shown: they may name people"
    return f"{', '.join(shown)}; and {hidden}" if shown else hidden


def find_kinds(records: Sequence[Mapping[str, Any]], notes: list[str]) -> tuple[str | None, frozenset[str]]:
    """The field that tells kinds of records apart, and its values; none where it holds anything else."""
    for name in DISCRIMINATORS:
        if not all(isinstance(one.get(name), str) for one in records):
            continue
        values = Counter(str(one[name]) for one in records)
        kinds = frozenset(value for value, count in values.items() if count > 1)
        if kinds and len(values) <= MOST_WORDS and all(KIND.fullmatch(value) for value in values):
            if rare := len(values) - len(kinds):
                notes.append(
                    f"{name}: {rare} values come once in the sample; they are not shown, and their records "
                    "left out. Write rules for them yourself."
                )
            return name, kinds
        if len(records) > 1:
            notes.append(
                f"{name}: {len(values)} different values, which are not taken for kinds of records. If they "
                "are, write rules with `when` yourself."
            )
    return None, frozenset()
