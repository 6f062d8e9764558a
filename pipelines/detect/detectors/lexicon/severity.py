"""How grave suicidal thoughts are, from the facets that a message shows.

`cssrs_like` follows the order of the Columbia scale's questions, read from text: it is not an interview.
What counts as a facet is written in the rule files; how facets add up is written here.
"""

from __future__ import annotations

from collections.abc import Set
from enum import StrEnum


class Facet(StrEnum):
    """What a rule about suicidal thoughts shows."""

    PASSIVE = "passive"
    """A wish to be dead or not to wake up; wanting to live no longer."""
    ACTIVE = "active"
    """A thought of killing oneself, without more."""
    METHOD = "method"
    """A method or means is named, asked for or imagined."""
    INTENT = "intent"
    """Some intention to act."""
    TIMING = "timing"
    """A time is set, or a plan worked out."""
    BEHAVIOUR = "behaviour"
    """An attempt, an interrupted attempt or preparation."""


CSSRS_OF_FACET = {
    Facet.PASSIVE: 1,
    Facet.ACTIVE: 2,
    Facet.METHOD: 3,
    Facet.INTENT: 4,
    Facet.TIMING: 5,
    Facet.BEHAVIOUR: 6,
}
"""C-SSRS screener: questions 1 to 5 in order, question 6 behaviour."""

LEVEL_OF_CSSRS = {0: 0, 1: 1, 2: 2, 3: 2, 4: 3, 5: 4, 6: 4}
"""The taxonomy's severity level for each; 5 and 6 are critical."""


def cssrs_of(facets: Set[Facet]) -> int:
    """The gravest facet; a method together with an intention is a plan (5)."""
    if not facets:
        return 0
    gravest = max(CSSRS_OF_FACET[facet] for facet in facets)
    if gravest == CSSRS_OF_FACET[Facet.INTENT] and Facet.METHOD in facets:
        return CSSRS_OF_FACET[Facet.TIMING]
    return gravest
